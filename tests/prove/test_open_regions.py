"""Regions whose size is a term: what lies inside is proved, and nothing false is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assembly import EQ, LO, RET, add_imm, b_cond, cbz, cmp, image_of, judge, ldr, movz, store, subs_imm, word

from lnsym.bv import BV, concat, ite
from lnsym.contract import Contract, Theorem
from lnsym.contract.checks import ContractError
from lnsym.mutation.second_opinion import second_opinion
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options
from lnsym.show.reproducer import refutation_test
from lnsym.show.reproducer import test_file as file_of


def scaled(d: int, n: int, m: int, shift: int) -> int:
    """ADD Xd, Xn, Xm, LSL #shift."""
    return word("data_processing.add_subtract_shifted_register", sf=1, Rm=m, imm6=shift, Rn=n, Rd=d)


LOAD = [scaled(2, 0, 1, 3), ldr(0, 2), RET]
"""ldr x0, [x0, x1, lsl #3]"""
LAST = [scaled(2, 0, 1, 3), store(3, 2, -8), RET]
"""x0[x1 - 1] = x3"""


def loading(
    assumption: Callable[[BV, BV], BV] = lambda i, n: i.ult(n), off: int = 0, factor: int = 1
) -> Callable[[Theorem], None]:
    """uint64_t f(const uint64_t *a, size_t i, size_t n): element i + off, of factor * n."""

    def get(t: Theorem) -> None:
        i, n = t.value("i", 64), t.value("n", 64)
        a = t.region("a", factor * n, 64)
        t.assume(assumption(i, n))
        t.call(a, i, n)
        t.ensure_result(a.at(i + off))

    return get


def assert_leaves(verdict: Verdict, words: str) -> None:
    assert verdict.status == "refuted", verdict.reason
    assert verdict.counterexample is not None
    assert words in verdict.counterexample.violation


def test_an_element_below_the_count_is_loaded() -> None:
    verdict = judge(loading(), *LOAD)
    assert verdict.status == "proved"
    assert {path.path for path in verdict.proofs} == {0, 1}


def test_without_a_bound_the_load_leaves_the_region() -> None:
    assert_leaves(judge(loading(lambda i, n: n.ult(9)), *LOAD), "load of 8 bytes")


@pytest.mark.parametrize(
    "assumption",
    [
        lambda i, n: i.ule(n),  # one too far
        lambda i, n: i.ult(n + 1),
        lambda i, n: (i - 1).ult(n),  # from 1
        lambda i, n: i.slt(n),  # and below 0
        lambda i, n: (i + 1).ult(n + 2),
        lambda i, n: i.ne(n),
        lambda i, n: (i * 8).ule(n * 8),
    ],
)
def test_a_bound_that_is_off_is_never_proved(assumption: Callable[[BV, BV], BV]) -> None:
    verdict = judge(loading(assumption), *LOAD)
    assert verdict.status != "proved"
    assert "\n" not in verdict.reason


@pytest.mark.parametrize("off", [1, -1, 2, 1 << 61])
def test_another_element_is_never_proved(off: int) -> None:
    assert judge(loading(off=off), *LOAD).status != "proved"


def test_a_bound_of_offsets_is_one_of_indices_only_where_nothing_wraps() -> None:
    """8 * i < 8 * n modulo 2**64 holds of i = 2**61 too: there the code loads the first element, the contract says 0."""
    assert judge(loading(lambda i, n: (i * 8).ult(n * 8)), *LOAD).status != "proved"
    assert judge(loading(lambda i, n: (i * 8).ult(n * 8) & i.ult(1 << 61)), *LOAD).status == "proved"


