"""Symbol resolution between relocatable objects: what a relocation's S is, or why nobody knows.

An object's own definition comes first, then a global one of another object (strong before weak,
first before later), then COMMON, then an external placeholder. Weak undefined symbols stay unknown:
they may or may not be 0 in the linked program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lnsym.errors import MalformedElf, UnsupportedElf
from lnsym.machine import relocation as rel
from lnsym.machine.elf import (
    SHN_ABS,
    SHN_COMMON,
    SHN_LORESERVE,
    SHN_UNDEF,
    SHN_XINDEX,
    Binding,
    Elf,
    ElfSymbol,
    Relocation,
    Section,
    SectionFlag,
    SectionType,
    SymbolType,
)
from lnsym.machine.layout import Draft

_UNREAD_TABLES = frozenset({SectionType.REL, SectionType.CREL, SectionType.ANDROID_REL, SectionType.ANDROID_RELA})


@dataclass(frozen=True)
class Object:
    """One object to lay out; `member` is its name in an archive."""

    elf: Elf
    member: str | None = None


@dataclass(frozen=True)
class Use:
    """A relocation of a section that occupies memory."""

    owner: int  # index of the object
    section: Section  # the section it patches
    symbol_table: Section
    entry: Relocation


@dataclass(frozen=True)
class UnknownValue:
    """Why a symbol has no address here."""

    reason: str


@dataclass(frozen=True)
class External:
    """A symbol that another file defines: its name, and the address that stands in for its own."""

    name: str
    address: int


@dataclass
class Linkage:
    """The state of one layout: where sections, commons, externals and GOT entries went."""

    objects: Sequence[Object]
    draft: Draft
    tables: dict[tuple[int, int], list[ElfSymbol]] = field(default_factory=dict)
    bases: dict[tuple[int, int], int] = field(default_factory=dict)
    globals: dict[str, int] = field(default_factory=dict)
    commons: dict[str, int] = field(default_factory=dict)
    externals: dict[str, int] = field(default_factory=dict)
    got: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def symbols(self, owner: int, table: Section) -> list[ElfSymbol]:
        """Return the entries of one of the object's symbol tables."""
        key = (owner, table.index)
        if key not in self.tables:
            self.tables[key] = self.objects[owner].elf.symbols(table)
        return self.tables[key]

    def all_symbols(self) -> Iterator[tuple[int, ElfSymbol]]:
        """Yield every object's symbols with the index of the object."""
        for owner, o in enumerate(self.objects):
            for table in o.elf.sections:
                if table.type == SectionType.SYMTAB:
                    yield from ((owner, symbol) for symbol in self.symbols(owner, table))

    def collect_globals(self) -> None:
        """Fill `globals` once all sections are placed: strong definitions before weak ones."""
        for binding in (Binding.GLOBAL, Binding.WEAK):
            for owner, symbol in self.all_symbols():
                if symbol.binding == binding and symbol.section not in (SHN_UNDEF, SHN_COMMON):
                    address = self.address(owner, symbol)
                    if isinstance(address, int):
                        self.globals.setdefault(symbol.name, address)

    def symbol(self, use: Use) -> ElfSymbol:
        """Return the symbol that a relocation names; MalformedElf if there is none."""
        symbols = self.symbols(use.owner, use.symbol_table)
        if use.entry.symbol >= len(symbols):
            where = self.objects[use.owner].elf.where
            raise MalformedElf(where, f"a relocation names symbol {use.entry.symbol} of {len(symbols)}")
        return symbols[use.entry.symbol]

    def is_fixed(self, use: Use) -> bool:
        """Whether the symbol that a relocation names is a number that no linker changes: absolute, or none at all."""
        symbol = self.symbol(use)
        return symbol.section == SHN_ABS or (symbol.section == SHN_UNDEF and not symbol.name)

    def address(self, owner: int, symbol: ElfSymbol) -> int | External | UnknownValue:
        """Return S, the address a relocation against `symbol` of object `owner` uses."""
        if symbol.section == SHN_ABS:
            return symbol.value
        if symbol.type == SymbolType.TLS:
            return UnknownValue("thread-local")
        if symbol.type == SymbolType.GNU_IFUNC:
            return UnknownValue("an indirect function, chosen at run time")
        if symbol.section == SHN_UNDEF and not symbol.name:
            return 0
        if symbol.section in (SHN_UNDEF, SHN_COMMON):
            for known in (self.globals, self.commons):
                if symbol.name in known:
                    return known[symbol.name]
            if symbol.name in self.externals:
                return External(symbol.name, self.externals[symbol.name])
            return UnknownValue("not defined here, and may be absent")
        base = self.bases.get((owner, symbol.section))
        if base is None:
            return UnknownValue("its section is not loaded")
        return (base + symbol.value) % (1 << 64)


def occupies_memory(section: Section) -> bool:
    """Return whether the section gets addresses (not debug data, not the zeroed TLS image)."""
    thread_zero = section.flags & SectionFlag.TLS and section.type == SectionType.NOBITS
    return bool(section.flags & SectionFlag.ALLOC) and not thread_zero


def uses_of(owner: int, elf: Elf) -> Iterator[Use]:
    """Yield the relocations of the sections that occupy memory; UnsupportedElf if not RELA."""
    for table in elf.sections:
        if table.type != SectionType.RELA and table.type not in _UNREAD_TABLES:
            continue
        section = elf.section(table.info, f"the target of {table.name}")
        if not occupies_memory(section):
            continue
        if table.type in _UNREAD_TABLES:
            reason = f"relocations of {section.name} are not RELA; assemble with plain RELA"
            raise UnsupportedElf(elf.where, reason)
        symbol_table = elf.section(table.link, f"the symbol table of {table.name}")
        for entry in elf.relocations(table):
            yield Use(owner, section, symbol_table, entry)


def undefined_names(link: Linkage, uses: Sequence[Use]) -> tuple[list[str], list[str]]:
    """Return the undefined functions and data: what CALL26 or JUMP26 reach is a function."""
    defined = {
        symbol.name
        for _, symbol in link.all_symbols()
        if symbol.section != SHN_UNDEF and symbol.binding != Binding.LOCAL
    }
    functions: dict[str, None] = {}
    data: dict[str, None] = {}
    for use in uses:
        symbol = link.symbol(use)
        weak = symbol.binding == Binding.WEAK
        if symbol.section != SHN_UNDEF or not symbol.name or symbol.name in defined or weak:
            continue
        if symbol.type != SymbolType.TLS:
            (functions if use.entry.type in rel.CALLS else data)[symbol.name] = None
    return list(functions), [name for name in data if name not in functions]


def defined_symbols(link: Linkage) -> Iterator[tuple[ElfSymbol, int, str | None]]:
    """Yield (entry, address, member) of the symbols that lie in placed sections."""
    for owner, symbol in link.all_symbols():
        member = link.objects[owner].member
        if symbol.section == SHN_XINDEX:
            reason = "more than 65,279 sections are not supported; compile without -ffunction-sections"
            raise UnsupportedElf(link.objects[owner].elf.where, reason)
        if symbol.section == SHN_COMMON and symbol.name in link.commons:
            yield symbol, link.commons[symbol.name], member
        elif SHN_UNDEF < symbol.section < SHN_LORESERVE:
            address = link.address(owner, symbol)
            if isinstance(address, int):
                yield symbol, address, member
