"""The methods under comparison, each from the two sides of a goal and the seconds it has to an outcome."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Literal, TypeAlias

import pysat.solvers  # noqa: F401  # what methods import when they are first used is here already when a clock starts

import lnsym.prove.smt_terms  # noqa: F401
from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from lnsym.bv import BV, evaluate, rewrite_level, variables
from lnsym.contract.goals import Goal
from lnsym.deadline import Deadline
from lnsym.prove import smt
from lnsym.prove.portfolio import METHODS as ALL
from lnsym.prove.portfolio import Limits, decide
from lnsym.prove.sweep import Query, Sweep

with suppress(ImportError):
    import bitwuzla  # noqa: F401

Outcome: TypeAlias = Literal["proved", "refuted", "unknown"]
Method: TypeAlias = Callable[[EquivalenceGoal, Sides, float], Outcome]

OUTCOMES: dict[smt.Status, Outcome] = {"unsat": "proved", "sat": "refuted", "unknown": "unknown"}


def _by_solver(solver: smt.SolverName, sides: Sides, seconds: float) -> Outcome:
    """The negation of the goal as it stands, with no preparation."""
    with rewrite_level(0):
        different = sides.actual.ne(sides.expected)
    return OUTCOMES[smt.solve([*sides.conditions, different], seconds, solver).status]


def by_z3(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """z3 alone."""
    return _by_solver("z3", sides, seconds)


def by_bitwuzla(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """bitwuzla alone."""
    return _by_solver("bitwuzla", sides, seconds)


def by_sweep(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """SAT sweeping alone."""
    query = Query(sides.actual, sides.expected, sides.conditions)
    return Sweep([query], Deadline.after(seconds)).prove()[0].status


def by_portfolio(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """All methods as `lnsym verify` runs them; at rewrite level 0 without `structural` and `gf2`."""
    methods = ALL if goal.level else ("sweep", "smt")
    asked = Goal(goal.name, "output", sides.actual, sides.expected, sides.conditions)
    return decide(
        [asked],
        lambda goal: list(goal.conditions),
        Evaluation(),
        Limits(Deadline.after(seconds), methods=methods, processes=os.cpu_count() or 1),
    ).status


class Evaluation:
    """Confirms counterexamples by evaluation: there is no code to run."""

    def by_samples(self, goals: Sequence[Goal], count: int) -> bool:
        """Random values of the variables."""
        random = Random(0)
        wanted = variables([term for goal in goals for term in (goal.actual, goal.expected, *goal.conditions)])
        samples = [{v: random.getrandbits(v.width) for v in wanted} for _ in range(count)]
        return any(self.by_model(goal, sample) for goal in goals for sample in samples)

    def by_model(self, goal: Goal, model: dict[BV, int]) -> bool:
        """Whether the sides differ and the conditions hold; a variable without a value is 0."""
        ((actual, expected, *conditions),) = evaluate(
            [goal.actual, goal.expected, *goal.conditions], [model], default=0
        )
        return actual != expected and all(conditions)

    def inputs(self, free: Sequence[BV]) -> Iterator[dict[BV, int]]:
        """Random values."""
        random = Random(1)
        while True:
            yield {v: random.getrandbits(v.width) for v in free}


METHODS: dict[str, Method] = {"sweep": by_sweep, "z3": by_z3, "bitwuzla": by_bitwuzla, "portfolio": by_portfolio}
