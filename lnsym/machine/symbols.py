"""From symbol table entries to symbols a user can name: sizes, kinds, precedence, spellings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lnsym.errors import AmbiguousSymbol, NoSuchSymbol, nearest_names
from lnsym.machine.elf import Binding, ElfSymbol, SymbolType
from lnsym.machine.layout import Kind, Symbol

_MAPPING_SYMBOL = re.compile(r"\$[xd](\..*)?")  # AAELF64, "Mapping symbols"
_DEFAULT_VERSION = re.compile(r"@@.*$")
ADDRESSED = re.compile(r"(?P<name>.+)@(?P<address>0x[0-9a-fA-F]{1,16})")
# An indirect function's value is its resolver's address, not its own; a TLS value is no address.
_NAMELESS_TYPES = frozenset({SymbolType.SECTION, SymbolType.FILE, SymbolType.TLS, SymbolType.GNU_IFUNC})


class SectionRange(NamedTuple):
    """The section a symbol lies in; a symbol never reaches past its end.

    `section` tells regions apart that are given as offsets.
    """

    start: int
    end: int
    executable: bool
    section: int = 0


class Placed(NamedTuple):
    """A symbol table entry, the address it got, and the region there."""

    entry: ElfSymbol
    address: int
    region: SectionRange
    member: str | None = None


@dataclass
class _Landmarks:
    """The sorted addresses at which the symbols of one region start."""

    all: list[int] = field(default_factory=list)
    routines: list[int] = field(default_factory=list)  # typed or global: not mere labels
    mapping: list[tuple[int, bool]] = field(default_factory=list)  # (address, data starts here)


def resolve_symbols(placed: Iterable[Placed]) -> list[Symbol]:
    """Return the symbols that name code or data, sorted by address, sizes resolved.

    Mapping, section, file, thread-local and indirect symbols are dropped, as is one outside its region. A
    symbol of size 0 reaches to the next typed or global symbol (a local untyped one, which is a
    label, to the next of any sort), else to the end of its region.
    """
    inside = [
        p
        for p in placed
        if p.entry.name and p.entry.type not in _NAMELESS_TYPES and p.region.start <= p.address < p.region.end
    ]
    landmarks: defaultdict[SectionRange, _Landmarks] = defaultdict(_Landmarks)
    named = []
    for p in inside:
        marks = landmarks[p.region]
        if _MAPPING_SYMBOL.fullmatch(p.entry.name):
            marks.mapping.append((p.address, p.entry.name[1] == "d"))
            continue
        named.append(p)
        marks.all.append(p.address)
        if not _is_label(p.entry):
            marks.routines.append(p.address)
    for marks in landmarks.values():
        marks.all.sort()
        marks.routines.sort()
        marks.mapping.sort()
    symbols: dict[tuple[str, int], Symbol] = {}
    for p in named:
        symbol = Symbol(
            _DEFAULT_VERSION.sub("", p.entry.name) or p.entry.name,
            p.address,
            _size(p, landmarks[p.region]),
            _kind(p, landmarks[p.region]),
            p.entry.binding != Binding.LOCAL,
            p.member,
        )
        key = (symbol.name, symbol.address)
        if key not in symbols or (symbol.is_global and not symbols[key].is_global):
            symbols[key] = symbol
    return sorted(symbols.values(), key=lambda s: (s.address, s.name))


def _is_label(entry: ElfSymbol) -> bool:
    return entry.type == SymbolType.NOTYPE and entry.binding == Binding.LOCAL


def _size(p: Placed, marks: _Landmarks) -> int:
    if p.entry.size:
        return min(p.entry.size, p.region.end - p.address)
    starts = marks.all if _is_label(p.entry) else marks.routines
    at = bisect_right(starts, p.address)
    return (starts[at] if at < len(starts) else p.region.end) - p.address


def _kind(p: Placed, marks: _Landmarks) -> Kind:
    if p.entry.type == SymbolType.FUNC:
        return "function"
    if p.entry.type != SymbolType.NOTYPE or not p.region.executable:
        return "data"
    at = bisect_right(marks.mapping, (p.address, True))
    is_data = at > 0 and marks.mapping[at - 1][1]
    return "data" if is_data else "function"


@dataclass(frozen=True)
class Names:
    """The spellings by which symbols are found.

    A global symbol takes its plain name. A local one takes it where no other symbol claims it.
    The others are spelled `name@0xADDRESS`.
    """

    by_spelling: Mapping[str, Symbol]
    by_name: Mapping[str, tuple[Symbol, ...]]

    def find(self, text: str, where: str) -> Symbol:
        """Return the symbol spelled `name`, `name@0xADDRESS` or `member:name`.

        Raises NoSuchSymbol with the nearest names, or AmbiguousSymbol; both name `where`.
        """
        symbol = self.by_spelling.get(text)
        if symbol is not None:
            return symbol
        name, candidates = text, self.by_name.get(text, ())
        addressed = ADDRESSED.fullmatch(text)
        member, colon, rest = text.rpartition(":")
        if not candidates and addressed:
            name = addressed["name"]
            address = int(addressed["address"], 16)
            candidates = tuple(s for s in self.by_name.get(name, ()) if s.address == address)
        elif not candidates and colon:
            candidates = tuple(s for s in self.by_name.get(rest, ()) if s.member == member)
            name = rest if candidates else text
        if not candidates:
            raise NoSuchSymbol(where, text, nearest_names(name, self.by_name))
        if len(candidates) > 1:
            raise AmbiguousSymbol(where, name, tuple(s.address for s in candidates))
        return candidates[0]


def name_symbols(symbols: Sequence[Symbol]) -> Names:
    """Decide the spelling of each symbol."""
    by_name: defaultdict[str, list[Symbol]] = defaultdict(list)
    for symbol in symbols:
        by_name[symbol.name].append(symbol)
    by_spelling = {}
    for name, candidates in by_name.items():
        claimants = [s for s in candidates if s.is_global] or candidates
        winner = claimants[0] if len(claimants) == 1 else None
        for symbol in candidates:
            spelling = name if symbol is winner else f"{name}@{symbol.address:#x}"
            by_spelling[spelling] = symbol
    return Names(by_spelling, {name: tuple(found) for name, found in by_name.items()})
