"""The portfolio: who answers what, what ends a race, and that nothing is left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from lnsym.bv import BV, evaluate
from lnsym.contract.goals import Goal, unreachable
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.prove.portfolio import METHODS, Limits, decide
from lnsym.prove.race import chains

X, Y, Z = (BV.var(name, 32) for name in "xyz")


class Recording:
    """A refuter that has no samples and believes a model that tells the sides apart."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.models: list[tuple[str, dict[BV, int]]] = []

    def by_samples(self, goals: Sequence[Goal], count: int) -> bool:
        self.asked.append(count)
        return False

    def by_model(self, goal: Goal, model: dict[BV, int]) -> bool:
        self.models.append((goal.name, model))
        ((a, b, *held),) = evaluate([goal.actual, goal.expected, *goal.conditions], [model], default=0)
        assert a != b
        assert all(held)
        return True

    def inputs(self, free: Sequence[BV]) -> Iterator[dict[BV, int]]:
        random = Random(0)
        while True:
            yield {v: random.getrandbits(v.width) for v in free}


def goal(actual: BV, expected: BV, *conditions: BV, name: str = "goal") -> Goal:
    return Goal(name, "output", actual, expected, conditions)


def nothing_more(asked: Goal) -> list[BV]:
    return list(asked.conditions)


def carry_save(x: BV, y: BV, z: BV) -> BV:
    return (x ^ y ^ z) + (((x & y) | (x & z) | (y & z)) << 1)


HARD = goal(X.udiv(10), ((X.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0], name="hard")
"""A division as a multiplication: equal, and beyond every method within seconds."""


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_every_method_takes_its_own(processes: int) -> None:
    goals = [
        goal(X ^ Y, Y ^ X, name="structural"),
        goal((X & 1) + (Y & 2), (X & 1) ^ (Y & 2), name="gf2"),
        goal(carry_save(X, Y, Z), X + Y + Z, name="later"),
    ]
    refuter = Recording()
    decision = decide(goals, nothing_more, refuter, Limits(processes=processes))
    assert decision.status == "proved"
    assert not decision.left
    closed = {use.name: use.goals for use in decision.methods}
    assert closed["structural"] == 1
    assert closed["gf2"] == 1
    assert sum(closed.values()) == 3
    assert refuter.asked == [4, 48]
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("method", ["sweep", "smt"])
def test_a_model_ends_the_race(method: str) -> None:
    needle = goal(X, X ^ (X.eq(0xDEADBEEF) & Y.eq(7)).zero_extend(32), name="needle")
    refuter = Recording()
    decision = decide([HARD, needle], nothing_more, refuter, Limits(Deadline.after(30), 2, (method,)))
    assert decision.status == "refuted"
    ((name, model),) = refuter.models
    assert name == "needle"
    assert (model[X], model[Y]) == (0xDEADBEEF, 7)
    assert not multiprocessing.active_children()


def test_conditions_and_premises_are_used() -> None:
    decision = decide([goal(X + Y, X | Y, (X & Y).eq(0))], nothing_more, Recording(), Limits())
    assert decision.status == "proved"
    decision = decide([goal(X + Y, X | Y)], lambda asked: [*asked.conditions, (X & Y).eq(0)], Recording(), Limits())
    assert decision.status == "proved"


def test_a_path_that_cannot_be_taken() -> None:
    impossible = unreachable("stopped", (X.ult(5), (X + 3).eq(2)))
    assert decide([impossible], nothing_more, Recording(), Limits()).status == "proved"
    possible = unreachable("stopped", (X.ult(5), (X + 3).eq(7)))
    refuter = Recording()
    assert decide([possible], nothing_more, refuter, Limits()).status == "refuted"
    assert refuter.models[0][1][X] == 4


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_time_out_leaves_the_goal_open_and_says_what_stayed_apart(processes: int) -> None:
    began = time.perf_counter()
    decision = decide([HARD], nothing_more, Recording(), Limits(Deadline.after(2), processes=processes))
    assert decision.status == "unknown"
    assert [open_goal.name for open_goal, _ in decision.left] == ["hard"]
    assert decision.left[0][1]
    assert time.perf_counter() - began < 20  # it does end, whatever the machine's load
    assert not multiprocessing.active_children()


def test_a_goal_that_no_input_may_show_to_be_false_stays_open_once_one_is_known() -> None:
    """Sweep would go on with the hard part until the deadline."""

    class Disbelieving(Recording):
        def by_model(self, goal: Goal, model: dict[BV, int]) -> bool:
            super().by_model(goal, model)
            return False

    possible = unreachable("stopped", (X.ult(5), (X + 3).eq(7), HARD.actual.eq(HARD.expected)))
    refuter = Disbelieving()
    limits = Limits(Deadline.after(600), methods=("sweep", "smt"), processes=2)
    decision = decide([possible], nothing_more, refuter, limits, lambda goal: False)
    assert decision.status == "unknown"
    assert [left for left, _ in decision.left] == [possible]
    assert refuter.models


def test_only_the_methods_that_were_asked_for() -> None:
    for method in METHODS:
        decision = decide([goal(carry_save(X, Y, Z), X + Y + Z)], nothing_more, Recording(), Limits(methods=(method,)))
        names = {use.name for use in decision.methods} - {"refute"}
        assert names <= ({"z3", "bitwuzla"} if method == "smt" else {method})


def test_queries_are_written() -> None:
    written: list[tuple[str, list[BV]]] = []
    limits = Limits(write_query=lambda name, conditions: written.append((name, list(conditions))))
    decide([goal(X, X), goal(X + Y, X | Y, (X & Y).eq(0), name="sum")], nothing_more, Recording(), limits)
    ((name, conditions),) = written
    assert name == "sum"
    assert conditions == [(X & Y).eq(0), (X + Y).ne(X | Y)]


def test_what_was_closed_stays_closed_when_the_time_is_over_in_a_replay() -> None:
    """One goal is proved, the model of the other one runs for too long: only that one is left open."""

    class Slow(Recording):
        def by_model(self, goal: Goal, model: dict[BV, int]) -> bool:
            raise DeadlinePassed("while an input was run on Unicorn")

    closed, wrong = goal(carry_save(X, Y, Z), X + Y + Z), goal(X + Y, X | Y)
    decision = decide([closed, wrong], nothing_more, Slow(), Limits(Deadline.after(60), methods=("smt",)))
    assert (decision.status, [left for left, _ in decision.left]) == ("unknown", [wrong])
    assert decision.left[0][1].startswith("the time was over while an input was run on Unicorn")
    assert not multiprocessing.active_children()


def test_ctrl_c_ends_the_processes() -> None:
    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        decide([HARD], nothing_more, Recording(), Limits(Deadline.after(60), methods=("sweep", "smt")))
    assert not multiprocessing.active_children()


def test_what_runs_side_by_side() -> None:
    assert chains(METHODS, 1) == [("sweep", "z3")]
    assert chains(METHODS, 2)[0] == ("sweep", "z3")
    assert chains(("sweep",), 4) == [("sweep",)]
    assert all(chain and "sweep" not in chain for chain in chains(("smt",), 2))
    assert chains(("smt",), 1)[0][-1] == "z3"
