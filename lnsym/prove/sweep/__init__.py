"""The method `sweep`: SAT sweeping (fraiging) of the circuits of both sides, with sums taken apart into bits.

Both sides are built as one circuit (`lnsym.prove.circuit`), operands first. Gates that agree on thousands of samples are shown
equal on small cones and joined as they are built (`joins`, `cones`), so what lies above is built on joined gates, and mostly comes
out the same without a solver. Words of joined bits go back to the normal forms of terms (`words`). What is left of the goals goes to
the solver whole.

Why a proof by it is one: a gate is replaced by another only where all points of a cut, or a SAT solver on a cone above a cut, say
that the two are equal whatever the cut's nodes are; each replacement is an equality of functions of the inputs, and so is each
identity of an adder. Samples only propose. A counterexample is a model of the whole circuit, and is confirmed by those who ask.

A. Kuehlmann, V. Paruthi, F. Krohm, M. Ganai, Robust Boolean reasoning for equivalence checking and functional property verification,
2002; A. Mishchenko, S. Chatterjee, R. Jiang, R. Brayton, FRAIGs: a unifying representation for logic synthesis and verification, 2005.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lnsym.bv import BV, topological
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.prove.evidence import Closing, Swept
from lnsym.prove.method import Proved, Refuted
from lnsym.prove.sweep.joins import Effort, FoundDifference, Joins
from lnsym.prove.sweep.samples import Samples
from lnsym.prove.sweep.words import Equality, Words

EFFORTS = (
    Effort((100, 400), 100),
    Effort((200, 2_000), 2_000),
    Effort((1_000, 10_000, 1_000_000), 20_000),
)
"""What is spent on a pair in each pass over the terms."""

FIRST_CONFLICTS = 1_000
"""What the solver gets for one bit of a goal after the first pass; four times as much after each further one."""


class Sweep:
    """Answers obligations, by their numbers, as `run` goes on."""

    def __init__(self, obligations: Sequence[Obligation], deadline: Deadline = NEVER) -> None:
        self.obligations = list(obligations)
        self.deadline = deadline
        self._answered: set[int] = set()
        self._samples = Samples()
        self._joins = Joins(EFFORTS[0], deadline, self._samples)
        self.equalities: list[Equality] = []
        """The words that were declared equal in all passes: what `rewritten` and the answers rest on."""
        self._words = self._words_before = Words(self._joins, self.equalities)
        self._bits: dict[int, list[tuple[int, int]]] = {}
        """By obligation: the bits that the solver on the whole circuit has left open."""
        self._passes = 0
        self._told = (0, 0)
        """How many joined words of all passes, and gates of this one, earlier evidence has."""

    def run(self) -> Iterator[tuple[int, Proved | Refuted]]:
        """Answers as they are found, until all are or the deadline is over."""
        try:
            conflicts = FIRST_CONFLICTS
            for effort in EFFORTS:
                yield from self._pass(effort)
                yield from self._solved(conflicts)
                conflicts *= 4
            while self.left():
                yield from self._solved(conflicts)
                conflicts *= 4
        except DeadlinePassed:
            return

    def prove(self) -> list[Proved | Refuted | None]:
        """The answers to all, None where there is none."""
        found = dict(self.run())
        return [found.get(number) for number in range(len(self.obligations))]

    def left(self) -> list[int]:
        """Those without an answer."""
        return [number for number in range(len(self.obligations)) if number not in self._answered]

    def rewritten(self, obligation: Obligation) -> Obligation:
        """The obligation on terms in which what was joined is one; terms that were not reached stay."""
        new = self._words.new
        left, right, *premises = [new.get(term, term) for term in obligation.terms]
        return replace(obligation, left=left, right=right, premises=tuple(premises))

    def apart(self, older_than: int | None = None) -> tuple[BV, BV] | None:
        """The smallest two terms that agree on all samples and were not shown equal; None where there are no such.

        Only terms with serial numbers below `older_than` are looked at, if it is given.
        """
        return self._words.smallest_apart(older_than) or self._words_before.smallest_apart(older_than)

    def evidence(self, closing: Closing) -> Swept:
        """What was joined since this was asked last, and what it comes to."""
        words, gates = self._told
        self._told = len(self.equalities), len(self._joins.joins)
        joined = tuple([equality.evidence for equality in self.equalities[words:]])
        return Swept(closing, self._passes, joined, tuple(self._joins.joins[gates:]))

    def _proved(self, number: int, closing: Closing) -> tuple[int, Proved]:
        self._answered.add(number)
        return number, Proved(self.evidence(closing))

    def _pass(self, effort: Effort) -> Iterator[tuple[int, Proved]]:
        """One pass over all terms of what is left."""
        if not self.left():
            return
        self._bits = {}
        self._passes += 1
        self._told = (self._told[0], 0)
        self._joins = Joins(effort, self.deadline, self._samples)
        self._words_before, self._words = self._words, Words(self._joins, self.equalities)
        word = self._words.word
        for number in self.left():
            obligation = self.obligations[number]
            left, right = obligation.left, obligation.right
            if left is not right:
                for term in topological([right, left, *obligation.premises]):
                    self._words.add(term)
                self._joins.refine()
            if left is right or word(left) == word(right):
                yield self._proved(number, "same bits")
            elif any(word(premise) == (0,) for premise in obligation.premises):
                yield self._proved(number, "a premise is 0")

    def _solved(self, conflicts: int) -> Iterator[tuple[int, Proved | Refuted]]:
        """What the solver on the whole circuit answers within so many conflicts for each bit."""
        for number in self.left():
            obligation, word = self.obligations[number], self._words.word
            premises = [word(premise)[0] for premise in obligation.premises]
            bits = self._bits.get(number) or list(zip(word(obligation.left), word(obligation.right), strict=True))
            still: list[tuple[int, int]] = []
            for a, b in sorted(bits, key=max):
                answer = FoundDifference(False) if a == b else self._joins.differ(a, b, premises, conflicts)
                if answer.found:
                    self._answered.add(number)
                    yield number, Refuted(answer.values)
                    break
                if answer.found is None:
                    still.append((a, b))
            else:
                self._bits[number] = still
                if not still:
                    yield self._proved(number, "no difference in the whole circuit")
