"""Local search: a sample on which several terms have the values that they are to have."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from random import Random

from lnsym.bv import BV, topological, variables
from lnsym.bv.operators import evaluate_node
from lnsym.prove.rare.inversion import PartialWord, heights, ones, proposal
from lnsym.run.inputs import Sample

MOVES = 24
"""How many proposals are tried."""

RESTART = 6
"""After how many of them the search begins again where it began."""

NODES = 200_000
"""How many terms are evaluated for one search, at most: large ones get fewer moves."""


class LocalSearch:
    """Terms, each with the value that it is to have, all bits of it."""

    def __init__(self, targets: Sequence[tuple[BV, int]], random: Random) -> None:
        self._targets = targets
        self._random = random
        terms = [term for term, _ in targets]
        self.support = variables(terms)
        self._order = topological(terms)
        self._heights = heights(self._order)

    def sample(self, base: Mapping[BV, int], held: Collection[BV]) -> Sample | None:
        """The base sample with other values of the terms' variables, but for those held; None where none was found in time."""
        fixed: dict[BV, PartialWord] = {v: (ones(v.width), base[v]) for v in self.support if v in held}
        sample = dict(base)
        for move in range(min(MOVES, 2 + NODES // len(self._order))):
            if move % RESTART == 0:
                sample = dict(base)
            values = self._values(sample)
            wrong = [(term, ones(term.width), value) for term, value in self._targets if values[term] != value]
            if not wrong:
                return sample
            proposed = proposal([self._random.choice(wrong)], values, self._heights, fixed, self._random)
            for variable, (mask, value) in (proposed or {}).items():
                sample[variable] = sample[variable] & ~mask | value
        values = self._values(sample)
        return sample if all(values[term] == value for term, value in self._targets) else None

    def _values(self, sample: Mapping[BV, int]) -> dict[BV, int]:
        values: dict[BV, int] = {}
        for term in self._order:
            values[term] = sample[term] & ones(term.width) if term.op == "var" else evaluate_node(term, values)
        return values
