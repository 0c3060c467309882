"""`--timeout` holds for all that a case takes, and whenever it passes the answer is right or UNKNOWN.

The clocks of most tests here count how often they are read, so that a deadline passes at the same place on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from assembly import (
    EQ,
    FADD,
    NE,
    NOP,
    RET,
    ZR,
    add,
    add_imm,
    b,
    b_cond,
    cbz,
    image_of,
    ldr,
    mov,
    movz,
    object_of,
    returns_its_argument,
    store,
    subs_imm,
)
from clocks import after_looks

from lnsym import session
from lnsym.bv import BV, clmul
from lnsym.contract import BadContract, Contract, Theorem, containment
from lnsym.contract.routines import Choice, Images
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.machine.decode import UnmodelledInstruction
from lnsym.machine.emulator import Emulator, Extent, Registers, Run
from lnsym.machine.origins import STACK_POINTER
from lnsym.machine.paths import TimeLimit
from lnsym.mutation.second_opinion import second_opinion
from lnsym.prove import consistency, gf2, minimise
from lnsym.prove import judge as judge_module
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.minimise import minimised
from lnsym.prove.refutation import confirm
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.run.exploration import RunLimits, explore
from lnsym.run.setup import Setup
from lnsym.show.verification import Verifying

Statement = Callable[..., None]

LOOKS = (*range(40), *range(40, 400, 31))


def judge(statement: Statement, words: Iterable[int], deadline: Deadline, options: Options | None = None) -> Verdict:
    contract = Contract("mine", statement)
    return verify(image_of(*words), "routine", contract, options=options or Options(processes=1), deadline=deadline)


def sum_of_two(t: Theorem) -> None:
    """A sum, stated so that the normal forms do not see it."""
    one, other = t.value("a", 64), t.value("b", 64)
    t.call(one, other)
    t.ensure_result((one | other) + (one & other))


def loaded_count(t: Theorem) -> None:
    """uint64_t f(const uint64_t *count): 0."""
    t.call(t.region("count", 1, 64, alignment=8))
    t.ensure_result(0)


def sevens(t: Theorem) -> None:
    """Sixteen words of 7."""
    words = t.region("words", 16, 64, access="rw")
    t.call(words)
    t.ensure(words, [BV.const(7, 64)] * 16)


def unchanged(t: Theorem) -> None:
    """Sixteen words that stay as they are."""
    words = t.region("words", 16, 64, access="rw")
    t.call(words)
    t.ensure(words, list(words.elements))


ON_LOADED_DATA = (ldr(1, 0), subs_imm(1, 1, 1), b_cond(NE, -4), movz(0, 0), RET)
FORKING = (cbz(1, 16), add_imm(0, 0, 1), add_imm(1, 1, -1), b(-12), RET)
COUNTING = (add_imm(1, 1, 1), b(-4))
FOR_2_TO_40 = (movz(1, 0x100, hw=2), subs_imm(1, 1, 1), b_cond(NE, -4), RET)
IN_ONE_STATE = (NOP, b(0))
SHORT_LOOP = (movz(1, 200), subs_imm(1, 1, 1), b_cond(NE, -4), RET)


# -- loops -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words", "head", "looks"),
    [
        (returns_its_argument, COUNTING, "routine", 400),
        (returns_its_argument, FOR_2_TO_40, "routine+0x4", 400),
        (loaded_count, ON_LOADED_DATA, "routine+0x4", 100),
        (sum_of_two, FORKING, "routine", 100),
        (returns_its_argument, (NOP, NOP, *COUNTING), "routine+0x8", 400),
    ],
    ids=["endless", "2^40 times", "loaded count", "forks each time", "endless after a while"],
)
def test_a_loop_that_takes_all_the_time_is_unknown_and_named(
    statement: Statement, words: tuple[int, ...], head: str, looks: int
) -> None:
    verdict = judge(statement, words, after_looks(looks))
    assert (verdict.status, verdict.stopped_by) == ("unknown", TimeLimit)
    assert verdict.reason.startswith("the time for the simulation was over after ")
    assert f"times back at 0x{0x10000 + int(head.partition('+')[2] or '0', 16):x} ({head})" in verdict.reason
    assert "bound the count in the contract, or raise --timeout" in verdict.reason
    assert "\n" not in verdict.reason
    assert verdict.instructions > 50


def test_a_loop_in_one_state_is_still_refuted() -> None:
    assert judge(returns_its_argument, IN_ONE_STATE, Deadline.after(60)).status == "refuted"
    assert {judge(returns_its_argument, IN_ONE_STATE, after_looks(n)).status for n in range(30)} == {
        "refuted",
        "unknown",
    }


def test_straight_code_that_takes_all_the_time_is_in_no_loop() -> None:
    verdict = judge(returns_its_argument, [NOP] * 5000 + [RET], after_looks(10))
    assert verdict.status == "unknown"
    assert verdict.reason.endswith("; raise --timeout if it needs more")
    assert "back at" not in verdict.reason


def test_a_loop_ends_by_the_clock_of_the_machine() -> None:
    verdict = judge(returns_its_argument, COUNTING, Deadline.after(1.5), Options(max_steps=10**9))
    assert (verdict.status, verdict.stopped_by) == ("unknown", TimeLimit)
    assert "times back at" in verdict.reason


def test_what_is_not_modelled_speaks_before_the_time() -> None:
    """The path that is seen first stops at an instruction, the other one for want of time."""
    verdict = judge(returns_its_argument, (cbz(0, 8), FADD, *COUNTING), after_looks(300))
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnmodelledInstruction)
    assert "fadd" in verdict.reason


def test_a_wrong_path_is_refuted_although_another_one_takes_its_time() -> None:
    """Only a part of the time is the simulation's."""
    verdict = judge(returns_its_argument, (cbz(0, 12), movz(0, 7), RET, *COUNTING), after_looks(3000))
    assert verdict.status == "refuted"


