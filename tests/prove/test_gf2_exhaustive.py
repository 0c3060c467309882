"""The gf2 method: it never joins what differs, checked exhaustively, and it joins what changes of basis hide."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

import pytest

from crypto_specs import aes
from lnsym.bv import BV, Table, clmul, concat, evaluate, ite, lookup, rewrite_level, table
from lnsym.deadline import Deadline
from lnsym.prove.gf2 import Solver

WIDTH = 4
INPUTS = [BV.var(name, WIDTH) for name in "xyz"]
SAMPLES = [dict(zip(INPUTS, values, strict=True)) for values in product(range(1 << WIDTH), repeat=len(INPUTS))]
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
    made = list(INPUTS)
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
        samples = [{made[0]: index & 15, made[1]: index >> 4} for index in range(256)]
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
    assert Solver().prove([(x ^ 1, x ^ 1)], deadline=Deadline(0.0)) == [False]


# -- sums with constants ----------------------------------------------------------------------------


def ripple(x: BV, constant: int) -> BV:
    """x + constant, gate by gate."""
    carry, bits = BV.const(0, 1), []
    for i in range(x.width):
        if constant >> i & 1:
            bits.append(~(x[i] ^ carry))
            carry = x[i] | carry
        else:
            bits.append(x[i] ^ carry)
            carry = x[i] & carry
    return concat(*reversed(bits))


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("width", range(1, 6))
def test_a_sum_with_a_constant_meets_its_adder_and_no_other(width: int, level: int) -> None:
    with rewrite_level(level):
        x = BV.var("x", width)
        solver = Solver()
        for constant in range(1 << width):
            for other in range(1 << width):
                assert solver.equal(x + constant, ripple(x, other)) == (constant == other)


def incremented(counter: BV, amount: int) -> BV:
    """A counter whose bytes are in memory, the highest first: loaded, increased and stored again."""
    stored = (counter.reverse_bytes() + amount).reverse_bytes()
    return concat(*[stored[8 * i + 7 : 8 * i] for i in reversed(range(counter.width // 8))])


@pytest.mark.parametrize("level", [0, 1])
def test_a_counter_that_is_stored_and_loaded_is_one_sum(level: int) -> None:
    with rewrite_level(level):
        counter = BV.var("counter", 32)
        solver = Solver()
        stored = counter
        for steps in range(1, 10):
            stored = incremented(stored, 1)
            assert solver.equal(stored, incremented(counter, steps))
            assert not solver.equal(stored, incremented(counter, steps + 1))
        wide = incremented(BV.var("wide", 40), 1)
        assert solver.equal(incremented(wide, 2**40 - 1), BV.var("wide", 40))
        assert not solver.equal(wide[31:0], incremented(BV.var("wide", 40)[31:0], 1))


@pytest.mark.parametrize("level", [0, 1])
def test_a_slice_of_a_sum_is_not_the_sum(level: int) -> None:
    with rewrite_level(level):
        x, y, z = BV.var("a", 16), BV.var("b", 16), BV.var("c", 8)
        solver = Solver()
        assert not solver.equal((x + y)[12:5] + z, x[7:0] + y[7:0] + z)
        assert not solver.equal((x + y)[12:5] + z, x[12:5] + y[12:5] + z)
        assert solver.equal((x + y)[7:0] + z, x[7:0] + y[7:0] + z)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("gate_first", [0, 1])
def test_a_gate_on_a_known_space_meets_what_lies_below(gate_first: int, level: int) -> None:
    """Two bits of a byte that an S-box reads, and their AND as a table of what these bits are made of."""
    with rewrite_level(level):
        x, key = BV.var("counter", 32), BV.var("key", 32)
        word = ((x + 8) ^ key)[7:0]  # bit 3 is ~x3 ^ k3, bit 5 is x5 ^ x3 & x4 ^ k5
        gate = word[3] & word[5]
        entries = [(v >> 3 ^ v ^ 1) & (v >> 2 ^ v & v >> 1) & 1 for v in range(16)]
        below = lookup(table(entries, 1), concat(key[3], x[5] ^ key[5], x[4], x[3]))
        solver = Solver()
        solver.word(lookup(aes.SBOX, word))
        through = [lookup(aes.SBOX, concat(BV.var("others", 7), bit)) for bit in (gate, below, gate & x[7])]
        assert solver.equal(through[1 - gate_first], through[gate_first])
        assert not solver.equal(through[2], through[0])


@pytest.mark.parametrize("level", [0, 1])
def test_a_sum_in_place_of_a_sum_is_exact(level: int) -> None:
    """Sums over sums of two words of six bits, cut and joined in between: every pair of constants, every input."""
    a, b = BV.var("a", 6), BV.var("b", 6)
    samples = [{a: v & 63, b: v >> 6} for v in range(1 << 12)]
    with rewrite_level(level):
        solver = Solver()
        inner = a + b
        cut = concat(*[inner[i] for i in reversed(range(6))])
        sums = [cut * factor + a * other + 5 for factor in (1, 2, 3, 63) for other in (0, 1, 63)]
        plain = [(a * factor + b * factor) + a * other + 5 for factor in (1, 2, 3, 63) for other in (0, 1, 63)]
        values = list(zip(*evaluate([*sums, *plain], samples), strict=True))
        for i, left in enumerate(sums):
            for j, right in enumerate(plain):
                assert not solver.equal(left, right) or values[i] == values[len(sums) + j]
            assert solver.equal(left, plain[i])


def nibble_box(tables: list[Table], rows: list[int], x: BV) -> BV:
    """A byte mapped to another basis, then three rounds of a Feistel network of nibble tables."""
    there = mapped(rows, x)
    low, high = there[3:0], there[7:4]
    for box in tables:
        low, high = high ^ lookup(box, low), low
    return concat(high, low)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("basis", ["its own basis", "another basis"])
@pytest.mark.parametrize("amount", [*range(1, 10), 0x80, 0xFF, 0x100, 0x1F8])
def test_boxes_of_a_counter_meet(amount: int, basis: str, level: int) -> None:
    """Where some bits of a counter and of its carries lie on fewer dimensions than the byte that an S-box reads."""
    random = Random(amount)
    rows = linear_map(random, 8) if basis == "another basis" else [1 << i for i in range(8)]
    tables = [table([random.randrange(16) for _ in range(16)], 4) for _ in range(4)]
    with rewrite_level(level):
        x = BV.var("x", 8)
        whole = table([v for (v,) in evaluate([nibble_box(tables, rows, x)], [{x: v} for v in range(256)])], 8)
        changed = table([whole[v] ^ (v == 0xA7) for v in range(256)], 8)
        counter, key = BV.var("counter", 32), BV.var("key", 32)
        solver = Solver()
        after = counter + amount
        for low in (0, 8, 16):
            left, right = after[low + 7 : low], key[low + 7 : low]
            code = nibble_box(tables, rows, left ^ right)
            again = nibble_box(tables, rows, lookup(whole, left ^ right) ^ right)
            assert solver.equal(code, lookup(whole, left ^ right))
            assert solver.equal(again, lookup(whole, lookup(whole, left ^ right) ^ right))
            assert not solver.equal(code, lookup(changed, left ^ right))


@pytest.mark.parametrize("seed", range(6))
def test_boxes_of_a_counter_that_differ_stay_apart(seed: int) -> None:
    """Every input of a counter of four bits and a key: what is joined is equal, and the box is joined with its parts."""
    random = Random(300 + seed)
    x, key = BV.var("counter", 4), BV.var("key", 4)
    samples = [{x: v & 15, key: v >> 4} for v in range(256)]
    box = table(random.sample(range(16), 16), 4)
    solver = Solver()
    for constant in range(16):
        word = (x + constant) ^ key
        expected = lookup(box, word)
        for _ in range(6):
            parts = [bit_of_table(random, [v >> i & 1 for v in box.entries], word) for i in range(4)]
            actual = concat(*reversed(parts))
            met = solver.equal(expected, actual)
            values = evaluate([expected, actual], samples)
            assert met == all(a == b for a, b in values)


def bit_of_table(random: Random, column: list[int], index: BV) -> BV:
    """A bit of a table as a sum of minterms in gates; one minterm is wrong in one of four calls."""
    entries = list(column)
    if not random.randrange(4):
        entries[random.randrange(len(entries))] ^= 1
    result = BV.const(0, 1)
    for value, entry in enumerate(entries):
        if entry:
            minterm = BV.const(1, 1)
            for i in random.sample(range(index.width), index.width):
                minterm = minterm & (index[i] if value >> i & 1 else ~index[i])
            result = result ^ minterm
    return result


# -- gates and tables of S-boxes, round after round ---------------------------------------------------


def box_of_gates(box: Table, index: BV) -> BV:
    """A table as its algebraic normal form, in gates."""
    bits = []
    for j in range(box.width):
        coefficients = [value >> j & 1 for value in box.entries]
        for i in range(index.width):
            for point in range(len(coefficients)):
                if point >> i & 1:
                    coefficients[point] ^= coefficients[point ^ 1 << i]
        bit = BV.const(0, 1)
        for monomial, coefficient in enumerate(coefficients):
            if coefficient:
                product = BV.const(1, 1)
                for i in range(index.width):
                    if monomial >> i & 1:
                        product = product & index[i]
                bit = bit ^ product
        bits.append(bit)
    return concat(*reversed(bits))


def permutation_network(random: Random, rounds: int, taps: int, substitute: Callable[[BV], BV]) -> BV:
    """Four S-boxes of four bits and a linear layer, each of whose bits is the XOR of so many, `rounds` times."""
    state = BV.var("block", 16)
    for number in range(rounds):
        state = state ^ BV.var(f"key{number}", 16)
        state = concat(*[substitute(state[low + 3 : low]) for low in (12, 8, 4, 0)])
        order = random.sample(range(16), 16)
        others = [random.sample(range(16), taps - 1) for _ in order]
        rows = [1 << order[i] ^ sum(1 << j for j in others[i]) for i in range(16)]
        state = mapped(rows, state)
    return state


@pytest.mark.parametrize("taps", [1, 2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_gates_meet_tables_under_a_sparse_linear_layer(seed: int, taps: int) -> None:
    """Where single gates depend on few bits of the round before, and the S-box that they make on many."""
    box = table(Random(seed).sample(range(16), 16), 4)
    with rewrite_level(0):
        networks = [
            permutation_network(Random(seed), 4, taps, substitute)
            for substitute in (lambda x: box_of_gates(box, x), lambda x: lookup(box, x))
        ]
        assert Solver().equal(*networks)
        assert not Solver().equal(networks[0] ^ BV.var("key0", 16)[0].zero_extend(16), networks[1])
