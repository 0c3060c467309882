"""Planes against plain numbers: a thousand samples at once say what one after the other says."""

from __future__ import annotations

import random

import pytest

from lnsym.bv import BV, evaluate, rewrite_level, variables
from lnsym.bv.operators import evaluate_node
from lnsym.bv.planes import differing, from_planes, plane_of, to_planes
from tests.bv.test_properties import Grower, build, meaning

COUNT = 40


def samples_of(terms: list[BV], seed: int) -> list[dict[BV, int]]:
    choose = random.Random(seed)
    return [
        {v: choose.choice([0, 1, (1 << v.width) - 1, choose.getrandbits(v.width)]) for v in variables(terms)}
        for _ in range(COUNT)
    ]


def planes(samples: list[dict[BV, int]], terms: list[BV]) -> dict[BV, tuple[int, ...]]:
    return {v: to_planes([sample[v] for sample in samples], v.width) for v in variables(terms)}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", range(60))
def test_planes_are_what_the_expression_means(seed: int, level: int) -> None:
    """The meaning of an expression on plain numbers, by an interpreter that shares nothing with lnsym, as a constant beside the term."""
    grower = Grower(random.Random(seed), 64)
    tree = grower.tree(random.Random(seed).choice([1, 8, 16, 32, 64]), 5)
    with rewrite_level(level):
        term = build(tree)
    samples = samples_of([term], seed)
    known = planes(samples, [term])
    for at, sample in enumerate(samples):
        full = {f"{letter}{width}": 0 for letter in "xyz" for width in range(1, 129)}
        full |= {str(v.origin): value for v, value in sample.items()}
        (apart,) = differing([(term, BV.const(meaning(tree, full), term.width))], known, COUNT)
        assert not apart >> at & 1


@pytest.mark.parametrize("seed", range(20))
def test_planes_tell_where_terms_differ(seed: int) -> None:
    choose = random.Random(seed)
    x, y = BV.var("x", 16), BV.var("y", 16)
    needle = choose.getrandbits(16)
    pair = (x + y, (x + y) ^ (x.eq(needle).zero_extend(16) << choose.randrange(16)))
    samples = [{x: choose.choice([needle, choose.getrandbits(16)]), y: choose.getrandbits(16)} for _ in range(COUNT)]
    (apart,) = differing([pair], planes(samples, list(pair)), COUNT)
    assert [apart >> at & 1 for at in range(COUNT)] == [int(one != other) for one, other in evaluate(pair, samples)]
    assert plane_of(pair[0].ne(pair[1]), planes(samples, list(pair)), COUNT) == apart


def test_values_come_back_from_planes() -> None:
    values = [random.Random(1).getrandbits(70) for _ in range(COUNT)]
    assert from_planes(to_planes(values, 70), COUNT) == values


def test_a_variable_without_planes_is_zero() -> None:
    assert differing([(BV.var("nobody", 8), BV.const(0, 8))], {}, COUNT) == [0]


def test_every_operator_has_planes_or_goes_one_by_one() -> None:
    """What has no plane operation is evaluated as a number, which raises for an operator it does not know."""
    x, y = BV.var("x", 8), BV.var("y", 8)
    for term in (x.udiv(y), x.sdiv(y), x << y, x >> y, x.shift_right_arithmetic(y)):
        samples = samples_of([term], 3)
        expected = [evaluate_node(term, {x: sample[x], y: sample[y]}) for sample in samples]
        found = differing([(term, BV.const(value, 8)) for value in expected], planes(samples, [term]), COUNT)
        assert all(not bits >> at & 1 for at, bits in enumerate(found))
