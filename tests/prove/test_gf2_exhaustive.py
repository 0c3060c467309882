"""The gf2 method: it never joins what differs, checked exhaustively, and it joins what changes of basis hide."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

import pytest

from crypto_specs import aes
from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table
from lnsym.prove.gf2 import Solver

WIDTH = 4
NAMES = ("x", "y", "z")
SAMPLES = [dict(zip(NAMES, values, strict=True)) for values in product(range(1 << WIDTH), repeat=len(NAMES))]
"""Every input of three words of four bits."""

Operation = Callable[[Random, BV, BV, BV], BV]
OPERATIONS: tuple[Operation, ...] = (
    lambda r, a, b, c: a ^ b,
    lambda r, a, b, c: a & b,
    lambda r, a, b, c: a | b,
    lambda r, a, b, c: ~a,
    lambda r, a, b, c: a + b,
    lambda r, a, b, c: a - b,
    lambda r, a, b, c: a * b,
    lambda r, a, b, c: a * r.randrange(16),
    lambda r, a, b, c: a.udiv(b),
    lambda r, a, b, c: a.sdiv(b),
    lambda r, a, b, c: a << b,
    lambda r, a, b, c: a >> b,
    lambda r, a, b, c: a.shift_right_arithmetic(b),
    lambda r, a, b, c: a.rotate_right(r.randrange(4)),
    lambda r, a, b, c: ite(a.ult(b), b, c),
    lambda r, a, b, c: ite(a.slt(b), b, c),
    lambda r, a, b, c: ite(a.eq(b), b, c),
    lambda r, a, b, c: concat(a[1:0], b[3:2]),
    lambda r, a, b, c: a[2:0].sign_extend(4),
    lambda r, a, b, c: clmul(a, b)[3:0],
    lambda r, a, b, c: clmul(a, b)[7:4],
    lambda r, a, b, c: lookup(table([r.randrange(16) for _ in range(16)], 4), a),
    lambda r, a, b, c: lookup(table([r.randrange(16) for _ in range(11)], 4), a),
)


def circuit(random: Random, size: int) -> BV:
    """A random term over x, y and z."""
    made = [BV.var(name, WIDTH) for name in NAMES]
    for _ in range(size):
        operands = [random.choice(made[-5:] + made[:3]) for _ in range(3)]
        made.append(random.choice(OPERATIONS)(random, *operands))
    return made[-1]


def same(a: BV, b: BV) -> bool:
    """Whether two terms have one value on every input."""
    return all(left == right for left, right in evaluate([a, b], SAMPLES))


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", range(12))
def test_it_never_joins_what_differs(seed: int, level: int) -> None:
    """Pairs that differ little: one circuit, and the same one with another ending or with one output bit changed somewhere."""
    random = Random(seed)
    with rewrite_level(level):
        solver = Solver()
        for _ in range(12):
            a = circuit(random, random.randrange(1, 9))
            x, y = BV.var("x", WIDTH), BV.var("y", WIDTH)
            rare = ite(x.eq(random.randrange(16)) & y.eq(random.randrange(16)), BV.const(1, 4), BV.const(0, 4))
            for b in (
                a ^ rare,
                a + rare,
                circuit(random, 3),
                a.rotate_right(1),
                random.choice(OPERATIONS)(random, a, x, y),
            ):
                if solver.equal(a, b):
                    assert same(a, b), (a, b)


@pytest.mark.parametrize("seed", range(8))
def test_what_it_says_of_constants_is_true(seed: int) -> None:
    """A term is called a constant only if it is that constant on every input."""
    random = Random(100 + seed)
    for _ in range(10):
        term = circuit(random, 6)
        values = {v for (v,) in evaluate([term], SAMPLES)}
        for value in range(16):
            if Solver().equal(term, BV.const(value, 4)):
                assert values == {value}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("seed", range(6))
def test_a_small_circuit_is_its_table(seed: int, level: int) -> None:
    """Any circuit of eight input bits is one function of a byte: it meets its own table of 256 entries."""
    random = Random(200 + seed)
    with rewrite_level(level):
        made = [BV.var("x", WIDTH), BV.var("y", WIDTH)]
        for _ in range(6):
            operands = [random.choice(made[-4:]) for _ in range(3)]
            made.append(random.choice(OPERATIONS)(random, *operands))
        term = made[-1]
        samples = [{"x": index & 15, "y": index >> 4} for index in range(256)]
        entries = [value for (value,) in evaluate([term], samples)]
        assert Solver().equal(term, lookup(table(entries, 4), concat(made[1], made[0])))


def linear_map(random: Random, bits: int) -> list[int]:
    """The rows of a random invertible matrix over GF(2)."""
    while True:
        rows = [random.randrange(1, 1 << bits) for _ in range(bits)]
        if len({parity_image(rows, v) for v in range(1 << bits)}) == 1 << bits:
            return rows


def parity_image(rows: list[int], value: int) -> int:
    return sum(((row & value).bit_count() & 1) << i for i, row in enumerate(rows))


def mapped(rows: list[int], word: BV) -> BV:
    bits = []
    for row in rows:
        bit = BV.const(0, 1)
        for i in range(word.width):
            if row >> i & 1:
                bit = bit ^ word[i]
        bits.append(bit)
    return concat(*reversed(bits))


@pytest.mark.parametrize("seed", range(4))
def test_tables_in_two_bases_meet(seed: int) -> None:
    """The S-box of x, and a table of M x that undoes M and leaves its result in a third basis."""
    random = Random(seed)
    before, after = linear_map(random, 8), linear_map(random, 8)
    entries = [0] * 256
    for value in range(256):
        entries[parity_image(before, value)] = parity_image(after, aes.SBOX[value])
    x = BV.var("byte", 8)
    through = lookup(table(entries, 8), mapped(before, x))
    direct = mapped(after, lookup(table([aes.SBOX[v] for v in range(256)], 8), x))
    assert Solver().equal(through, direct)
    wrong = list(entries)
    wrong[77] ^= 1
    assert not Solver().equal(lookup(table(wrong, 8), mapped(before, x)), direct)


def test_a_circuit_of_gates_is_the_s_box() -> None:
    """Inversion by x**254 in AND gates and XORs, then the affine map, at both rewrite levels."""
    for level in (0, 1):
        with rewrite_level(level):
            x = BV.var("byte", 8)
            power, result = x, BV.const(1, 8)
            for _ in range(7):
                power = field_product(power, power)
                result = field_product(result, power)
            affine = result ^ 0x63
            for i in range(1, 5):
                affine = affine ^ result.rotate_left(i)
            box = lookup(table([aes.SBOX[v] for v in range(256)], 8), x)
            assert Solver().equal(affine, box)
            assert not Solver().equal(affine ^ 1, box)


def field_product(a: BV, b: BV) -> BV:
    """a * b in GF(2**8), gate by gate."""
    columns = [BV.const(0, 1)] * 15
    for i in range(8):
        for j in range(8):
            columns[i + j] = columns[i + j] ^ (a[i] & b[j])
    for k in range(14, 7, -1):
        for tap in (k - 4, k - 5, k - 7, k - 8):
            columns[tap] = columns[tap] ^ columns[k]
    return concat(*reversed(columns[:8]))


def test_a_deadline_in_the_past_proves_nothing() -> None:
    x = BV.var("x", 8)
    assert Solver().prove([(x ^ 1, x ^ 1)], deadline=0.0) == [False]
