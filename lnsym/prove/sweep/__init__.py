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
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lnsym.bv import BV, topological
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.prove.sweep.joins import Difference, Effort, Joins
from lnsym.prove.sweep.samples import Samples
from lnsym.prove.sweep.words import Equality, Words

Status: TypeAlias = Literal["proved", "refuted", "unknown"]

EFFORTS = (
    Effort((100, 400), 100),
    Effort((200, 2_000), 2_000),
    Effort((1_000, 10_000, 1_000_000), 20_000),
)
"""What is spent on a pair in each pass over the terms."""

FIRST_CONFLICTS = 1_000
"""What the solver gets for one bit of a goal after the first pass; four times as much after each further one."""


@dataclass(frozen=True)
class Query:
    """Under the conditions, terms of one bit, are the two terms equal?"""

    actual: BV
    expected: BV
    conditions: Sequence[BV] = ()


@dataclass
class Answer:
    """For "refuted" a value of each variable on which the two differ while the conditions hold."""

    status: Status = "unknown"
    model: dict[BV, int] = field(default_factory=dict)


class Sweep:
    """Answers queries on terms. `answers` is complete when `run` is exhausted, or holds what was found when it was left."""

    def __init__(self, queries: Sequence[Query], deadline: Deadline = NEVER) -> None:
        self.queries = list(queries)
        self.answers = [Answer() for _ in self.queries]
        self.deadline = deadline
        self._samples = Samples()
        self._joins = Joins(EFFORTS[0], deadline, self._samples)
        self.equalities: list[Equality] = []
        """The words that were declared equal in all passes: what `merged` and the answers rest on."""
        self._words = self._words_before = Words(self._joins, self.equalities)
        self._bits: dict[int, list[tuple[int, int]]] = {}
        """By query: the bits that the solver on the whole circuit has left open."""

    def run(self) -> Iterator[int]:
        """The numbers of the queries as they are answered, until all are or the deadline is over."""
        try:
            conflicts = FIRST_CONFLICTS
            for effort in EFFORTS:
                yield from self._pass(effort)
                yield from self._solved(conflicts)
                conflicts *= 4
            while self._open():
                yield from self._solved(conflicts)
                conflicts *= 4
        except DeadlinePassed:
            return

    def prove(self) -> list[Answer]:
        """The answers to all queries."""
        for _ in self.run():
            pass
        return self.answers

    def merged(self, term: BV) -> BV:
        """The term with what was joined made one; the term itself where it was not reached."""
        return self._words.new.get(term, term)

    def apart(self, older_than: int | None = None) -> tuple[BV, BV] | None:
        """The smallest two terms that agree on all samples and were not shown equal; None where there are no such.

        Only terms with serial numbers below `older_than` are looked at, if it is given.
        """
        return self._words.smallest_apart(older_than) or self._words_before.smallest_apart(older_than)

    def _open(self) -> list[int]:
        return [number for number, answer in enumerate(self.answers) if answer.status == "unknown"]

    def _pass(self, effort: Effort) -> Iterator[int]:
        """One pass over all terms of the open queries."""
        if not self._open():
            return
        self._bits = {}
        self._joins = Joins(effort, self.deadline, self._samples)
        self._words_before, self._words = self._words, Words(self._joins, self.equalities)
        for number in self._open():
            query = self.queries[number]
            if query.actual is not query.expected:
                for term in topological([query.expected, query.actual, *query.conditions]):
                    self._words.add(term)
                self._joins.refine()
            if (
                query.actual is query.expected
                or self._words.word(query.actual) == self._words.word(query.expected)
                or any(self._words.word(condition) == (0,) for condition in query.conditions)
            ):
                self.answers[number].status = "proved"
                yield number

    def _solved(self, conflicts: int) -> Iterator[int]:
        """The open queries that the solver answers within so many conflicts for each bit."""
        for number in self._open():
            if self._solve(number, conflicts):
                yield number

    def _solve(self, number: int, conflicts: int) -> bool:
        """Whether the query is answered by the solver on the whole circuit."""
        query = self.queries[number]
        word = self._words.word
        conditions = [word(condition)[0] for condition in query.conditions]
        left = self._bits.get(number) or list(zip(word(query.actual), word(query.expected), strict=True))
        still: list[tuple[int, int]] = []
        for a, b in sorted(left, key=max):
            answer = Difference(False) if a == b else self._joins.differ(a, b, conditions, conflicts)
            if answer.found:
                self.answers[number] = Answer("refuted", answer.values)
                return True
            if answer.found is None:
                still.append((a, b))
        self._bits[number] = still
        if not still:
            self.answers[number].status = "proved"
        return not still
