"""What a proof method is: one shape for all, those that are there and those to come.

A method is one file of `lnsym.prove.methods`, and one line of its tuple `METHODS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from lnsym.deadline import NEVER, Deadline
from lnsym.prove.evidence import Evidence

if TYPE_CHECKING:
    from lnsym.bv import BV
    from lnsym.contract.obligations import Obligation
    from lnsym.run.inputs import Sample


@dataclass(frozen=True)
class Proved:
    """The claim follows from the premises."""

    evidence: Evidence


@dataclass(frozen=True)
class Refuted:
    """A value of each variable, on which all premises are 1 and the claim is 0."""

    model: Sample
    reason: str = ""
    """What is to be said if it does not run."""


@dataclass(frozen=True)
class Rest:
    """An obligation that is left to show in another's place, which follows from it."""

    obligation: Obligation
    evidence: Evidence


@dataclass(frozen=True, eq=False)
class Replacements:
    """What a method put in the place of terms: for who says where an obligation stays open (`frontier`)."""

    stand_for: Mapping[BV, BV]
    """For each term that it came to one that is equal to it, made of what stands for its operands."""
    apart: Sequence[tuple[BV, BV]]
    """Of these two that agree on all samples and were not shown equal, in the order in which they were met."""


@dataclass(frozen=True)
class Unknown:
    """The method found neither."""

    reason: str
    apart: tuple[int, int] | None = None
    """Serial numbers of the smallest two terms that agree on all samples and were not shown equal."""
    rest: Rest | None = None
    """For the method that comes next in the same process."""
    replaced: Replacements | None = None
    """For the same process as well."""


Answer: TypeAlias = Proved | Refuted | Unknown


@dataclass(frozen=True)
class Budget:
    """What a method may use."""

    deadline: Deadline = NEVER
    """For all obligations together."""
    obligation_seconds: float | None = None
    """For one obligation, with a method that takes one after the other."""
    lemmas: tuple[Obligation, ...] = ()
    """What was proved of the contract's lemmas: it holds under the contract's preconditions, which who uses premises has among them."""
    labelled: tuple[BV, ...] = ()
    """Terms to which words may be joined though no obligation speaks of them."""

    def seconds(self) -> float:
        """What is left for one obligation."""
        left = self.deadline.left()
        return left if self.obligation_seconds is None else min(left, self.obligation_seconds)


Attempt: TypeAlias = Callable[["Sequence[Obligation]", Budget], "Iterator[tuple[Obligation, Answer]]"]
"""Answers to obligations, as they are found; one that has none was not reached, or nothing can be said of it. Ends by the deadline."""

Cost: TypeAlias = Literal["free", "cheap", "moderate", "costly"]
"""Free ones come before the first inputs are tried, cheap ones before rare inputs are looked for at length, moderate ones before many
inputs are tried; costly ones race in processes of their own."""


@dataclass(frozen=True)
class Method:
    """A way to prove obligations, or to refute them. Who ignores premises must be right without them."""

    name: str
    """What reports call it."""
    cost: Cost
    attempt: Attempt = field(repr=False)
    choice: str = ""
    """What `--method` calls it; empty where that is its name."""
    assumption: str = ""
    """What a proof by it rests on besides, by its name in SOUNDNESS.md."""
    uses_premises: bool = True
    """If not, it gets those of the path alone, and what it proves is checked without any."""
    reduces: bool = False
    """Whether those that come after it get what it leaves in an obligation's place."""
    ready: Callable[[], bool] = field(default=lambda: True, repr=False)
    """Whether it can be used here. Raises SolverUnsound."""
    share: float = 1.0
    """Which part of the time that is left it gets where others come after it."""
    share_alone: float = 1.0
    """Which part it gets where none does."""
    least_seconds: float = 0.0
    """What it gets however short the time is."""

    def budget(self, whole: Budget, last: bool) -> Budget:
        """Its part of what all have; `last` says that no other comes after it."""
        share = self.share_alone if last else self.share
        return whole if share == 1.0 else replace(whole, deadline=whole.deadline.slice(share, self.least_seconds))
