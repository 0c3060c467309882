"""The gf2 method: bits mean what terms mean, equal circuits meet, unequal ones never do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import product
from operator import xor
from random import Random
from typing import Any

import pytest

from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table
from lnsym.bv.operators import evaluate_node
from lnsym.deadline import Deadline
from lnsym.prove.gf2 import Solver
from lnsym.prove.gf2.forms import Form

LEVELS = pytest.mark.parametrize("level", [0, 1])


# -- what a form means, worked out atom by atom -----------------------------------------------------


class Meaning:
    """The value of forms on one sample: an evaluator that shares no code with the method."""

    def __init__(self, solver: Solver, sample: Mapping[BV, int]) -> None:
        self._atoms = solver.atoms
        self._sample = sample
        self._keys = {next(iter(form)): key for key, form in solver.atoms.inputs.items()}
        self._values: dict[int, int] = {0: 1}

    def form(self, form: Form) -> int:
        return sum(self.atom(atom) for atom in form) % 2

    def word(self, forms: Sequence[Form]) -> int:
        return sum(self.form(form) << i for i, form in enumerate(forms))

    def atom(self, atom: int) -> int:
        if atom not in self._values:
            space = self._atoms.space[atom]
            if space is not None:
                self._values[atom] = self._atoms.table[atom] >> self.word(space.rows) & 1
            elif atom in self._atoms.definition:
                self._values[atom] = self.form(frozenset(self._atoms.definition[atom]))
            elif atom in self._atoms.products:
                self._values[atom] = sum(self.form(x) & self.form(y) for x, y in self._atoms.products[atom]) % 2
            else:
                self._values[atom] = self._input(self._keys[atom])
        return self._values[atom]

    def _input(self, key: Any) -> int:
        if key[0] == "carry":
            columns, nested = [], key[1]
            while nested:
                nested, column = nested
                columns.append(sum(self.form(form) for form in column))
            total = sum(count << weight for weight, count in enumerate(reversed(columns)))
            return int(total >> len(columns) & 1)
        key, bit = key
        if isinstance(key, BV):
            return int(self._sample[key] >> bit & 1)
        if key[0] == "zero":
            return int(not any(self.form(form) for form in key[1]))
        if key[0] == "lookup":
            return int(key[1][self.word(key[2])] >> bit & 1)
        operator, width, words = key
        words = list(words) if len(words) == 2 else list(words) * 2
        operands = [BV.var(f"operand{i}", len(forms)) for i, forms in enumerate(words)]
        term = {"mul": BV.__mul__, "udiv": BV.udiv, "sdiv": BV.sdiv, "ult": BV.ult, "slt": BV.slt}[operator](*operands)
        assert term.op == operator
        assert term.width == width
        value = evaluate_node(term, {o: self.word(forms) for o, forms in zip(operands, words, strict=True)})
        return int(value >> bit & 1)


def check_word(solver: Solver, term: BV, samples: Sequence[Mapping[BV, int]]) -> None:
    word = solver.word(term)
    for sample, (expected,) in zip(samples, evaluate([term], samples), strict=True):
        meaning = Meaning(solver, sample)
        assert meaning.word([word[i] for i in range(term.width)]) == expected


# -- every operator ---------------------------------------------------------------------------------

SBOX = Random(1).sample(range(256), 256)
NIBBLES = [Random(2).randrange(256) for _ in range(16)]
WIDE = [Random(3).getrandbits(32) for _ in range(256)]
LONG = [Random(4).getrandbits(8) for _ in range(300)]


def nibble_boxes(x: BV) -> BV:
    low = lookup(table(NIBBLES, 8), x & 0xF)
    return lookup(table(NIBBLES, 8), (x >> 4) ^ (low & 0xF)) ^ low


OPERATORS: dict[str, Callable[[BV, BV, BV], BV]] = {
    "and": lambda x, y, z: x & y & ~z,
    "or": lambda x, y, z: x | (y & z),
    "xor": lambda x, y, z: x ^ y ^ 0x5A ^ (y & z),
    "products": lambda x, y, z: (x ^ y) & (y ^ z) & (x ^ ~z),
    "rotate": lambda x, y, z: x.rotate_right(3) ^ (y << 2) ^ (z >> 1),
    "add": lambda x, y, z: x + y + z + 3,
    "subtract": lambda x, y, z: x - y - 1,
    "coefficients": lambda x, y, z: x * 5 - y * 12 + z,
    "disjoint": lambda x, y, z: (x & 0xF0) + (y & 0x0F),
    "small sum": lambda x, y, z: x[1:0].zero_extend(8) + y[1:0].zero_extend(8) + z[0].zero_extend(8),
    "multiply": lambda x, y, z: x * y,
    "divide": lambda x, y, z: x.udiv(y) ^ x.sdiv(z),
    "clmul": lambda x, y, z: clmul(x, y)[11:4] ^ clmul(x ^ y, z)[9:2],
    "clmul constant": lambda x, y, z: clmul(x, BV.const(0x87, 8))[12:5],
    "concat": lambda x, y, z: concat(x[3:0], y[7:6], z[1:0]),
    "sign extend": lambda x, y, z: x[3:0].sign_extend(8) ^ y[0].sign_extend(8),
    "ite": lambda x, y, z: ite(x[0] & y[1], y ^ z, z),
    "eq": lambda x, y, z: ite(x.eq(y), z, x) ^ x[2:0].eq(5).zero_extend(8),
    "orders": lambda x, y, z: x.ult(y).zero_extend(8) ^ y.slt(z).sign_extend(8),
    "small orders": lambda x, y, z: x[2:0].ult(y[2:0]).zero_extend(8) ^ y[3:0].slt(z[3:0]).sign_extend(8),
    "shifts": lambda x, y, z: (x << y[3:0].zero_extend(8)) ^ (y >> (z & 7)) ^ z.shift_right_arithmetic(x & 0x81),
    "rotate by term": lambda x, y, z: x.rotate_right(y),
    "s-box": lambda x, y, z: lookup(table(SBOX, 8), x ^ y),
    "nibble table": lambda x, y, z: lookup(table(NIBBLES, 8), x & 0x1F) ^ lookup(table(NIBBLES, 8), y >> 4),
    "wide entries": lambda x, y, z: lookup(table(WIDE, 32), x)[23:16] ^ lookup(table(WIDE, 32), y)[7:0],
    "wide index": lambda x, y, z: lookup(table(LONG, 8), concat(BV.const(0, 3), x[7:3], y[3:0])),
    "unknown index": lambda x, y, z: lookup(table(LONG, 8), concat(BV.const(0, 3), x, y[0])),
    "chain": lambda x, y, z: lookup(table(SBOX, 8), lookup(table(SBOX, 8), x) ^ lookup(table(NIBBLES, 8), x >> 4)),
    "boxes of a counter": lambda x, y, z: (
        lookup(table(SBOX, 8), (x + 8) ^ y) ^ nibble_boxes((x + 8) ^ y) ^ nibble_boxes(x + 8)
    ),
}


@LEVELS
@pytest.mark.parametrize("name", OPERATORS)
def test_bits_mean_what_the_term_means(name: str, level: int) -> None:
    random = Random(name)
    x, y, z = [BV.var(letter, 8) for letter in "xyz"]
    with rewrite_level(level):
        term = OPERATORS[name](x, y, z)
    samples = [{BV.var(v, 8): random.getrandbits(8) for v in "xyz"} for _ in range(20)]
    samples += [dict(zip((x, y, z), corner, strict=True)) for corner in product([0, 0x80, 0xFF], repeat=3)]
    check_word(Solver(), term, samples)


@LEVELS
@pytest.mark.parametrize("seed", range(40))
def test_bits_of_random_terms_mean_what_the_terms_mean(seed: int, level: int) -> None:
    random = Random(seed)
    terms = [BV.var(letter, 8) for letter in "xyz"]
    solver = Solver()
    with rewrite_level(level):
        for _ in range(14):
            operator = random.choice(list(OPERATORS.values()))
            x, y, z = random.choices(terms[-6:], k=3)
            terms.append(operator(x, y, z))
    samples = [{BV.var(v, 8): random.getrandbits(8) for v in "xyz"} for _ in range(8)]
    for term in terms[-4:]:
        check_word(solver, term, samples)


@pytest.mark.parametrize("name", OPERATORS)
def test_a_term_of_either_rewrite_level_is_the_same_function(name: str) -> None:
    x, y, z = [BV.var(letter, 8) for letter in "xyz"]
    built = []
    for level in (0, 1):
        with rewrite_level(level):
            built.append(OPERATORS[name](x, y, z))
    assert Solver().equal(*built)


# -- equal circuits ---------------------------------------------------------------------------------

Matrix = list[int]  # row i is the mask of the inputs that output i is the XOR of


def invertible(random: Random, size: int) -> tuple[Matrix, Matrix]:
    """A matrix over GF(2) and its inverse, by random row operations."""
    matrix, inverse = [1 << i for i in range(size)], [1 << i for i in range(size)]
    for _ in range(4 * size):
        i, j = random.sample(range(size), 2)
        matrix[i] ^= matrix[j]
        inverse = [row ^ ((row >> i & 1) << j) for row in inverse]
    return matrix, inverse


def times(matrix: Matrix, word: BV) -> BV:
    rows = [reduce(xor, [word[i] for i in range(word.width) if row >> i & 1], BV.const(0, 1)) for row in matrix]
    return concat(*reversed(rows))


def applied(matrix: Matrix, value: int) -> int:
    return sum((row & value).bit_count() % 2 << i for i, row in enumerate(matrix))


def as_table(random: Random, box: Sequence[int], x: BV) -> BV:
    return lookup(table(box, x.width), x)


def in_another_basis(random: Random, box: Sequence[int], x: BV) -> BV:
    inner, inner_inverse = invertible(random, x.width)
    outer, outer_inverse = invertible(random, x.width)
    shift = random.randrange(len(box))
    entries = [applied(outer, box[applied(inner_inverse, i ^ shift)]) for i in range(len(box))]
    return times(outer_inverse, lookup(table(entries, x.width), times(inner, x) ^ shift))


def in_two_tables(random: Random, box: Sequence[int], x: BV) -> BV:
    middle = random.sample(range(len(box)), len(box))
    back = [0] * len(box)
    for i, value in enumerate(middle):
        back[value] = box[i]
    return lookup(table(back, x.width), lookup(table(middle, x.width), x))


def split_in_halves(random: Random, box: Sequence[int], x: BV) -> BV:
    half = x.width // 2
    low, high = x[half - 1 : 0], x[x.width - 1 : half]
    result = BV.const(0, x.width)
    rows = list(range(1 << (x.width - half)))
    random.shuffle(rows)
    for row in rows:
        part = lookup(table(box[row << half : (row + 1) << half], x.width), low)
        result = result ^ ite(high.eq(row), part, BV.const(0, x.width))
    return result


def as_gates(random: Random, box: Sequence[int], x: BV) -> BV:
    """A tree of multiplexers over the bits in random order."""
    order = random.sample(range(x.width), x.width)

    def tree(depth: int, point: int, bit: int) -> BV:
        if depth == x.width:
            return BV.const(box[point] >> bit, 1)
        zero, one = tree(depth + 1, point, bit), tree(depth + 1, point | 1 << order[depth], bit)
        select = x[order[depth]]
        return random.choice(
            [(select & one) | (~select & zero), zero ^ (select & (zero ^ one)), ite(select, one, zero)]
        )

    return concat(*[tree(0, 0, bit) for bit in reversed(range(x.width))])


VARIANTS = [as_table, in_another_basis, in_two_tables, split_in_halves, as_gates]


def toy_cipher(
    random: Random, box: Sequence[int], mixing: Matrix, rounds: int, words: Sequence[BV], variants: Sequence[Any]
) -> list[BV]:
    """Substitution, a linear layer on everything, and key words, a few rounds."""
    width = words[0].width
    for _ in range(rounds):
        words = [random.choice(variants)(random, box, word) for word in words]
        state = times(mixing, concat(*reversed(words)))
        words = [state[width * i + width - 1 : width * i] for i in range(len(words))]
    return list(words)


@LEVELS
@pytest.mark.parametrize(("width", "count", "rounds", "kinds"), [(4, 4, 3, 3), (6, 3, 2, 5), (8, 3, 2, 4)])
@pytest.mark.parametrize("seed", range(3))
def test_rewritten_circuits_meet(width: int, count: int, rounds: int, kinds: int, seed: int, level: int) -> None:
    random = Random(f"{width}-{seed}-{level}")
    box = random.sample(range(1 << width), 1 << width)
    mixing, _ = invertible(random, width * count)
    words = [BV.var(f"w{i}", width) for i in range(count)]
    plain = toy_cipher(random, box, mixing, rounds, words, [as_table])
    with rewrite_level(level):
        rewritten = toy_cipher(random, box, mixing, rounds, words, VARIANTS[:kinds])
    assert Solver().prove(list(zip(rewritten, plain, strict=True))) == [True] * count
    assert Solver().prove(list(zip(plain, rewritten, strict=True))) == [True] * count


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_entry_of_one_table_parts_them(seed: int) -> None:
    random = Random(seed)
    box = random.sample(range(256), 256)
    wrong = list(box)
    i, j = random.sample(range(256), 2)
    wrong[i], wrong[j] = wrong[j], wrong[i]
    mixing, _ = invertible(random, 24)
    words = [BV.var(f"w{i}", 8) for i in range(3)]
    right = toy_cipher(random, box, mixing, 2, words, [as_table])
    faulty = [lookup(table(wrong, 8), words[0]), *[lookup(table(box, 8), word) for word in words[1:]]]
    state = times(mixing, concat(*reversed(faulty)))
    faulty = [state[8 * i + 7 : 8 * i] for i in range(3)]
    faulty = toy_cipher(random, box, mixing, 1, faulty, [in_another_basis])
    assert Solver().prove(list(zip(faulty, right, strict=True))) == [False] * 3


# -- unequal circuits -------------------------------------------------------------------------------

Gate = tuple[str, int, int]


def run_gates(gates: Sequence[Gate], inputs: Sequence[Any]) -> Any:
    """The last wire of a circuit, on terms or on truth tables held in ints."""
    wires = list(inputs)
    for kind, a, b in gates:
        x, y = wires[a], wires[b]
        wires.append({"and": x & y, "or": x | y, "xor": x ^ y, "bic": x ^ (x & y)}[kind])
    return wires[-1]


def random_gates(random: Random, inputs: int, count: int) -> list[Gate]:
    return [
        (random.choice(["and", "or", "xor", "bic"]), *random.choices(range(max(0, n - 8), n), k=2))  # type: ignore[misc]
        for n in range(inputs, inputs + count)
    ]


def mutated(random: Random, gates: Sequence[Gate]) -> list[Gate]:
    at = random.randrange(len(gates))
    kind, a, b = gates[at]
    if random.random() < 0.5:
        kind = random.choice(["and", "or", "xor", "bic"])
    else:
        b = random.randrange(a + 1)
    return [*gates[:at], (kind, a, b), *gates[at + 1 :]]


@LEVELS
@pytest.mark.parametrize("inputs", [4, 8, 10, 12])
def test_unequal_circuits_are_never_called_equal(inputs: int, level: int) -> None:
    random = Random(inputs)
    points = 1 << inputs
    tables = [sum(1 << p for p in range(points) if p >> i & 1) for i in range(inputs)]
    bits = [BV.var(f"b{i}", 1) for i in range(inputs)]
    called_equal = missed = 0
    for _ in range(60):
        gates = random_gates(random, inputs, 40)
        other = mutated(random, gates)
        same = run_gates(gates, tables) == run_gates(other, tables)
        with rewrite_level(level):
            pair = run_gates(gates, bits), run_gates(other, bits)
        said = Solver().equal(*pair)
        assert same or not said
        called_equal += said
        missed += same and not said
    assert called_equal > 0
    if inputs <= 8:
        assert missed == 0  # at most a byte of inputs: the truth tables settle everything


# -- sums and products in other shapes --------------------------------------------------------------


def test_a_sum_does_not_depend_on_the_order_or_the_bracketing() -> None:
    x, y, z = [BV.var(letter, 32) for letter in "xyz"]
    with rewrite_level(0):
        assert Solver().equal((x + y) + z, z + (y + x))
        assert Solver().equal((x - 32) + 32, x)
        assert not Solver().equal((x + y) + z, (x + y) - z)


def test_an_expanded_product_is_found_again() -> None:
    names = [BV.var(letter, 32) for letter in "pqrstuvwabcd"]
    p, q, r, s = [names[i] ^ names[i + 4] ^ names[(i + 8)] ^ names[i].rotate_right(i + 1) for i in range(4)]
    with rewrite_level(0):
        whole = (p ^ q) & (r ^ s)
        parts = (p & r) ^ (p & s) ^ (q & r) ^ (q & s)
        assert Solver().equal(whole, parts)
        assert Solver().equal(parts, whole)


def test_karatsuba_is_the_product() -> None:
    a, b = BV.var("a", 16), BV.var("b", 16)
    low, high = clmul(a[7:0], b[7:0]), clmul(a[15:8], b[15:8])
    middle = clmul(a[7:0] ^ a[15:8], b[7:0] ^ b[15:8]) ^ low ^ high
    regrouped = (high.zero_extend(32) << 16) ^ (middle.zero_extend(32) << 8) ^ low.zero_extend(32)
    assert Solver().equal(regrouped, clmul(a, b))
    assert not Solver().equal(regrouped ^ 1, clmul(a, b))


# -- the interface ----------------------------------------------------------------------------------


def test_pairs_past_the_deadline_are_not_proved() -> None:
    x = BV.var("x", 8)
    assert Solver().prove([(x, x)], deadline=Deadline(0.0)) == [False]


def test_pairs_are_answered_one_by_one() -> None:
    x, y = BV.var("x", 8), BV.var("y", 8)
    assert Solver().prove([(x & y, y & x), (x, y), (x ^ y, y ^ x)]) == [True, False, True]


def test_a_form_that_is_its_own_rotation_is_not_made_from_itself() -> None:
    """Parities of products: each monomial has its rotations beside it."""
    x, y = BV.var("x", 8), BV.var("y", 8)
    products = x & y.rotate_right(3)
    ring = BV.const(0, 8)
    for turn in range(8):
        ring = ring ^ products.rotate_right(turn)
    assert Solver().equal(ring, ring.rotate_right(1))
    assert Solver().equal(ring ^ x, ring.rotate_right(3) ^ x)
    assert not Solver().equal(ring, ring ^ (x & y))
