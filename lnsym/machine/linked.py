"""Layout of linked files: shared objects (ET_DYN) and executables (ET_EXEC).

Everything lies at its link address, as if the loader had chosen load base 0; of a shared object, a piece of its own, no proof may
know that. Bytes and permissions
come from the PT_LOAD headers, which is what runs; section headers only cut and name the ranges.
Dynamic relocations are applied under the assumption that the file's own definitions win (no symbol
is interposed by another library).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lnsym.machine import relocation as rel
from lnsym.machine.dynamic import Dynamic, LoadedBytes, dynamic_tags, loads_of
from lnsym.machine.elf import (
    ADDRESS_SPACE,
    SHN_ABS,
    Binding,
    Elf,
    ElfSymbol,
    FileType,
    ProgramHeader,
    Relocation,
    SectionFlag,
    SectionType,
    SegmentFlag,
    SegmentType,
    SymbolType,
)
from lnsym.machine.layout import (
    EXTERNAL_FUNCTION_STRIDE,
    PAGE,
    ZERO_FILL_LIMIT,
    AddressUse,
    Draft,
    DraftSegment,
    Layout,
    Piece,
    align_up,
)
from lnsym.machine.properties import is_marked_for_bti

IMAGE = "image"
"""The piece that a shared object is: it is loaded as a whole, at any multiple of a page."""

_EXTERNALS_ALIGNMENT = 1 << 16


def lay_out(elf: Elf) -> tuple[Layout, list[ElfSymbol]]:
    """Return the relocated layout of a linked file and its symbol table entries.

    Raises MalformedElf, or UnsupportedElf for relocation tables in a format lnsym does not read.
    """
    memory = LoadedBytes(elf, loads_of(elf))
    dynamic = Dynamic(memory, dynamic_tags(memory))
    draft = Draft(elf.where)
    marked = is_marked_for_bti(elf)
    for segment in _cut(memory):
        segment.guarded = marked and segment.executable
        draft.add(segment)
    if elf.type == FileType.DYN:
        last = draft.segments[-1]
        draft.pieces.append(Piece(IMAGE, 0, last.address + last.size, PAGE))
    relocations, relative_places = list(dynamic.relocations()), list(dynamic.relative_places())
    _apply(draft, dynamic, relocations, relative_places)
    if marked:
        draft.indirect_targets.update(symbol.value for symbol in dynamic.exported())
        draft.indirect_targets.update(_addresses_taken(draft, dynamic, relocations, relative_places))
    for address, size, reason in dynamic.loader_slots():
        draft.leave_unresolved(address, size, reason)
    return draft.finish(), dynamic.symbols()


# --- segments -------------------------------------------------------------------------------------


def _cut(memory: LoadedBytes) -> Iterator[DraftSegment]:
    """Cut the PT_LOADs into named segments: by section, or by RELRO where there are no sections."""
    elf = memory.elf
    relro = [
        (p.address, (p.address + p.memory_size) // PAGE * PAGE)
        for p in elf.program_headers
        if p.type == SegmentType.GNU_RELRO
    ]
    if not any(s.flags & SectionFlag.ALLOC for s in elf.sections):
        for index, load in enumerate(memory.loads):
            bounds = {load.address, load.address + load.memory_size}
            bounds |= {b for pair in relro for b in pair}
            inside = sorted(b for b in bounds if load.address <= b <= load.address + load.memory_size)
            for start, end in pairwise(inside):
                yield from _pieces(memory, load, f"LOAD{index}", start, end, relro)
        return
    for section in elf.sections:
        thread_zero = section.flags & SectionFlag.TLS and section.type == SectionType.NOBITS
        if not section.flags & SectionFlag.ALLOC or not section.size or thread_zero:
            continue
        found = memory.load_of(section.address, section.size)
        if found is not None:
            end = section.address + section.size
            yield from _pieces(memory, found, section.name, section.address, end, relro)


def _pieces(
    memory: LoadedBytes,
    load: ProgramHeader,
    name: str,
    start: int,
    end: int,
    relro: list[tuple[int, int]],
) -> Iterator[DraftSegment]:
    """Yield the part that the file backs and the part the loader zeroes."""
    file_end = load.address + load.size
    # glibc and musl protect whole pages: up to the RELRO end rounded down.
    is_relro = any(first <= start and end <= last for first, last in relro)
    writable = bool(load.flags & SegmentFlag.W)
    for first, last, zeroed in (
        (start, min(end, file_end), False),
        (max(start, file_end), end, True),
    ):
        if first >= last:
            continue
        data: bytearray | None = None
        if not zeroed:
            data = bytearray(memory.read(first, last - first, name))
        elif last - first <= ZERO_FILL_LIMIT:
            data = bytearray(last - first)
        yield DraftSegment(
            name, first, data, last - first,
            readable=bool(load.flags & SegmentFlag.R),
            writable=writable and not is_relro,
            executable=bool(load.flags & SegmentFlag.X),
            constant=is_relro or not writable,
        )  # fmt: skip


# --- relocations ----------------------------------------------------------------------------------


def _apply(draft: Draft, dynamic: Dynamic, relocations: list[Relocation], relative_places: list[int]) -> None:
    symbols = {index: dynamic.symbol(index) for index in {r.symbol for r in relocations}}
    externals = _place_externals(draft, relocations, symbols)
    for r in relocations:
        _apply_one(draft, r, symbols[r.symbol], externals)
    for place in relative_places:
        segment = draft.segment_at(place)
        if segment is None or segment.data is None or place + 8 > segment.address + segment.size:
            draft.leave_unresolved(place, 8, "RELR place outside the mapped sections")
        else:  # load base 0: the word already holds the address
            at = place - segment.address
            _use_own(draft, place, int.from_bytes(segment.data[at : at + 8], "little"))


def _place_externals(draft: Draft, relocations: list[Relocation], symbols: dict[int, ElfSymbol]) -> dict[str, int]:
    functions: dict[str, None] = {}
    data: dict[str, None] = {}
    for r in relocations:
        symbol = symbols[r.symbol]
        if _is_defined(symbol) or r.type not in (rel.R_JUMP_SLOT, rel.R_GLOB_DAT, rel.R_ABS64):
            continue
        if _may_be_absent(symbol, r):
            continue
        called = r.type == rel.R_JUMP_SLOT or symbol.type == SymbolType.FUNC
        (functions if called else data)[symbol.name] = None
    end = max((s.address + s.size for s in draft.segments), default=0)
    base = align_up(end, _EXTERNALS_ALIGNMENT) + _EXTERNALS_ALIGNMENT
    addresses = draft.add_external_functions(functions, base)
    base += len(functions) * EXTERNAL_FUNCTION_STRIDE
    names = [name for name in data if name not in functions]
    return addresses | draft.add_external_data(names, base)


def _apply_one(draft: Draft, r: Relocation, symbol: ElfSymbol, externals: dict[str, int]) -> None:
    name = rel.relocation_name(r.type)
    reason = f"{name} against {symbol.name or 'no symbol'} at {r.offset:#x}"
    if r.type in rel.R_NONE:
        return
    if r.type == rel.R_RELATIVE:
        draft.patch(r.offset, _word(r.addend), reason)
        _use_own(draft, r.offset, r.addend)
        return
    if r.type not in (rel.R_GLOB_DAT, rel.R_JUMP_SLOT, rel.R_ABS64):
        size = symbol.size if r.type == rel.R_COPY else rel.patched_size(r.type, executable=False)
        draft.leave_unresolved(r.offset, size, f"{reason} is decided at run time")
    elif symbol.type in (SymbolType.TLS, SymbolType.GNU_IFUNC):
        draft.leave_unresolved(r.offset, 8, f"{reason} is decided at run time")
    elif _is_defined(symbol):
        draft.patch(r.offset, _word(symbol.value + r.addend), reason)
        if symbol.section != SHN_ABS:
            _use_own(draft, r.offset, symbol.value, r.addend)
    elif _may_be_absent(symbol, r):
        draft.leave_unresolved(r.offset, 8, f"{reason}: weak, and not defined here")
    else:
        draft.patch(r.offset, _word(externals[symbol.name] + r.addend), reason)
        draft.use_address(r.offset, 8, AddressUse(symbol.name, r.addend, rel.R_ABS64))


def _use_own(draft: Draft, place: int, address: int, addend: int = 0) -> None:
    """Record that a word holds an address of the file, where that is not known before it is loaded."""
    if draft.pieces:
        draft.use_address(place, 8, AddressUse(address, addend, rel.R_ABS64))


def _addresses_taken(
    draft: Draft, dynamic: Dynamic, relocations: list[Relocation], relative_places: list[int]
) -> Iterator[int]:
    """The addresses of this file that relocations store; code may branch to them indirectly. Those that only code computes are missing."""
    for r in relocations:
        if r.type in (rel.R_RELATIVE, rel.R_IRELATIVE):
            yield r.addend % ADDRESS_SPACE
        elif r.type in (rel.R_GLOB_DAT, rel.R_JUMP_SLOT, rel.R_ABS64):
            symbol = dynamic.symbol(r.symbol)
            if _is_defined(symbol):
                yield (symbol.value + r.addend) % ADDRESS_SPACE
    for place in relative_places:
        segment = draft.segment_at(place)
        if segment is not None and segment.data is not None:
            at = place - segment.address
            yield int.from_bytes(segment.data[at : at + 8], "little")


def _is_defined(symbol: ElfSymbol) -> bool:
    return symbol.section != 0


def _may_be_absent(symbol: ElfSymbol, r: Relocation) -> bool:
    """A weak undefined symbol may be 0 at run time; a call slot of one is only ever called."""
    return symbol.binding == Binding.WEAK and r.type != rel.R_JUMP_SLOT


def _word(value: int) -> bytes:
    return (value % (1 << 64)).to_bytes(8, "little")
