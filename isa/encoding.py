"""Encodings: bit patterns with Arm's field names, the table of all classes, and decoding by it.

A class module of `isa` holds:

    PATTERN                     "sf op S 100010 sh imm12 Rn Rd", most significant bit first
    mnemonic(f) -> str | None   Arm's name for these fields; None where they are unallocated or not modelled
    execute(state, f) -> None   the semantics
    ALIASES                     optional: what else Capstone may call a mnemonic, {"SUBS": ("cmp", "negs")}
    generate(random) -> int     optional: a random legal word, where random fields would rarely be legal
    lands(f) -> frozenset       optional: which indirect branches may lead here, for landing pads

and its docstring's first line is the class's name in the Arm ARM. Nothing else registers it: the modules below this
package are found by name.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from random import Random
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

from isa.branch_types import BranchType
from isa.interface import State

WORD_BITS = 32

_FIELD_WIDTHS = {
    "Rd": 5, "Rn": 5, "Rm": 5, "Ra": 5, "Rt": 5, "Rt2": 5, "Rs": 5, "cond": 4, "nzcv": 4, "cmode": 4,
    "CRm": 4, "op2": 3, "immr": 6, "imms": 6, "immh": 4, "immb": 3, "immhi": 19, "immlo": 2, "size": 2,
    "opc": 2, "shift": 2, "option": 3, "len": 2, "hw": 2, "b40": 5,
}  # fmt: skip
"""Widths of the fields that are not one bit; immN is N bits wide, and `name:width` in a pattern says any other."""

REGISTER_FIELDS = frozenset({"Rd", "Rn", "Rm", "Ra", "Rt", "Rt2", "Rs"})


class Fields(SimpleNamespace):
    """The decoded fields of one instruction word, each an unsigned int, under Arm's names."""

    if TYPE_CHECKING:  # SimpleNamespace's own stub says Any

        def __getattribute__(self, name: str) -> int: ...


@dataclass(frozen=True)
class Slot:
    """Where a field lies: bits low + width - 1 .. low of the word."""

    name: str
    low: int
    width: int


def parse_pattern(pattern: str) -> tuple[int, int, tuple[Slot, ...]]:
    """Fixed-bit mask, fixed-bit value and the fields of a pattern. Raises ValueError unless it is 32 bits wide."""
    mask = value = 0
    position = WORD_BITS
    slots = []
    for token in pattern.split():
        if set(token) <= {"0", "1"}:
            position -= len(token)
            mask |= ((1 << len(token)) - 1) << max(position, 0)
            value |= int(token, 2) << max(position, 0)
            continue
        name, _, explicit = token.partition(":")
        immediate = re.fullmatch(r"imm(\d+)", name)
        width = int(explicit or (immediate[1] if immediate else _FIELD_WIDTHS.get(name, 1)))
        position -= width
        slots.append(Slot(name, position, width))
    if position != 0:
        raise ValueError(f"the pattern {pattern!r} has {WORD_BITS - position} bits")
    return mask, value, tuple(slots)


def _no_landing_pad(f: Fields) -> frozenset[BranchType]:
    return frozenset()


@dataclass(frozen=True, eq=False)
class Encoding:
    """One encoding class: its pattern, its names and its semantics."""

    title: str
    module: str
    pattern: str
    mnemonic: Callable[[Fields], str | None]
    execute: Callable[[State, Fields], None]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    generator: Callable[[Random], int] | None = None
    lands: Callable[[Fields], frozenset[BranchType]] = _no_landing_pad
    """The values of PSTATE.BTYPE, other than 0b00, with which it may be reached in a guarded page."""

    @cached_property
    def _parsed(self) -> tuple[int, int, tuple[Slot, ...]]:
        return parse_pattern(self.pattern)

    @property
    def mask(self) -> int:
        """The bits that the pattern fixes."""
        return self._parsed[0]

    @property
    def value(self) -> int:
        """What it fixes them to."""
        return self._parsed[1]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The fields, most significant first."""
        return self._parsed[2]

    def fields(self, word: int) -> Fields:
        """The fields of a word of this class."""
        return Fields(**{slot.name: word >> slot.low & ((1 << slot.width) - 1) for slot in self.slots})

    def names(self, f: Fields) -> tuple[str, ...]:
        """What a disassembler may call these fields, in lower case, Arm's own name first; () when unallocated."""
        name = self.mnemonic(f)
        return () if name is None else (name.lower(), *self.aliases.get(name, ()))

    def assemble(self, **fields: int) -> int:
        """The word with these fields. Raises KeyError for a missing field, ValueError for one that does not fit."""
        word = self.value
        for slot in self.slots:
            number = fields[slot.name]
            if not 0 <= number < 1 << slot.width:
                raise ValueError(f"{slot.name} = {number} does not fit in {slot.width} bits")
            word |= number << slot.low
        return word


def _class_modules() -> Iterator[ModuleType]:
    import isa

    for info in pkgutil.walk_packages(isa.__path__, "isa."):
        module = importlib.import_module(info.name)
        if hasattr(module, "PATTERN"):
            yield module


@cache
def encodings() -> tuple[Encoding, ...]:
    """All encoding classes, in the order of their module names."""
    found = []
    for module in _class_modules():
        title = (module.__doc__ or module.__name__).strip().splitlines()[0].split(":")[0]
        found.append(
            Encoding(
                title=title,
                module=module.__name__,
                pattern=module.PATTERN,
                mnemonic=module.mnemonic,
                execute=module.execute,
                aliases=getattr(module, "ALIASES", {}),
                generator=getattr(module, "generate", None),
                lands=getattr(module, "lands", _no_landing_pad),
            )
        )
    return tuple(found)


@cache
def _by_top_byte() -> tuple[tuple[Encoding, ...], ...]:
    """For each value of bits 31..24 the classes whose pattern admits it."""
    table: list[tuple[Encoding, ...]] = []
    for top in range(256):
        word = top << 24
        table.append(tuple(e for e in encodings() if (word ^ e.value) & e.mask & 0xFF000000 == 0))
    return tuple(table)


class AmbiguousEncoding(Exception):
    """Two classes claim one word: a fault of the model."""


def classify(word: int) -> tuple[Encoding, Fields] | None:
    """The class and the fields of an instruction word; None when no class models it."""
    found = None
    for encoding in _by_top_byte()[word >> 24]:
        if word & encoding.mask == encoding.value:
            fields = encoding.fields(word)
            if encoding.mnemonic(fields) is not None:
                if found is not None:
                    raise AmbiguousEncoding(f"{word:#010x}: {found[0].module} and {encoding.module}")
                found = encoding, fields
    return found
