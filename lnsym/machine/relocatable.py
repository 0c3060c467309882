"""Layout of relocatable objects (ET_REL): what a static linker would do, for one or more objects.

The sections that occupy memory are laid out from BASE: code first, then read-only data, a GOT, and
writable data, each at an odd multiple of its alignment. So no section is aligned better than its
object promises, and no proof can lean on an alignment that another link would not give.

The result is one of the ways to link the objects: without relaxations, veneers or merged strings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lnsym.errors import MalformedElf, RelocationOverflow
from lnsym.machine import relocation as rel
from lnsym.machine.elf import SHN_COMMON, ElfSymbol, Section, SectionFlag, SectionType
from lnsym.machine.layout import (
    EXTERNAL_FUNCTION_STRIDE,
    ZERO_FILL_LIMIT,
    AddressUse,
    Draft,
    DraftSegment,
    Layout,
    Piece,
    align_up,
)
from lnsym.machine.linkage import (
    External,
    Linkage,
    Object,
    UnknownValue,
    Use,
    defined_symbols,
    occupies_memory,
    undefined_names,
    uses_of,
)
from lnsym.machine.properties import is_marked_for_bti

BASE = 0x10000
_MAX_ALIGNMENT = 1 << 20

_UNWIND_TABLES = frozenset({".eh_frame"})
"""Sections whose addresses of code are for unwinders, which never branch there; linkers know them by name."""


def lay_out(objects: Sequence[Object]) -> tuple[Layout, list[tuple[ElfSymbol, int, str | None]]]:
    """Return the relocated layout and the defined symbols as (entry, address, member).

    A definition in one object serves undefined references of the others; the first global one
    wins. Raises MalformedElf, UnsupportedElf.
    """
    link = Linkage(objects, Draft(objects[0].elf.where))
    uses = [use for owner, o in enumerate(objects) for use in uses_of(owner, o.elf)]
    _place(link, uses)
    for use in uses:
        _apply(link, use)
    defined = list(defined_symbols(link))
    if any(segment.guarded for segment in link.draft.segments):
        link.draft.indirect_targets.update(address for entry, address, _ in defined if entry.is_exported)
        link.draft.indirect_targets.update(_addresses_taken(link, uses))
    return link.draft.finish(), defined


# --- placing --------------------------------------------------------------------------------------


def _place(link: Linkage, uses: Sequence[Use]) -> None:
    sections = [(owner, s) for owner, o in enumerate(link.objects) for s in o.elf.sections if occupies_memory(s)]
    sections.sort(key=lambda pair: _rank(pair[1]))  # stable: file order within a rank
    wanted_functions, wanted_data = undefined_names(link, uses)
    at = BASE
    code = [pair for pair in sections if _rank(pair[1]) == 0]
    rest = [pair for pair in sections if _rank(pair[1]) != 0]
    at = _place_sections(link, code, at)
    at = _odd_multiple(at, EXTERNAL_FUNCTION_STRIDE)
    functions = link.draft.add_external_functions(wanted_functions, at)
    at += len(functions) * EXTERNAL_FUNCTION_STRIDE
    at = _place_sections(link, [pair for pair in rest if _rank(pair[1]) == 1], at)
    at = _place_got(link, uses, at)
    at = _place_sections(link, [pair for pair in rest if _rank(pair[1]) > 1], at)
    link.collect_globals()
    at = _place_commons(link, at)
    link.externals = functions | link.draft.add_external_data(wanted_data, at)


def _rank(section: Section) -> int:
    """Code, constants, writable data, zeroed data: the order of a linked file."""
    if section.flags & SectionFlag.EXECINSTR:
        return 0
    if _is_constant(section):
        return 1
    return 3 if section.type == SectionType.NOBITS else 2


def _is_constant(section: Section) -> bool:
    # Linkers gather .data.rel.ro into RELRO: writable for the loader, constant for the program.
    relro = section.name == ".data.rel.ro" or section.name.startswith(".data.rel.ro.")
    return relro or not section.flags & SectionFlag.WRITE


def _place_sections(link: Linkage, sections: Sequence[tuple[int, Section]], at: int) -> int:
    marked = [is_marked_for_bti(o.elf) for o in link.objects]
    for owner, section in sections:
        elf, member = link.objects[owner].elf, link.objects[owner].member
        alignment = max(section.alignment, 1)
        if alignment & (alignment - 1) or alignment > _MAX_ALIGNMENT:
            raise MalformedElf(elf.where, f"section {section.name} has alignment {alignment:#x}")
        start = _odd_multiple(at, alignment)
        at = start + section.size + 1  # none begins where another ends: an address belongs to one of them
        link.bases[owner, section.index] = start
        many = member is not None and len(link.objects) > 1
        name = f"{member}({section.name})" if many else section.name
        link.draft.pieces.append(Piece(name, start, start + section.size, alignment))
        if not section.size:
            continue
        data: bytearray | None = bytearray(elf.contents(section))
        if section.type == SectionType.NOBITS:
            data = bytearray(section.size) if section.size <= ZERO_FILL_LIMIT else None
        link.draft.add(
            DraftSegment(
                name, start, data, section.size,
                readable=True,
                writable=not _is_constant(section),
                executable=bool(section.flags & SectionFlag.EXECINSTR),
                constant=_is_constant(section),
                guarded=marked[owner] and bool(section.flags & SectionFlag.EXECINSTR),
            )
        )  # fmt: skip
    return at


def _odd_multiple(at: int, alignment: int) -> int:
    quotient = align_up(at, alignment) // alignment
    return (quotient | 1) * alignment


def _place_commons(link: Linkage, at: int) -> int:
    """Give each COMMON symbol a segment. Its contents are unknown: another file may define it."""
    largest: dict[str, tuple[int, int]] = {}
    for _, symbol in link.all_symbols():
        if symbol.section == SHN_COMMON and symbol.name not in link.globals:
            size, alignment = largest.get(symbol.name, (0, 1))
            # For COMMON, st_value is the alignment.
            largest[symbol.name] = max(size, symbol.size), max(alignment, symbol.value)
    for name, (size, alignment) in largest.items():
        if not size:
            continue
        if alignment & (alignment - 1) or alignment > _MAX_ALIGNMENT:
            raise MalformedElf(link.draft.where, f"COMMON {name} has alignment {alignment:#x}")
        at = _odd_multiple(at, alignment)
        link.commons[name] = at
        link.draft.pieces.append(Piece(name, at, at + size, alignment))
        link.draft.add(
            DraftSegment(
                name, at, None, size,
                readable=True, writable=True, executable=False, constant=False,
            )
        )  # fmt: skip
        at += size + 1
    return at


def _place_got(link: Linkage, uses: Sequence[Use], at: int) -> int:
    """Reserve a GOT entry per object, symbol and addend; `_apply` fills it."""
    at = start = _odd_multiple(at, 8)
    for use in uses:
        key = (use.owner, use.entry.symbol, use.entry.addend)
        if use.entry.type in rel.GOT_USERS and key not in link.got:
            link.got[key] = at
            at += 8
    if at > start:
        link.draft.pieces.append(Piece(".got", start, at, 8))
        link.draft.add(
            DraftSegment(
                ".got", start, bytearray(at - start), at - start,
                readable=True, writable=False, executable=False, constant=True,
            )
        )  # fmt: skip
    return at + 1


# --- relocating -----------------------------------------------------------------------------------


def _addresses_taken(link: Linkage, uses: Sequence[Use]) -> Iterator[int]:
    """The addresses that relocations compute for anything but a direct branch; code may branch to them indirectly."""
    for use in uses:
        if use.entry.type in rel.BRANCHES or use.section.name in _UNWIND_TABLES:
            continue
        address = link.address(use.owner, link.symbol(use))
        if isinstance(address, int):
            yield (address + use.entry.addend) % (1 << 64)


def _apply(link: Linkage, use: Use) -> None:
    entry, section = use.entry, use.section
    symbol = link.symbol(use)
    where = f"{section.name}+{entry.offset:#x}"
    name = rel.relocation_name(entry.type)
    if entry.type in rel.R_NONE:
        return
    executable = bool(section.flags & SectionFlag.EXECINSTR)
    size = rel.patched_size(entry.type, executable)
    if entry.offset + (size if entry.type in rel.FORMULAS else 1) > section.size:
        raise MalformedElf(link.objects[use.owner].elf.where, f"{name} at {where} is outside")
    place = link.bases[use.owner, section.index] + entry.offset
    address = link.address(use.owner, symbol)
    reason = f"{name} against {symbol.name or 'a section'} at {where}"
    if entry.type not in rel.FORMULAS:
        link.draft.leave_unresolved(place, size, f"{reason} is not supported")
        return
    got = link.got.get((use.owner, entry.symbol, entry.addend), 0)
    if entry.type in rel.GOT_USERS:
        if isinstance(address, UnknownValue):
            link.draft.leave_unresolved(got, 8, f"GOT entry of {symbol.name}: {address.reason}")
        else:
            number = address.address if isinstance(address, External) else address
            value = (number + entry.addend) % (1 << 64)
            link.draft.patch(got, value.to_bytes(8, "little"), reason)
            _use_address(link, use, got, 8, address, rel.R_ABS64)
        address = 0  # GOT formulas use G only
    if isinstance(address, UnknownValue):
        link.draft.leave_unresolved(place, size, f"{reason}: {address.reason}")
        return
    segment = link.draft.segment_at(place)
    if segment is None or segment.data is None:
        return
    number = address.address if isinstance(address, External) else address
    original = bytes(segment.data[place - segment.address :][:size])
    inputs = rel.Place(S=number, A=entry.addend, P=place, G=got)
    try:
        link.draft.patch(place, rel.relocate(entry.type, inputs, original), reason)
    except RelocationOverflow as error:
        link.draft.leave_unresolved(place, size, f"{reason}: {error.failed}")
        return
    if entry.type in rel.GOT_USERS:
        link.draft.use_address(place, size, AddressUse(got, 0, entry.type))
    else:
        _use_address(link, use, place, size, address, entry.type)


def _use_address(link: Linkage, use: Use, place: int, size: int, address: int | External, kind: int) -> None:
    """Record what a relocated place depends on, where that is an address that only the linker knows."""
    addend = use.entry.addend
    if kind in rel.BRANCHES:
        return
    if isinstance(address, External):
        link.draft.use_address(place, size, AddressUse(address.name, addend, kind))
        return
    piece = None if link.is_fixed(use) else link.draft.piece_at(address)
    if rel.is_relative(kind):
        if piece is None or piece is not link.draft.piece_at(place):
            link.draft.use_address(place, size, AddressUse(address, addend, kind))
    elif piece is not None:
        link.draft.use_address(place, size, AddressUse(address, addend, kind))
