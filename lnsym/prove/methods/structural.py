"""Structural: both sides normalised to the same node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lnsym.prove.evidence import Identical
from lnsym.prove.method import Budget, Method, Proved

if TYPE_CHECKING:
    from lnsym.contract.obligations import Obligation


def proves(obligation: Obligation) -> bool:
    """Whether the two sides are one term, which makes them equal for every input, on this path and any other."""
    return obligation.left is obligation.right


def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Proved]]:
    """Those whose sides are one term."""
    yield from [(obligation, Proved(Identical())) for obligation in obligations if proves(obligation)]


STRUCTURAL = Method("structural", "free", attempt, uses_premises=False)
