"""Terms that speak of the k-th step: another step put in its place, and what comes of the steps that follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from lnsym.bv import BV, evaluate, substitute, variables
from lnsym.contract.checks import ContractError
from lnsym.contract.folds import Fold
from lnsym.contract.statement import Statement
from lnsym.machine.extents import element_at_offset
from lnsym.machine.origins import Anything, ElementAt, Folded, Trips

SIGN = 1 << 63

MOST_STEPS = 1 << 10
"""A specification is not made further than this, of a number of steps that is known."""


@dataclass(eq=False)
class OutOfReach(Exception):
    """A step of the specification that lies before, or at no known distance from, the one that is taken as known."""

    variable: BV

    def __str__(self) -> str:
        return str(self.variable.origin)


class Unfit(Exception):
    """An invariant of which nothing can be proved, and why."""


def number_of(difference: BV) -> int | None:
    """A term of 64 bits as a signed number; None where it is none."""
    if not difference.is_const:
        return None
    return difference.value - (1 << 64) if difference.value >= SIGN else difference.value


def put(terms: Sequence[BV], values: Mapping[BV, BV], folds: Mapping[str, Fold]) -> list[BV]:
    """Terms with values in the place of variables: also in the offsets of elements and in the numbers of steps.

    Raises OutOfReach for a number of steps that is negative, or very large.
    """
    replaced: dict[BV, BV] = dict(values)
    for variable in variables(terms):
        origin = variable.origin
        if isinstance(origin, ElementAt):
            (offset,) = put([origin.offset], values, folds)
            if offset is not origin.offset:
                replaced[variable] = element_at_offset(origin.region, offset, origin.step)
        elif isinstance(origin, Folded):
            (steps,) = put([origin.steps], values, folds)
            if steps is not origin.steps:
                if steps.is_const and steps.value > MOST_STEPS:
                    raise OutOfReach(variable)
                replaced[variable] = folds[origin.fold].after(steps)[origin.index]
    return substitute(terms, replaced)


class Unfolding:
    """The states of a specification's folds from one step on: variables there, and terms over these after it."""

    def __init__(self, folds: Mapping[str, Fold], first: BV) -> None:
        self._folds = folds
        self._first = first
        """The number of steps, 64 bits, after which the states are variables."""
        self._states: dict[str, list[tuple[BV, ...]]] = {}

    def after(self, fold: str, further: int) -> tuple[BV, ...]:
        """The state so many steps further."""
        made = self._folds[fold]
        states = self._states.setdefault(fold, [made.after(self._first)])
        while len(states) <= further:
            states.append(made.next(states[-1], self._first + (len(states) - 1)))
        return states[further]

    def __call__(self, terms: Sequence[BV]) -> list[BV]:
        """Terms with the states of later steps written over the variables. Raises OutOfReach."""
        replaced = {}
        for variable in variables(terms):
            origin = variable.origin
            if isinstance(origin, Folded):
                further = number_of(origin.steps - self._first)
                if further is None or further < 0:
                    raise OutOfReach(variable)
                if further:
                    replaced[variable] = self.after(origin.fold, further)[origin.index]
        return substitute(terms, replaced)


def steps_in(terms: Sequence[BV], done: BV) -> list[int]:
    """How far the states of folds of which terms speak lie ahead of `done` steps. Raises OutOfReach for no known distance."""
    found = []
    for variable in variables(terms):
        if isinstance(variable.origin, Folded):
            distance = number_of(variable.origin.steps - done)
            if distance is None:
                raise OutOfReach(variable)
            found.append(distance)
    return found


TRIED = 3
"""Of how many steps it is looked whether they are what the step of any number is."""


def check_steps(statement: Statement) -> None:
    """See that contracts say the same of the step of any number as of the first few.

    Their code might look at how a number is given. Raises ContractError where it makes a difference.
    """
    number = BV.var(Trips(0), 64)
    for at in range(TRIED):
        values = {number: BV.const(at, 64)}
        for fold in statement.folds.values():
            state = [BV.var(Anything(0, f"{fold.name}.{i}"), e.width) for i, e in enumerate(fold.start)]
            said = fold.next(state, number)
            _same(put(said, values, statement.folds), fold.next(state, values[number]), fold.name)
        for name, each in statement.each.items():
            _same(put(each.part(number), values, statement.folds), each.part(values[number]), name)


def _same(one: Sequence[BV], other: Sequence[BV], name: str) -> None:
    random = Random(0)
    samples = [{v: random.getrandbits(v.width) for v in variables([*one, *other])} for _ in range(TRIED)]
    if any(evaluate(one, [sample]) != evaluate(other, [sample]) for sample in samples):
        raise ContractError(f"what is said of a step or a part of {name!r} hangs on whether its number is a term")
