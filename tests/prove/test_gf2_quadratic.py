"""The gf2 method on sums of products: whatever way a product of two words is written, and never what differs from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from random import Random

import pytest
from test_gf2 import check_word

from crypto_specs import gcm
from lnsym.bv import BV, clmul, concat, ite, lookup, rewrite_level, table
from lnsym.bv.planes import Planes, differing, to_planes
from lnsym.prove.gf2 import Solver
from lnsym.prove.gf2.quadratic import Quadratic

LEVELS = pytest.mark.parametrize("level", [0, 1])

Product = Callable[[BV, BV], BV]
"""A carry-less product of two words of one width, twice as wide."""


def joined(bits: Sequence[BV]) -> BV:
    """The word of these bits, the lowest one first."""
    return concat(*reversed(bits))


def reflected(word: BV) -> BV:
    return joined([word[word.width - 1 - i] for i in range(word.width)])


def by_gates(x: BV, y: BV) -> BV:
    columns = [BV.const(0, 1)] * (2 * x.width)
    for i in range(x.width):
        for j in range(y.width):
            columns[i + j] = columns[i + j] ^ (x[i] & y[j])
    return joined(columns)


def by_choices(x: BV, y: BV) -> BV:
    total, wide = BV.const(0, 2 * x.width), y.zero_extend(2 * y.width)
    for i in range(x.width):
        total = ite(x[i], total ^ (wide << i), total)
    return total


def by_masks(x: BV, y: BV) -> BV:
    total, wide = BV.const(0, 2 * x.width), y.zero_extend(2 * y.width)
    for i in range(x.width):
        total = total ^ ((wide << i) & (BV.const(0, 2 * x.width) - x[i].zero_extend(2 * x.width)))
    return total


def by_instruction(x: BV, y: BV) -> BV:
    return clmul(x, y)


def by_karatsuba(x: BV, y: BV) -> BV:
    half, width = x.width // 2, 2 * x.width
    x0, x1, y0, y1 = x[half - 1 : 0], x[x.width - 1 : half], y[half - 1 : 0], y[y.width - 1 : half]
    low, high = clmul(x0, y0), clmul(x1, y1)
    middle = clmul(x0 ^ x1, y0 ^ y1) ^ low ^ high
    return low.zero_extend(width) ^ (middle.zero_extend(width) << half) ^ (high.zero_extend(width) << 2 * half)


def by_holes(x: BV, y: BV) -> BV:
    """Multiplications of words of which one bit in four is left, so that no count of products reaches the next one's place.

    Sixteen products would; so words of more than fifteen such bits are cut.
    """
    width = 2 * x.width
    total = BV.const(0, width)
    for i, j in product(range(4), repeat=2):
        left = x.zero_extend(width) & sum(1 << k for k in range(i, x.width, 4))
        right = y.zero_extend(width) & sum(1 << k for k in range(j, y.width, 4))
        total = total ^ ((left * right) & sum(1 << k for k in range((i + j) % 4, width, 4)))
    return total


def by_bytes(x: BV, y: BV) -> BV:
    """Products of nibbles, moved to their places."""
    width, size = 2 * x.width, x.width // 2
    total = BV.const(0, width)
    for i, j in product(range(0, x.width, size), range(0, y.width, size)):
        total = total ^ (clmul(x[i + size - 1 : i], y[j + size - 1 : j]).zero_extend(width) << (i + j))
    return total


WAYS: list[Product] = [by_gates, by_choices, by_masks, by_instruction, by_karatsuba, by_holes, by_bytes]


def everything(words: Sequence[BV]) -> tuple[dict[BV, Planes], int]:
    """Planes of all values of the words together, and how many there are."""
    bits = sum(word.width for word in words)
    low, planes = 0, {}
    for word in words:
        planes[word] = to_planes([point >> low & ((1 << word.width) - 1) for point in range(1 << bits)], word.width)
        low += word.width
    return planes, 1 << bits


WIDTH = 6
X, Y = BV.var("x", WIDTH), BV.var("y", WIDTH)
ALL, COUNT = everything([X, Y])
"""Twelve bits: more than a truth table has."""


@LEVELS
@pytest.mark.parametrize("width", [4, WIDTH])
@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_the_product(way: Product, width: int, level: int) -> None:
    """At all inputs by an evaluator of terms, and by the method."""
    x, y = X[width - 1 : 0], Y[width - 1 : 0]
    with rewrite_level(level):
        pairs = [(way(x, y), other(x, y)) for other in (by_instruction, by_gates)]
    assert differing(pairs, ALL, COUNT) == [0, 0]
    assert Solver().prove(pairs) == [True, True]


@LEVELS
@pytest.mark.parametrize("way", WAYS)
def test_two_ways_meet_at_a_width_that_no_table_has(way: Product, level: int) -> None:
    x, y = BV.var("wide x", 16), BV.var("wide y", 16)
    with rewrite_level(level):
        for other in (by_gates, by_instruction, by_choices):
            actual, expected = way(x, y), other(y, x)
            solver = Solver()
            assert solver.equal(actual, expected)
            assert not solver.equal(actual ^ (x & y).zero_extend(32), expected)


def small_change(random: Random, product: BV) -> BV:
    """A term that differs from the product of X and Y a little, or perhaps not at all."""
    bit = random.randrange(2 * WIDTH)

    def somewhere(one_bit: BV) -> BV:
        return one_bit.zero_extend(2 * WIDTH) << bit

    def any_bit(word: BV) -> BV:
        return word[random.randrange(WIDTH)]

    return random.choice(
        [
            product ^ somewhere(any_bit(X) & any_bit(Y)),
            product ^ somewhere(any_bit(X) & any_bit(X)),
            product ^ somewhere(any_bit(X)),
            product ^ somewhere(any_bit(X) & any_bit(X) & any_bit(Y)),
            product.rotate_right(bit),
            ite(X.eq(random.randrange(1 << WIDTH)), product ^ (1 << bit), product),
            product ^ clmul(X, X) ^ clmul(X.rotate_right(random.choice([0, 1])), X),
            product ^ clmul(Y ^ X, Y ^ X) ^ clmul(Y, Y) ^ clmul(X, X),
            by_instruction(X, Y ^ (1 << random.randrange(WIDTH))),
            by_instruction(X.rotate_right(random.choice([0, 3])), Y),
        ]
    )


@LEVELS
@pytest.mark.parametrize("seed", range(4))
def test_a_small_change_parts_them_exactly_where_it_shows(seed: int, level: int) -> None:
    """Bit by bit, against all inputs: sums of products are equal where the method says so, and only there."""
    random = Random(seed)
    solver = Solver()
    with rewrite_level(level):
        for _ in range(10):
            way = random.choice(WAYS)
            actual, expected = small_change(random, way(X, Y)), random.choice(WAYS)(X, Y)
            pairs = [(actual[i], expected[i]) for i in range(2 * WIDTH)]
            apart = differing(pairs, ALL, COUNT)
            assert solver.prove(pairs) == [not points for points in apart]


@LEVELS
@pytest.mark.parametrize("seed", range(10))
def test_bits_of_random_products_mean_what_the_terms_mean(seed: int, level: int) -> None:
    """Products of sums of products, so that matrices become factors; tables, sums and comparisons behind and before."""
    random = Random(seed)
    words = [BV.var(name, 16) for name in "abc"]
    samples = [{word: random.getrandbits(16) for word in words} for _ in range(6)]
    solver = Solver()
    with rewrite_level(level):
        for _ in range(8):
            x, y, z = random.choices(words[-5:], k=3)
            words.append(
                random.choice(
                    [
                        lambda x, y, z: clmul(x, y)[15:0] ^ z,
                        lambda x, y, z: clmul(x ^ 1, y ^ z)[31:16],
                        lambda x, y, z: (x & 0x1111) * (y & 0x1111) ^ z,
                        lambda x, y, z: x * y,
                        lambda x, y, z: ite(x[3], y, z),
                        lambda x, y, z: (x & y) ^ z.rotate_right(5),
                        lambda x, y, z: x + (y ^ z),
                        lambda x, y, z: by_masks(x[7:0], y[7:0]) ^ z,
                        lambda x, y, z: ite(x.ult(y), z, x),
                    ]
                )(x, y, z)
            )
    for word in words[-3:]:
        check_word(solver, word, samples)


def test_a_product_of_few_bits_is_the_function_that_gates_make() -> None:
    """Then it may be the input of a table, or of the next product."""
    a, b = BV.var("long a", 32), BV.var("long b", 32)
    wide = clmul(a, b)
    one = (wide ^ by_gates(a, b) ^ (by_gates(a[3:0], b[3:0]).zero_extend(64)))[2:0]
    other = clmul(a[2:0], b[2:0])[2:0]
    for step in (
        lambda word: word[0] & word[1] & word[2],
        lambda word: (word.zero_extend(8) + 3)[3],
        lambda w: w.eq(5),
    ):
        assert Solver().equal(step(one), step(other))
        assert not Solver().equal(step(one), step(other ^ a[7].zero_extend(3)))


@pytest.mark.parametrize("entries", [v for v in product([0, 1], repeat=4) if sum(v) % 2])
def test_gates_given_as_tables_are_products_with_what_is_linear_in_them(entries: tuple[int, ...]) -> None:
    """Five tables of two bits, each an AND of bits or their complements, or the complement of one."""
    x, y = BV.var("five x", 5), BV.var("five y", 5)
    gates = BV.const(0, 1)
    for i in range(5):
        gates = gates ^ lookup(table(entries, 1), concat(y[i], x[i]))
    flip_x, flip_y, flip = next(
        flips
        for flips in product([0, 1], repeat=3)
        if entries == tuple([flips[2] ^ (v & 1 ^ flips[0]) & (v >> 1 ^ flips[1]) for v in range(4)])
    )
    plain = clmul(x ^ 31 * flip_x, reflected(y ^ 31 * flip_y))[4] ^ flip
    assert Solver().equal(gates, plain)
    assert not Solver().equal(~gates, plain)
    assert not Solver().equal(gates, plain ^ x[2])


@LEVELS
def test_a_product_is_a_factor_of_the_next_one(level: int) -> None:
    """(x * y + z) * y, the inner product written in two ways."""
    x, y, z = [BV.var(name, 16) for name in ("x16", "y16", "z16")]
    with rewrite_level(level):
        for inner, outer in [(by_karatsuba, by_masks), (by_gates, by_holes), (by_choices, by_bytes)]:
            actual = outer(inner(x, y)[20:5] ^ z, y)
            solver = Solver()
            assert solver.equal(actual, clmul(clmul(x, y)[20:5] ^ z, y))
            assert not solver.equal(actual, clmul(clmul(x, y)[21:6] ^ z, y))
            assert not solver.equal(actual, clmul(clmul(x, y)[20:5] ^ z.rotate_right(1), y))


# -- products with holes ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 7, 8, 15, 16, 17])
@pytest.mark.parametrize("gap", [1, 2, 3, 4, 5])
def test_a_column_of_a_multiplication_is_its_parity_where_nothing_is_carried_into_it(size: int, gap: int) -> None:
    """With `size` bits each, `gap` places apart, a column's count of products fits the gap or does not."""
    width = 2 * size * gap
    x, y = [
        joined(
            [
                BV.var(f"{name}{k // gap}" if k % gap == 0 else "", 1) if k % gap == 0 else BV.const(0, 1)
                for k in range(size * gap)
            ]
        ).zero_extend(width)
        for name in "uv"
    ]
    plain = clmul(joined([x[k] for k in range(0, size * gap, gap)]), joined([y[k] for k in range(0, size * gap, gap)]))
    solver = Solver()
    samples = [dict.fromkeys([BV.var(f"{name}{k}", 1) for name in "uv" for k in range(size)], 1)]
    for k in range(2 * size - 1):
        column = (x * y)[gap * k]
        (ones,) = differing([(column, plain[k])], {v: (value,) for v, value in samples[0].items()}, 1)
        assert not (solver.equal(column, plain[k]) and ones)
        assert solver.equal(column, plain[k]) or size >= 1 << gap or gap == 1