# -- whenever it passes ----------------------------------------------------------------------------


def statuses(statement: Statement, words: tuple[int, ...], looks: Iterable[int] = LOOKS) -> set[str]:
    return {judge(statement, words, after_looks(n), Options(methods=("structural", "gf2"))).status for n in looks}


RIGHT = [
    (returns_its_argument, (RET,)),
    (returns_its_argument, SHORT_LOOP),
    (returns_its_argument, (mov(1, 0), cbz(1, 8), RET, movz(0, 0), RET)),
    (unchanged, (ldr(1, 0, 8), store(1, 0, 8), RET)),
    (sum_of_two, (add(0, 0, 1), RET)),
]
WRONG = [
    (returns_its_argument, (movz(0, 7), RET)),
    (returns_its_argument, (movz(1, 30), subs_imm(1, 1, 1), b_cond(NE, -4), movz(0, 7), RET)),
    (returns_its_argument, (cbz(0, 8), RET, movz(0, 7), RET)),
    (sevens, (RET,)),
    (sum_of_two, (ldr(0, ZR), RET)),
]


@pytest.mark.parametrize(("statement", "words"), RIGHT)
def test_right_code_is_never_refuted_for_want_of_time(statement: Statement, words: tuple[int, ...]) -> None:
    assert statuses(statement, words) <= {"proved", "unknown"}


@pytest.mark.parametrize(("statement", "words"), WRONG)
def test_wrong_code_is_never_proved_for_want_of_time(statement: Statement, words: tuple[int, ...]) -> None:
    found = statuses(statement, words)
    assert found <= {"refuted", "unknown"}
    assert "unknown" in found


def test_the_time_shows_both_answers() -> None:
    """So that the tests above look at what they are about."""
    assert statuses(*RIGHT[1]) == {"proved", "unknown"}
    assert statuses(*WRONG[0]) == {"refuted", "unknown"}


