"""Small: obligations of few terms that bound a count or an offset are asked of the solvers at once, before costlier ways are set up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lnsym.bv import topological
from lnsym.prove.method import Answer, Budget, Method
from lnsym.prove.methods.smt import Z3

if TYPE_CHECKING:
    from lnsym.contract.obligations import Obligation

MOST_TERMS = 400
"""Of an obligation with its premises."""

SECONDS = 2.0
"""For one obligation."""


def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
    """Those of invariants, and that no input takes a path, where they are small."""
    small = [
        obligation
        for obligation in obligations
        if obligation.kind in ("invariant", "unreachable") and len(topological(obligation.terms)) <= MOST_TERMS
    ]
    yield from Z3.attempt(small, Budget(budget.deadline, min(SECONDS, budget.seconds())))


SMALL = Method("small", "cheap", attempt, choice="smt", assumption=Z3.assumption, ready=Z3.ready)
