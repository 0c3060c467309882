"""The methods under comparison, each from the two sides of a goal and the seconds it has to an outcome."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Literal, TypeAlias

import pysat.solvers  # noqa: F401  # what methods import when they are first used is here already when a clock starts

import lnsym.prove.smt_terms  # noqa: F401
from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from lnsym.bv import BV, evaluate, rewrite_level
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.prove import smt
from lnsym.prove.judge import Disproved, Established, Limits, ProofQuestion, judge
from lnsym.prove.method import Proved, Refuted
from lnsym.prove.methods import METHODS as ALL
from lnsym.prove.methods import chosen
from lnsym.prove.sweep import Sweep

with suppress(ImportError):
    import bitwuzla  # noqa: F401

Outcome: TypeAlias = Literal["proved", "refuted", "unknown"]
Method: TypeAlias = Callable[[EquivalenceGoal, Sides, float], Outcome]

OUTCOMES: dict[smt.SolverStatus, Outcome] = {"unsat": "proved", "sat": "refuted", "unknown": "unknown"}


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


def _obligation(goal: EquivalenceGoal, sides: Sides) -> Obligation:
    return Obligation(goal.name, "output", sides.actual, sides.expected, tuple(sides.conditions))


def by_sweep(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """SAT sweeping alone."""
    match Sweep([_obligation(goal, sides)], Deadline.after(seconds)).prove():
        case [Proved()]:
            return "proved"
        case [Refuted()]:
            return "refuted"
        case _:
            return "unknown"


def by_portfolio(goal: EquivalenceGoal, sides: Sides, seconds: float) -> Outcome:
    """All methods as `lnsym verify` runs them; at rewrite level 0 without `structural` and `gf2`."""
    methods = ALL if goal.level else chosen("sweep", "smt")
    asked = _obligation(goal, sides)
    limits = Limits(Deadline.after(seconds), methods=methods, processes=os.cpu_count() or 1)
    outcome = judge(ProofQuestion([asked], Evaluation(asked)), limits).outcome
    match outcome:
        case Established():
            return "proved"
        case Disproved():
            return "refuted"
        case _:
            return "unknown"


class Evaluation:
    """Confirms counterexamples by evaluation: there is no code to run."""

    assumptions: Sequence[BV] = ()
    preconditions: Sequence[BV] = ()
    small: Sequence[BV] = ()
    pointers: frozenset[BV] = frozenset()
    bases: frozenset[BV] = frozenset()
    externals: Mapping[BV, str] = {}

    def __init__(self, obligation: Obligation) -> None:
        self._obligation = obligation

    @property
    def given(self) -> Evaluation:
        """All values of the variables."""
        return self

    def inputs(self, free: Sequence[BV]) -> Iterator[dict[BV, int]]:
        """Random values."""
        random = Random(1)
        while True:
            yield {v: random.getrandbits(v.width) for v in free}

    def confirm(self, sample: dict[BV, int]) -> dict[BV, int] | None:
        """The input, where the sides differ and the premises hold; a variable without a value is 0."""
        (values,) = evaluate(self._obligation.failure, [sample], default=0)
        return sample if all(values) else None

    def improvements(self, shown: dict[BV, int]) -> Iterator[dict[BV, int]]:
        """None."""
        return iter(())


METHODS: dict[str, Method] = {"sweep": by_sweep, "z3": by_z3, "bitwuzla": by_bitwuzla, "portfolio": by_portfolio}
