"""The run-time tables of a linked file: its loaded bytes, and what PT_DYNAMIC points to.

Read by address through the PT_LOAD headers, as the dynamic loader does, so that section headers can
neither help nor mislead.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lnsym.errors import MalformedElf, UnsupportedElf
from lnsym.machine.elf import (
    SHN_ABS,
    SYMBOL_SIZE,
    Binding,
    Elf,
    ElfSymbol,
    ProgramHeader,
    Relocation,
    SectionFlag,
    SectionType,
    SegmentType,
    SymbolType,
    parse_relocations,
    parse_symbols,
)

_DT_PLTRELSZ, _DT_PLTGOT, _DT_HASH, _DT_STRTAB, _DT_SYMTAB = 2, 3, 4, 5, 6
_DT_RELA, _DT_RELASZ, _DT_STRSZ, _DT_DEBUG, _DT_JMPREL = 7, 8, 10, 21, 23
_DT_RELRSZ, _DT_RELR, _DT_GNU_HASH = 35, 36, 0x6FFFFEF5
_UNREAD_TABLES = {
    17: "DT_REL", 0x6000000F: "DT_ANDROID_REL", 0x60000011: "DT_ANDROID_RELA",
    0x6FFFE000: "DT_ANDROID_RELR", 0x70000012: "DT_AARCH64_AUTH_RELR", 0x40000026: "DT_CREL",
}  # fmt: skip


@dataclass(frozen=True)
class LoadedBytes:
    """The file's bytes at their link addresses, before relocation."""

    elf: Elf
    loads: tuple[ProgramHeader, ...]

    def load_of(self, address: int, size: int) -> ProgramHeader | None:
        """Return the PT_LOAD that holds `size` bytes at `address`."""
        for load in self.loads:
            if load.address <= address and address + size <= load.address + load.memory_size:
                return load
        return None

    def read(self, address: int, size: int, what: str) -> bytes:
        """Return bytes that the file backs; MalformedElf names `what` if it does not."""
        load = self.load_of(address, size)
        if load is None or address + size > load.address + load.size:
            raise MalformedElf(self.elf.where, f"{what} at {address:#x} is not in a loaded segment")
        return self.elf.slice(load.offset + address - load.address, size, what)


def loads_of(elf: Elf) -> tuple[ProgramHeader, ...]:
    """Return the PT_LOADs by address; MalformedElf if they overlap or leave the file."""
    loads = [p for p in elf.program_headers if p.type == SegmentType.LOAD and p.memory_size]
    loads.sort(key=lambda p: p.address)
    previous_end = 0
    for load in loads:
        elf.slice(load.offset, load.size, f"the segment at {load.address:#x}")
        if load.size > load.memory_size or load.address < previous_end:
            raise MalformedElf(elf.where, f"the segment at {load.address:#x} overlaps another")
        previous_end = load.address + load.memory_size
    if not loads:
        raise MalformedElf(elf.where, "no PT_LOAD segment")
    if sum(load.size for load in loads) > 4 * len(elf.data):
        raise MalformedElf(elf.where, "its segments map the same bytes many times over")
    return tuple(loads)


