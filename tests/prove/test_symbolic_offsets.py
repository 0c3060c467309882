"""Accesses at offsets that the data gives: followed where they lie inside their region, refuted where an input leads outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from assembly import RET, add, image_of, judge, ldr, store, word

from lnsym.bv import BV, evaluate, ite, variables
from lnsym.contract import Theorem
from lnsym.machine.access_errors import Bound
from lnsym.machine.contents import Elements
from lnsym.machine.memory import Memory
from lnsym.machine.offsets import MOST_PLACES, chosen, largest, places_of
from lnsym.machine.origins import OpenBits
from lnsym.machine.regions import Region
from lnsym.prove.refutation import meaning_of
from lnsym.prove.verdict import Verdict
from lnsym.show.verdicts import counterexample_lines, report
from tests.named import named

INDEXED = [add(2, 0, 1), ldr(0, 2, 0, 1), RET]
"""ldrb w0, [x0 + x1]"""


def and_mask(d: int, n: int, bits: int) -> int:
    """AND Xd, Xn, #(2**bits - 1)."""
    return word("data_processing.logical_immediate", sf=1, N=1, imms=bits - 1, Rn=n, Rd=d)


def element(elements: Sequence[BV], index: BV) -> BV:
    found = elements[-1]
    for k, value in enumerate(elements[:-1]):
        found = ite(index.eq(k), value, found)
    return found


def getting(bound: int | None, size: int = 16) -> Callable[[Theorem], None]:
    def get(t: Theorem) -> None:
        a = t.region("a", size, 8)
        i = t.value("i", 64)
        if bound is not None:
            t.assume(i.ult(bound))
        t.call(a, i)
        t.ensure_result(element(a.elements, i))

    return get


def narrow(width: int, fixed: bool) -> Callable[[Theorem], None]:
    """The index is an argument of `width` bits, above which AAPCS64 leaves the register open."""

    def get(t: Theorem) -> None:
        a = t.region("a", 256, 8, fixed={i: 255 - i for i in range(256)} if fixed else None)
        i = t.value("i", width)
        t.assume(i.ult(255))
        t.call(a, i)
        t.ensure_result(element(a.elements, i))

    return get


def assert_outside(verdict: Verdict, words: str) -> None:
    assert verdict.status == "refuted", verdict.reason
    assert verdict.counterexample is not None
    assert words in verdict.counterexample.violation


@pytest.mark.parametrize("bound", [1, 5, 15, 16])
def test_an_index_that_the_precondition_bounds_is_proved(bound: int) -> None:
    assert judge(getting(bound), *INDEXED).status == "proved"


@pytest.mark.parametrize("bound", [17, 32, 1 << 40, None])
def test_an_index_that_may_lead_outside_is_refuted(bound: int | None) -> None:
    assert_outside(judge(getting(bound), *INDEXED), "load of 1 byte")


@pytest.mark.parametrize("width", [8, 16, 32])
@pytest.mark.parametrize("fixed", [True, False])
def test_the_open_upper_bits_of_a_narrow_argument_lead_outside(width: int, fixed: bool) -> None:
    assert_outside(judge(narrow(width, fixed), *INDEXED), "`a`")


@pytest.mark.parametrize("fixed", [True, False])
def test_a_narrow_argument_that_is_extended_first_is_proved(fixed: bool) -> None:
    assert judge(narrow(8, fixed), and_mask(1, 1, 8), *INDEXED).status == "proved"


def test_the_wrong_place_of_the_right_region_is_refuted() -> None:
    def off_by_one(t: Theorem) -> None:
        a = t.region("a", 16, 8)
        i = t.value("i", 64)
        t.assume(i.ult(15))
        t.call(a, i)
        t.ensure_result(element(a.elements[1:], i))

    verdict = judge(off_by_one, *INDEXED)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.differences


def putting(bound: int | None) -> Callable[[Theorem], None]:
    def put(t: Theorem) -> None:
        a = t.region("a", 8, 8, access="rw")
        i, v = t.value("i", 64), t.value("v", 64)
        if bound is not None:
            t.assume(i.ult(bound))
        t.call(a, i, v)
        t.ensure(a, [ite(i.eq(k), v[7:0], x) for k, x in enumerate(a.elements)])

    return put


PUT = [add(3, 0, 1), store(2, 3, 0, 1), RET]


@pytest.mark.parametrize("bound", [1, 4, 8])
def test_a_store_at_a_bounded_index_changes_that_element_alone(bound: int) -> None:
    assert judge(putting(bound), *PUT).status == "proved"


@pytest.mark.parametrize("bound", [9, None])
def test_a_store_that_may_lie_outside_is_refuted(bound: int | None) -> None:
    assert_outside(judge(putting(bound), *PUT), "store of 1 byte")


def test_a_store_where_only_loads_are_allowed_is_refuted() -> None:
    def read_only(t: Theorem) -> None:
        a = t.region("a", 8, 8)
        i = t.value("i", 64)
        t.assume(i.ult(8))
        t.call(a, i, 0)

        t.ensure_result(a.base)

    assert judge(read_only, *PUT).status == "refuted"


