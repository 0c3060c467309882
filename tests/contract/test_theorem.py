"""What a contract may say, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assembly import NE, RET, add_imm, cmp, image_of, judge, ldr, mov, movz, store, word

from lnsym.bv import BV, concat
from lnsym.contract import BadContract, Contract, NoSuchParameter, Theorem
from lnsym.contract.checks import ContractError
from lnsym.errors import LnsymError, NoSuchSymbol
from lnsym.prove.verify import Options
from lnsym.run.concrete import concrete_start, outputs, run_concretely
from lnsym.run.exploration import explore
from lnsym.run.inputs import complete, holds, placement, samples
from lnsym.run.setup import Setup
from tests.named import named


def theorem(statement: Callable[[Theorem], None]) -> Theorem:
    return Contract("mine", statement).statement()


def says_nothing(t: Theorem) -> None:
    t.call()


def calls_nothing(t: Theorem) -> None:
    t.ensure_result(0)


def duplicate_regions(t: Theorem) -> None:
    t.region("a", 1, 8)
    t.region("a", 2, 8)


def no_elements(t: Theorem) -> None:
    t.region("a", 0, 8)


def bits_that_are_no_bytes(t: Theorem) -> None:
    t.region("a", 1, 12)


def no_width(t: Theorem) -> None:
    t.region("a", 1, 0)


def odd_alignment(t: Theorem) -> None:
    t.region("a", 1, 8, alignment=3)


def wide_precondition(t: Theorem) -> None:
    t.assume(t.value("a", 64))


def too_many_arguments(t: Theorem) -> None:
    t.call(*range(9))


def wide_argument(t: Theorem) -> None:
    t.call(t.value("a", 128))


def ensures_what_is_read_only(t: Theorem) -> None:
    a = t.region("a", 1, 8)
    t.ensure(a, a.elements)


def ensures_too_few(t: Theorem) -> None:
    a = t.region("a", 2, 8, access="rw")
    t.ensure(a, a.elements[:1])


def ensures_another_width(t: Theorem) -> None:
    a = t.region("a", 1, 8, access="rw")
    t.ensure(a, [BV.const(0, 16)])


def forgets_a_region(t: Theorem) -> None:
    a = t.region("a", 1, 8, access="rw")
    t.region("b", 1, 8, access="w")
    t.call(a)
    t.ensure(a, a.elements)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (says_nothing, "ensures nothing"),
        (calls_nothing, "calls nothing"),
        (duplicate_regions, "the name 'a' is used twice"),
        (no_elements, "0 elements of 8 bits"),
        (bits_that_are_no_bytes, "1 elements of 12 bits"),
        (no_width, "1 elements of 0 bits"),
        (odd_alignment, "the alignment 3"),
        (wide_precondition, "is no condition, it has 64 bits"),
        (too_many_arguments, "9 arguments"),
        (wide_argument, "argument 0 has 128 bits"),
        (ensures_what_is_read_only, "'a' is read only"),
        (ensures_too_few, "1 elements ensured of 'a', which has 2"),
        (ensures_another_width, "an element of 16 bits ensured of 'a'"),
        (forgets_a_region, "'b' may be written, and nothing is said"),
    ],
)
def test_an_impossible_contract(statement: Callable[[Theorem], None], reason: str) -> None:
    with pytest.raises(ContractError) as caught:
        theorem(statement)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_parameter() -> None:
    with pytest.raises(NoSuchParameter, match=r"no parameter 'blocks'; it has none"):
        Contract("mine", calls_nothing).statement(blocks=2)


def test_a_contract_whose_code_raises() -> None:
    def broken(t: Theorem) -> None:
        raise ZeroDivisionError("one\ntwo")

    with pytest.raises(BadContract) as caught:
        theorem(broken)
    assert str(caught.value).startswith(__file__)
    assert str(caught.value).endswith(": ZeroDivisionError: one\\ntwo")


def test_a_term_is_no_condition_in_python() -> None:
    """`if a == b` on data would decide a proof by object identity or worse."""

    def branches(t: Theorem) -> None:
        if t.value("a", 64).eq(0):
            t.call()

    with pytest.raises(BadContract, match="TypeError"):
        theorem(branches)


@pytest.mark.parametrize("width", [65, 128])
def test_a_result_is_no_wider_than_a_register(width: int) -> None:
    def statement(t: Theorem) -> None:
        t.call()
        t.ensure_result(BV.const(0, width))

    with pytest.raises(LnsymError):
        judge(statement, RET)


@pytest.mark.parametrize("name", ["x1", "sp", "v8", "return_address", "flag_c", "buffer", "buffer[0]"])
def test_a_value_may_not_be_named_as_something_else(name: str) -> None:
    """Variables are known by their names: two things of one name would be assumed equal."""

    def statement(t: Theorem) -> None:
        buffer = t.region("buffer", 1, 64)
        value = t.value(name, 64)
        t.call(buffer, 0)
        t.ensure_result(value)

    with pytest.raises(ContractError):
        theorem(statement)


def test_an_argument_named_as_a_register_is_not_that_register() -> None:
    """mov x0, x1 does not return its first argument, whatever that is called."""

    def statement(t: Theorem) -> None:
        a = t.value("x1", 64)
        t.call(a)
        t.ensure_result(a)

    try:
        status = judge(statement, mov(0, 1), RET).status
    except ContractError:
        status = "refused"
    assert status != "proved"


def test_a_value_has_one_width() -> None:
    def statement(t: Theorem) -> None:
        t.call(t.value("a", 64), t.value("a", 32))
        t.ensure_result(0)

    with pytest.raises(ContractError):
        theorem(statement)


@pytest.mark.parametrize("option", [{"access": "x"}, {"byteorder": "middle"}])
def test_a_region_of_no_known_kind(option: dict[str, str]) -> None:
    def statement(t: Theorem) -> None:
        t.call(t.region("a", 1, 64, **option))  # type: ignore[arg-type]
        t.ensure_result(0)

    with pytest.raises(LnsymError):
        theorem(statement)


# -- preconditions ---------------------------------------------------------------------------------


def sum_below(low: int, high: int) -> Callable[[Theorem], None]:
    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.ult(high))
        t.assume(~a.ult(low))
        t.call(a)
        t.ensure_result(a + 1)

    return statement


def test_contradictory_preconditions_are_no_proof() -> None:
    with pytest.raises(ContractError, match="contradict each other"):
        judge(sum_below(10, 10), RET)


def test_a_contradiction_with_the_pointers_is_no_proof() -> None:
    """Two regions are disjoint: a contract that says they are one has no inputs."""

    def statement(t: Theorem) -> None:
        a, b = t.region("a", 1, 64), t.region("b", 1, 64)
        t.assume(a.base.eq(b.base))
        t.call(a, b)
        t.ensure_result(0)

    with pytest.raises(ContractError, match="contradict each other"):
        judge(statement, movz(0, 1), RET)


def test_narrow_preconditions_are_fine() -> None:
    """One input of 2**64, which no sample hits."""
    assert judge(sum_below(0xABCDE, 0xABCDF), add_imm(0, 0, 1), RET).status == "proved"
    assert judge(sum_below(0xABCDE, 0xABCDF), add_imm(0, 0, 2), RET).status == "refuted"


def test_a_false_precondition_is_no_proof() -> None:
    def statement(t: Theorem) -> None:
        t.assume(BV.const(0, 1))
        t.call()
        t.ensure_result(0)

    with pytest.raises(ContractError, match="contradict each other"):
        judge(statement, RET)


def test_preconditions_that_nobody_can_decide_are_no_proof() -> None:
    """The prime 2**62 - 57 is no product of two numbers below 2**32; a solver does not see that in time."""

    def statement(t: Theorem) -> None:
        a, b = t.value("a", 64), t.value("b", 64)
        t.assume((a * b).eq(2**62 - 57))
        t.assume(a.ult(1 << 32))
        t.assume(b.ult(1 << 32))
        t.call(a, b)
        t.ensure_result(a)

    verdict = judge(statement, RET, options=Options(timeout=4))
    assert (verdict.status, verdict.stopped_by) == ("unknown", None)
    assert "vacuous" in verdict.reason


def two_regions(t: Theorem) -> None:
    a = t.region("a", 3, 64, access="rw", alignment=8)
    b = t.region("b", 5, 8, alignment=1)
    t.call(a, b)
    t.ensure(a, a.elements)


def test_samples_satisfy_the_preconditions() -> None:
    setup = Setup(image_of(RET), "routine", theorem(two_regions))
    conditions = setup.preconditions
    stream = samples(setup, [])
    for _ in range(50):
        assert holds(conditions, next(stream))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"a": 0x40_0000_0001}, True),  # not aligned
        ({"b": 0x60_0000_0003}, False),
        ({"a": 0x50_0000_0000, "b": 0x50_0000_0017}, True),  # b in a
        ({"a": 0x50_0000_0000, "b": 0x50_0000_0018}, False),  # b right after a
        ({"a": 0x50_0000_0000, "b": 0x4F_FFFF_FFFB}, False),  # b right before a
        ({"a": 0x50_0000_0000, "b": 0x4F_FFFF_FFFC}, True),
        ({"a": 2**64 - 8}, True),  # past the end of the address space
        ({"b": 0}, True),  # a null pointer
        ({"sp": 0x7000_0008}, True),
        ({"a": 0x7000_0000, "sp": 0x7000_0008 + 8}, True),  # a in the stack
        ({"a": 0x7000_0010, "sp": 0x7000_0010}, False),  # a right above it
        ({"b": 0x10000}, True),  # in the image
        ({"b": 0xFFFB}, False),  # right before it
    ],
)
def test_what_the_preconditions_say(change: dict[str, int], broken: bool) -> None:
    setup = Setup(image_of(RET), "routine", theorem(two_regions))
    assert setup.image.segments[0].address == 0x10000
    sample = {"a": 0x40_0000_0000, "b": 0x60_0000_0000, "sp": 0x7000_0000, **change}
    assert holds(setup.preconditions, named(setup.preconditions, sample)) is not broken


def test_placements_keep_apart() -> None:
    from random import Random

    setup = Setup(image_of(RET), "routine", theorem(two_regions))
    seen = {tuple(sorted(placement(setup, Random(seed)).values())) for seed in range(20)}
    assert len(seen) == 20


# -- what a contract means -------------------------------------------------------------------------


def test_arguments_go_where_the_convention_says() -> None:
    def statement(t: Theorem) -> None:
        narrow, wide, region = t.value("n", 32), t.value("w", 64), t.region("r", 1, 64)
        t.call(narrow, wide, region, 7, -1)
        t.ensure_result(wide)

    execution = explore(Setup(image_of(mov(0, 1), RET), "routine", theorem(statement)))
    (path,) = execution.paths
    state = path.state
    assert [str(state.x(n).origin) for n in (1, 2)] == ["w", "r"]
    assert (state.x(3).value, state.x(4).value) == (7, 2**64 - 1)
    assert judge(statement, mov(0, 1), RET).status == "proved"


def narrow_identity(t: Theorem) -> None:
    n = t.value("n", 32)
    t.call(n)
    t.ensure_result(n.zero_extend(64))


def test_the_upper_half_of_a_narrow_argument_is_unknown() -> None:
    """AAPCS64, rule C.9: whoever reads X0 of a uint32_t reads what the caller left there."""
    assert judge(narrow_identity, RET).status == "refuted"
    assert judge(narrow_identity, add_imm(0, 0, 0) & 0x7FFFFFFF, RET).status == "proved"


def test_a_narrow_result_leaves_the_upper_half() -> None:
    def statement(t: Theorem) -> None:
        n = t.value("n", 32)
        t.call(n)
        t.ensure_result(n)

    assert judge(statement, RET).status == "proved"


def test_what_a_region_holds_is_in_its_byte_order() -> None:
    def statement(t: Theorem) -> None:
        big = t.region("big", 1, 32, byteorder="big")
        little = t.region("little", 1, 32, access="w")
        t.call(little, big)
        t.ensure(little, [concat(*[big.elements[0][low + 7 : low] for low in (0, 8, 16, 24)])])

    assert judge(statement, ldr(2, 1, 0, 4), store(2, 0, 0, 4), RET).status == "proved"


def test_what_is_left_unspecified_is_not_claimed() -> None:
    def statement(t: Theorem) -> None:
        scratch = t.region("scratch", 1, 64, access="rw")
        t.call(scratch)
        t.ensure_result(5)
        t.leave_unspecified(scratch)

    assert judge(statement, store(1, 0), movz(0, 5), RET).status == "proved"
    verdict = judge(statement, store(1, 0, 1), movz(0, 5), RET)
    assert verdict.status == "refuted"


def test_a_region_that_is_not_written_must_hold_what_is_ensured() -> None:
    def statement(t: Theorem) -> None:
        out = t.region("out", 1, 64, access="w")
        t.call(out)
        t.ensure(out, [BV.const(5, 64)])

    assert judge(statement, RET).status == "refuted"


def test_two_calls_one_after_the_other() -> None:
    def statement(t: Theorem) -> None:
        counter = t.region("counter", 1, 64, access="rw")
        t.call(counter)
        t.call(counter)
        t.ensure(counter, [counter.elements[0] + 2])

    assert judge(statement, ldr(1, 0), add_imm(1, 1, 1), store(1, 0), RET).status == "proved"
    assert judge(statement, ldr(1, 0), add_imm(1, 1, 2), store(1, 0), RET).status == "refuted"


@pytest.mark.parametrize("register", [1, 9, 17, 18])
def test_a_caller_may_change_registers_between_calls(register: int) -> None:
    """A routine that counts its calls in a register of the caller's."""

    def statement(t: Theorem) -> None:
        first = t.value("first", 64)
        t.own_convention({f"x{register}": first})
        t.call(0)
        t.call(1)
        t.ensure_result(first + 2)

    add_one = add_imm(register, register, 1)
    assert judge(statement, add_one, mov(0, register), RET).status != "proved"