# -- GHASH --------------------------------------------------------------------------------------------


def reduced(wide: BV, taps: Sequence[int] = (0, 1, 2, 7)) -> BV:
    """A polynomial of degree 254, lowest coefficient in bit 0, modulo u^128 + u^7 + u^2 + u + 1."""
    low, high = wide[127:0], wide[255:128].zero_extend(256)
    folded = BV.const(0, 256)
    for tap in taps:
        folded = folded ^ (high << tap)
    low, high = low ^ folded[127:0], folded[255:128].zero_extend(256)
    for tap in taps:
        low = low ^ (high << tap)[127:0]
    return low


def halves(x: BV, y: BV, cross: bool = True) -> BV:
    """A product of 128 bits by three of 64; without the cross term it is none."""
    x0, x1, y0, y1 = x[63:0], x[127:64], y[63:0], y[127:64]
    low, high = clmul(x0, y0), clmul(x1, y1)
    middle = clmul(x0 ^ x1, y0 ^ y1) ^ low ^ (high if cross else low)
    return low.zero_extend(256) ^ (middle.zero_extend(256) << 64) ^ (high.zero_extend(256) << 128)


BLOCK, KEY = BV.var("block", 128), BV.var("subkey", 128)


def with_one_row_swapped(x: BV, y: BV) -> BV:
    """The product bit by bit; at row 77 bit 77 of y chooses x, where bit 77 of x should choose y."""
    total, wide = BV.const(0, 256), y.zero_extend(256)
    for i in range(128):
        total = (
            ite(y[i], total ^ (x.zero_extend(256) << i), total) if i == 77 else ite(x[i], total ^ (wide << i), total)
        )
    return total


