"""Counts, folds and parts: unrolled for a number they say what a list would, left open they are variables of their own."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from lnsym.bv import BV, evaluate, variables
from lnsym.contract import ANY, Count, Theorem, contract
from lnsym.contract.checks import ContractError
from lnsym.contract.registry import NoSuchValue
from lnsym.contract.statement import Statement
from lnsym.machine.origins import Folded


def sums(t: Theorem, n: Count = ANY) -> None:
    count = t.count("n", n, least=1)
    words = t.region("a", count, 64)
    out = t.region("out", count, 64, access="w")
    t.call(out, words, count)
    total = t.fold("S", count, lambda s, k: [s[0] + words.part(k, 1)[0]], [BV.const(5, 64)])
    t.ensure_each(out, 1, lambda k: total.after(k + 1))
    t.ensure_result(total.after(count)[0])


def stated(n: Count, say: Callable[[Theorem, Count], None] = sums) -> Statement:
    theorem = Theorem("f")
    say(theorem, n)
    return theorem.freeze()


def test_a_number_unrolls_what_is_claimed() -> None:
    statement = stated(3)
    assert not statement.counts
    a, _ = statement.blocks
    running = [a.elements[0] + 5, a.elements[0] + a.elements[1] + 5, sum(a.elements, BV.const(5, 64))]
    assert list(statement.ensured["out"]) == running
    assert statement.result is running[-1]


def test_any_count_leaves_the_states_of_a_fold_open() -> None:
    statement = stated(ANY)
    (count,) = statement.counts
    assert statement.result is BV.var(Folded("S", 0, count), 64)
    assert list(statement.each) == ["out"]
    (value,) = statement.each["out"].part(count)
    assert value is BV.var(Folded("S", 0, count + 1), 64)
    assert evaluate(statement.assumptions, [{count: 0}], default=0)[0].count(0) == 1


def test_the_step_of_any_number_is_that_of_each() -> None:
    fold = stated(ANY).folds["S"]
    number = BV.var("k", 64)
    (said,) = fold.symbolic_step(number)
    before = fold.after(number)[0]
    (element,) = [variable for variable in variables([said]) if variable is not before]
    assert evaluate([said], [{before: 7, element: 30}])[0] == (37,)


def test_a_state_of_a_fold_goes_to_another_process() -> None:
    state = stated(ANY).result
    assert state is not None
    assert pickle.loads(pickle.dumps(state)) is state


WRONG: list[tuple[str, Callable[[Theorem, Count], object]]] = [
    ("is 0: give a number from 1", lambda t, n: t.count("m", 0, least=1)),
    ("is 9: give a number from 0 to 8", lambda t, n: t.count("m", 9, most=8)),
    ("is from 2 to 1", lambda t, n: t.count("m", n, least=2, most=1)),
    ("the steps of 'S' are 3", lambda t, n: t.fold("S", 3, lambda s, k: s, [BV.const(0, 8)])),  # type: ignore[arg-type, return-value]
    ("'S' starts with", lambda t, n: t.fold("S", t.count("m", n), lambda s, k: s, [])),
    ("steps of 'S', which has", lambda t, n: t.fold("S", t.count("m", 2), lambda s, k: s, [BV.const(0, 8)]).after(3)),
    ("another shape", lambda t, n: t.fold("S", t.count("m", 2), lambda s, k: [*s, *s], [BV.const(0, 8)]).after(1)),
    ("a part of 0 elements", lambda t, n: t.ensure_each(t.region("b", 2, 8, access="w"), 0, lambda k: [])),
    ("give a list of 2", lambda t, n: t.ensure_each(t.region("b", 2, 8, access="w"), 2, lambda k: [0])),
    ("part 1 of 2 elements", lambda t, n: t.region("b", 3, 8).part(1, 2)),
]


@pytest.mark.parametrize(("message", "say"), WRONG, ids=[message for message, _ in WRONG])
def test_what_means_nothing_is_refused(message: str, say: Callable[[Theorem, Count], object]) -> None:
    with pytest.raises(ContractError) as caught:
        say(Theorem("f"), ANY)
    assert message in str(caught.value)


def test_the_name_of_a_region_is_no_fold() -> None:
    def say(t: Theorem, n: Count) -> None:
        t.region("S", 1, 8)
        t.fold("S", t.count("n", n), lambda s, k: s, [BV.const(0, 8)])

    with pytest.raises(ContractError, match="'S' is used twice"):
        stated(ANY, say)


def test_a_parameter_may_be_any_count_or_a_number() -> None:
    made = contract("test-folds-of-sums")(sums)
    (parameter,) = made.signature
    assert parameter.choice == "a number, or any"
    assert made.given({"n": "any"}) == {"n": ANY}
    assert made.given({"n": "3"}) == {"n": 3}
    with pytest.raises(NoSuchValue):
        made.given({"n": "some"})
    assert made.numbered({}) == {"n": 1}
    assert made.numbered({"n": 4}) == {"n": 4}
    assert pickle.loads(pickle.dumps(ANY)) == ANY
