"""The tables of an ELF64 little-endian AArch64 file, read strictly: every table must lie in the file.

Field layouts are those of the System V gABI, chapter 4 and 5. The reader is our own because the
tables are few and fixed, a listing of an archive reads a thousand of them, and damaged input must
end in MalformedElf and nothing else; the tests compare it with pyelftools and readelf.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import NamedTuple

from lnsym.errors import MalformedElf, NotElf, UnsupportedElf

MAGIC = b"\x7fELF"
ADDRESS_SPACE = 1 << 64

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QIIq")
_EM_AARCH64 = 183
_MACHINES = {
    3: "32-bit x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 22: "s390x", 40: "32-bit Arm",
    62: "x86-64", 243: "RISC-V", 258: "LoongArch",
}  # fmt: skip


class FileType(IntEnum):
    """e_type."""

    REL = 1
    EXEC = 2
    DYN = 3


class SectionType(IntEnum):
    """The sh_type values that matter here."""

    PROGBITS = 1
    SYMTAB = 2
    RELA = 4
    NOBITS = 8
    REL = 9
    DYNSYM = 11
    CREL = 0x40000014
    ANDROID_REL = 0x60000001
    ANDROID_RELA = 0x60000002
    AARCH64_ATTRIBUTES = 0x70000003


class SectionFlag(IntFlag):
    """sh_flags."""

    WRITE = 0x1
    ALLOC = 0x2
    EXECINSTR = 0x4
    TLS = 0x400
    COMPRESSED = 0x800


class SegmentType(IntEnum):
    """p_type."""

    LOAD = 1
    DYNAMIC = 2
    GNU_RELRO = 0x6474E552
    GNU_PROPERTY = 0x6474E553


class SegmentFlag(IntFlag):
    """p_flags."""

    X = 1
    W = 2
    R = 4


class SymbolType(IntEnum):
    """The low four bits of st_info."""

    NOTYPE = 0
    OBJECT = 1
    FUNC = 2
    SECTION = 3
    FILE = 4
    COMMON = 5
    TLS = 6
    GNU_IFUNC = 10


class Binding(IntEnum):
    """The high four bits of st_info."""

    LOCAL = 0
    GLOBAL = 1
    WEAK = 2


class Visibility(IntEnum):
    """The low two bits of st_other."""

    DEFAULT = 0
    INTERNAL = 1
    HIDDEN = 2
    PROTECTED = 3


SHN_UNDEF, SHN_LORESERVE, SHN_ABS, SHN_COMMON, SHN_XINDEX = 0, 0xFF00, 0xFFF1, 0xFFF2, 0xFFFF


@dataclass(frozen=True, slots=True)
class Section:
    """A section header. Addresses, offsets, sizes and alignments are in bytes."""

    index: int
    name: str
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int


@dataclass(frozen=True, slots=True)
class ProgramHeader:
    """A program header. `size` is p_filesz, `memory_size` p_memsz, in bytes."""

    type: int
    flags: int
    offset: int
    address: int
    size: int
    memory_size: int


class ElfSymbol(NamedTuple):
    """A symbol table entry; `section` is st_shndx."""

    name: str
    value: int
    size: int
    type: int
    binding: int
    section: int
    visibility: int = Visibility.DEFAULT

    @property
    def is_exported(self) -> bool:
        """Whether a linker may put it into the dynamic symbol table."""
        seen = self.visibility in (Visibility.DEFAULT, Visibility.PROTECTED)
        return seen and self.binding != Binding.LOCAL and self.section != SHN_UNDEF


class Relocation(NamedTuple):
    """A RELA entry; `symbol` is an index into the table's symbol table."""

    offset: int
    type: int
    symbol: int
    addend: int


@dataclass(frozen=True)
class Elf:
    """One ELF file. `where` names it in errors: a path, or `path(member)`."""

    where: str
    data: bytes
    type: FileType
    sections: tuple[Section, ...]
    program_headers: tuple[ProgramHeader, ...]

    def slice(self, offset: int, size: int, what: str) -> bytes:
        """Return `size` bytes of the file from `offset`; MalformedElf names `what` if outside."""
        if offset + size > len(self.data):
            raise MalformedElf(
                self.where,
                f"{what} ends at {offset + size:#x}, past the end of the file ({len(self.data):#x})",
            )
        return self.data[offset : offset + size]

    def contents(self, section: Section) -> bytes:
        """Return the section's bytes in the file (none for NOBITS)."""
        if section.type == SectionType.NOBITS:
            return b""
        if section.flags & SectionFlag.COMPRESSED:
            raise UnsupportedElf(self.where, f"section {section.name} is compressed; decompress it")
        return self.slice(section.offset, section.size, f"section {section.name}")

    def symbols(self, table: Section) -> list[ElfSymbol]:
        """Return all entries of a SYMTAB or DYNSYM section, the null entry included."""
        strings = self.contents(self.section(table.link, f"string table of {table.name}"))
        return list(parse_symbols(self.contents(table), strings, self.where))

    def relocations(self, table: Section) -> Iterator[Relocation]:
        """Yield the entries of a RELA section."""
        return parse_relocations(self.contents(table))

    def section(self, index: int, what: str) -> Section:
        """Return the section of that index; MalformedElf names `what` if there is none."""
        if not 0 < index < len(self.sections):
            raise MalformedElf(self.where, f"{what} is section {index}, which does not exist")
        return self.sections[index]