def dynamic_tags(memory: LoadedBytes) -> dict[int, tuple[int, int]]:
    """Return tag -> (value, address of the value), or nothing for a static executable."""
    header = next((p for p in memory.elf.program_headers if p.type == SegmentType.DYNAMIC and p.size), None)
    if header is None:
        return {}
    table = memory.read(header.address, header.size // 16 * 16, "the dynamic section")
    tags: dict[int, tuple[int, int]] = {}
    for index, (tag, value) in enumerate(struct.iter_unpack("<QQ", table)):
        if tag == 0:
            break
        if tag in _UNREAD_TABLES:
            name = _UNREAD_TABLES[tag]
            reason = f"relocations in {name} format are not supported; link with plain RELA"
            raise UnsupportedElf(memory.elf.where, reason)
        tags.setdefault(tag, (value, header.address + 16 * index + 8))
    return tags


@dataclass(frozen=True)
class Dynamic:
    """The tables that the dynamic section points to."""

    memory: LoadedBytes
    tags: dict[int, tuple[int, int]]

    def value(self, tag: int) -> int:
        """Return a tag's value, 0 if absent."""
        return self.tags[tag][0] if tag in self.tags else 0

    def relocations(self) -> Iterator[Relocation]:
        """Yield the RELA entries the loader applies."""
        elf = self.memory.elf
        for address, size in ((_DT_RELA, _DT_RELASZ), (_DT_JMPREL, _DT_PLTRELSZ)):
            if self.value(size):
                table = self.memory.read(self.value(address), self.value(size), "relocation table")
                yield from parse_relocations(table)
        if not self.tags:  # a static executable relocates itself from its allocated RELA sections
            for section in elf.sections:
                if section.type == SectionType.RELA and section.flags & SectionFlag.ALLOC:
                    yield from elf.relocations(section)

    def relative_places(self) -> Iterator[int]:
        """Yield the places of DT_RELR, where the addend is the word already there (gABI, RELR)."""
        if not self.value(_DT_RELRSZ):
            return
        size = self.value(_DT_RELRSZ) // 8 * 8
        table = self.memory.read(self.value(_DT_RELR), size, "RELR table")
        base = 0
        for (entry,) in struct.iter_unpack("<Q", table):
            if entry & 1 == 0:
                yield entry
                base = entry + 8
                continue
            for bit in range(63):
                if entry >> (bit + 1) & 1:
                    yield base + 8 * bit
            base += 63 * 8

    def symbol(self, index: int) -> ElfSymbol:
        """Return a dynamic symbol; index 0 stands for the value 0."""
        if index == 0:
            return ElfSymbol("", 0, 0, SymbolType.NOTYPE, Binding.LOCAL, SHN_ABS)
        address = self.value(_DT_SYMTAB) + index * SYMBOL_SIZE
        entry = self.memory.read(address, SYMBOL_SIZE, f"dynamic symbol {index}")
        return next(parse_symbols(entry, self._strings, self.memory.elf.where))

    @cached_property
    def _strings(self) -> bytes:
        return self.memory.read(self.value(_DT_STRTAB), self.value(_DT_STRSZ), "dynamic strings")

    def symbols(self) -> list[ElfSymbol]:
        """Return .symtab and .dynsym, or the dynamic symbols where section headers are gone."""
        elf = self.memory.elf
        tables = (SectionType.SYMTAB, SectionType.DYNSYM)
        found = [s for s in elf.sections if s.type in tables]
        if found:
            return [symbol for table in found for symbol in elf.symbols(table)]
        return self._dynamic_symbols()

    def exported(self) -> Iterator[ElfSymbol]:
        """Yield the definitions of the dynamic symbol table that other files can refer to."""
        elf = self.memory.elf
        tables = [s for s in elf.sections if s.type == SectionType.DYNSYM]
        found = [symbol for table in tables for symbol in elf.symbols(table)] if tables else self._dynamic_symbols()
        return (symbol for symbol in found if symbol.is_exported)

    def _dynamic_symbols(self) -> list[ElfSymbol]:
        if _DT_SYMTAB not in self.tags:
            return []
        return [self.symbol(index) for index in range(1, self._symbol_count())]

    def _symbol_count(self) -> int:
        """Count the dynamic symbols through the hash table that finds them."""
        if _DT_HASH in self.tags:
            return self._words(self.value(_DT_HASH) + 4, 1)[0]
        if _DT_GNU_HASH not in self.tags:
            return 0
        table = self.value(_DT_GNU_HASH)
        buckets, first, bloom_words, _ = self._words(table, 4)
        heads_at = table + 16 + 8 * bloom_words
        last = max(self._words(heads_at, buckets), default=0)
        if last < first:
            return first
        chain = heads_at + 4 * buckets
        while not self._words(chain + 4 * (last - first), 1)[0] & 1:  # bit 0 ends a chain
            last += 1
        return last + 1

    def _words(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self.memory.read(address, 4 * count, "hash table"))

    def loader_slots(self) -> Iterator[tuple[int, int, str]]:
        """Yield (address, size, reason) of the words that the loader writes for its own use."""
        if _DT_DEBUG in self.tags:
            yield self.tags[_DT_DEBUG][1], 8, "DT_DEBUG is set by the loader"
        if self.value(_DT_PLTGOT):
            yield self.value(_DT_PLTGOT) + 8, 16, "GOT words reserved for the loader"
