"""Evidence: why an obligation holds, as the method that proved it says; kept with the verdict, never printed.

Frozen values of numbers and names, so that they cross from one process to another. Terms are named by serial numbers of the process that
judges, nodes of a circuit by their numbers in the pass that made it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Identical:
    """Both sides are one term."""


@dataclass(frozen=True, slots=True)
class SameForms:
    """Each of so many bits is one XOR over atoms on both sides, whatever the premises (`gf2`)."""

    bits: int


@dataclass(frozen=True, slots=True)
class NoModel:
    """Each of these solvers says that no input makes all premises 1 and the claim 0."""

    solvers: tuple[str, ...]


# -- the circuit of sweep: a cut is nodes taken as free, and what holds for all their values holds for all inputs ----


@dataclass(frozen=True, slots=True)
class TruthTable:
    """The two gates agree at every point of the cut, looked at one by one."""

    cut: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parity:
    """The two gates are XORs of the same literals."""


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """A SAT solver found no values of the cut's nodes on which the two gates differ, those above the cut given as clauses."""

    cut: tuple[int, ...]
    gates: int
    """How many gates the clauses speak of."""


GateArgument: TypeAlias = TruthTable | Parity | Unsatisfiable


@dataclass(frozen=True, slots=True)
class Join:
    """A literal, a node doubled and its complement odd, stands in the place of a node, and why it may."""

    node: int
    literal: int
    argument: GateArgument


@dataclass(frozen=True, slots=True)
class WordJoin:
    """`term` is `other` rotated right by `rotation` and XORed with `flips`: bit by bit they are one literal of the circuit."""

    term: int
    other: int
    rotation: int
    flips: int


Closing: TypeAlias = Literal["same bits", "a premise is 0", "no difference in the whole circuit", "rewritten"]
"""What the joins come to: both sides one word; no input at all; a SAT solver's word on what is left; the same question on joined terms."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was joined since the last `Swept` of the same run, in this pass; earlier ones count as well."""

    closing: Closing
    effort: int
    words: tuple[WordJoin, ...]
    gates: tuple[Join, ...]


# -- words joined (`joining`) ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SameMaps:
    """The one is an XOR of the same maps of the same words as the other rotated right by `rotation` and XORed with `flips`."""

    rotation: int = 0
    flips: int = 0


@dataclass(frozen=True, slots=True)
class Enumerated:
    """The difference is 0 at every point of so many bits, looked at one by one."""

    bits: int


@dataclass(frozen=True, slots=True)
class ByLemma:
    """The contract's lemma of this name says so, which has a proof of its own; wherever the contract's preconditions hold."""

    name: str


JoinArgument: TypeAlias = Identical | SameMaps | Enumerated | Swept | NoModel | ByLemma


@dataclass(frozen=True, slots=True)
class WordJoined:
    """`other` stands in the place of `term`, by their serial numbers, and why it may."""

    term: int
    other: int
    argument: JoinArgument
    under_premises: bool
    """Whether they are equal only where the premises of the obligation hold."""


@dataclass(frozen=True, slots=True)
class WordsJoined:
    """With these words joined both sides are one, or are equal by `closing`."""

    words: tuple[WordJoined, ...]
    closing: JoinArgument


@dataclass(frozen=True, slots=True)
class Reduced:
    """One method left another obligation in this one's place, and why it may; then that one was proved."""

    by: str
    """The name of the one that left it."""
    reduction: Evidence
    proof: Evidence


Evidence: TypeAlias = Identical | SameForms | NoModel | Swept | WordsJoined | Reduced | ByLemma


@dataclass(frozen=True, slots=True)
class Proof:
    """That an obligation, by name and number of its path, holds: what proved it, and why."""

    obligation: str
    path: int
    method: str
    evidence: Evidence

    @property
    def methods(self) -> frozenset[str]:
        """All whose word it rests on, by name."""
        return frozenset([self.method, *_relied_on(self.evidence)])


def _relied_on(evidence: Evidence) -> Iterator[str]:
    """The names of the methods, besides the one whose evidence it is, on whose word it rests."""
    if isinstance(evidence, Reduced):
        yield evidence.by
        yield from _relied_on(evidence.reduction)
        yield from _relied_on(evidence.proof)
    elif isinstance(evidence, WordsJoined):
        for argument in {word.argument for word in evidence.words} | {evidence.closing}:
            if isinstance(argument, Swept):
                yield "sweep"
            elif isinstance(argument, NoModel):
                yield from argument.solvers
