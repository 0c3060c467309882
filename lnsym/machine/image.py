"""Binaries as the prover sees them: segments of bytes at addresses, and the symbols that name them.

`load_image` reads ELF64 little-endian AArch64 files and `.a` archives; `list_archive` lists what an
archive defines without laying it out.

    image = load_image(Path("libcrypto.a"), ["sha512_block_armv8"])
    routine = image.symbol("sha512_block_armv8")
    code = image.read(routine.address, routine.size)
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lnsym.errors import (
    AddressNotMapped,
    ContentsUnknown,
    NoSymbols,
    UnresolvedRelocation,
    one_line,
)
from lnsym.machine import archive, linked, relocatable
from lnsym.machine.binary_file import read_file
from lnsym.machine.elf import SHN_LORESERVE, SHN_UNDEF, Elf, ElfSymbol, FileType, SectionFlag, read_elf
from lnsym.machine.layout import AddressUse, Kind, Layout, Piece, Segment, Symbol, UnresolvedSlot
from lnsym.machine.linkage import Object
from lnsym.machine.members import list_archive, wanted_members
from lnsym.machine.relocation import WORDS
from lnsym.machine.symbols import Names, Placed, SectionRange, name_symbols, resolve_symbols

__all__ = [
    "AddressUse",
    "Image",
    "Kind",
    "Segment",
    "Symbol",
    "UnresolvedSlot",
    "list_archive",
    "load_image",
    "raw_image",
]


@dataclass
class Image:
    """A laid-out binary. Addresses and sizes are in bytes.

    `sha256` is the hex digest of the whole file. `member` names the archive members loaded,
    joined by commas. `symbols` maps each spelling that `symbol` takes to its symbol.
    `undefined_functions` maps the addresses standing for functions that are not in the file to
    their names: nothing is mapped there, and a call there must be refused. `unresolved` maps the
    start of each slot whose bytes a relocation makes unknowable. `externals` are the symbols that other files define, each with an address
    that stands in for its own. `pieces` are the parts that a linker or a loader places as it likes, none where everything lies at the
    addresses it has here; `address_uses` are the places that depend on an address that is chosen so.
    `indirect_targets` are the addresses that other code may branch to indirectly, as far as the file shows: of symbols that can be
    exported, and those that relocations take. They are found only where the file is marked for BTI.
    """

    path: Path
    sha256: str
    member: str | None
    segments: tuple[Segment, ...]
    symbols: Mapping[str, Symbol]
    undefined_functions: Mapping[int, str]
    unresolved: Mapping[int, UnresolvedSlot]
    externals: Mapping[str, int]
    address_uses: Mapping[int, AddressUse]
    pieces: tuple[Piece, ...]
    indirect_targets: frozenset[int]
    _names: Names = field(repr=False)
    _ordered: tuple[Symbol, ...] = field(repr=False)
    _starts: tuple[int, ...] = field(init=False, repr=False)
    _symbol_starts: tuple[int, ...] = field(init=False, repr=False)
    _slot_starts: tuple[int, ...] = field(init=False, repr=False)
    _use_starts: tuple[int, ...] = field(init=False, repr=False)
    _largest_slot: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._starts = tuple(s.address for s in self.segments)
        self._symbol_starts = tuple(s.address for s in self._ordered)
        self._slot_starts = tuple(self.unresolved)
        self._use_starts = tuple(self.address_uses)
        self._largest_slot = max((s.size for s in self.unresolved.values()), default=0)

    def segment_at(self, address: int) -> Segment | None:
        """Return the segment that holds `address`."""
        at = bisect_right(self._starts, address)
        if at and address < self.segments[at - 1].end:
            return self.segments[at - 1]
        return None

    def guards(self, address: int) -> bool:
        """Return whether indirect branches to `address` must land on a landing pad: its file is marked for BTI."""
        segment = self.segment_at(address)
        return segment is not None and segment.guarded

    def read(self, address: int, size: int) -> bytes:
        """Return `size` bytes, all in one segment.

        Raises AddressNotMapped outside, ContentsUnknown where the file does not hold the bytes,
        UnresolvedRelocation where a relocation makes any of them unknowable.
        """
        segment = self.segment_at(address)
        if segment is None or address + size > segment.end:
            raise AddressNotMapped(str(self.path), address, size)
        if segment.data is None:
            raise ContentsUnknown(str(self.path), address, segment.name)
        slot = self.unresolved_in(address, size)
        if slot is not None:
            raise UnresolvedRelocation(str(self.path), slot.address, slot.reason)
        at = address - segment.address
        return segment.data[at : at + size]

    def unresolved_in(self, address: int, size: int) -> UnresolvedSlot | None:
        """Return the last unresolved slot that overlaps the `size` bytes at `address`."""
        at = bisect_right(self._slot_starts, address + size - 1)
        while at and self._slot_starts[at - 1] + self._largest_slot > address:
            slot = self.unresolved[self._slot_starts[at - 1]]
            if slot.address + slot.size > address:
                return slot
            at -= 1
        return None

    def address_words_in(self, address: int, size: int) -> dict[int, AddressUse]:
        """Return the words of data, by address, that overlap `size` bytes at `address` and hold all or part of an unknown address."""
        first = bisect_right(self._use_starts, address - 8)
        last = bisect_left(self._use_starts, address + size)
        uses = ((at, self.address_uses[at]) for at in self._use_starts[first:last])
        return {at: use for at, use in uses if use.relocation in WORDS}

    def symbol(self, name: str) -> Symbol:
        """Return the symbol spelled `name`, `name@0xADDRESS`, or `member:name` in an archive.

        Raises NoSuchSymbol with the nearest names, or AmbiguousSymbol with all addresses.
        """
        return self._names.find(name, self._where())

    def symbol_at(self, address: int) -> Symbol | None:
        """Return the nearest symbol at or below `address` in its segment, to print it by.

        Of several at one address, the last by name that is global, else the last by name.
        """
        segment = self.segment_at(address)
        at = bisect_right(self._symbol_starts, address)
        if segment is None or not at or self._symbol_starts[at - 1] < segment.address:
            return None
        nearest = [s for s in self._ordered[max(0, at - 64) : at] if s.address == self._symbol_starts[at - 1]]
        return max(nearest, key=lambda s: (s.is_global, s.name))

    def describe(self, address: int) -> str:
        """Return `name`, `name+0x40` or `0x1234` for an address, fit to be printed."""
        if address in self.undefined_functions:
            return f"{one_line(self.undefined_functions[address])} (undefined)"
        symbol = self.symbol_at(address)
        if symbol is None:
            return f"{address:#x}"
        offset = address - symbol.address
        name = one_line(symbol.name)
        return f"{name}+{offset:#x}" if offset else name

    def functions(self) -> Iterator[Symbol]:
        """Yield the functions by address, local and hidden ones included."""
        return (s for s in self._ordered if s.kind == "function")

    def _where(self) -> str:
        return f"{self.path}({self.member})" if self.member else str(self.path)


def load_image(path: Path, symbols: Sequence[str] = ()) -> Image:
    """Load a shared object, executable, relocatable object or archive.

    Every one of `symbols` must be defined in it. An archive is loaded by them: the members that
    define them are laid out together, and at least one must be named; `member:name` chooses
    between members with a local symbol of one name.

    Shared objects and executables lie at their link addresses, objects from
    `lnsym.machine.relocatable.BASE`. Raises FileUnreadable, NotElf, UnsupportedElf, MalformedElf,
    MalformedArchive, NoSymbols, NoSuchSymbol, AmbiguousSymbol, AmbiguousMember, NoSuchMember,
    or ArchiveNeedsSymbol.
    """
    data = read_file(path)
    member = None
    if data.startswith((archive.MAGIC, archive.THIN_MAGIC)):
        objects = wanted_members(data, path, symbols)
        layout, placed = _lay_out_objects(objects)
        member = ", ".join(o.member or "" for o in objects)
    else:
        elf = read_elf(data, str(path))
        if elf.type == FileType.REL:
            layout, placed = _lay_out_objects([Object(elf)])
        else:
            layout, placed = _lay_out_linked(elf)
    ordered = resolve_symbols(placed)
    if not ordered:
        raise NoSymbols(str(path))
    image = _assemble(path, data, member, layout, ordered)
    for name in symbols:
        image.symbol(name)
    return image


def raw_image(code: bytes, address: int = relocatable.BASE, name: str = "code") -> Image:
    """Return an image of bare machine code at `address` (bytes), with one function symbol over it."""
    segment = Segment(name, address, code, len(code), True, False, True, constant=True)
    symbol = Symbol(name, address, len(code), "function")
    return _assemble(Path(name), code, None, Layout((segment,), {}, {}), [symbol])


def _assemble(path: Path, data: bytes, member: str | None, layout: Layout, ordered: Sequence[Symbol]) -> Image:
    names = name_symbols(ordered)
    return Image(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        member=member,
        segments=layout.segments,
        symbols=names.by_spelling,
        undefined_functions=layout.undefined_functions,
        unresolved=layout.unresolved,
        externals=layout.externals,
        address_uses=layout.address_uses,
        pieces=layout.pieces,
        indirect_targets=layout.indirect_targets,
        _names=names,
        _ordered=tuple(ordered),
    )


# --- linked files and objects ---------------------------------------------------------------------


def _lay_out_linked(elf: Elf) -> tuple[Layout, list[Placed]]:
    layout, entries = linked.lay_out(elf)
    # A PT_LOAD may be executable where the section in it is not: .rodata in old layouts.
    data_starts = {s.address for s in elf.sections if not s.flags & SectionFlag.EXECINSTR}
    regions = [SectionRange(s.address, s.end, s.executable and s.address not in data_starts) for s in layout.segments]
    defined = ((entry, entry.value, None) for entry in entries if SHN_UNDEF < entry.section < SHN_LORESERVE)
    return layout, list(_in_regions(regions, defined))


def _lay_out_objects(objects: Sequence[Object]) -> tuple[Layout, list[Placed]]:
    layout, defined = relocatable.lay_out(objects)
    regions = [SectionRange(s.address, s.end, s.executable) for s in layout.segments]
    return layout, list(_in_regions(regions, defined))


def _in_regions(
    regions: Sequence[SectionRange], defined: Iterable[tuple[ElfSymbol, int, str | None]]
) -> Iterator[Placed]:
    starts = [region.start for region in regions]
    for entry, address, member in defined:
        at = bisect_right(starts, address)
        if at:
            yield Placed(entry, address, regions[at - 1], member)
