"""Cuts: a word looked at from above, as a function of words that lie not far below it.

The cut starts at the operands, and the latest of its words is opened as long as that is asked for. The cut's words become variables, named
in the order in which they are met: a formula that comes again in the next round of a hash is the same term.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from random import Random

from lnsym.bv import BV, operands
from lnsym.bv.operators import evaluate_node, rebuild

TRIALS = 4
"""On how many random values of its words a cut is tried."""


class Cut:
    """The words under a root that are taken as variables. `place` numbers all words, operands before what is made of them."""

    def __init__(self, root: BV, place: Mapping[BV, int]) -> None:
        self._root = root
        self._place = place
        self._leaves: list[tuple[int, BV]] = []
        """Latest first, a heap."""
        self._closed: list[BV] = []
        """Variables and constants, which cannot be opened."""
        self._met = {root}
        self._inside: list[BV] = []
        """What was opened, each before its operands."""
        self._random = Random(0)
        self._open(root)

    def _open(self, word: BV) -> None:
        self._inside.append(word)
        for operand in operands(word):
            if operand in self._met:
                continue
            self._met.add(operand)
            if operand.op in ("const", "var"):
                self._closed.append(operand)
            else:
                heappush(self._leaves, (-self._place[operand], operand))

    @property
    def at_variables(self) -> bool:
        """Whether nothing is left to open: what is said of the cut is said of the variables themselves."""
        return not self._leaves

    def open_latest(self) -> None:
        """Open the word of the cut that came last."""
        self._open(heappop(self._leaves)[1])

    def may_be_zero(self) -> bool:
        """Whether the root is 0 on a few random values of the cut's words."""
        draw = self._random.getrandbits
        for _ in range(TRIALS):
            values = {leaf: draw(leaf.width) for _, leaf in self._leaves}
            for word in self._closed:
                values[word] = word.value if word.is_const else draw(word.width)
            for word in reversed(self._inside):
                values[word] = evaluate_node(word, values)
            if values[self._root]:
                return False
        return True

    def question(self) -> tuple[BV, dict[BV, BV]]:
        """The root over fresh variables for the cut's words, and what each of these stands for."""
        inside = set(self._inside)
        new: dict[BV, BV] = {}
        meaning: dict[BV, BV] = {}
        waiting = [(self._root, False)]
        while waiting:
            word, ready = waiting.pop()
            if word in new:
                continue
            if word not in inside:
                new[word] = word if word.is_const else BV.var(f"word {len(meaning)}", word.width)
                if not word.is_const:
                    meaning[new[word]] = word
            elif ready:
                new[word] = rebuild(word, new)
            else:
                waiting.append((word, True))
                waiting.extend((operand, False) for operand in reversed(operands(word)))
        return new[self._root], meaning