def test_a_run_that_was_cut_short_would_be_noticed_if_it_were_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: an emulator that takes the end of the time for the end of the run."""
    run = Emulator.run

    def careless(
        emulator: Emulator, entry: int, until: int, registers: Registers, steps: int, deadline: Deadline
    ) -> Run:
        try:
            return run(emulator, entry, until, registers, steps, deadline)
        except DeadlinePassed:
            return Run("limit", registers, steps, entry, loops=True)

    monkeypatch.setattr(Emulator, "run", careless)
    words = (movz(1, 4000), subs_imm(1, 1, 1), b_cond(NE, -4), RET)
    assert "refuted" in statuses(returns_its_argument, words, range(20, 60))


# -- phases ----------------------------------------------------------------------------------------


def test_a_contract_that_used_the_time_is_named() -> None:
    verdict = judge(returns_its_argument, (RET,), Deadline(0.0))
    assert (verdict.status, verdict.stopped_by) == ("unknown", None)
    assert verdict.reason.startswith("the time was over while the contract was stated")


def test_a_contract_that_does_not_end_is_an_error_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "LEAST_SECONDS", 0.0)

    def endless(t: Theorem) -> None:
        while True:
            t.call()

    with pytest.raises(
        BadContract, match=r"the contract did not end within .* endless loop in it\? else raise --timeout"
    ):
        judge(endless, (RET,), Deadline.after(0.3))
    with pytest.raises(BadContract, match="did not end within"):
        compare(
            *[RoutineInImage(image_of(RET), "routine")] * 2, Contract("mine", endless), deadline=Deadline.after(0.3)
        )


def test_a_replay_that_does_not_end_is_no_evidence() -> None:
    code = Extent("code", 0x10000, bytearray(b"".join(w.to_bytes(4, "little") for w in COUNTING)), executable=True)
    registers = Registers([0] * 30 + [0x20000, 0], [0] * 32)
    with pytest.raises(DeadlinePassed, match="while an input was run on Unicorn"):
        Emulator([code]).run(0x10000, 0x20000, registers, 10**9, after_looks(20))
    assert Emulator([code]).run(0x10000, 0x20000, registers, 100, NEVER).ending == "limit"


def test_looking_for_a_state_that_comes_again_ends_too() -> None:
    """256 instructions are run, and the deadline passes in what follows them."""
    code = Extent("code", 0x10000, bytearray(b"".join(w.to_bytes(4, "little") for w in COUNTING)), executable=True)
    registers = Registers([0] * 30 + [0x20000, 0], [0] * 32)
    with pytest.raises(DeadlinePassed):
        Emulator([code]).run(0x10000, 0x20000, registers, 100_000, after_looks(395))


def test_a_slow_minimisation_keeps_the_best_so_far() -> None:
    made = explore(
        Setup(image_of(RET), "routine", Contract("mine", sevens).statement()), RunLimits(deadline=after_looks(10))
    )
    (words,) = made.setup.statement.blocks
    sample = dict.fromkeys(words.elements, 0xFF) | {
        words.base: 1 << 35,
        STACK_POINTER: 1 << 36,
        made.setup.returns_to(0): 1 << 37,
    }
    weights = []
    for looks in (1, 3, 8, 30, 1000):
        smaller = minimised(replace(made, limits=RunLimits(deadline=after_looks(looks))), sample)
        weights.append(sum(smaller[element].bit_count() for element in words.elements))
        assert confirm(replace(made, limits=RunLimits()), smaller) is not None
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == 8  # the first word: the others have no part in it
    assert weights[-1] == 0


def test_a_counterexample_stands_whether_or_not_a_smaller_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*arguments: object) -> bool:
        raise DeadlinePassed("while it was made smaller")

    monkeypatch.setattr(minimise._Search, "zero_out", endless)
    verdict = judge(sevens, (RET,), NEVER)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert len(verdict.counterexample.differences) == 16


def test_nothing_is_proved_before_its_check_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """gf2 says that the goal holds when the time is nearly over: the check has an allowance, and no proof comes without it."""
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    finished = []
    check = consistency.check

    def noted(*arguments: object, **named: object) -> None:
        check(*arguments, **named)  # type: ignore[arg-type]
        finished.append(True)

    monkeypatch.setattr(consistency, "check", noted)
    found = {}
    for looks in (0, 5, 20, 100, 700, 1500, 5000):
        finished.clear()
        verdict = judge(sum_of_two, (add(0, 0, 1), RET), after_looks(looks))
        found[looks] = verdict.status
        assert (verdict.status == "proved") == bool(finished)
        if looks in (100, 700):
            assert "checked on fresh inputs, so that nothing is called proved" in verdict.reason
    assert (found[100], found[5000]) == ("unknown", "proved")


def test_a_check_that_is_skipped_for_want_of_time_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: the goal is false, gf2 says that it holds, and the check is left out when time is over."""
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    monkeypatch.setattr(judge_module._Proceedings, "_by_samples", lambda self, count: iter(()))
    words, gf2_alone = (add_imm(0, 0, 1), RET), Options(methods=("gf2",))
    assert judge(returns_its_argument, words, after_looks(100), gf2_alone).status == "unknown"
    monkeypatch.setattr(consistency, "check", lambda *arguments, **named: None)
    assert judge(returns_its_argument, words, after_looks(100), gf2_alone).status == "proved"


def test_a_proof_near_the_end_has_an_allowance_for_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_module, "AFTERWARDS", 5000.0)
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    assert judge(sum_of_two, (add(0, 0, 1), RET), after_looks(100)).status == "proved"


