"""Feasibility of path conditions: a sample that satisfies them says yes at once, else a solver is asked."""

from __future__ import annotations

from lnsym.bv import variables
from lnsym.contract.execution import Execution
from lnsym.contract.inputs import holds, samples
from lnsym.contract.preconditions import preconditions
from lnsym.machine.paths import Conditions

TRIES = 32
SOLVER_SECONDS = 10.0


class Feasibility:
    """Answers for one execution; False only where a solver has shown that no input satisfies the conditions."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    def __call__(self, conditions: Conditions) -> bool:
        """Whether some input may satisfy the conditions and the preconditions."""
        roots = [*conditions, *self._execution.theorem.assumptions]
        stream = samples(self._execution, variables(roots))
        if any(holds(roots, next(stream)) for _ in range(TRIES)):
            return True
        from lnsym.prove import smt

        answer = smt.solve([*conditions, *preconditions(self._execution)], SOLVER_SECONDS)
        return answer.status != "unsat"
