"""SMT: an obligation denied is asked of a solver; z3, and bitwuzla where it is installed (`lnsym.prove.smt`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from lnsym.prove.evidence import NoModel
from lnsym.prove.method import Answer, Budget, Method, Proved, Refuted, Unknown

if TYPE_CHECKING:
    from lnsym.contract.obligations import Obligation
    from lnsym.prove.smt import SolverName


def attempt(
    solver: SolverName, obligations: Sequence[Obligation], budget: Budget
) -> Iterator[tuple[Obligation, Answer]]:
    """One after the other. What one solver denies the others are asked too; where they disagree the model is to be run."""
    from lnsym.prove import smt

    for obligation in obligations:
        seconds = budget.seconds()
        if seconds <= 0:
            return
        answer = smt.solve_with_all(obligation.failure, seconds, solver)
        if answer.status == "unsat":
            yield obligation, Proved(NoModel(answer.by))
        elif answer.status == "sat" or answer.model:
            yield obligation, Refuted(answer.model, answer.reason)
        else:
            yield obligation, Unknown(answer.reason or f"{solver} found no answer in time")


def _installed(solver: SolverName) -> bool:
    from lnsym.prove import smt

    return solver in smt.installed()


def _method(solver: SolverName) -> Method:
    return Method(
        solver,
        "costly",
        partial(attempt, solver),
        choice="smt",
        assumption="solver",
        ready=partial(_installed, solver),
    )


Z3 = _method("z3")
BITWUZLA = _method("bitwuzla")
