"""Several calls: between two of them a caller may use any register but SP, and each call must bring back what it found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest
from assembly import RET, b_cond, cmp_imm, eor, image_of, judge, ldr, mov, movi_d, movz, store

from lnsym.contract import Contract, Theorem, abi
from lnsym.machine.state import State
from lnsym.mutation.second_opinion import second_opinion
from lnsym.prove.verify import Options
from lnsym.run.exploration import Unexplored
from lnsym.run.setup import Setup
from lnsym.show import reproducer

FEW = Options(timeout=20)
NE = 1
CSET_X9_EQ = 0x9A9F17E9


def fmov(d: int, n: int) -> int:
    """FMOV Xd, Dn."""
    return 0x9E660000 | n << 5 | d


def fmov_high(d: int, n: int) -> int:
    """FMOV Xd, Vn.D[1]."""
    return 0x9EAE0000 | n << 5 | d


def calls(t: Theorem, count: int, changes: Collection[str] = (), **registers: Any) -> None:
    """void f(uint64_t *p), `count` times: *p is 7 then."""
    p = t.region("p", 1, 64, access="rw")
    t.own_convention(registers, changes=changes)
    for _ in range(count):
        t.call(p)
    t.ensure(p, [7])


def status(statement: Any, *words: int) -> str:
    return judge(statement, *words, options=FEW).status


CHANGED = {"x19": movz(19, 5), "x28": movz(28, 5), "x29": movz(29, 5), "d8": movi_d(8), "d15": movi_d(15)}


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_register_that_may_be_changed_may_be_by_each_of_the_calls(name: str, count: int) -> None:
    words = [CHANGED[name], movz(9, 7), store(9, 0), RET]
    assert status(lambda t: calls(t, count, [name]), *words) == "proved"
    assert status(lambda t: calls(t, count), *words) == "refuted"


@pytest.mark.parametrize("name", ["x19", "d8"])
def test_and_the_random_inputs_of_the_second_opinion_agree(name: str) -> None:
    image = image_of(CHANGED[name], movz(9, 7), store(9, 0), RET)
    right = Contract("c", lambda t: calls(t, 2, [name]))
    assert second_opinion(image, "routine", right, {}, 5, "seed", 100).difference == ""
    wrong = Contract("c", lambda t: calls(t, 2))
    assert name in second_opinion(image, "routine", wrong, {}, 5, "seed", 100).difference


FOUND = {
    **{f"x{n}": [mov(9, n)] for n in (1, 8, 18, 19, 23, 28, 29, 30)},
    **{f"d{n}": [fmov(9, n)] for n in (0, 7, 8, 15, 16, 31)},
    **{f"v{n}.d[1]": [fmov_high(9, n)] for n in (0, 8, 15, 31)},
    "flag z": [CSET_X9_EQ],
}
"""Instructions that bring what a routine finds somewhere into X9."""


def finds_the_same(t: Theorem) -> None:
    """uint64_t f(uint64_t *p), twice: the second call finds what the first one found, which nothing says."""
    p = t.region("p", 1, 64, access="rw")
    t.call(p)
    t.call(p)
    t.leave_unspecified(p)
    t.ensure_result(0)


@pytest.mark.parametrize("place", FOUND)
def test_what_a_call_finds_in_a_register_the_next_one_need_not_find(place: str) -> None:
    """A caller may use the callee-saved registers for itself too."""
    words = [*FOUND[place], ldr(10, 0), store(9, 0), eor(0, 9, 10), RET]
    assert status(finds_the_same, *words) == "refuted"


def test_sp_is_the_same_at_each_call() -> None:
    mov_x9_sp = 0x910003E9
    assert status(finds_the_same, mov_x9_sp, ldr(10, 0), store(9, 0), eor(0, 9, 10), RET) == "proved"


@pytest.mark.parametrize("name", ["x19", "x27", "d8", "d14"])
def test_a_callee_saved_register_that_the_contract_gives_holds_that_at_each_call(name: str) -> None:
    take = mov(9, int(name[1:])) if name[0] == "x" else fmov(9, int(name[1:]))
    assert status(lambda t: calls(t, 2, **{name: 7}), take, store(9, 0), RET) == "proved"
    clear = CHANGED.get(name, movz(27, 0) if name == "x27" else movi_d(14))
    assert status(lambda t: calls(t, 2, [name], **{name: 7}), take, store(9, 0), clear, RET) == "refuted"


def one_after_the_other(t: Theorem) -> None:
    """void f(uint64_t which), with 0, then 1, then 2."""
    p = t.region("p", 1, 64, access="rw")
    for which in range(3):
        t.call(which, p)
    t.ensure(p, p.elements)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize(("name", "change"), [("x19", movz(19, 5)), ("x29", movz(29, 5)), ("d9", movi_d(9))])
def test_a_call_that_alone_does_not_bring_back_a_register_is_refuted(which: int, name: str, change: int) -> None:
    words = [cmp_imm(0, which), b_cond(NE, 8), change, RET]
    verdict = judge(one_after_the_other, *words, options=FEW)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    expected = name if which == 2 else f"{name} after call {which}"
    assert [difference.name for difference in verdict.counterexample.differences] == [expected]
    unexplored = Unexplored(Setup(image_of(*words), "routine", Contract("c", one_after_the_other).statement()))
    namespace: dict[str, Any] = {}
    exec(reproducer.test_file([reproducer.refutation_test(unexplored, verdict.counterexample, 0)]), namespace)
    with pytest.raises(AssertionError, match=name):
        namespace["test_routine_0"]()


def test_registers_that_keep_their_values_between_calls_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: a caller is taken to leave the callee-saved registers alone."""
    right = abi.forget

    def keeps(state: State, call: int, kept: Collection[str]) -> None:
        right(state, call, [*kept, *abi.CALLEE_SAVED])

    words = [mov(9, 19), ldr(10, 0), store(9, 0), eor(0, 9, 10), RET]
    assert status(finds_the_same, *words) == "refuted"
    monkeypatch.setattr(abi, "forget", keeps)
    assert status(finds_the_same, *words) == "proved"
