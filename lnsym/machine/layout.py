"""What an image is made of: symbols, segments, slots of unknown value, and a draft to build them in.

Addresses and sizes are in bytes throughout.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from lnsym.errors import MalformedElf
from lnsym.machine.elf import ADDRESS_SPACE
from lnsym.machine.relocation import SYMBOLIC_USES, relocation_name

PAGE = 4096
ZERO_FILL_LIMIT = 1 << 24  # larger zeroed ranges are writable and kept as unknown contents
EXTERNAL_FUNCTION_STRIDE = 16
EXTERNAL_DATA_SIZE = 16
"""Of the stand-in for an object of another file: as much as one access at its start can read."""

_EXTERNAL_DATA_ALIGNMENT = 16

Kind = Literal["function", "data"]


@dataclass(frozen=True)
class Symbol:
    """A named address. A size of 0 in the file is resolved: up to the next symbol or section end.

    `is_global` is False for local symbols (weak ones count as global); `member` is the archive
    member that defines it.
    """

    name: str
    address: int
    size: int
    kind: Kind
    is_global: bool = True
    member: str | None = None

    @property
    def end(self) -> int:
        """The first address after the symbol."""
        return self.address + self.size


@dataclass(frozen=True)
class Segment:
    """A range of addresses with one permission and one source of contents.

    `data` is None where the contents are unknown (an undefined data symbol, COMMON, very large
    .bss). `constant` says that the program sees exactly these bytes at run time; writable data is
    not constant, whatever it starts as. Slots listed in `Image.unresolved` are zero in `data` and
    mean nothing: read through `Image.read`, which refuses them. `external` is the name of the symbol, where the segment stands in for
    what another file defines. In a `guarded` one indirect branches must land on landing pads: its file is marked for BTI.
    """

    name: str
    address: int
    data: bytes | None = field(repr=False)
    size: int
    readable: bool
    writable: bool
    executable: bool
    constant: bool
    external: str | None = None
    guarded: bool = False

    @property
    def end(self) -> int:
        """The first address after the segment."""
        return self.address + self.size


@dataclass(frozen=True)
class UnresolvedSlot:
    """Bytes that a relocation sets to a value which this image cannot know."""

    address: int
    size: int
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Piece:
    """A part of an image that is placed as a whole, where a linker or a loader likes: a section of an object, or a linked file.

    `start` and `end` are its addresses in this layout, of which nothing is known but that `start` is a multiple of `alignment`, a power
    of two.
    """

    name: str
    start: int
    end: int
    alignment: int


@dataclass(frozen=True)
class AddressUse:
    """A place that a relocation fills with an address that is not known here.

    It is that of a symbol which another file defines, or that of what lies at `of` in this layout; plus `addend`. `relocation` is its type
    (AAELF64). The bytes there hold a stand-in, on which nothing may rest.
    """

    of: str | int
    addend: int
    relocation: int


@dataclass(frozen=True)
class Layout:
    """A finished draft: what an Image takes over."""

    segments: tuple[Segment, ...]
    unresolved: dict[int, UnresolvedSlot]
    undefined_functions: dict[int, str]
    externals: dict[str, int] = field(default_factory=dict)
    address_uses: dict[int, AddressUse] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    indirect_targets: frozenset[int] = frozenset()


@dataclass
class DraftSegment:
    """A segment whose bytes can still be patched."""

    name: str
    address: int
    data: bytearray | None
    size: int
    readable: bool
    writable: bool
    executable: bool
    constant: bool
    external: str | None = None
    guarded: bool = False


@dataclass
class Draft:
    """An image under construction. `where` names the file in errors."""

    where: str
    segments: list[DraftSegment] = field(default_factory=list)
    unresolved: dict[int, UnresolvedSlot] = field(default_factory=dict)
    undefined_functions: dict[int, str] = field(default_factory=dict)
    externals: dict[str, int] = field(default_factory=dict)
    address_uses: dict[int, AddressUse] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    """In ascending order."""
    indirect_targets: set[int] = field(default_factory=set)
    _starts: list[int] = field(default_factory=list)

    def add(self, segment: DraftSegment) -> None:
        """Add a segment of at least one byte; MalformedElf if it overlaps one or leaves 64 bits."""
        at = bisect_right(self._starts, segment.address)
        below = self.segments[at - 1] if at else None
        above = self.segments[at] if at < len(self.segments) else None
        if segment.address + segment.size > ADDRESS_SPACE:
            raise MalformedElf(self.where, f"{segment.name} ends past the 64-bit address space")
        if (below and below.address + below.size > segment.address) or (
            above and segment.address + segment.size > above.address
        ):
            raise MalformedElf(self.where, f"{segment.name} overlaps another section in memory")
        self.segments.insert(at, segment)
        self._starts.insert(at, segment.address)

    def segment_at(self, address: int) -> DraftSegment | None:
        """Return the segment that holds `address`."""
        at = bisect_right(self._starts, address)
        if at and address < self.segments[at - 1].address + self.segments[at - 1].size:
            return self.segments[at - 1]
        return None

    def patch(self, address: int, value: bytes, reason: str) -> None:
        """Write relocated bytes. Bytes that straddle segments become an unresolved slot."""
        segment = self.segment_at(address)
        if segment is None or address + len(value) > segment.address + segment.size:
            self.leave_unresolved(address, len(value), f"{reason}: outside the mapped sections")
        elif segment.data is not None:
            at = address - segment.address
            segment.data[at : at + len(value)] = value

    def leave_unresolved(self, address: int, size: int, reason: str) -> None:
        """Record that these bytes are unknown, and zero them (a zero word is UDF to the decoder)."""
        previous = self.unresolved.get(address)
        if previous is None or previous.size < size:
            self.unresolved[address] = UnresolvedSlot(address, size, reason)
        segment = self.segment_at(address)
        if segment is not None and segment.data is not None:
            at = address - segment.address
            size = min(size, segment.size - at)
            segment.data[at : at + size] = bytes(size)

    def use_address(self, address: int, size: int, use: AddressUse) -> None:
        """Record that a place of `size` bytes depends on an address that is not known here, a stand-in for which is there.

        Where it is no word and no instruction that `Code` knows how to run with an address nobody knows, its bytes are unknown.
        """
        if use.relocation in SYMBOLIC_USES:
            self.address_uses[address] = use
        else:
            self.leave_unresolved(address, size, why_unknown(use))

    def piece_at(self, address: int) -> Piece | None:
        """The piece that holds an address, or ends there."""
        at = bisect_right(self.pieces, address, key=lambda piece: piece.start)
        piece = self.pieces[at - 1] if at else None
        return piece if piece is not None and address <= piece.end else None

    def add_external_functions(self, names: Iterable[str], base: int) -> dict[str, int]:
        """Give undefined functions addresses from `base`; no segment is mapped there."""
        addresses = {name: base + index * EXTERNAL_FUNCTION_STRIDE for index, name in enumerate(names)}
        self.undefined_functions.update({address: name for name, address in addresses.items()})
        self.externals.update(addresses)
        return addresses

    def add_external_data(self, names: Iterable[str], base: int) -> dict[str, int]:
        """Map a stand-in of unknown contents for each undefined data symbol; return addresses.

        Emulators run with it; proofs use a variable for its address.
        """
        addresses = {}
        address = align_up(base, PAGE) + _EXTERNAL_DATA_ALIGNMENT
        for name in names:
            self.add(
                DraftSegment(
                    name,
                    address,
                    None,
                    EXTERNAL_DATA_SIZE,
                    readable=True,
                    writable=True,
                    executable=False,
                    constant=False,
                    external=name,
                )
            )
            addresses[name] = self.externals[name] = address
            address += align_up(EXTERNAL_DATA_SIZE, PAGE) + PAGE
        return addresses

    def finish(self) -> Layout:
        """Freeze the draft."""
        segments = tuple(
            Segment(
                s.name, s.address, None if s.data is None else bytes(s.data), s.size,
                s.readable, s.writable, s.executable, s.constant, s.external, s.guarded,
            )
            for s in self.segments
        )  # fmt: skip
        unresolved = dict(sorted(self.unresolved.items()))
        uses = dict(sorted(self.address_uses.items()))
        return Layout(
            segments,
            unresolved,
            self.undefined_functions,
            self.externals,
            uses,
            tuple(self.pieces),
            frozenset(self.indirect_targets),
        )


def why_unknown(use: AddressUse) -> str:
    """Why the address is not known, in words."""
    if isinstance(use.of, str):
        return f"the address of {use.of}, which another file defines, is not known"
    return f"{relocation_name(use.relocation)} needs an address, which only the linker chooses: give the linked file"


def align_up(address: int, alignment: int) -> int:
    """Return the next multiple of `alignment` at or above `address`."""
    return -(-address // alignment) * alignment
