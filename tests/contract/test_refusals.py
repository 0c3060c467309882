"""Claims that would replace each other, and numbers, names and shapes that mean nothing: each is refused, with its line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from assembly import RET, judge

from lnsym.bv import BV
from lnsym.contract import BadContract, Contract, Theorem, contract, registry
from lnsym.contract.theorem import MAX_ELEMENTS, ContractError

Statement = Callable[[Any], object]


def refused(statement: Statement) -> str:
    with pytest.raises(ContractError) as caught:
        Contract("mine", statement).statement()
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{__file__}:")
    return str(caught.value)


def called(t: Theorem) -> Theorem:
    t.call()
    return t


def with_region(t: Theorem, **more: Any) -> Any:
    return t.region("a", 4, 8, **{"access": "rw", **more})


# -- claims that replace each other ----------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        lambda t: [called(t).ensure_result(99), t.ensure_result(44)],
        lambda t: [called(t).ensure_result(44), t.returns()],
        lambda t: [called(t).returns(), t.ensure_result(44)],
        lambda t: [called(t).returns(32), t.returns(32)],
        lambda t: [called(t).ensure_registers({"x5": 1}), t.ensure_registers({"x0": 44})],
        lambda t: [t.own_convention({"x9": 1}), t.own_convention({}), called(t).ensure_result(1)],
    ],
)
def test_a_second_claim_of_one_thing_is_refused(statement: Statement) -> None:
    assert "twice" in refused(statement)


def test_a_region_is_ensured_or_left_unspecified_and_not_both() -> None:
    def ensured_first(t: Theorem) -> None:
        a = with_region(t)
        t.call(a)
        t.ensure(a, a.elements)
        t.leave_unspecified(a)

    def ensured_last(t: Theorem) -> None:
        a = with_region(t)
        t.call(a)
        t.leave_unspecified(a)
        t.ensure(a, a.elements)

    assert "ensured and left unspecified" in refused(ensured_first)
    assert "ensured and left unspecified" in refused(ensured_last)


def test_a_call_after_a_claim_is_refused() -> None:
    assert "a call after a claim" in refused(lambda t: [t.ensure_result(1), t.call()])


def test_an_argument_and_a_convention_do_not_share_a_register() -> None:
    assert "x0 holds argument 0" in refused(lambda t: [t.own_convention({"x0": 1}), t.call(2), t.ensure_result(2)])
    assert "return address" in refused(lambda t: [t.own_convention({"x30": 1}), t.call(), t.ensure_result(2)])


# -- numbers that do not fit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        lambda t: called(t).ensure_result(300, 8),
        lambda t: called(t).ensure_result(-129, 8),
        lambda t: called(t).ensure_result(1 << 64),
        lambda t: t.call(1 << 64),
        lambda t: t.call(-(1 << 63) - 1),
        lambda t: with_region(t, fixed={0: 256}),
        lambda t: with_region(t, fixed={0: -129}),
        lambda t: t.ensure(with_region(t), [0, 0, 0, 256]),
        lambda t: called(t).ensure_registers({"x0": 1 << 64}),
        lambda t: t.own_convention({"d3": -(1 << 64)}),
    ],
)
def test_a_number_that_does_not_fit_is_refused(statement: Statement) -> None:
    assert "does not fit" in refused(statement)


@pytest.mark.parametrize(
    ("number", "width", "value"), [(255, 8, 255), (-128, 8, 128), (-1, 32, 2**32 - 1), (-1, 64, 2**64 - 1), (0, 1, 0)]
)
def test_a_negative_number_is_in_twos_complement(number: int, width: int, value: int) -> None:
    def statement(t: Theorem) -> None:
        t.call(-1)
        t.ensure_result(number, width)

    theorem = Contract("mine", statement).statement()
    assert theorem.result is not None
    assert (theorem.result.value, theorem.result.width) == (value, width)


def test_numbers_ensured_of_a_region_are_elements() -> None:
    def statement(t: Theorem) -> None:
        a = with_region(t)
        t.call(a)
        t.ensure(a, [1, -1, None, a.elements[3]])

    first, second, third, _ = Contract("mine", statement).statement().ensured["a"]
    assert first is not None
    assert second is not None
    assert (first.value, second.value, third) == (1, 255, None)


# -- registers that are none -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x31", "x00", "w0", "v8", "sp", "d32", "X0", "", 0, "x1 "])
def test_a_register_that_is_none_is_refused(name: object) -> None:
    assert "no register" in refused(lambda t: t.own_convention({name: 1}))
    assert "no register" in refused(lambda t: called(t).ensure_registers({name: 1}))


@pytest.mark.parametrize("width", [1, 32, 63, 65, 128])
def test_a_register_has_64_bits(width: int) -> None:
    value = BV.var("mine", width)
    assert "which has 64" in refused(lambda t: t.own_convention({"x9": value}))
    assert "which has 64" in refused(lambda t: called(t).ensure_registers({"d9": value}))


@pytest.mark.parametrize("changes", ["x19", ["x18"], ["sp"], ["d7"], [19], 3])
def test_what_a_routine_may_change_is_callee_saved(changes: object) -> None:
    assert "changes=" in refused(lambda t: t.own_convention({}, changes=changes))


# -- values, names and shapes that mean nothing ----------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (lambda t: with_region(t, alignment=1 << 64), "alignment"),
        (lambda t: with_region(t, alignment=0), "alignment"),
        (lambda t: with_region(t, alignment=8.0), "alignment"),
        (lambda t: with_region(t, alignment=-8), "alignment"),
        (lambda t: with_region(t, fixed=[1, 2, 3, 4]), "give a dict"),
        (lambda t: with_region(t, fixed={9: 1}), "has the index 9"),
        (lambda t: with_region(t, fixed={-1: 1}), "has the index -1"),
        (lambda t: with_region(t, fixed={"0": 1}), "has the index '0'"),
        (lambda t: with_region(t, fixed={0: "1"}), "whole number"),
        (lambda t: t.region("a", MAX_ELEMENTS + 1, 8), "no more than"),
        (lambda t: t.region("a", 1 << 70, 8), "no more than"),
        (lambda t: t.region("a", 2.0, 8), "2.0 elements"),
        (lambda t: t.region("a", True, 8), "True elements"),
        (lambda t: t.region("", 1, 8), "a name is text"),
        (lambda t: t.region("a b", 1, 8), "a name is text"),
        (lambda t: t.region("a\n\x1b[31m", 1, 8), "a name is text"),
        (lambda t: t.value(3, 8), "a name is text"),
        (lambda t: t.value("a\t", 8), "a name is text"),
        (lambda t: t.value("a", 0), "a width is"),
        (lambda t: t.value("a", -1), "a width is"),
        (lambda t: t.value("a", "8"), "a width is"),
        (lambda t: t.assume(True), "term of one bit"),
        (lambda t: t.assume(1), "term of one bit"),
        (lambda t: t.call("a"), "whole number"),
        (lambda t: t.call(1.5), "whole number"),
        (lambda t: t.call(None), "whole number"),
        (lambda t: t.call(symbol=""), "a name is text"),
        (lambda t: called(t).ensure_result("44"), "whole number"),
        (lambda t: called(t).ensure_result(44, 0), "a width is"),
        (lambda t: called(t).ensure_result(BV.const(0, 32), 16), "32 bits, and the width 16"),
        (lambda t: t.ensure(with_region(t), 5), "give a list"),
        (lambda t: t.ensure(with_region(t), "abcd"), "give a list"),
        (lambda t: t.ensure("a", [1]), "no region of this theorem"),
        (lambda t: t.leave_unspecified("a"), "no region of this theorem"),
        (lambda t: t.ensure(with_region(Theorem()), [0, 0, 0, 0]), "no region of this theorem"),
        (lambda t: t.call(with_region(Theorem())), "no region of this theorem"),
        (lambda t: called(t).ensure_registers({}), "names no register"),
        (lambda t: called(t).ensure_registers([("x0", 1)]), "give a dict"),
        (lambda t: t.own_convention({}, frame=-16), "a frame of -16"),
        (lambda t: t.own_convention({}, frame=1 << 64), "a frame of"),
    ],
)
def test_what_means_nothing_is_refused(statement: Statement, reason: str) -> None:
    assert reason in refused(statement)


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("hidden", [lambda t: asynchronous(t), lambda t: generator(t), lambda t: (x for x in [t])])
def test_code_that_would_never_run_is_refused(hidden: Statement) -> None:
    assert "never runs" in refused(hidden)


# -- declarations ----------------------------------------------------------------------------------


async def asynchronous(t: Theorem) -> None: ...


def generator(t: Theorem) -> Any:
    yield t


def plain(t: Theorem, n: int = 4) -> None: ...


def without_default(t: Theorem, n: int) -> None: ...


def no_theorem() -> None: ...


@pytest.mark.parametrize(
    ("statement", "options", "reason"),
    [
        (asynchronous, {}, "async or yields"),
        (generator, {}, "async or yields"),
        (5, {}, "decorate a function"),
        (no_theorem, {}, "takes no theorem"),
        (without_default, {}, "no default"),
        (plain, {"routines": "ct_memcmp"}, "routines="),
        (plain, {"routines": [3]}, "routines="),
        (plain, {"routines": [""]}, "routines="),
        (plain, {"cases": [3, 4]}, "case 0"),
        (plain, {"cases": [{"n": 1}, {"m": 1}]}, "no parameter 'm'"),
        (plain, {"cases": [{"n": 1}, {"n": 1}]}, "said twice"),
        (plain, {"cases": [{}, {"n": 4}]}, "said twice"),
        (plain, {"cases": []}, "has no cases"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(statement: Any, options: dict[str, Any], reason: str) -> None:
    before = dict(registry._registry)
    with pytest.raises(ContractError, match=reason):
        contract("declared-here", **options)(statement)
    assert registry._registry == before


@pytest.mark.parametrize("name", ["", "a b", "a\x1b[31m", "a\n", 3])
def test_a_contract_has_a_name(name: Any) -> None:
    with pytest.raises(ContractError, match="a name is text"):
        contract(name)(plain)


# -- pointers in the vacuity check -----------------------------------------------------------------


@pytest.mark.parametrize(
    "alignments", [(1 << 63, 1 << 63), (1 << 62, 1 << 62, 1 << 62, 1 << 62), (1 << 63, 1, 1 << 63)]
)
def test_alignments_that_leave_no_room_are_an_error(alignments: tuple[int, ...]) -> None:
    """Regions are disjoint and none is at 0: two multiples of 2**63 below 2**64 would be one."""

    def statement(t: Theorem) -> None:
        t.call(*[t.region(f"p{i}", 1, 64, alignment=alignment) for i, alignment in enumerate(alignments)])
        t.ensure_result(0)

    with pytest.raises(ContractError, match="contradict each other") as caught:
        judge(statement, RET)
    assert str(caught.value).startswith(f"{__file__}:")


def test_a_pointer_assumed_to_be_null_is_an_error() -> None:
    def statement(t: Theorem) -> None:
        a = t.region("a", 1, 64)
        t.assume(a.base.eq(0))
        t.call(a)
        t.ensure_result(a.base)

    with pytest.raises(ContractError, match="contradict each other"):
        judge(statement, RET)


def test_an_assumption_that_breaks_an_alignment_is_an_error() -> None:
    def statement(t: Theorem) -> None:
        a = t.region("a", 1, 64, alignment=16)
        t.assume(a.base[3])
        t.call(a)
        t.ensure_result(a.base)

    with pytest.raises(ContractError, match="contradict each other"):
        judge(statement, RET)


@pytest.mark.parametrize("alignment", [16, 4096, 1 << 24, 1 << 40, 1 << 63])
def test_an_alignment_that_some_pointer_has_is_none(alignment: int) -> None:
    def statement(t: Theorem) -> None:
        a = t.region("a", 1, 64, alignment=alignment)
        t.call(a)
        t.ensure_result(a.base)

    assert judge(statement, RET).status == "proved"


def test_code_that_raises_has_its_line() -> None:
    def statement(t: Theorem) -> None:
        t.region("a", 1, 64).elements[7]

    with pytest.raises(BadContract, match=r"test_refusals\.py:\d+: IndexError"):
        Contract("mine", statement).statement()
