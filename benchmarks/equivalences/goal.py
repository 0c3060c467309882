"""Equivalence goals: two terms that are one function, written in two ways that programs really use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from lnsym.bv import BV, rewrite_level


class Sides(NamedTuple):
    """The two terms, of one width, and terms of one bit that must be 1."""

    actual: BV
    expected: BV
    conditions: tuple[BV, ...] = ()


@dataclass(frozen=True)
class EquivalenceGoal:
    """A goal of the suite.

    At rewrite level 0 the terms stand as they are written, and `structural` and `gf2` are told not to run.
    At level 1 neither of the two closes the goal.
    """

    name: str
    build: Callable[[], Sides]
    level: int = 1
    equal: bool = True
    """False for a near miss, which every method must refute."""

    def sides(self) -> Sides:
        """Both sides, built at the goal's rewrite level."""
        with rewrite_level(self.level):
            return self.build()
