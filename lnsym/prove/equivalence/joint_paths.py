"""Joint paths: which pairs of paths some input takes together.

A sample that takes a pair says yes at once. A solver is asked about a pair only where the two differ on their face, and once for the
whole comparison where no sample takes any pair; only its "no" drops one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from lnsym.bv import evaluate, variables
from lnsym.deadline import Deadline
from lnsym.prove import smt
from lnsym.prove.equivalence.product import Product
from lnsym.prove.equivalence.sides import PAIRING, Pair
from lnsym.prove.feasibility import SOLVER_SECONDS
from lnsym.prove.judge import SAMPLES
from lnsym.prove.methods import structural


class JointPaths:
    """The pairs of one comparison. Raises DeadlinePassed while they are chosen."""

    def __init__(self, product: Product, pairs: Sequence[Pair], deadline: Deadline) -> None:
        self._product = product
        self._deadline = deadline
        self._witnessed = self._taken_by_samples(pairs)
        self.kept = [pair for pair in pairs if self._may_matter(pair)]
        self.solver_dropped_some = len(self.kept) < len(pairs)

    def some_input_returns(self) -> bool:
        """Whether some input was found that takes both routines to their end."""
        return bool(self._witnessed) or any(self._ask(pair) == "sat" for pair in self.kept)

    def _taken_by_samples(self, pairs: Sequence[Pair]) -> set[Pair]:
        product = self._product
        roots = list(dict.fromkeys([*product.assumptions, *[c for pair in pairs for c in pair.conditions]]))
        taken: set[Pair] = set()
        for sample in islice(product.inputs(variables(roots)), SAMPLES):
            self._deadline.check(PAIRING)
            (values,) = evaluate(roots, [sample], default=0)
            true = {root for root, value in zip(roots, values, strict=True) if value}
            if true.issuperset(product.assumptions):
                taken.update(pair for pair in pairs if true.issuperset(pair.conditions))
            if len(taken) == len(pairs):
                break
        return taken

    def _may_matter(self, pair: Pair) -> bool:
        """Not so where a solver has shown that no input takes the pair; it is not asked where the outputs are the same terms."""
        self._deadline.check(PAIRING)
        return pair in self._witnessed or all(map(structural.proves, pair.obligations(0))) or self._ask(pair) != "unsat"

    def _ask(self, pair: Pair) -> smt.SolverStatus:
        seconds = min(SOLVER_SECONDS, self._deadline.left())
        if seconds <= 0:
            return "unknown"
        return smt.solve_with_all([*pair.conditions, *self._product.preconditions], seconds).status