def test_a_contract_that_is_slow_to_say_where_its_terms_come_from_leaves_the_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The report of what stayed open states it once more: that is given up, and the rest is said."""
    monkeypatch.setattr(containment, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(judge_module, "AFTERWARDS", 0.1)
    stated = []

    def statement(t: Theorem) -> None:
        sum_of_two(t)
        stated.append(True)
        while len(stated) > 1:
            pass

    verdict = judge(statement, (add(0, 0, 1), RET), Deadline.after(3), Options(methods=("structural",)))
    assert (verdict.status, len(stated)) == ("unknown", 2)
    assert verdict.apart is not None
    assert (verdict.apart.specified_at, "add" in verdict.apart.computed_at) == ("", True)


def test_gf2_ends_within_one_product_of_large_words() -> None:
    """Of one term with millions of products, between two looks at terms."""
    words = [BV.var(name, 64) for name in "abcd"]
    a, b, c, d = words
    pairs = [(a, a), (clmul(clmul(a, b), clmul(c, d)), clmul(clmul(a, c), clmul(b, d)))]
    assert gf2.Solver().prove(pairs, after_looks(200)) == [True, False]


def test_what_gf2_knows_when_the_time_is_over_serves_the_next_question() -> None:
    a, b, c = [BV.var(name, 16) for name in "abc"]
    solver = gf2.Solver()
    asked = (clmul(a, b ^ c), clmul(a, b) ^ clmul(a, c))
    for looks in range(0, 600, 13):
        assert solver.prove([asked, (clmul(a, b), clmul(a, c))], after_looks(looks)) in ([True, False], [False, False])
    assert solver.prove([asked, (clmul(a, b), clmul(a, c))]) == [True, False]


# -- equivalence, mutation, several cases ----------------------------------------------------------


@pytest.mark.parametrize("words", [COUNTING, FOR_2_TO_40, FORKING, (cbz(1, 8), RET, *COUNTING)])
@pytest.mark.parametrize("first", [True, False])
def test_the_equivalence_of_endless_code_is_unknown(words: tuple[int, ...], first: bool) -> None:
    routines = [RoutineInImage(image_of(*words), "routine"), RoutineInImage(image_of(RET), "routine")]
    for looks in (0, 3, 50, 120):
        verdict = compare(
            *(routines if first else routines[::-1]), Contract("c", sum_of_two), deadline=after_looks(looks)
        )
        assert verdict.status != "proved"
    if words in (COUNTING, FOR_2_TO_40):
        assert verdict.status == "unknown"
        assert verdict.reason.startswith(
            f"{'first' if first else 'second'} routine: the time for the simulation was over"
        )


@pytest.mark.parametrize("other", [(RET,), (movz(0, 7), RET), SHORT_LOOP])
def test_an_equivalence_is_right_or_unknown_whenever_the_time_is_over(other: tuple[int, ...]) -> None:
    routines = [RoutineInImage(image_of(*words), "routine") for words in ((RET,), other)]
    right = {"refuted"} if other == (movz(0, 7), RET) else {"proved"}
    found = {compare(*routines, Contract("c", returns_its_argument), deadline=after_looks(n)).status for n in LOOKS}
    assert found == {"unknown", *right}


def test_a_second_opinion_ends() -> None:
    contract = Contract("mine", returns_its_argument)
    asked = (image_of(*COUNTING), "routine", contract, {}, 1000, "1")
    with pytest.raises(DeadlinePassed):
        second_opinion(*asked, 10**9, after_looks(50))
    with pytest.raises(DeadlinePassed):
        second_opinion(image_of(RET), *asked[1:], 100, after_looks(50))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_endless_case_leaves_the_others_their_verdicts(
    tmp_path: Path, jobs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a routine that goes on for ever unless its second argument is 0."""

    def statement(t: Theorem, endless: bool = False, wrong: bool = False) -> None:
        a = t.value("a", 64)
        t.call(a, 1 if endless else 0)
        t.ensure_result(a + 1 if wrong else a)

    cases = ({"endless": True}, {}, {"endless": True}, {"wrong": True}, {})
    contract = Contract("mine", statement, (), tuple({"endless": False, "wrong": False} | case for case in cases))
    path = tmp_path / "input.o"
    path.write_bytes(object_of(subs_imm(ZR, 1, 0), b_cond(EQ, 12), *COUNTING, RET))
    options = replace(Options(), timeout=4, max_steps=10**9)
    asked = session.cases(Images(path), ["routine"], Choice({}, contract))
    outcome = Verifying(asked, jobs)
    outcome.follow(session.verify(asked, options, jobs))
    assert [v.status for _, v in outcome.verdicts] == ["unknown", "proved", "unknown", "refuted", "proved"]
    assert outcome.exit_code == 1
    out = capsys.readouterr().out
    assert out.count("the time for the simulation was over") == 2
    assert "did not keep its deadline" not in out


def test_every_path_under_way_is_stopped_with_what_was_executed() -> None:
    made = explore(
        Setup(image_of(*FORKING), "routine", Contract("mine", sum_of_two).statement()),
        RunLimits(deadline=after_looks(50)),
    )
    assert len(made.paths) > 5
    stopped = [path.ending for path in made.paths if not path.returned]
    assert all(isinstance(error, TimeLimit) and error.loop and error.loop.times > 5 for error in stopped)
