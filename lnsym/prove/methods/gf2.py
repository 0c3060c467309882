"""GF(2): each bit as an XOR over atoms (`lnsym.prove.gf2`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lnsym.prove.evidence import SameForms
from lnsym.prove.method import Budget, Method, Proved

if TYPE_CHECKING:
    from lnsym.contract.obligations import Obligation


def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Proved]]:
    """Those whose sides are the same function of the variables; all that rest on their premises alone are left out."""
    from lnsym.prove.gf2 import Solver

    asked = [obligation for obligation in obligations if not obligation.rests_on_premises]
    proved = Solver().prove([(obligation.left, obligation.right) for obligation in asked], budget.deadline)
    for obligation, done in zip(asked, proved, strict=True):
        if done:
            yield obligation, Proved(SameForms(obligation.left.width))


GF2 = Method("gf2", "moderate", attempt, assumption="gf2", uses_premises=False, share=0.75)
