from __future__ import annotations

import random

import pytest

from lnsym.bv import (
    BV,
    WidthMismatch,
    clmul,
    concat,
    evaluate,
    ite,
    lookup,
    operands,
    rewrite_level,
    substitute,
    table,
    topological,
    variables,
)
from lnsym.bv.evaluate import UnboundVariable

X, Y, Z = (BV.var(name, 32) for name in "xyz")
C = BV.var("c", 1)
BOX = table([at * 7 & 0xFF for at in range(200)], 8)


def every_operator() -> list[BV]:
    byte = X[7:0] + 1
    return [
        (X & Y) ^ ~Z.rotate_right(3), X + 3 * Y - Z, concat(X[7:0], Y), X[20:5], ite(C, X, Y), X.eq(Y), X.ult(Y),
        X.slt(Y), X * Y, X.udiv(Y), X.sdiv(Y), clmul(X[15:0], Y[15:0]), X << Y, X >> Y, X.shift_right_arithmetic(Y),
        X.sign_extend(64), lookup(BOX, byte), X | Y, X & Y, X.rotate_right(Z), X.reverse_bytes(), BV.const(5, 8),
    ]  # fmt: skip


def deep(length: int) -> BV:
    term = X
    for number in range(length):
        term = (term * term) ^ number
    return term


@pytest.mark.parametrize("level", [0, 1])
def test_walks_do_not_recurse(level: int) -> None:
    with rewrite_level(level):
        term = deep(100_000)
        expected = 3
        for number in range(100_000):
            expected = expected * expected & 0xFFFFFFFF ^ number
        assert evaluate([term], [{X: 3}]) == [(expected,)]
        assert variables([term]) == [X]
        (replaced,) = substitute([term], {X: BV.const(3, 32)})
        assert replaced.value == expected


def test_many_samples_and_roots() -> None:
    samples = [{X: x, Y: y} for x in (0, 1, 0xFFFFFFFF) for y in (0, 5)]
    values = evaluate([X + Y, X.ult(Y)], samples)
    assert values == [((s[X] + s[Y]) & 0xFFFFFFFF, int(s[X] < s[Y])) for s in samples]
    assert evaluate([], samples) == [()] * 6
    assert evaluate([X], []) == []


def test_samples_are_taken_modulo_the_width() -> None:
    assert evaluate([X], [{X: -1}, {X: 1 << 32}]) == [(0xFFFFFFFF,), (0,)]


def test_variables_without_a_value() -> None:
    with pytest.raises(UnboundVariable, match="no value for the variable y") as caught:
        evaluate([X + Y], [{X: 1}])
    assert caught.value.variable is Y
    assert evaluate([X + Y], [{X: 1}], default=2) == [(3,)]
    assert evaluate([X], [{X: 1, BV.var("unused", 8): 5}]) == [(1,)]


def test_operands_come_before_what_is_made_of_them_each_once() -> None:
    roots = every_operator()
    order = topological(roots)
    assert len(order) == len(set(order))
    place = {term: at for at, term in enumerate(order)}
    assert all(place[operand] < place[term] for term in order for operand in operands(term))
    assert set(roots) <= set(order)


def test_variables_in_order_of_creation() -> None:
    a, b = BV.var("zz_first", 8), BV.var("aa_second", 8)
    assert variables([b * a, a + 1]) == [a, b]


@pytest.mark.parametrize("level", [0, 1])
def test_substitution_means_what_evaluation_means(level: int) -> None:
    choose = random.Random(5)
    replacement = {X: Y * 3 + 1, Y: Z ^ 0x55, C: Y.ult(Z)}
    with rewrite_level(level):
        roots = every_operator()
        changed = substitute(roots, replacement)
    for _ in range(20):
        sample = {X: choose.getrandbits(32), Y: choose.getrandbits(32), Z: choose.getrandbits(32), C: 0}
        x, y, c = evaluate([replacement[X], replacement[Y], replacement[C]], [sample])[0]
        assert evaluate(changed, [sample]) == evaluate(roots, [{X: x, Y: y, Z: sample[Z], C: c}])


def test_substitution_replaces_at_once_and_not_again() -> None:
    assert substitute([X - Y], {X: Y, Y: X}) == [Y - X]
    assert substitute([X + Y + 1], {X: -Y}) == [BV.const(1, 32)]


def test_substitution_of_inner_terms() -> None:
    product = X * Y
    assert substitute([product + Z], {product: BV.const(4, 32)}) == [Z + 4]
    assert substitute([product], {}) == [product]


def test_substitution_normalises_at_the_level_in_force() -> None:
    with rewrite_level(0):
        raw = (X ^ Y) ^ X
        assert substitute([raw], {Z: X}) == [raw]
    assert substitute([raw], {Y: Z})[0] is Z


def test_substitution_keeps_widths() -> None:
    with pytest.raises(WidthMismatch, match="32 bits and 8 bits"):
        substitute([X], {X: BV.const(1, 8)})