x, h = reflected(BLOCK), reflected(KEY)
WRONG: dict[str, Callable[[], BV]] = {
    "a wrong tap of the reduction": lambda: reflected(reduced(halves(x, h), (0, 1, 2, 6))),
    "a tap missing": lambda: reflected(reduced(halves(x, h), (0, 1, 7))),
    "operands swapped at one row": lambda: reflected(reduced(with_one_row_swapped(x, h))),
    "a shift off by one": lambda: reflected(reduced(halves(x, h) << 1)),
    "halves of the result exchanged": lambda: reflected(reduced(halves(x, h))).rotate_right(64),
    "halves of an operand exchanged": lambda: reflected(reduced(halves(x.rotate_right(64), h))),
    "one byte with its bits the other way round": lambda: reflected(
        reduced(halves(concat(x[127:48], reflected(x[47:40]), x[39:0]), h))
    ),
    "a cross term missing": lambda: reflected(reduced(halves(x, h, cross=False))),
    "bits not reflected": lambda: reduced(halves(BLOCK, KEY)),
    "one product of bits too many": lambda: reflected(reduced(halves(x, h) ^ (x[5] & h[99]).zero_extend(256))),
    "one product of bits of one operand": lambda: reflected(reduced(halves(x, h) ^ (h[5] & h[99]).zero_extend(256))),
    "a product of three bits": lambda: reflected(reduced(halves(x, h) ^ (x[1] & x[5] & h[99]).zero_extend(256))),
    "a bit of an operand": lambda: reflected(reduced(halves(x, h) ^ x[64].zero_extend(256))),
    "a complement": lambda: ~reflected(reduced(halves(x, h))),
    "an operand squared": lambda: reflected(reduced(halves(x, x))),
}
"""What is not the product of two blocks."""


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_product_of_blocks_is_not_proved(name: str) -> None:
    actual, expected = WRONG[name](), gcm.multiply(BLOCK, KEY)
    random = Random(name)
    planes = {word: to_planes([random.getrandbits(128) for _ in range(64)], 128) for word in (BLOCK, KEY)}
    pairs = [(actual[i], expected[i]) for i in range(128)]
    apart = differing(pairs, planes, 64)
    assert any(apart), "the change changes nothing"
    proved = Solver().prove(pairs)
    assert not any(done and points for done, points in zip(proved, apart, strict=True))


