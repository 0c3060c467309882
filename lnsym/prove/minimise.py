"""Smaller counterexamples: as many variables and bits as possible made 0 while the simulator still fails the same goal.

The ways of delta debugging (A. Zeller, R. Hildebrandt, Simplifying and isolating failure-inducing input, 2002): whole input first, then
halves of the variables, quarters, and so on, then the same over the bits of those that are left. Pointers stay where they are placed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from lnsym.bv import BV, topological, variables
from lnsym.contract.statement import Statement
from lnsym.deadline import NEVER, Deadline
from lnsym.machine.origins import STACK_POINTER
from lnsym.run.exploration import Execution
from lnsym.run.inputs import Sample, complete, holding, holds
from lnsym.run.setup import Setup

MOST_TRIALS = 400
MOST_WEIGHED = 4
"""Of how many failures the smallest is looked for."""

NODES = 2_000_000
"""How many terms are evaluated in all, at most: large goals get fewer trials."""


def minimised(execution: Execution, sample: Sample) -> Sample:
    """A sample that fails what this one fails, with a value for every variable; the sample completed, where it fails nothing.

    At the execution's deadline it is the smallest one found until then.
    """
    assumed = execution.setup.statement.assumptions
    failures = [[*assumed, *obligation.failure] for obligation in execution.goals]
    failures += [[*assumed, *path.conditions] for path in execution.paths if not path.returned]
    full, given = complete(execution.setup, sample, execution.paths), given_variables(execution.setup.statement)
    return with_zeros(failures, full, given, pointers_of(execution.setup), execution.limits.deadline)


def with_zeros(
    failures: Iterable[Sequence[BV]],
    sample: Sample,
    given: Iterable[BV],
    pointers: Collection[BV],
    deadline: Deadline = NEVER,
) -> Sample:
    """The complete sample with zeros in the given variables, and in others of the failure, but not in `pointers`.

    A failure is terms of one bit that are all 1. Of the first that hold on the sample the one with the fewest terms is kept; where none
    holds the sample stays as it is. At the deadline it is the smallest sample found until then.
    """
    if deadline.passed:
        return sample
    all_of_them = list(failures)
    held = [roots for roots, fails in zip(all_of_them, holding(all_of_them, sample), strict=True) if fails]
    sizes = [len(topological(roots)) for roots in held[:MOST_WEIGHED]]
    if not sizes:
        return sample
    roots, size = held[sizes.index(min(sizes))], min(sizes)
    trials = min(MOST_TRIALS, NODES // max(1, size))
    search = _Search(roots, sample, trials, deadline)
    free = [v for v in dict.fromkeys([*given, *variables(roots)]) if v not in pointers]
    search.zero_out([(variable, -1) for variable in free])
    left = [variable for variable in free if search.sample.get(variable)]
    search.zero_out([(v, 1 << bit) for v in left for bit in reversed(range(search.sample[v].bit_length()))])
    return search.sample


def given_variables(statement: Statement) -> list[BV]:
    """The variables that a contract gives a routine: arguments, and the elements of regions."""
    elements = [e for block in statement.blocks for e in block.listed if not e.is_const]
    return [*[v for call in statement.calls for v in variables(call.arguments)], *elements]


def pointers_of(setup: Setup) -> set[BV]:
    """The variables that are addresses: the bases of regions, SP, the return addresses."""
    statement = setup.statement
    bases = {block.base for block in statement.blocks} | {STACK_POINTER}
    return bases | {setup.returns_to(call) for call in range(len(statement.calls))}


class _Search:
    """The smallest sample found, and how many more may be tried."""

    def __init__(self, roots: Sequence[BV], sample: Sample, trials: int, deadline: Deadline) -> None:
        self._roots = roots
        self._used = set(variables(roots))
        self.sample = sample
        self._trials = trials
        self._deadline = deadline

    def zero_out(self, left: Sequence[tuple[BV, int]]) -> None:
        """Clear the bits `mask` of each (variable, mask), as many as can go, in ever smaller chunks."""
        size = len(left)
        while left and size and self._trials > 0:
            kept: list[tuple[BV, int]] = []
            for first in range(0, len(left), size):
                chunk = left[first : first + size]
                if not self._try(chunk):
                    kept += chunk
            left, size = kept, size // 2

    def _try(self, chunk: Sequence[tuple[BV, int]]) -> bool:
        candidate = dict(self.sample)
        for variable, mask in chunk:
            candidate[variable] = candidate.get(variable, 0) & ~mask
        if self._used.intersection([variable for variable, _ in chunk]):
            self._trials -= 1
            if self._trials < 0 or self._deadline.passed or not holds(self._roots, candidate):
                return False
        self.sample = candidate
        return True