def parse_symbols(table: bytes, strings: bytes, where: str) -> Iterator[ElfSymbol]:
    """Yield symbol table entries; a ragged tail is ignored."""
    whole = memoryview(table)[: len(table) // _SYMBOL.size * _SYMBOL.size]
    for name, info, other, section, value, size in _SYMBOL.iter_unpack(whole):
        yield ElfSymbol(text_at(strings, name, where), value, size, info & 15, info >> 4, section, other & 3)


def parse_relocations(table: bytes) -> Iterator[Relocation]:
    """Yield RELA entries; a ragged tail is ignored."""
    whole = memoryview(table)[: len(table) // _RELA.size * _RELA.size]
    for offset, kind, symbol, addend in _RELA.iter_unpack(whole):
        yield Relocation(offset, kind, symbol, addend)


SYMBOL_SIZE = _SYMBOL.size


def text_at(strings: bytes, offset: int, where: str) -> str:
    """Return the NUL-terminated string at `offset` of a string table."""
    end = strings.find(b"\0", offset)
    if offset == 0 and end <= 0:
        return ""
    if end < 0 or offset >= len(strings):
        raise MalformedElf(where, f"no string at offset {offset:#x} of its string table")
    return strings[offset:end].decode("utf-8", "backslashreplace")


def read_elf(data: bytes, where: str) -> Elf:
    """Read the headers of an ELF64 little-endian AArch64 file.

    Raises NotElf, MalformedElf (a table outside the file), or UnsupportedElf (32-bit, big-endian,
    another machine, a core dump).
    """
    if not data.startswith(MAGIC):
        raise NotElf(where, repr(data[:4]))
    _check_identity(data, where)
    if len(data) < _HEADER.size:
        raise MalformedElf(where, f"{len(data)} bytes do not hold an ELF header")
    (_, kind, machine, _, _, program_offset, section_offset, _, _, program_size, program_count,
     section_size, section_count, names_index) = _HEADER.unpack_from(data)  # fmt: skip
    if machine != _EM_AARCH64:
        name = _MACHINES.get(machine, f"machine number {machine}")
        raise UnsupportedElf(where, f"code for {name}, not AArch64; give an AArch64 build")
    try:
        file_type = FileType(kind)
    except ValueError:
        what = "a core dump" if kind == 4 else f"ELF type {kind}"
        reason = f"{what} holds no code to load; give a shared object, executable or .o"
        raise UnsupportedElf(where, reason) from None
    if (section_offset and section_size != _SECTION.size) or (program_count and program_size != _PROGRAM_HEADER.size):
        raise MalformedElf(where, "header table entries have the wrong size")
    elf = Elf(where, data, file_type, (), ())
    programs = elf.slice(program_offset, program_count * program_size, "program header table")
    headers = tuple(
        ProgramHeader(type_, flags, offset, address, size, memory_size)
        for type_, flags, offset, address, _, size, memory_size, _ in _PROGRAM_HEADER.iter_unpack(programs)
    )
    sections = _read_sections(elf, section_offset, section_count, names_index)
    return Elf(where, data, file_type, sections, headers)


def _check_identity(data: bytes, where: str) -> None:
    if len(data) < 16:
        raise MalformedElf(where, f"{len(data)} bytes do not hold an ELF header")
    if data[4] != 2:
        raise UnsupportedElf(where, "a 32-bit ELF file; give a 64-bit AArch64 build")
    if data[5] != 1:
        raise UnsupportedElf(where, "a big-endian ELF file; give a little-endian AArch64 build")


def _read_sections(elf: Elf, offset: int, count: int, names_index: int) -> tuple[Section, ...]:
    if not offset:
        return ()
    if count == 0 or names_index == 0xFFFF:  # extended numbering: the real values are in entry 0
        first = _SECTION.unpack(elf.slice(offset, _SECTION.size, "section header table"))
        count = count or first[5]
        names_index = first[6] if names_index == 0xFFFF else names_index
    table = elf.slice(offset, count * _SECTION.size, "section header table")
    raw = list(_SECTION.iter_unpack(table))
    names = b""
    if 0 < names_index < count and raw[names_index][1] != SectionType.NOBITS:
        names = elf.slice(raw[names_index][4], raw[names_index][5], "section name table")
    return tuple(
        Section(
            index,
            text_at(names, name, elf.where) if names else f"section{index}",
            kind, flags, address, where, size, link, info, alignment,
        )
        for index, (name, kind, flags, address, where, size, link, info, alignment, _)
        in enumerate(raw)
    )  # fmt: skip