def test_products_of_blocks_meet() -> None:
    expected = gcm.multiply(BLOCK, KEY)
    solver = Solver()
    assert solver.equal(reflected(reduced(by_gates(h, x))), expected)
    assert solver.equal(gcm.multiply(KEY, BLOCK), expected)
    assert solver.equal(gcm.multiply(KEY, KEY), reflected(reduced(halves(h, h))))


@LEVELS
def test_products_of_blocks_by_instructions_meet_the_standard(level: int) -> None:
    with rewrite_level(level):
        assert Solver().equal(reflected(reduced(halves(reflected(BLOCK), reflected(KEY)))), gcm.multiply(BLOCK, KEY))


# -- faults planted in the method ---------------------------------------------------------------------


def test_a_matrix_without_its_squares_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Quadratic._add_products
    x, y = BV.var("x", 16), BV.var("y", 16)
    pair = clmul(x ^ 1, y ^ x), clmul(x ^ 1, y) ^ x.zero_extend(32)  # the square of x is left out
    assert not Solver().equal(*pair)
    monkeypatch.setattr(Quadratic, "_add_products", lambda self, matrix, pairs: 0 * right(self, matrix, pairs))
    assert Solver().equal(*pair)


def test_a_carry_that_is_left_out_would_be_noticed() -> None:
    """Column 15 has 16 products, and their sum is carried four places on; column 16 has 15, and one carried is too much again."""
    ones = sum(1 << 4 * k for k in range(16))
    u, v = BV.var("u64", 64).zero_extend(128) & ones, BV.var("v64", 64).zero_extend(128) & ones
    plain = clmul(u[63:0], v[63:0])
    proved = [Solver().equal((u * v)[4 * k], plain[4 * k]) for k in range(31)]
    assert proved == [k not in (16, 17) for k in range(31)]
