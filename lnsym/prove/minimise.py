"""Smaller counterexamples: as many variables and bits as possible made 0 while the simulator still fails the same goal.

The ways of delta debugging (A. Zeller, R. Hildebrandt, Simplifying and isolating failure-inducing input, 2002): whole input first, then
halves of the variables, quarters, and so on, then the same over the bits of those that are left. Pointers stay where they are placed.
"""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import BV, evaluate, topological, variables
from lnsym.contract.execution import Execution
from lnsym.contract.inputs import Sample, complete

MOST_TRIALS = 400
NODES = 2_000_000
"""How many terms are evaluated in all, at most: large goals get fewer trials."""


def minimised(execution: Execution, sample: Sample) -> Sample:
    """A sample that fails what this one fails, with a value for every variable; the sample completed, where it fails nothing."""
    roots = _failing(execution, sample)
    full = complete(execution, sample)
    if roots is None:
        return full
    trials = min(MOST_TRIALS, NODES // max(1, len(topological(roots))))
    search = _Search(roots, full, trials)
    search.zero_out([(name, -1) for name in _names(execution, roots)])
    left = [name for name in _names(execution, roots) if search.sample.get(name)]
    search.zero_out([(name, 1 << bit) for name in left for bit in reversed(range(search.sample[name].bit_length()))])
    return search.sample


def _failing(execution: Execution, sample: Sample) -> list[BV] | None:
    """Terms of one bit that are all 1 on the sample: the preconditions, and a goal's conditions and failure, or a path's that stops.

    Of the goals that fail the one with the fewest terms is taken; None where none fails.
    """
    given = execution.theorem.assumptions
    failures = [[*goal.conditions, goal.actual.ne(goal.expected)] for goal in execution.goals]
    failures += [[*path.conditions] for path in execution.paths if path.stopped is not None]
    held = [[*given, *terms] for terms in failures if _hold([*given, *terms], sample)]
    return min(held, key=lambda terms: len(topological(terms)), default=None)


def _hold(terms: Sequence[BV], sample: Sample) -> bool:
    return all(evaluate(terms, [sample], default=0)[0])


def _names(execution: Execution, roots: Sequence[BV]) -> list[str]:
    """The variables that may be made 0: all that the contract gives but pointers, and all others of the goal."""
    theorem = execution.theorem
    pointers = {block.base.name for block in theorem.blocks} | {"sp"}
    pointers |= {execution.returns_to(call).name for call in range(len(theorem.calls))}
    elements = [e.name for block in theorem.blocks for e in block.elements if not e.is_const]
    arguments = [v.name for call in theorem.calls for v in variables(call.arguments)]
    names = dict.fromkeys([*arguments, *elements, *[v.name for v in variables(roots)]])
    return [name for name in names if name not in pointers]


class _Search:
    """The smallest sample found, and how many more may be tried."""

    def __init__(self, roots: Sequence[BV], sample: Sample, trials: int) -> None:
        self._roots = roots
        self._used = {v.name for v in variables(roots)}
        self.sample = sample
        self._trials = trials

    def zero_out(self, left: Sequence[tuple[str, int]]) -> None:
        """Clear the bits `mask` of each variable (name, mask), as many as can go, in ever smaller chunks."""
        size = len(left)
        while left and size and self._trials > 0:
            kept: list[tuple[str, int]] = []
            for first in range(0, len(left), size):
                chunk = left[first : first + size]
                if not self._try(chunk):
                    kept += chunk
            left, size = kept, size // 2

    def _try(self, chunk: Sequence[tuple[str, int]]) -> bool:
        candidate = dict(self.sample)
        for name, mask in chunk:
            candidate[name] = candidate.get(name, 0) & ~mask
        if self._used.intersection([name for name, _ in chunk]):
            self._trials -= 1
            if self._trials < 0 or not _hold(self._roots, candidate):
                return False
        self.sample = candidate
        return True
