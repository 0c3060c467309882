"""Encodings: bit patterns with Arm's field names, the table of all classes, and decoding by it.

A class module of `isa` holds, side by side, what others know of the class:

    PATTERN                     "sf op S 100010 sh imm12 Rn Rd", most significant bit first
    OPERANDS                    which of the fields say on what it acts
    mnemonic(f) -> str | None   Arm's name for these fields; None where they are unallocated or not modelled
    feature(f)                  what of the architecture it needs
    data_independent_time(f)    whether its time is independent of the data that it works on, while PSTATE.DIT is 1
    execute(state, f) -> None   the semantics

and, where it has them,

    memory(f)                   the bytes that it reads or writes: in every class that loads or stores
    branch(f)                   where it may go: in every class that branches
    assumption(f)               what its semantics assume, beyond the model itself
    lands(f) -> frozenset       which indirect branches may lead here, for landing pads
    ALIASES                     what else Capstone may call a mnemonic, {"SUBS": ("cmp", "negs")}
    SETTINGS                    operands that also say what it does: what of them does so, {"immh": size_setting}
    generate(random) -> int     a random legal word, where random fields would rarely be legal

All of them are functions of the fields f of a legal word. The first line of the docstring is the class's name in the Arm
ARM. Nothing else registers a class: the modules below this package are found by name.
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
from typing import TYPE_CHECKING, TypeVar

from isa.assumptions import Assumption
from isa.branch import Branch
from isa.branch_types import BranchType
from isa.features import Feature
from isa.interface import MachineState
from isa.memory_access import MemoryAccess
from isa.operands import Operands, Role

WORD_BITS = 32

_FIELD_WIDTHS = {
    "Rd": 5, "Rn": 5, "Rm": 5, "Ra": 5, "Rt": 5, "Rt2": 5, "Rs": 5, "cond": 4, "nzcv": 4, "cmode": 4,
    "CRm": 4, "op2": 3, "immr": 6, "imms": 6, "immh": 4, "immb": 3, "immhi": 19, "immlo": 2, "size": 2,
    "opc": 2, "shift": 2, "option": 3, "len": 2, "hw": 2, "b40": 5,
}  # fmt: skip
"""Widths of the fields that are not one bit; immN is N bits wide, and `name:width` in a pattern says any other."""


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


_T = TypeVar("_T")


def always(value: _T) -> Callable[[Fields], _T]:
    """What all instructions of a class have alike, as a function of their fields."""

    def same(f: Fields) -> _T:
        return value

    return same


_nothing = always(None)
_no_landing_pad = always(frozenset[BranchType]())


@dataclass(frozen=True, eq=False)
class Encoding:
    """One encoding class: what its module declares. Functions of fields are for fields that `mnemonic` names."""

    title: str
    module: str
    pattern: str
    operands: Operands
    mnemonic: Callable[[Fields], str | None]
    execute: Callable[[MachineState, Fields], None]
    feature: Callable[[Fields], Feature]
    data_independent_time: Callable[[Fields], bool]
    """Whether Arm requires, while PSTATE.DIT is 1, a time that is independent of the values of its operands.

    Arm ARM (DDI 0487), "About PSTATE.DIT", and for each instruction the section "Operational Information". Addresses are no
    such values; without the section an instruction is none of these.
    """
    memory: Callable[[Fields], MemoryAccess | None] = _nothing
    branch: Callable[[Fields], Branch | None] = _nothing
    assumption: Callable[[Fields], Assumption | None] = _nothing
    lands: Callable[[Fields], frozenset[BranchType]] = _no_landing_pad
    """The values of PSTATE.BTYPE, other than 0b00, with which it may be reached in a guarded page."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, Callable[[Fields], int]] = field(default_factory=dict)
    """What of an operand says what the instruction does, also for fields that are not allocated."""
    generator: Callable[[Random], int] | None = None

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

    @cached_property
    def _roles(self) -> Mapping[str, Role]:
        return {slot.name: self.operands.role(slot.name) for slot in self.slots}

    @property
    def name(self) -> str:
        """The short name: that of the module."""
        return self.module.rpartition(".")[2]

    @property
    def group(self) -> str:
        """The package of the module: branches, crypto, data_processing, loads_and_stores or simd."""
        return self.module.split(".")[1]

    def role(self, slot: Slot) -> Role:
        """What a field is to the class."""
        return self._roles[slot.name]

    @cached_property
    def registers(self) -> tuple[Slot, ...]:
        """The fields that hold the number of a register, most significant first."""
        return tuple(slot for slot in self.slots if self.role(slot) is Role.REGISTER)

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


_OPTIONAL = {
    "memory": "memory",
    "branch": "branch",
    "assumption": "assumption",
    "lands": "lands",
    "aliases": "ALIASES",
    "settings": "SETTINGS",
    "generator": "generate",
}
"""What a module may leave out: the attribute of the class and the name in the module."""


def _declared(module: ModuleType) -> Encoding:
    """The class that a module holds. Raises AttributeError where the module lacks what every one declares."""
    optional = {attribute: getattr(module, name) for attribute, name in _OPTIONAL.items() if hasattr(module, name)}
    return Encoding(
        title=(module.__doc__ or module.__name__).strip().splitlines()[0].split(":")[0],
        module=module.__name__,
        pattern=module.PATTERN,
        operands=module.OPERANDS,
        mnemonic=module.mnemonic,
        execute=module.execute,
        feature=module.feature,
        data_independent_time=module.data_independent_time,
        **optional,
    )


@cache
def encodings() -> tuple[Encoding, ...]:
    """All encoding classes, in the order of their module names."""
    return tuple(map(_declared, _class_modules()))


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
