"""The values of words on a few samples: what agrees on all of them is a proposal, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from lnsym.bv import BV, variables
from lnsym.bv.operators import evaluate_node
from lnsym.run.inputs import holds, random_value

FIRST = 8
"""How many samples there are before any is learned."""

ATTEMPTS = 400
"""How many are drawn in search of so many that meet the premises."""

MODEL_SECONDS = 0.5
"""What a solver gets for one that does, where few are drawn by chance."""

LEAST = 4
"""With fewer that do, premises are not heeded: what holds under them only is not found."""


class WordSamples:
    """Values of variables, and of the words made of them, in the order in which these were added."""

    def __init__(self, premises: Sequence[BV], count: int = FIRST) -> None:
        self._random = Random(0)
        self._premises = premises
        self._free = variables(premises)
        self._columns: list[dict[BV, int]] = self._meeting(count)
        self.meet_premises = len(self._columns) >= min(LEAST, count)
        if not self.meet_premises:
            self._columns = [{} for _ in range(count)]

    def _meeting(self, count: int) -> list[dict[BV, int]]:
        """Values of the variables that the premises speak of, on which they hold."""
        if not self._premises:
            return [{} for _ in range(count)]
        found: list[dict[BV, int]] = []
        model: Mapping[BV, int] = {}
        for attempt in range(ATTEMPTS):
            if attempt == ATTEMPTS // 4 and len(found) < LEAST:
                model = self._model()
            kept = self._random.sample(self._free, self._random.randrange(len(self._free) + 1)) if model else []
            sample = {v: model.get(v, 0) if v in kept else self._drawn(v.width, attempt % 2 == 1) for v in self._free}
            if holds(self._premises, sample):
                found.append(sample)
                if len(found) == count:
                    break
        return found

    def _model(self) -> Mapping[BV, int]:
        """What a solver finds that meets the premises; nothing where it finds none in time."""
        from lnsym.prove import smt

        return smt.solve(self._premises, MODEL_SECONDS, smt.installed()[-1]).model

    def _drawn(self, width: int, like_address: bool) -> int:
        value = random_value(self._random, width)
        return value & 0xFFFF_FFFF_F000 if like_address and width == 64 else value

    def add(self, word: BV) -> tuple[int, ...]:
        """The values of a word whose operands were added."""
        for column in self._columns:
            if word not in column:
                column[word] = self._drawn(word.width, False) if word.op == "var" else evaluate_node(word, column)
        return self.values(word)

    def values(self, word: BV) -> tuple[int, ...]:
        """Those of a word that was added."""
        return tuple([column[word] for column in self._columns])

    def variables(self, number: int = 0) -> dict[BV, int]:
        """The values that variables have in a sample."""
        return {word: value for word, value in self._columns[number].items() if word.op == "var"}

    def apart(self, one: BV, other: BV) -> dict[BV, int] | None:
        """The variables of a sample on which two words that were added differ."""
        pairs = zip(self.values(one), self.values(other), strict=True)
        number = next((number for number, (a, b) in enumerate(pairs) if a != b), None)
        return None if number is None else self.variables(number)

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
