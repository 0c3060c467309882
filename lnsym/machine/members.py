"""Which members of an archive define which symbols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lnsym.errors import (
    AmbiguousMember,
    ArchiveNeedsSymbol,
    NoSuchMember,
    NoSuchSymbol,
    UnsupportedElf,
    nearest_names,
)
from lnsym.machine.archive import Member, read_archive
from lnsym.machine.binary_file import read_file
from lnsym.machine.elf import MAGIC, SHN_UNDEF, Elf, FileType, SectionFlag, SectionType, read_elf
from lnsym.machine.layout import Symbol
from lnsym.machine.linkage import Object
from lnsym.machine.symbols import ADDRESSED, Placed, SectionRange, resolve_symbols


def list_archive(path: Path) -> Iterator[tuple[str, tuple[Symbol, ...]]]:
    """Yield each member's name and symbols; an `address` here is an offset in its section.

    Members that are not ELF files are passed over. Raises FileUnreadable, MalformedArchive,
    UnsupportedElf, MalformedElf.
    """
    for member in read_archive(read_file(path), str(path)):
        if member.data.startswith(MAGIC):
            elf = read_elf(member.data, f"{path}({member.name})")
            yield member.name, tuple(_symbols_by_section(elf, member.name))


def wanted_members(data: bytes, path: Path, symbols: Sequence[str]) -> list[Object]:
    """Return the members that define `symbols`, in the order in which they are first wanted.

    As a linker does, the first member that defines a global symbol is taken. A local symbol is
    found too, if one member only has it or `member:name` says which.

    Raises ArchiveNeedsSymbol, NoSuchSymbol, NoSuchMember, AmbiguousMember, and what reading the
    members raises.
    """
    members = list(read_archive(data, str(path)))
    if not symbols:
        raise ArchiveNeedsSymbol(str(path), len(members))
    chosen: dict[int, Object] = {}
    for text in symbols:
        member = _member_of(text, members, path)
        elf = read_elf(member.data, f"{path}({member.name})")
        if elf.type != FileType.REL:
            raise UnsupportedElf(elf.where, "a linked file inside an archive; extract it first")
        chosen.setdefault(member.offset, Object(elf, member.name))
    return list(chosen.values())


def _member_of(text: str, members: Sequence[Member], path: Path) -> Member:
    prefix, colon, rest = text.rpartition(":")
    candidates, name = members, text
    if colon:
        named = [m for m in members if m.name == prefix]
        if named:
            candidates, name = named, rest
        elif prefix.endswith(".o"):
            nearest = nearest_names(prefix, {m.name for m in members})
            raise NoSuchMember(str(path), prefix, nearest)
    addressed = ADDRESSED.fullmatch(name)
    if addressed:
        name = addressed["name"]
    local = []
    needle = name.encode("utf-8", "replace") + b"\0"  # as string tables hold it; most have no match
    for member in candidates:
        if needle not in member.data or not member.data.startswith(MAGIC):
            continue
        elf = read_elf(member.data, f"{path}({member.name})")
        found = [s for s in _symbols_by_section(elf, member.name) if s.name == name]
        if any(s.is_global for s in found):
            return member
        if found:
            local.append(member)
    if not local:
        known = {s.name for _, symbols in list_archive(path) for s in symbols}
        raise NoSuchSymbol(str(path), text, nearest_names(name, known))
    if len(local) > 1:
        raise AmbiguousMember(str(path), name, tuple(m.name for m in local))
    return local[0]


def _symbols_by_section(elf: Elf, member: str) -> list[Symbol]:
    placed = []
    for table in elf.sections:
        if table.type != SectionType.SYMTAB:
            continue
        for entry in elf.symbols(table):
            if SHN_UNDEF < entry.section < len(elf.sections):
                section = elf.sections[entry.section]
                if section.flags & SectionFlag.ALLOC:
                    executable = bool(section.flags & SectionFlag.EXECINSTR)
                    region = SectionRange(0, section.size, executable, section.index)
                    placed.append(Placed(entry, entry.value, region, member))
    return resolve_symbols(placed)
