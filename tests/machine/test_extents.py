"""Regions of open size on terms, against a machine of bytes on numbers; and what a count means as a number."""

from __future__ import annotations

import pickle
from random import Random

import pytest

from lnsym.bv import BV, evaluate, rewrite_level, variables
from lnsym.contract.counts import counted
from lnsym.machine.extents import (
    OpenElements,
    OpenRegion,
    element_at_offset,
    inside,
    open_elements,
    place_of,
    same_elements,
)
from lnsym.machine.origins import Element, ElementAt, Folded, Overwritten, SignedPointer

WORD = 1 << 64
X, Y, Z = (BV.var(name, 64) for name in "xyz")
BASE, N = BV.var("base", 64), BV.var("n", 64)


def region(width: int, order: str = "little") -> OpenRegion:
    return OpenRegion("a", BASE, N * (width // 8), OpenElements("a", width, order), writable=True)


def settled(terms: list[BV], sample: dict[BV, int], memory: list[int], order: str) -> dict[BV, int]:
    """The sample with what bytes of memory hold for all elements of which terms speak; past their end anything."""
    full = dict(sample)
    spoken_of = [v for v in variables(terms) if isinstance(v.origin, Element)]
    for element in [*spoken_of, *open_elements(terms)]:
        ((at,),) = evaluate([place_of(element)], [full], default=0)
        data = memory[at : at + element.width // 8] if at < len(memory) else []
        full[element] = int.from_bytes(bytes(data), order) if data else 0x5A  # type: ignore[arg-type]
    return full


OFFSETS = {
    1: [X, Y, X + 1, Y - 1, X + Y, BV.const(3, 64), Z],
    2: [2 * X, 2 * Y + 1, 2 * X - 2, 2 * X + 3, BV.const(5, 64), 4 * Z],
    4: [4 * X, 4 * Y, 4 * X + 4, 8 * Y + 4, 4 * X - 4, 8 * Z, BV.const(8, 64), 4 * Y + 2],
    8: [8 * X, 8 * Y, 8 * X + 8, 16 * Y + 8, 16 * Z, 8 * X + 4, 8 * Y - 8, BV.const(0, 64)],
}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("step", OFFSETS)
def test_reads_after_writes_are_those_of_a_byte_machine(step: int, order: str, level: int) -> None:
    random = Random(step)
    compared = 0
    for _ in range(8 if level else 2):
        with rewrite_level(level):
            r = region(8 * step, order)
            writes = [
                (random.choice(OFFSETS[step]), BV.var(f"v{k}", 8 * random.choice([1, 2, 4, 8, 16]))) for k in range(3)
            ]
            for offset, value in writes:
                r.write_at(offset, value)
            read_from = [offset for offset in OFFSETS[step] if r.held.has_place(offset)]
            reads = [(offset, random.choice([1, 2, 4, 8, 16])) for offset in read_from]
            terms = [r.read_at(offset, size) for offset, size in reads]
        for _ in range(25):
            sample = {v: random.randrange(6) for v in (X, Y, Z)}
            sample |= {value: random.getrandbits(value.width) for _, value in writes}
            memory = [random.randrange(256) for _ in range(64 * step)]
            full = settled([*terms, *[offset for offset, _ in writes]], sample, memory, order)
            for offset, value in writes:
                ((at,),) = evaluate([offset], [sample])
                if at + value.width // 8 > len(memory):
                    break
                memory[at : at + value.width // 8] = sample[value].to_bytes(value.width // 8, "little")
            else:
                for (offset, size), term in zip(reads, terms, strict=True):
                    ((at, found),) = evaluate([offset, term], [full])
                    if at + size <= len(memory):
                        compared += 1
                        assert found == int.from_bytes(bytes(memory[at : at + size]), "little")
    assert compared > (500 if level else 100)


def test_many_writes_that_may_meet_are_no_deep_recursion() -> None:
    r = region(64)
    for k in range(3000):
        r.write_at(8 * BV.var(f"o{k}", 64), BV.const(k, 64))
    assert r.read_at(8 * X, 8).width == 64


def test_a_copy_is_written_to_on_its_own() -> None:
    first = region(64)
    second = first.copy()
    assert first.same_as(second)
    second.write_at(8 * X, Y)
    assert not first.same_as(second)
    assert isinstance(first.read_at(8 * X, 8).origin, ElementAt)
    assert second.read_at(8 * X, 8) is Y


def test_whoever_knows_no_terms_finds_nothing_inside() -> None:
    assert (region(64).size, region(64).start) == (0, 0)


@pytest.mark.parametrize("size", [1, 8, 64])
@pytest.mark.parametrize("extent", [0, 1, 7, 8, 9, 64, 65, 1 << 32, WORD - 64, WORD - 8, WORD - 1])
def test_inside_means_so_as_numbers(size: int, extent: int) -> None:
    term = inside(X, size, Y)
    near = {0, 1, extent, 1 << 63}
    for at in sorted({(number + k) % WORD for number in near for k in range(-70, 3)}):
        assert evaluate([term], [{X: at, Y: extent}])[0][0] == (at + size <= extent)


# -- counts ----------------------------------------------------------------------------------------

COUNTS = {
    "n": (X, lambda i, j: i),
    "16 n": (16 * X, lambda i, j: 16 * i),
    "16 n + 5": (16 * X + 5, lambda i, j: 16 * i + 5),
    "n - 1": (X - 1, lambda i, j: i - 1),
    "3 n - 7": (3 * X - 7, lambda i, j: 3 * i - 7),
    "n + m": (X + Y, lambda i, j: i + j),
    "n - m": (X - Y, lambda i, j: i - j),
    "16 n - 3 m + 2": (16 * X - 3 * Y + 2, lambda i, j: 16 * i - 3 * j + 2),
    "-n": (-X, lambda i, j: -i),
    "10 - n": (10 - X, lambda i, j: 10 - i),
    "2**62 n": (X * (1 << 62), lambda i, j: i << 62),
}
CORNERS = [0, 1, 2, 3, 5, 1 << 30, (1 << 58) - 1, 1 << 58, (1 << 60) - 1, 1 << 60, (1 << 60) + 1, 1 << 63, WORD - 1]


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("step", [1, 4, 16])
def test_a_count_is_read_as_a_number(name: str, step: int) -> None:
    term, number = COUNTS[name]
    most = (WORD - 1) // step
    fits = counted(term, most)
    for i in CORNERS:
        for j in CORNERS:
            ((fit, count),) = evaluate([fits, term], [{X: i, Y: j}])
            assert fit == (0 <= number(i, j) <= most)
            if fit:
                assert count == number(i, j)


@pytest.mark.parametrize(("constant", "fits"), [(0, 1), (5, 1), (1 << 62, 0), (WORD - 1, 0)])
def test_a_constant_count_fits_or_not(constant: int, fits: int) -> None:
    assert counted(BV.const(constant, 64), (WORD - 1) // 8).value == fits


# -- elements --------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [8 * X, 8 * X + 16, 8 * X - 8, 8 * (X & 15) + 8 * Y, 8 * X.udiv(Y | 1)])
def test_an_element_is_the_same_variable_after_it_went_to_another_process(offset: BV) -> None:
    element = BV.var(ElementAt("a", offset, 8), 64)
    inner = BV.var(ElementAt("b", 8 * element, 8), 64)
    assert pickle.loads(pickle.dumps({element: 1, inner: 2})) == {element: 1, inner: 2}


def test_an_element_is_called_by_its_index() -> None:
    names = [str(ElementAt("a", offset, 8)) for offset in (8 * X, 8 * X + 16, 8 * X - 8)]
    assert names == [f"a[{index!r}]" for index in (X, X + 2, X - 1)]


def test_elements_at_one_offset_are_one_and_those_in_offsets_come_first() -> None:
    first = BV.var(ElementAt("a", 8 * X, 8), 64)
    second = BV.var(ElementAt("a", 8 * Y, 8), 64)
    inner = BV.var(ElementAt("b", 8 * first, 8), 64)
    assert list(open_elements([inner])) == [first, inner]
    facts = same_elements([first + inner, second, BV.var(Element("a", 3), 64), BV.var(Element("c", 0), 64)])
    assert len(facts) == 3
    equal = {X: 5, Y: 5, first: 1, second: 2}
    assert not all(evaluate(facts, [equal], default=0)[0])
    assert all(evaluate(facts, [equal | {second: 1}], default=0)[0])
    assert not all(evaluate(facts, [{X: 3, Y: 4, first: 1}], default=0)[0])
    assert same_elements([BV.var(Element("a", 3), 64)]) == []


def test_one_offset_names_one_element_however_it_is_written() -> None:
    k = BV.var("k", 64)
    ways = [(k - 1) << 6, (k << 6) - 64, k * 64 - 64, ((k * 2 - 2) << 5), ((k - 1) * 16) * 4]
    assert len({element_at_offset("msg", way, 4) for way in ways}) == 1
    assert element_at_offset("msg", (k << 6) - 60, 4) not in {element_at_offset("msg", way, 4) for way in ways}


@pytest.mark.parametrize(
    "origin",
    [
        SignedPointer("ia", X + 8, Y),
        Folded("H", 3, X - 1),
        Overwritten(0x1000, "out", 16 * X + Y),
        Overwritten(0x1000, "out", BV.var(ElementAt("b", 8 * Y, 8), 64)),
    ],
    ids=str,
)
def test_an_origin_that_holds_terms_is_the_same_in_another_process(origin: object) -> None:
    variable = BV.var(origin, 64)  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps({variable: 1})) == {variable: 1}