@pytest.mark.parametrize("least", [0, 1])
def test_an_element_of_a_region_that_may_be_empty_is_not_there(least: int) -> None:
    def first(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        t.assume(~n.ult(least))
        t.call(a, n)
        t.ensure_result(a.at(0))

    verdict = judge(first, ldr(0, 0), RET)
    if least:
        assert verdict.status == "proved"
    else:
        assert_leaves(verdict, "load of 8 bytes 0 bytes into `a`, which has 0")


@pytest.mark.parametrize(("negative", "words"), [(-8, "before `a`"), (8, "into `a`")])
def test_next_to_the_first_and_only_element_is_outside(negative: int, words: str) -> None:
    def first(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        t.assume(n.ne(0) & n.ult(5))
        t.call(a, n)
        t.ensure_result(a.at(0))

    assert_leaves(judge(first, ldr(0, 0, negative), RET), words)


def blocks_of(bound: Callable[[BV, BV], BV], at: int) -> Callable[[Theorem], None]:
    """The word `at` of the k-th block of sixteen words, of n blocks."""

    def get(t: Theorem) -> None:
        n, k = t.value("n", 64), t.value("k", 64)
        message = t.region("msg", 16 * n, 32)
        t.assume(bound(k, n))
        t.call(message, k, n)
        t.ensure_result(message.at(16 * k + at), 32)

    return get


def word_of(at: int) -> list[int]:
    """ldr w0, [x0 + 64 * x1 + 4 * at]"""
    return [scaled(2, 0, 1, 6), ldr(0, 2, 4 * at, 4), RET]


def test_every_word_of_a_block_is_there_and_none_of_the_next() -> None:
    assert judge(blocks_of(lambda k, n: k.ult(n), 15), *word_of(15)).status == "proved"
    assert judge(blocks_of(lambda k, n: k.ult(n), 16), *word_of(16)).status != "proved"
    assert judge(blocks_of(lambda k, n: k.ult(n), 0), *word_of(-1)).status != "proved"
    assert judge(blocks_of(lambda k, n: (k + 1).ult(n), 16), *word_of(16)).status == "proved"


@pytest.mark.parametrize("many", [1 << 58, (1 << 58) + 1, 1 << 60, (1 << 60) + 3, (1 << 64) - 1])
def test_more_blocks_than_the_address_space_holds_are_no_input(many: int) -> None:
    """16 * n * 4 modulo 2**64 is small for these: nobody has such a message, and nothing is said of it."""

    def said(t: Theorem) -> None:
        blocks_of(lambda k, n: k.ult(n) & n.eq(many), 0)(t)

    with pytest.raises(ContractError, match="no input satisfies them"):
        judge(said, *word_of(0))


def test_a_count_that_is_a_difference_is_not_negative() -> None:
    def get(t: Theorem) -> None:
        low, high = t.value("low", 64), t.value("high", 64)
        a = t.region("a", high - low, 64)
        i = t.value("i", 64)
        t.assume(i.ult(high - low))
        t.call(a, i)
        t.ensure_result(a.at(i))

    def backwards(t: Theorem) -> None:
        low, high = t.value("low", 64), t.value("high", 64)
        a = t.region("a", high - low, 64)
        t.assume(high.ult(low))
        t.call(a)
        t.ensure_result(0)

    assert judge(get, *LOAD).status == "proved"
    with pytest.raises(ContractError, match="no input satisfies them"):
        judge(backwards, movz(0, 0), RET)


# -- stores ----------------------------------------------------------------------------------------


def storing(index: Callable[[BV, BV], BV], value: int = 0) -> Callable[[Theorem], None]:
    """void f(uint64_t *a, size_t n, size_t k, uint64_t v): a[n - 1] = v; k is any index."""

    def put(t: Theorem) -> None:
        n, k, v = t.value("n", 64), t.value("k", 64), t.value("v", 64)
        a = t.region("a", n, 64, access="rw")
        t.assume(n.ne(0) & k.ult(n))
        t.call(a, n, 0, v)
        t.ensure_that(t.after_at(a, k).eq(ite(index(k, n), v + value, a.at(k))))

    return put


def test_a_store_at_the_last_element_changes_it_and_no_other() -> None:
    assert judge(storing(lambda k, n: k.eq(n - 1)), *LAST).status == "proved"


@pytest.mark.parametrize(
    "statement",
    [
        storing(lambda k, n: k.eq(n - 2)),
        storing(lambda k, n: k.eq(0)),
        storing(lambda k, n: k.ult(n)),
        storing(lambda k, n: k.eq(n)),
        storing(lambda k, n: k.eq(n - 1), value=1),
    ],
)
def test_a_wrong_claim_of_a_store_is_refuted(statement: Callable[[Theorem], None]) -> None:
    verdict = judge(statement, *LAST)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.summary.startswith("condition 1 does not hold: a[")


def test_a_store_past_the_end_or_before_an_empty_region_is_refuted() -> None:
    assert_leaves(judge(storing(lambda k, n: k.eq(n - 1)), LAST[0], store(3, 2), RET), "store of 8 bytes")

    def unbounded(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64, access="rw")
        t.call(a, n)
        t.leave_unspecified(a)
        t.ensure_result(a.base)

    assert_leaves(judge(unbounded, *LAST), "store of 8 bytes 8 bytes before `a`")


def test_a_store_into_what_is_read_only_is_refuted() -> None:
    def read_only(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        t.assume(n.ne(0))
        t.call(a, n)
        t.ensure_result(a.base)

    assert judge(read_only, *LAST).status == "refuted"


@pytest.mark.parametrize(
    ("i", "j"), [(3, 3), *[pytest.param(i, j, marks=pytest.mark.slow) for i, j in ((0, 1), (1, 2), (2, 1))]]
)
def test_of_two_stores_the_later_one_stands_where_they_meet(i: int, j: int) -> None:
    """a[i] = v, then a[j] = w, at indices in registers: for every k, what is there then."""

    def put(swapped: bool) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            n, k = t.value("n", 64), t.value("k", 64)
            p, q, v, w = (t.value(name, 64) for name in "pqvw")
            a = t.region("a", n, 64, access="rw")
            t.assume(p.ult(n) & q.ult(n) & k.ult(n) & p.eq(i + q - j))
            t.call(a, p, q, v, w)
            first, second = ((q, w), (p, v)) if swapped else ((p, v), (q, w))
            held = ite(k.eq(first[0]), first[1], a.at(k))
            t.ensure_that(t.after_at(a, k).eq(ite(k.eq(second[0]), second[1], held)))

        return said

    code = [scaled(9, 0, 1, 3), scaled(10, 0, 2, 3), store(3, 9), store(4, 10), RET]
    assert judge(put(False), *code).status == "proved"
    assert judge(put(True), *code).status == ("refuted" if i == j else "proved")


def test_bytes_are_stored_within_elements() -> None:
    """A byte of one element is replaced: the others stay, in either byte order."""

    def put(order: str, high: int) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            n, i, v = t.value("n", 64), t.value("i", 64), t.value("v", 64)
            a = t.region("a", n, 32, access="rw", byteorder=order)  # type: ignore[arg-type]
            t.assume(i.ult(n))
            t.call(a, i, v)
            before = a.at(i)
            mask = BV.const(255, 32) << high - 7
            t.ensure_that(t.after_at(a, i).eq(before & ~mask | v.extract(7, 0).zero_extend(32) << high - 7))

        return said

    code = [scaled(9, 0, 1, 2), store(2, 9, 1, 1), RET]
    assert judge(put("little", 15), *code).status == "proved"
    assert judge(put("big", 23), *code).status == "proved"
    assert judge(put("little", 23), *code).status == "refuted"


# -- neighbours ------------------------------------------------------------------------------------


def beside(which: str) -> Callable[[Theorem], None]:
    """Two regions of n elements each; the code writes the last one of the second."""

    def put(t: Theorem) -> None:
        n, k, v = t.value("n", 64), t.value("k", 64), t.value("v", 64)
        a = t.region("a", n, 64, access="rw")
        b = t.region("b", 2 * n, 64, access="rw")
        t.assume(n.ne(0) & k.ult(n))
        t.call(b, 2 * n, a, v)
        t.ensure_that(t.after_at({"a": a, "b": b}[which], k).eq({"a": a, "b": b}[which].at(k)))
        if which == "a":
            t.leave_unspecified(b)
        else:
            t.leave_unspecified(a)

    return put


def test_a_store_into_one_region_leaves_the_other_as_it_was() -> None:
    assert judge(beside("a"), *LAST).status == "proved"
    assert judge(beside("b"), *LAST).status == "proved"  # the last one of 2 n is none of the first n
    first = [scaled(2, 0, 1, 2), store(3, 2, -8), RET]  # element n - 1 of 2 n
    assert judge(beside("b"), *first).status == "refuted"


def test_the_end_of_one_region_is_not_the_start_of_another() -> None:
    def next_to(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        b = t.region("b", n, 64)
        t.assume(n.ne(0) & b.base.eq(a.base + 8 * n))
        t.call(a, n, b)
        t.ensure_result(b.at(0))

    verdict = judge(next_to, scaled(2, 0, 1, 3), ldr(0, 2), RET, options=Options(timeout=2))
    assert verdict.status != "proved"


def test_an_open_region_and_one_of_known_size_lie_apart() -> None:
    def copies(t: Theorem) -> None:
        n, i = t.value("n", 64), t.value("i", 64)
        a = t.region("a", n, 64)
        out = t.region("out", 1, 64, access="w")
        t.assume(i.ult(n))
        t.call(a, i, out)
        t.ensure(out, [a.at(i)])
        t.ensure_result(a.at(i))

    load = scaled(9, 0, 1, 3)
    assert judge(copies, load, ldr(10, 9), store(10, 2), ldr(0, 9), RET).status == "proved"


# -- the same element by two names -----------------------------------------------------------------


def test_two_indices_that_are_equal_mean_one_element() -> None:
    def two(equal: bool) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            n, i, j = t.value("n", 64), t.value("i", 64), t.value("j", 64)
            a = t.region("a", n, 64)
            t.assume(i.ult(n) & j.ult(n))
            t.assume(i.eq(j) if equal else i.ule(j))
            t.call(a, i)
            t.ensure_result(a.at(j))

        return said

    assert judge(two(True), *LOAD).status == "proved"
    verdict = judge(two(False), *LOAD)
    assert verdict.status == "refuted"


def test_preconditions_that_give_one_element_two_values_contradict_each_other() -> None:
    def torn(t: Theorem) -> None:
        n, i, j = t.value("n", 64), t.value("i", 64), t.value("j", 64)
        a = t.region("a", n, 64)
        t.assume(i.ult(n) & i.eq(j))
        t.assume(a.at(i).eq(1) & a.at(j).eq(2))
        t.call(a, i)
        t.ensure_result(a.at(i) + 7)

    with pytest.raises(ContractError, match="contradict each other"):
        judge(torn, *LOAD)


def test_an_index_that_memory_holds_is_followed() -> None:
    """b[a[i]], bounded by what is assumed of a[i]."""

    def through(off: int) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            n, m, i = t.value("n", 64), t.value("m", 64), t.value("i", 64)
            a, b = t.region("a", n, 64), t.region("b", m, 64)
            index = t.value("index", 64)
            t.assume(i.ult(n) & index.ult(m) & index.eq(a.at(i)))
            t.call(a, i, b)
            t.ensure_result(b.at(index) + off)

        return said

    code = [scaled(9, 0, 1, 3), ldr(10, 9), scaled(11, 2, 10, 3), ldr(0, 11), RET]
    assert judge(through(0), *code).status == "proved"
    assert judge(through(1), *code).status == "refuted"


# -- where numbers are run -------------------------------------------------------------------------


def test_a_counterexample_is_written_as_a_test_that_fails() -> None:
    image, contract = image_of(*LAST), Contract("mine", storing(lambda k, n: k.eq(0)))
    verdict = judge(storing(lambda k, n: k.eq(0)), *LAST)
    assert verdict.counterexample is not None
    unexplored = on_feasible_paths(image, "routine", contract.statement("routine"))
    text = refutation_test(unexplored, verdict.counterexample, 1)
    namespace: dict[str, object] = {}
    exec(compile(file_of([text]), "emitted", "exec"), namespace)
    with pytest.raises(AssertionError, match="condition 1 does not hold"):
        namespace["test_routine_1"]()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("statement", "code", "differs"),
    [
        (loading(lambda i, n: i.ult(n) & n.ult(9)), LOAD, False),
        (loading(lambda i, n: i.ult(n) & n.ult(9), off=1), LOAD, True),
        (storing(lambda k, n: k.eq(n - 1)), LAST, False),
        (storing(lambda k, n: k.eq(0)), LAST, True),
    ],
)
def test_the_second_opinion_draws_sizes(statement: Callable[[Theorem], None], code: list[int], differs: bool) -> None:
    opinion = second_opinion(image_of(*code), "routine", Contract("mine", statement), {}, 20, "seed", 1000)
    assert bool(opinion.difference) == differs
    assert opinion.inputs


def test_two_routines_are_not_compared_under_an_open_size() -> None:
    def said(t: Theorem) -> None:
        t.call(t.region("a", t.value("n", 64), 64))
        t.returns(64)

    routine = RoutineInImage(image_of(RET), "routine")
    with pytest.raises(
        ContractError, match="the size of 'a' is a term: two routines are compared under fixed sizes only"
    ):
        compare(routine, routine, Contract("mine", said))


def test_a_loop_over_all_elements_is_no_theorem_yet_and_says_so() -> None:
    """x = the last of n elements, by a loop that goes with the count."""

    def last(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        t.assume(n.ne(0) & n.ult(1 << 40))
        t.call(a, n)
        t.ensure_result(a.at(n - 1))

    loop = [ldr(2, 0), add_imm(0, 0, 8), subs_imm(1, 1, 1), b_cond(1, -12), add_imm(0, 2, 0), RET]
    verdict = judge(last, *loop, options=Options(timeout=3, max_steps=40))
    assert verdict.status == "unknown"
    assert "\n" not in verdict.reason


# -- what a contract may say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (lambda t: t.region("a", t.value("n", 32), 8), "a term of 32 bits: give one of 64 bits"),
        (lambda t: t.region("a", t.value("n", 64), 24), "8, 16, 32, 64 or 128 are supported"),
        (lambda t: t.region("a", t.value("n", 64), 8, fixed={0: 1}), "whose size is open"),
        (lambda t: t.region("a", t.value("n", 64), 8).elements, "is a term: give one by a.at"),
        (lambda t: t.region("a", t.value("n", 64), 8).at(-1), "is no index of 'a'"),
        (lambda t: t.region("a", t.value("n", 64), 8).at(BV.var("i", 65)), "is no index of 'a'"),
        (lambda t: t.after(t.region("a", t.value("n", 64), 8)), "is a term: give one by a.at"),
        (lambda t: t.ensure(t.region("a", t.value("n", 64), 8, access="w"), [1]), "the size of 'a' is open"),
        (lambda t: t.after_at(t.region("a", 3, 8), 3), "3 is no index of 'a', whose elements are 0 to 2"),
        (lambda t: t.after_at(t.region("a", t.value("n", 64), 8), t.returns()), "only t.ensure_that"),
        (lambda t: t.region("a", t.returns(), 8), "what the calls leave"),
    ],
)
def test_what_means_nothing_of_an_open_region_is_refused(said: Callable[[Theorem], object], reason: str) -> None:
    def contract(t: Theorem) -> None:
        said(t)

    with pytest.raises(ContractError, match=reason):
        Contract("mine", contract).statement()


def test_a_stray_variable_in_a_size_or_an_index_is_refused() -> None:
    def sized(t: Theorem) -> None:
        t.call(t.region("a", BV.var("n", 64), 8))
        t.ensure_result(0)

    def indexed(t: Theorem) -> None:
        a = t.region("a", t.value("m", 64), 64)
        t.call(a)
        t.ensure_result(a.at(BV.var("n", 64)))

    def indexed_afterwards(t: Theorem) -> None:
        a = t.region("a", t.value("m", 64), 64, access="w")
        t.call(a)
        t.ensure_that(t.after_at(a, BV.var("n", 64)).ult(9))

    for statement in (sized, indexed, indexed_afterwards):
        with pytest.raises(ContractError, match="the variable 'n' of 64 bits is no input"):
            Contract("mine", statement).statement()


def test_an_index_that_the_calls_leave_is_refused() -> None:
    def indexed(t: Theorem) -> None:
        a = t.region("a", t.value("m", 64), 64)
        t.call(a)
        t.ensure_that(a.at(t.returns()).ult(9))

    with pytest.raises(ContractError, match="is no input"):
        Contract("mine", indexed).statement()


def test_a_region_may_be_taken_apart_by_a_branch_on_the_count() -> None:
    """x0 = n == 0 ? 0 : a[0]"""

    def first_or_none(t: Theorem) -> None:
        n = t.value("n", 64)
        a = t.region("a", n, 64)
        t.call(a, n)
        t.ensure_result(a.at(0))  # 0 past the end

    assert judge(first_or_none, cbz(1, 12), ldr(0, 0), RET, movz(0, 0), RET).status == "proved"
    assert judge(first_or_none, cbz(1, 12), ldr(0, 0), RET, movz(0, 1), RET).status == "refuted"


def test_a_compared_index_is_inside() -> None:
    """x0 = i < n ? a[i] : 0"""

    def checked(t: Theorem) -> None:
        n, i = t.value("n", 64), t.value("i", 64)
        a = t.region("a", n, 64)
        t.call(a, i, n)
        t.ensure_result(a.at(i))

    code = [cmp(1, 2), b_cond(LO, 12), movz(0, 0), RET, *LOAD[:1], ldr(0, 2), RET]
    assert judge(checked, *code).status == "proved"
    wrong = [cmp(1, 2), b_cond(LO, 16), b_cond(EQ, 12), movz(0, 0), RET, *LOAD[:1], ldr(0, 2), RET]
    assert judge(checked, *wrong).status == "refuted"


def test_an_index_that_wraps_means_no_element() -> None:
    """The index 2**61 + i gives the address of element i: the load is inside, and the contract says 0 of that index."""

    def far(index: int) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            n, i = t.value("n", 64), t.value("i", 64)
            a = t.region("a", n, 64)
            t.assume(i.ult(n) & n.ult(100))
            t.call(a, i + (1 << 61))
            t.ensure_result(a.at(i + index))

        return said

    assert judge(far(0), *LOAD).status == "proved"
    verdict = judge(far(1 << 61), *LOAD)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.differences[0].expected == 0


@pytest.mark.parametrize(("alignment", "shift", "status"), [(8, 3, "proved"), (4, 3, "unknown"), (8, 2, "unknown")])
def test_an_ordered_load_needs_an_offset_that_keeps_the_alignment(alignment: int, shift: int, status: str) -> None:
    def get(t: Theorem) -> None:
        i, n = t.value("i", 64), t.value("n", 64)
        a = t.region("a", 2 * n, 64 if shift == 3 else 32, alignment=alignment)
        t.assume(i.ult(n))
        t.call(a, i)
        if shift == 3:
            t.ensure_result(a.at(i))
        else:
            t.ensure_result(concat(a.at(i + 1), a.at(i)))

    ldar = 0xC8DFFC40  # ldar x0, [x2]
    assert judge(get, scaled(2, 0, 1, shift), ldar, RET).status == status


def test_a_load_across_the_last_element_leaves_the_region() -> None:
    def get(t: Theorem) -> None:
        i, n = t.value("i", 64), t.value("n", 64)
        a = t.region("a", n, 32)
        t.assume(i.ult(n))
        t.call(a, i)
        t.ensure_result(concat(a.at(i + 1), a.at(i)))

    assert_leaves(judge(get, scaled(2, 0, 1, 2), ldr(0, 2), RET), "load of 8 bytes")


def test_a_byte_at_any_offset_of_words_is_in_no_element_that_is_known() -> None:
    def get(t: Theorem) -> None:
        i, n = t.value("i", 64), t.value("n", 64)
        a = t.region("a", n, 32)
        t.assume(i.ult(n))
        t.call(a, i)
        t.ensure_result(0, 8)

    verdict = judge(get, scaled(2, 0, 1, 0), ldr(0, 2, 0, 1), RET, options=Options(timeout=2))
    assert verdict.status == "unknown"
    assert "\n" not in verdict.reason


def test_past_the_end_an_element_is_0_before_and_afterwards() -> None:
    def any_index(past: int) -> Callable[[Theorem], None]:
        def put(t: Theorem) -> None:
            n, k, v = t.value("n", 64), t.value("k", 64), t.value("v", 64)
            a = t.region("a", n, 64, access="rw")
            t.assume(n.ne(0) & n.ult(9))
            t.call(a, n, 0, v)
            otherwise = ite(k.ult(n), a.at(k), BV.const(past, 64))
            t.ensure_that(t.after_at(a, k).eq(ite(k.eq(n - 1), v, otherwise)))

        return put

    assert judge(any_index(0), *LAST).status == "proved"
    assert judge(any_index(1), *LAST).status == "refuted"
