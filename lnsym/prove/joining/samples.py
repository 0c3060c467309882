"""The values of words on a few samples: what agrees on all of them is a proposal, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from lnsym.bv import BV, evaluate, variables
from lnsym.bv.operators import evaluate_node
from lnsym.prove.joining.questions import random_value

FIRST = 12
"""How many samples there are before any is learned."""

ATTEMPTS = 400
"""How many are drawn in search of so many that meet the premises."""

LEAST = 4
"""With fewer that do, premises are not heeded: what holds under them only is not found."""


class WordSamples:
    """SampleValues of variables, and of the words made of them, in the order in which these were added."""

    def __init__(self, premises: Sequence[BV]) -> None:
        self._random = Random(0)
        self._free = variables(premises)
        self._columns: list[dict[BV, int]] = self._meeting(premises)
        self.meet_premises = len(self._columns) >= LEAST
        if not self.meet_premises:
            self._columns = [{} for _ in range(FIRST)]

    def _meeting(self, premises: Sequence[BV]) -> list[dict[BV, int]]:
        """SampleValues of the variables that the premises speak of, on which they hold."""
        found = []
        for attempt in range(ATTEMPTS if premises else FIRST):
            sample = {v: self._drawn(v.width, attempt % 2 == 1) for v in self._free}
            if all(evaluate(premises, [sample])[0]) if premises else True:
                found.append(sample)
                if len(found) == FIRST:
                    break
        return found

    def _drawn(self, width: int, like_address: bool) -> int:
        value = random_value(self._random, width)
        return value & 0xFFFF_FFFF_F000 if like_address and width == 64 else value

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._columns)

    def add(self, word: BV) -> tuple[int, ...]:
        """The values of a word whose operands were added."""
        for column in self._columns:
            if word not in column:
                column[word] = self._drawn(word.width, False) if word.op == "var" else evaluate_node(word, column)
        return self.values(word)

    def values(self, word: BV) -> tuple[int, ...]:
        """Those of a word that was added."""
        return tuple([column[word] for column in self._columns])

    def learn(self, model: Mapping[BV, int]) -> None:
        """One sample more: a model's values, and for variables that it leaves open those of the first sample."""
        first = self._columns[0]
        column: dict[BV, int] = {}
        for word in first:  # in the order in which they were added
            if word.op == "var":
                column[word] = model.get(word, first[word])
            else:
                column[word] = evaluate_node(word, column)
        self._columns.append(column)
