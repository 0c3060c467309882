"""Goals: the equalities that a theorem comes down to on each path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from lnsym.bv import BV

GoalKind: TypeAlias = Literal["output", "abi", "unreachable"]


@dataclass(frozen=True, eq=False)
class Goal:
    """Under the path conditions, what the code computed equals what it must be."""

    name: str
    """`state[3]`, `result`, `x19`."""
    kind: GoalKind
    actual: BV
    expected: BV
    conditions: tuple[BV, ...] = ()
    path: int = 0
    """Number of the path it belongs to, from 0."""


def unreachable(name: str, conditions: tuple[BV, ...], path: int = 0) -> Goal:
    """The goal that no input takes a path: under its conditions 0 = 1."""
    return Goal(name, "unreachable", BV.const(0, 1), BV.const(1, 1), conditions, path)
