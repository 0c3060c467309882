"""Which fields of a class are its operands: they say on what it acts, all others what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Role(Enum):
    """What a field is to the instruction."""

    REGISTER = auto()
    """The number of a register."""
    IMMEDIATE = auto()
    """A number: an immediate, a shift amount, a condition, the index of an element."""
    MODIFIER = auto()
    """The number of a register in some instructions of the class, fixed in the others."""
    SETTING = auto()
    """It says what the instruction does, and on what sizes."""


@dataclass(frozen=True)
class Operands:
    """The operand fields of a class, by Arm's names; a field that is not among them is a setting."""

    general: tuple[str, ...] = ()
    """Numbers of general-purpose registers; the semantics say whether 31 is XZR or SP."""
    vector: tuple[str, ...] = ()
    """Numbers of SIMD&FP registers."""
    either: tuple[str, ...] = ()
    """Numbers of registers of one bank or the other: by the field V where the class has it, else by the opcode."""
    should_be_one: tuple[str, ...] = ()
    """Register fields that name none: all ones in every legal word."""
    modifier: tuple[str, ...] = ()
    immediate: tuple[str, ...] = ()
    consecutive: Mapping[str, int] = field(default_factory=dict)
    """Fields that stand for several registers, their numbers modulo 32: for how many at most."""
    top_bit: Mapping[str, str] = field(default_factory=dict)
    """Register fields of four bits: the field that gives the fifth, for some sizes of elements."""

    @property
    def registers(self) -> tuple[str, ...]:
        """All fields that hold the number of a register, or ones in its place."""
        return self.general + self.vector + self.either + self.should_be_one

    @property
    def most_consecutive(self) -> int:
        """How many registers one field may stand for."""
        return max(self.consecutive.values(), default=1)

    def role(self, name: str) -> Role:
        """What the field of this name is."""
        if name in self.registers:
            return Role.REGISTER
        if name in self.immediate:
            return Role.IMMEDIATE
        return Role.MODIFIER if name in self.modifier else Role.SETTING