CSET_EQ = word("data_processing.conditional_select", sf=1, op2=1, cond=NE, Rm=31, Rn=31, Rd=0)


@pytest.mark.parametrize(
    "words",
    [
        (CSET_EQ, cmp(31, 31), RET),
        (add_imm(31, 31, -16), ldr(0, 31, 8), movz(9, 1), store(9, 31, 8), add_imm(31, 31, 16), RET),
    ],
    ids=["flags", "stack"],
)
def test_a_caller_may_change_flags_and_stack_between_calls(words: tuple[int, ...]) -> None:
    """The second call returns 1 only if it finds what the first one left."""

    def statement(t: Theorem) -> None:
        t.call()
        t.call()
        t.ensure_result(1)

    verdict = judge(statement, *words)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    (difference,) = verdict.counterexample.differences
    assert (difference.name, difference.expected) == ("result", 1)
    setup = Setup(image_of(*words), "routine", theorem(statement))
    sample = complete(setup, verdict.counterexample.sample)
    path = run_concretely(setup, concrete_start(setup.image, setup.statement, sample), sample)
    assert outputs(setup, path, sample)["result"] == difference.actual


def test_a_call_of_another_function_that_is_not_there() -> None:
    def statement(t: Theorem) -> None:
        t.call(symbol="other")
        t.ensure_result(0)

    with pytest.raises(NoSuchSymbol, match="other"):
        judge(statement, RET)
