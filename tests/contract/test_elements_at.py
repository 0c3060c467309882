"""Elements at an index that a contract names: a number, or a term that the data gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from assembly import RET, add, image_of, judge, ldr, word

from lnsym.bv import BV, evaluate, variables
from lnsym.contract import Block, Contract, Theorem
from lnsym.contract.checks import ContractError
from lnsym.machine.offsets import MOST_PLACES
from lnsym.prove.verify import verify

SHAPES = [(1, 8), (5, 8), (16, 8), (256, 8), (5, 64), (8, 32), (3, 128)]


def load_at(size: int) -> list[int]:
    """Load `size` bytes at x0 + x1 * size into x0."""
    shift = word("data_processing.add_subtract_shifted_register", sf=1, Rm=1, imm6=size.bit_length() - 1, Rn=0, Rd=2)
    return [shift, ldr(0, 2, 0, size), RET]


def region(count: int, width: int, fixed: bool, byteorder: str = "little") -> tuple[Theorem, Block]:
    theorem = Theorem()
    known = {i: (37 * i + 11) % (1 << width) for i in range(count)} if fixed else None
    return theorem, theorem.region("a", count, width, fixed=known, byteorder=byteorder)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "width"), SHAPES)
def test_at_a_number_it_is_that_element(count: int, width: int) -> None:
    _, a = region(count, width, fixed=False)
    assert [a.at(i) for i in range(count)] == list(a.elements)


@pytest.mark.parametrize("index", [-1, 5, 1 << 70, True, 1.0, "0", None])
def test_what_is_no_index_is_refused(index: object) -> None:
    _, a = region(5, 8, fixed=False)
    with pytest.raises(ContractError, match="is no index of 'a', whose elements are 0 to 4"):
        a.at(index)  # type: ignore[arg-type]


def test_an_index_wider_than_a_register_is_refused() -> None:
    theorem, a = region(5, 8, fixed=False)
    with pytest.raises(ContractError, match="is no index"):
        a.at(theorem.value("i", 65))


def test_an_index_that_may_mean_too_many_elements_is_refused() -> None:
    theorem, a = region(MOST_PLACES + 1, 8, fixed=False)
    with pytest.raises(ContractError, match=f"too many of its {MOST_PLACES + 1} elements"):
        a.at(theorem.value("i", 64))
    assert a.at(theorem.value("j", 8)).width == 8


@pytest.mark.parametrize(("count", "width"), SHAPES)
@pytest.mark.parametrize("fixed", [True, False])
@pytest.mark.parametrize("byteorder", ["little", "big"])
@pytest.mark.parametrize("index_width", [1, 4, 8, 64])
def test_at_a_term_it_is_the_element_there_and_0_past_the_end(
    count: int, width: int, fixed: bool, byteorder: str, index_width: int
) -> None:
    theorem, a = region(count, width, fixed, byteorder)
    index = theorem.value("i", index_width)
    contents = [e.value if e.is_const else (53 * i + 7) % (1 << width) for i, e in enumerate(a.elements)]
    given = {e: value for e, value in zip(a.elements, contents, strict=True) if not e.is_const}
    far = {1 << 61, (1 << 61) + 1, (1 << 63) + 2, (1 << 64) - 1, 1 << 32, count * 8, *range(300)}
    tried = sorted({value % (1 << index_width) for value in far})
    expected = [contents[value] if value < count else 0 for value in tried]
    found = evaluate([a.at(index)], [{**given, index: value} for value in tried])
    assert [row[0] for row in found] == expected
    at_numbers = [a.at(BV.const(value, index_width)) for value in (tried[0], tried[-1])]
    assert list(evaluate(at_numbers, [given])[0]) == [expected[0], expected[-1]]


@pytest.mark.parametrize(("count", "width"), [(4, 8), (256, 8), (16, 32), (2, 64)])
def test_an_index_that_cannot_leave_a_table_of_constants_makes_one_lookup(count: int, width: int) -> None:
    theorem, a = region(count, width, fixed=True)
    index = theorem.value("i", count.bit_length() - 1)
    assert a.at(index).op == "lookup"
    assert variables([a.at(index)]) == [index]


# -- in proofs -------------------------------------------------------------------------------------


def getting(bound: int, size: int, off: int = 0, fixed: bool = False, byteorder: str = "little") -> Callable[..., None]:
    def get(t: Theorem) -> None:
        known = {k: (201 * k + 5) % 256 for k in range(16)} if fixed else None
        a = t.region("a", 16, 8 * size, fixed=known, byteorder=byteorder)  # type: ignore[arg-type]
        i = t.value("i", 64)
        t.assume(i.ult(bound))
        t.call(a, i)
        t.ensure_result(a.at(i + off))

    return get


@pytest.mark.parametrize("size", [1, 4, 8])
@pytest.mark.parametrize("fixed", [True, False])
def test_a_load_at_a_bounded_index_is_the_element_there_and_no_other(size: int, fixed: bool) -> None:
    assert judge(getting(16, size, fixed=fixed), *load_at(size)).status == "proved"
    for off in (1, -1):
        verdict = judge(getting(16, size, off, fixed), *load_at(size))
        assert verdict.status == "refuted"
        assert verdict.counterexample is not None
        assert verdict.counterexample.differences
    assert judge(getting(17, size, fixed=fixed), *load_at(size)).status == "refuted"


@pytest.mark.parametrize("fixed", [True, False])
def test_a_big_endian_element_is_not_what_a_plain_load_gives(fixed: bool) -> None:
    reverse = word("data_processing.data_processing_1_source", opcode=2, Rn=0, Rd=0)
    assert judge(getting(16, 4, fixed=fixed, byteorder="big"), *load_at(4)).status == "refuted"
    assert judge(getting(16, 4, fixed=fixed, byteorder="big"), *load_at(4)[:-1], reverse, RET).status == "proved"


def test_of_two_regions_it_is_the_one_that_was_asked() -> None:
    def reading(name: str) -> Contract:
        def get(t: Theorem) -> None:
            blocks = {"a": t.region("a", 16, 8), "b": t.region("b", 16, 8)}
            i = t.value("i", 64)
            t.assume(i.ult(16))
            t.call(blocks["a"], i, blocks["b"])
            t.ensure_result(blocks[name].at(i))

        return Contract("mine", get)

    image = image_of(add(2, 2, 1), ldr(0, 2, 0, 1), RET)
    assert verify(image, "routine", reading("b")).status == "proved"
    assert verify(image, "routine", reading("a")).status == "refuted"
