"""Questions: whether a word is 0 for all inputs, asked over words that lie not far below it, each question once.

An answer "zero" holds whatever the words of the cut are. "Not zero" says little, since they may be related: then the cut is opened further,
down to the variables if need be, where an answer is one about inputs; there, and there alone, the premises are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from lnsym.bv import BV, evaluate, variables
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.prove.evidence import Enumerated, Identical, JoinArgument, NoModel, Swept
from lnsym.prove.joining.cuts import Cut
from lnsym.prove.method import Proved, Refuted
from lnsym.run.inputs import Sample, holds, random_value

MAX_OPENED = 60
"""How many words are opened before a question is given up."""

MAX_POINTS = 12
"""Bits of all variables of a question whose values are tried one by one."""

TRIALS = 64
"""Random values on which a question is tried before a solver is asked."""

SAT_SECONDS = 0.3
"""What sweep gets for a question."""

SMT_SECONDS = 0.5
"""What the SMT solvers get."""


@dataclass(frozen=True)
class Zero:
    """The word is 0, whatever the inputs are; or for all that meet the premises."""

    argument: JoinArgument
    under_premises: bool = False


@dataclass(frozen=True)
class NotZero:
    """It is not 0 on these values of the variables, and the premises that are related to them hold."""

    model: Sample


@dataclass(frozen=True)
class Open:
    """Nothing was found."""


Reply: TypeAlias = Zero | NotZero | Open


class Questions:
    """What was asked so far."""

    def __init__(self, place: Mapping[BV, int], premises: Sequence[BV], deadline: Deadline) -> None:
        self._place = place
        self._premises = premises
        self._deadline = deadline
        self._answers: dict[BV, Reply] = {}

    def zero(self, word: BV) -> Reply:
        """Whether a word is 0. Raises DeadlinePassed."""
        if word.is_const:
            return NotZero({}) if word.value else Zero(Identical())
        if word.op == "var":
            return self._under_premises(word, {word: 1})
        cut = Cut(word, self._place)
        for _ in range(MAX_OPENED):
            self._deadline.check("while words were joined")
            if cut.may_be_zero():
                asked, meaning = cut.question()
                answer = self._answer(asked)
                if isinstance(answer, Zero | Open):
                    return answer
                if cut.at_variables:
                    return self._under_premises(word, {meaning[v]: value for v, value in answer.model.items()})
            elif cut.at_variables:
                relevant = related(self._premises, variables([word]))
                return self._by_solvers(word, relevant) if relevant else Open()
            cut.open_latest()
        return Open()

    def _answer(self, asked: BV) -> Reply:
        found = self._answers.get(asked)
        if found is None:
            found = self._answers[asked] = self._asked(asked)
        return found

    def _asked(self, asked: BV) -> Reply:
        """The answer of the cheapest that has one."""
        if asked.is_const:
            return NotZero({}) if asked.value else Zero(Identical())
        free = variables([asked])
        bits = sum(variable.width for variable in free)
        if bits <= MAX_POINTS:
            return _first_not_zero(asked, _all_points(free)) or Zero(Enumerated(bits))
        found = _first_not_zero(asked, _random_points(free))
        return found or self._by_sweep(asked) or self._by_solvers(asked)

    def _by_sweep(self, asked: BV) -> Reply | None:
        from lnsym.prove.sweep import Sweep

        left = self._deadline.left()
        claim = Obligation("two words joined", "joined", asked, BV.const(0, asked.width))
        (answer,) = Sweep([claim], Deadline.after(min(SAT_SECONDS, left))).prove()
        if isinstance(answer, Proved):
            assert isinstance(answer.evidence, Swept)
            return Zero(answer.evidence)
        return NotZero(answer.model) if isinstance(answer, Refuted) else None

    def _by_solvers(self, asked: BV, premises: Sequence[BV] = ()) -> Reply:
        from lnsym.prove import smt

        seconds = min(SMT_SECONDS, self._deadline.left())
        answer = smt.solve_with_all([*premises, asked.ne(0)], seconds, smt.installed()[-1])
        if answer.status == "unsat":
            return Zero(NoModel(answer.by), bool(premises))
        return NotZero(answer.model) if answer.status == "sat" else Open()

    def _under_premises(self, word: BV, model: Sample) -> Reply:
        """What is known of a word that is not 0 on a model, where that may break a premise."""
        relevant = related(self._premises, variables([word]))
        model = {**dict.fromkeys(variables(relevant), 0), **model}
        if holds(relevant, model):
            return NotZero(model)
        return self._by_solvers(word, relevant)

    def implied(self, bit: BV, value: int) -> Reply:
        """Whether a term of one bit has a value wherever the premises hold."""
        return self._by_solvers(bit ^ value, related(self._premises, variables([bit])))


def related(premises: Sequence[BV], free: Sequence[BV]) -> list[BV]:
    """The premises that speak of these variables, or of others that such a premise speaks of."""
    reached = set(free)
    left = {premise: variables([premise]) for premise in premises}
    found: list[BV] = []
    while True:
        more = [premise for premise, speaks_of in left.items() if not reached.isdisjoint(speaks_of)]
        if not more:
            return found
        for premise in more:
            reached.update(left.pop(premise))
        found += more


def _first_not_zero(asked: BV, points: Iterator[dict[BV, int]]) -> NotZero | None:
    for point in points:
        if evaluate([asked], [point])[0][0]:
            return NotZero(point)
    return None


def _all_points(free: Sequence[BV]) -> Iterator[dict[BV, int]]:
    for number in range(1 << sum(variable.width for variable in free)):
        point = {}
        for variable in free:
            point[variable] = number & ((1 << variable.width) - 1)
            number >>= variable.width
        yield point


def _random_points(free: Sequence[BV]) -> Iterator[dict[BV, int]]:
    random = Random(0)
    for _ in range(TRIALS):
        yield {variable: random_value(random, variable.width) for variable in free}
