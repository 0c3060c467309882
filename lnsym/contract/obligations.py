"""Obligations: what a theorem comes down to on each path, premises and the claim that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from lnsym.bv import BV

ObligationKind: TypeAlias = Literal["output", "abi", "unreachable", "joined", "lemma", "invariant"]
"""Of an output of the contract; of a rule of AAPCS64; that no input takes a path; of two words that a method made one; that a
lemma of the contract holds, on all paths; that a way through a loop keeps its invariant."""


@dataclass(frozen=True, eq=False)
class Obligation:
    """Where all premises are 1, two words are equal. A claim of one bit has 1 on its right."""

    name: str
    """`state[3]`, `result`, `x19`."""
    kind: ObligationKind
    left: BV
    """What the code computed."""
    right: BV
    """What it must be, of the same width."""
    premises: tuple[BV, ...] = ()
    """Terms of one bit: the conditions of the path, and of the contract what the claim needs."""
    path: int = 0
    """Number of the path it belongs to, from 0."""

    @property
    def difference(self) -> BV:
        """The claim denied, a term of one bit."""
        return self.left.ne(self.right)

    @property
    def failure(self) -> list[BV]:
        """Terms of one bit: an input on which all are 1 shows the obligation to be false."""
        return [*self.premises, self.difference]

    @property
    def terms(self) -> tuple[BV, ...]:
        """All that it speaks of."""
        return (self.left, self.right, *self.premises)

    @property
    def rests_on_premises(self) -> bool:
        """Whether the claim is false by itself, two numbers that differ."""
        return self.left.is_const and self.right.is_const and self.left is not self.right


def holds(name: str, kind: ObligationKind, claim: BV, premises: tuple[BV, ...] = (), path: int = 0) -> Obligation:
    """That a term of one bit, a bound or an implication say, is 1."""
    return Obligation(name, kind, claim, BV.const(1, 1), premises, path)


def unreachable(name: str, premises: tuple[BV, ...], path: int = 0) -> Obligation:
    """That no input takes a path: its conditions imply 0."""
    return holds(name, "unreachable", BV.const(0, 1), premises, path)
