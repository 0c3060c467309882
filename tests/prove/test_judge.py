"""The judge: who answers what, what ends a race, and that nothing is left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

import pytest

from lnsym.bv import BV
from lnsym.contract.obligations import Obligation, holds, unreachable
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.prove import judge as judge_module
from lnsym.prove.evidence import Identical, SameForms, Swept
from lnsym.prove.judge import Disproved, Established, LeftOpen, Limits
from lnsym.prove.methods import BITWUZLA, METHODS, SWEEP, Z3, chosen
from lnsym.prove.race import chains
from lnsym.run.inputs import Sample
from tests.prove.replayers import Believing, Disbelieving, judged

X, Y, Z = (BV.var(name, 32) for name in "xyz")


def goal(left: BV, right: BV, *premises: BV, name: str = "goal") -> Obligation:
    return Obligation(name, "output", left, right, premises)


def believed(*goals: Obligation, limits: Limits | None = None, given: tuple[BV, ...] = ()) -> object:
    """The outcome where an input that tells the sides apart is believed."""
    return judged(Believing(*given), goals, limits).outcome


def carry_save(x: BV, y: BV, z: BV) -> BV:
    return (x ^ y ^ z) + (((x & y) | (x & z) | (y & z)) << 1)


HARD = goal(X.udiv(10), ((X.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0], name="hard")
"""A division as a multiplication: equal, and beyond every method within seconds."""


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_every_method_takes_its_own(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    goals = [
        goal(X ^ Y, Y ^ X, name="structural"),
        goal((X & 1) + (Y & 2), (X & 1) ^ (Y & 2), name="gf2"),
        goal(carry_save(X, Y, Z), X + Y + Z, name="later"),
    ]
    tried: list[int] = []
    candidates = judge_module.candidates
    monkeypatch.setattr(judge_module, "candidates", lambda *given: tried.append(given[2]) or candidates(*given))
    limits = Limits(methods=chosen("structural", "gf2", "sweep", "smt"), processes=processes)
    judgement = judged(Believing(), goals, limits)
    assert judgement.outcome == Established()
    closed = {use.name: use.goals for use in judgement.methods}
    assert closed["structural"] == 1
    assert closed["gf2"] == 1
    assert sum(closed.values()) == 3
    assert tried == [4, 48]
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("method", ["sweep", "smt"])
def test_a_model_ends_the_race(method: str) -> None:
    needle = goal(X, X ^ (X.eq(0xDEADBEEF) & Y.eq(7)).zero_extend(32), name="needle")
    replayer = Believing()
    limits = Limits(Deadline.after(30), 2, chosen(method))
    assert isinstance(judged(replayer, [HARD, needle], limits).outcome, Disproved)
    (model,) = replayer.models
    assert (model[X], model[Y]) == (0xDEADBEEF, 7)
    assert not multiprocessing.active_children()


def test_premises_are_used_those_of_the_contract_too() -> None:
    assert believed(goal(X + Y, X | Y, (X & Y).eq(0))) == Established()
    assert believed(goal(X + Y, X | Y), given=((X & Y).eq(0),)) == Established()


@pytest.mark.parametrize("choices", [("sweep",), ("smt",), ("structural", "gf2", "sweep", "smt")])
def test_a_claim_of_one_bit_is_an_obligation_like_others(choices: tuple[str, ...]) -> None:
    limits = Limits(Deadline.after(60), methods=chosen(*choices))
    bound = holds("bound", "output", (X & 15).ult(20), (Y.ult(3),))
    implied = holds("implied", "output", (X + 1).ult(6) | ~X.ult(5))
    assert believed(bound, implied, limits=limits) == Established()
    assert isinstance(believed(holds("bound", "output", (X & 15).ult(15)), limits=limits), Disproved)


def test_a_path_that_cannot_be_taken() -> None:
    impossible = unreachable("stopped", (X.ult(5), (X + 3).eq(2)))
    assert believed(impossible) == Established()
    possible = unreachable("stopped", (X.ult(5), (X + 3).eq(7)))
    replayer = Believing()
    assert isinstance(judged(replayer, [possible]).outcome, Disproved)
    assert replayer.models[0][X] == 4


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_time_out_leaves_the_goal_open_and_says_what_stayed_apart(processes: int) -> None:
    began = time.perf_counter()
    outcome = believed(HARD, limits=Limits(Deadline.after(2), processes=processes))
    assert isinstance(outcome, LeftOpen)
    assert [left.name for left, _ in outcome.left] == ["hard"]
    assert outcome.left[0][1]
    assert time.perf_counter() - began < 20  # it does end, whatever the machine's load
    assert not multiprocessing.active_children()


def test_a_goal_that_no_input_may_show_to_be_false_stays_open_once_one_is_known() -> None:
    """Sweep would go on with the hard part until the deadline."""

    elsewhere = BV.var("address_of_another_file", 64)
    possible = unreachable("stopped", (X.ult(5), (X + 3).eq(7), elsewhere.ult(9), HARD.left.eq(HARD.right)))
    limits = Limits(Deadline.after(600), methods=chosen("sweep", "smt"), processes=2)
    replayer = Disbelieving()
    replayer.externals = {elsewhere: "another"}
    outcome = judged(replayer, [possible], limits).outcome
    assert isinstance(outcome, LeftOpen)
    assert [left for left, _ in outcome.left] == [possible]
    assert "counterexample that did not run" in outcome.left[0][1]
    assert not replayer.models


def test_only_the_methods_that_were_asked_for() -> None:
    for method in METHODS:
        asked = goal(carry_save(X, Y, Z), X + Y + Z)
        judgement = judged(Believing(), [asked], Limits(methods=(method,)))
        assert {use.name for use in judgement.methods} - {"refute"} <= {method.name}


def test_queries_are_written() -> None:
    written: list[tuple[str, list[BV]]] = []
    limits = Limits(write_query=lambda name, conditions: written.append((name, list(conditions))), methods=(SWEEP, Z3))
    believed(goal(X, X), goal(X + Y, X | Y, (X & Y).eq(0), name="sum"), limits=limits)
    ((name, conditions),) = written
    assert name == "sum"
    assert conditions == [(X & Y).eq(0), (X + Y).ne(X | Y)]


def test_what_was_closed_stays_closed_when_the_time_is_over_in_a_replay() -> None:
    """One goal is proved, the model of the other one runs for too long: only that one is left open."""

    class Slow(Believing):
        def confirm(self, sample: Sample) -> Sample | None:
            raise DeadlinePassed("while an input was run on Unicorn")

        def inputs(self, free: list[BV]) -> object:  # type: ignore[override]
            while True:
                yield dict.fromkeys(free, 0)

    closed, wrong = goal(carry_save(X, Y, Z), X + Y + Z), goal(X + Y, X | Y)
    outcome = judged(Slow(), [closed, wrong], Limits(Deadline.after(60), methods=chosen("smt"))).outcome
    assert isinstance(outcome, LeftOpen)
    assert [left for left, _ in outcome.left] == [wrong]
    assert outcome.left[0][1].startswith("the time was over while an input was run on Unicorn")
    assert not multiprocessing.active_children()


# -- evidence -----------------------------------------------------------------------------------------


def test_each_proof_has_the_evidence_of_its_method() -> None:
    structural, gf2, swept = (
        goal(X ^ Y, Y ^ X, name="structural"),
        goal((X & 1) + (Y & 2), (X & 1) ^ (Y & 2), name="gf2"),
        goal(carry_save(X, Y, Z), X + Y + Z, name="sweep"),
    )
    goals = [structural, gf2, swept]
    judgement = judged(Believing(), goals, Limits(methods=chosen("structural", "gf2", "sweep")))
    one, two, three = judgement.proofs
    assert [(proof.obligation, proof.method) for proof in judgement.proofs] == [(g.name, g.name) for g in goals]
    assert (one.evidence, two.evidence) == (Identical(), SameForms(32))
    assert isinstance(three.evidence, Swept)
    assert three.evidence.closing == "same bits"
    assert three.evidence.gates


def test_ctrl_c_ends_the_processes() -> None:
    threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        believed(HARD, limits=Limits(Deadline.after(60), methods=chosen("sweep", "smt")))
    assert not multiprocessing.active_children()


def test_what_runs_side_by_side() -> None:
    every = (SWEEP, Z3, BITWUZLA)
    assert chains(every, 1) == [(SWEEP, Z3)]
    assert chains(every, 2) == [(SWEEP, Z3), (BITWUZLA,)]
    assert chains(every, 3) == [(SWEEP, Z3), (BITWUZLA,), (Z3,)]
    assert chains((SWEEP, Z3), 2) == [(SWEEP, Z3), (Z3,)]
    assert chains((SWEEP,), 4) == [(SWEEP,)]
    assert chains((Z3, BITWUZLA), 1) == [(BITWUZLA, Z3)]
    assert chains((Z3, BITWUZLA), 2) == [(BITWUZLA,), (Z3,)]