def pointing(name: str, offset: int) -> Callable[[Theorem], None]:
    """The first element of `c` points `offset` bytes into the region of that name."""

    def through(t: Theorem) -> None:
        blocks = {"c": t.region("c", 4, 64, alignment=8), "d": t.region("d", 4, 64, alignment=8)}
        c, target = blocks["c"], blocks[name]
        t.assume(c.elements[0].eq(target.base + offset))
        t.call(c)
        t.ensure_result(target.elements[(offset + 8) // 8])

    return through


@pytest.mark.parametrize(("name", "offset"), [("c", 0), ("c", 8), ("d", 0), ("d", 8), ("d", 16)])
def test_a_pointer_in_memory_that_a_precondition_fixes_is_followed(name: str, offset: int) -> None:
    assert judge(pointing(name, offset), ldr(1, 0), ldr(0, 1, 8), RET).status == "proved"


def test_a_pointer_that_leads_past_the_end_is_not_proved() -> None:
    def past(t: Theorem) -> None:
        c, d = t.region("c", 1, 64, alignment=8), t.region("d", 1, 64, alignment=8)
        t.assume(c.elements[0].eq(d.base))
        t.call(c)
        t.ensure_result(d.elements[0])

    assert judge(past, ldr(1, 0), ldr(0, 1, 8), RET).status != "proved"


# -- places ----------------------------------------------------------------------------------------

INDEX, J = BV.var("i", 64), BV.var("j", 8)
WIDE = J.zero_extend(64)


@pytest.mark.parametrize(
    ("offset", "last"),
    [
        (INDEX, 12),
        (WIDE + WIDE, 20),
        (WIDE * 8 + 4, 64),
        (INDEX * 4 - 8, 40),
        (WIDE & 0x11, 63),
        (WIDE * 3 + 5, 30),
        (INDEX & -8, 40),
    ],
)
def test_no_place_that_an_offset_may_have_is_left_out(offset: BV, last: int) -> None:
    places = places_of(offset, last)
    assert places is not None
    samples = [{INDEX: value & ((1 << 64) - 1), J: value & 255} for value in (*range(-40, 260), 1 << 62, 3 << 61)]
    seen = {value for (value,) in evaluate([offset], samples)}
    assert {value for value in seen if value <= last} <= set(places)
    assert max(seen) <= largest(offset)


@pytest.mark.parametrize("offset", [INDEX, WIDE * 4, INDEX * 2 + 1, WIDE + WIDE])
@pytest.mark.parametrize("constant", [True, False])
def test_what_is_chosen_is_what_lies_at_the_offset(offset: BV, constant: bool) -> None:
    contents = [BV.const(37 * k + 1, 16) if constant else BV.var(f"e{k}", 16) for k in range(64)]
    places = places_of(offset, 63)
    assert places
    term = chosen(offset, places, contents.__getitem__)
    for value in range(64):
        sample = {"i": value, "j": value, **{f"e{k}": 41 * k + 7 for k in range(64)}}
        ((at, found),) = evaluate([offset, term], [named([offset, term], sample)])
        if at <= 63:
            assert found == (37 * at + 1 if constant else 41 * at + 7)


def test_too_many_places_are_not_followed() -> None:
    assert places_of(INDEX, MOST_PLACES) is None
    assert places_of(INDEX * 8, 8 * MOST_PLACES - 8) is not None


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_overlapping_stores_at_open_offsets_leave_what_a_byte_machine_leaves(size: int) -> None:
    base = BV.var("base", 64)
    memory = Memory([Region("a", base, 12, Elements([BV.var(f"a[{k}]", 8) for k in range(12)]), writable=True)])
    memory.bounds = []
    first, second = BV.var("p", 64), BV.var("q", 64)
    memory.store(base + first, BV.var("v", 8 * size))
    memory.store(base + second, BV.var("w", 8 * size))
    read = memory.load(base, 12)
    assert [type(bound) for bound in memory.bounds] == [Bound, Bound]
    for p in range(13 - size):
        for q in range(13 - size):
            expected = bytearray(range(12))
            v, w = bytes(range(100, 100 + size)), bytes(range(200, 200 + size))
            expected[p : p + size] = v
            expected[q : q + size] = w
            sample = {f"a[{k}]": k for k in range(12)} | {"p": p, "q": q}
            sample |= {"v": int.from_bytes(v, "little"), "w": int.from_bytes(w, "little")}
            assert evaluate([read], [named([read], sample)])[0][0].to_bytes(12, "little") == expected


@pytest.mark.parametrize(
    ("width", "words"),
    [(32, "the upper half of argument 1"), (8, "bits 8 to 63 of argument 1"), (16, "bits 16 to 63 of argument 1")],
)
def test_what_a_narrow_argument_leaves_open_is_said_in_words(width: int, words: str) -> None:
    verdict = judge(narrow(width, fixed=False), *INDEXED)
    assert verdict.counterexample is not None
    told = f"{words}, which AAPCS64 leaves open"
    (line,) = [line for line in counterexample_lines(verdict.counterexample) if "x1_upper_0" in line]
    assert line.endswith(f"  {told}")
    (entry,) = report(image_of(*INDEXED), [verdict])["verdicts"]
    assert entry["counterexample"]["meanings"] == {"x1_upper_0": told}


def test_the_open_bits_of_a_later_call_say_which() -> None:
    theorem = Theorem()
    a = theorem.region("a", 16, 8)
    theorem.call(a, BV.const(0, 64))
    theorem.call(a, theorem.value("i", 32))
    calls = theorem.freeze(claims=False).calls
    above = [v for v in variables(calls[1].arguments) if isinstance(v.origin, OpenBits)]
    assert [meaning_of(v) for v in above] == ["the upper half of argument 1 of call 1, which AAPCS64 leaves open"]
    assert [v.width for v in above] == [32]


def test_names_that_the_contract_gives_need_no_words() -> None:
    verdict = judge(getting(17), *INDEXED)
    assert verdict.counterexample is not None
    assert not any(given.meaning for given in verdict.counterexample.inputs)
