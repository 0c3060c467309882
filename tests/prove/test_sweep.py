"""Sweep: never wrong on small circuits, looked at exhaustively, and able where the normal forms are not."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from lnsym.bv import BV, concat, evaluate, ite, lookup, rewrite_level, table, variables
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline
from lnsym.prove.circuit.graph import AND, INPUT, MAJ, XOR, Graph, values
from lnsym.prove.method import Proved, Refuted
from lnsym.prove.sweep import Sweep
from lnsym.prove.sweep.cones import clauses, cone, difference_table, narrow_cone
from lnsym.prove.sweep.joins import Effort, Joins
from lnsym.prove.sweep.samples import Samples
from lnsym.prove.sweep.words import Words
from lnsym.run.inputs import Sample
from tests.named import named

A, B, C, D = (BV.var(name, 32) for name in "abcd")


def asking(left: BV, right: BV, *premises: BV) -> Obligation:
    return Obligation("asked", "output", left, right, premises)


def answer(left: BV, right: BV, *premises: BV, seconds: float = 60.0) -> Proved | Refuted | None:
    return Sweep([asking(left, right, *premises)], Deadline.after(seconds)).prove()[0]


def refuting(left: BV, right: BV) -> Sample:
    """The model that tells two terms apart."""
    found = answer(left, right)
    assert isinstance(found, Refuted)
    return found.model


def random_term(random: Random, inputs: list[BV], steps: int) -> BV:
    """A term of one width over the inputs, made by random operators."""
    width = inputs[0].width
    pool = list(inputs)
    for _ in range(steps):
        x, y, z = (random.choice(pool) for _ in range(3))
        pool.append(
            random.choice(
                [
                    lambda x, y, z: x + y,
                    lambda x, y, z: x - y + 1,
                    lambda x, y, z: x & y,
                    lambda x, y, z: x | ~y,
                    lambda x, y, z: x ^ y ^ z,
                    lambda x, y, z: x * y,
                    lambda x, y, z: ite(x.ult(y), z, x),
                    lambda x, y, z: ite(x.slt(y), y, z),
                    lambda x, y, z: x.rotate_right(1) + y,
                    lambda x, y, z: x << (y & 3),
                    lambda x, y, z: x.udiv(y),
                    lambda x, y, z: concat(x[width - 1 : 1], y.eq(z)),
                ]
            )(x, y, z)
        )
    return pool[-1]


def points(terms: list[BV]) -> list[dict[BV, int]]:
    free = variables(terms)
    return [dict(zip(free, point, strict=True)) for point in product(*[range(1 << v.width) for v in free])]


@pytest.mark.parametrize("seed", range(60))
def test_every_answer_is_right_on_small_terms(seed: int) -> None:
    """Equal pairs are proved and unequal ones refuted by a model that tells them apart: all 512 inputs say which is which."""
    random = Random(seed)
    inputs = [BV.var(name, 3) for name in "xyz"]
    with rewrite_level(random.randrange(2)):
        left = random_term(random, inputs, 12)
        right = random_term(random, inputs, 12)
        changed = left ^ ite((left + inputs[0]).eq(random.randrange(8)), BV.const(1, 3), BV.const(0, 3))
        same = (left + right) - right
        condition = random_term(random, inputs, 3).ult(5)
    asked = [asking(left, right), asking(left, changed), asking(left, same), asking(left, right, condition)]
    for obligation, found in zip(asked, Sweep(asked).prove(), strict=True):
        roots = list(obligation.terms)
        rows = evaluate(roots, points(roots))
        equal = all(row[0] == row[1] for row in rows if all(row[2:]))
        assert isinstance(found, Proved if equal else Refuted)
        if isinstance(found, Refuted):
            ((one, other, *held),) = evaluate(roots, [found.model], default=0)
            assert one != other
            assert all(held)


@pytest.mark.parametrize("seed", range(25))
def test_both_rewrite_levels_of_one_term(seed: int) -> None:
    """The same steps at level 0 and at level 1 give one function of 16 bits words."""
    terms = []
    for level in (0, 1):
        with rewrite_level(level):
            terms.append(random_term(Random(seed), [BV.var(name, 8) for name in "xyz"], 8))
    assert isinstance(answer(*terms), Proved)


def maj_by_sum(a: BV, b: BV, c: BV) -> BV:
    return (a & b) + (c & (a ^ b))


def by_masks(a: BV, b: BV) -> BV:
    mask = -(a.ult(b).zero_extend(a.width))
    return b ^ ((a ^ b) & ~mask) ^ ((a ^ b) & mask) ^ ((a ^ b) & mask)


def popcount(x: BV) -> BV:
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    return (((x + (x >> 4)) & 0x0F0F0F0F) * BV.const(0x01010101, 32)) >> 24


def count(x: BV) -> BV:
    total = BV.const(0, 32)
    for bit in range(32):
        total = total + x[bit].zero_extend(32)
    return total


BYTE_COUNT = table([bin(at).count("1") for at in range(256)], 32)

EQUAL = {
    "sums in another order": lambda: (((A + B) + C) + D, (D + B) + (C + A)),
    "carry-save adder": lambda: (A + B + C, (A ^ B ^ C) + (((A & B) | (A & C) | (B & C)) << 1)),
    "majority as a sum": lambda: (maj_by_sum(A, B, C), ((A | B) & C) | (A & B)),
    "product by a constant": lambda: (A * BV.const(45, 32), (((A << 2) + A) << 3) + ((A << 2) + A)),
    "count of bits": lambda: (popcount(A), count(A)),
    "count of bits by a table": lambda: (
        popcount(A),
        lookup(BYTE_COUNT, A[7:0])
        + lookup(BYTE_COUNT, A[15:8])
        + lookup(BYTE_COUNT, A[23:16])
        + lookup(BYTE_COUNT, A[31:24]),
    ),
    "minimum": lambda: (ite(A.ult(B), A, B), B ^ ((A ^ B) & -(A.ult(B).zero_extend(32)))),
    "absolute value": lambda: (
        ite(A.slt(0), -A, A),
        (A ^ A.shift_right_arithmetic(31)) - A.shift_right_arithmetic(31),
    ),
    "sum in halves": lambda: (
        A + B,
        concat(
            (A[31:16] + B[31:16]) + (A[15:0].zero_extend(17) + B[15:0].zero_extend(17))[16].zero_extend(16),
            A[15:0] + B[15:0],
        ),
    ),
    "complement of a difference": lambda: (~(A - B), ~A + B),
    "commuted product": lambda: (A * B, B * A),
}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", EQUAL)
def test_equal_words(name: str, level: int) -> None:
    with rewrite_level(level):
        actual, expected = EQUAL[name]()
    assert isinstance(answer(actual, expected), Proved)


@pytest.mark.parametrize("name", EQUAL)
def test_words_that_differ_on_one_input(name: str) -> None:
    """A difference on one input of 2**32 is not missed, though no sample shows it."""
    with rewrite_level(0):
        actual, expected = EQUAL[name]()
        off = expected ^ (A.eq(0xDEADBEEF)).zero_extend(32)
    assert refuting(actual, off)[A] == 0xDEADBEEF


def test_conditions_are_used() -> None:
    disjoint = (A & B).eq(0)
    assert isinstance(answer(A + B, A | B, disjoint), Proved)
    model = refuting(A + B, A | B)
    assert model[A] & model[B]
    assert isinstance(answer(A, B, A.ult(5), (A + 1).ult(1)), Proved)  # no input satisfies both


def test_the_deadline() -> None:
    sweep = Sweep([asking(A * (B + 1) * C, C * A + A * B * C)], Deadline.after(0.3))
    assert sweep.prove() == [None]


def test_terms_that_stay_apart_are_named() -> None:
    """Of equal products and of what is made of them, the products, which are the smaller."""
    left, right = (A * (B + 1)), A * B + A
    sweep = Sweep([asking(left ^ C, right ^ C)], Deadline.after(2))
    assert sweep.prove() == [None]
    apart = sweep.apart()
    assert apart is not None
    assert set(apart) == {left, right}


@pytest.mark.parametrize(
    ("term", "merged"),
    [
        (lambda x, y: concat(y[7:0], y[31:8]), lambda x: x.rotate_right(8)),
        (lambda x, y: ~y, lambda x: ~x),
        (lambda x, y: y ^ 0xFF00, lambda x: x ^ 0xFF00),
        (lambda x, y: (y | 0) + 77, lambda x: x + 77),
        (lambda x, y: y, lambda x: x),
    ],
)
def test_joined_words_are_merged(term, merged) -> None:  # type: ignore[no-untyped-def]
    """What is the same up to a rotation, a complement, a mask or an offset becomes one term again."""
    x = (A & B) | C
    with rewrite_level(0):
        y = ~(~C & (~A | ~B))
        other = term(x, y)
    words = Words(Joins(Effort((100,), 100), NEVER, Samples()))
    for root in (x, other):
        for node in _in_order(root):
            words.add(node)
    assert words.new[other] is merged(words.new[x])


def _less_or_equal(a: BV, b: BV) -> BV:
    """a <= b of single bits, as a comparison: its literal is the complement of an AND."""
    return concat(a, BV.const(0, 1)).ult(concat(b, BV.const(1, 1)))


def rotated_with_other_signs(width: int, turn: int, rare: BV) -> tuple[BV, BV]:
    """Two terms that differ where `rare` is 1: a word of one bit, and that word rotated, whose gates the joins do not find.

    Rotated, the gates come in another order and have other signs; a word taken for "the same but for signs" is then wrong.
    """
    y = _less_or_equal((BV.var("p", 32).zero_extend(64) * BV.var("q", 32).zero_extend(64)).eq(NEEDLE), BV.var("k", 1))
    second, third = _less_or_equal(BV.var("d", 1), y), _less_or_equal(BV.var("e", 1), y)
    mask = 1 << (width // 2)
    u, v = BV.var("u", width), BV.var("v", width)
    spread = (
        (y.sign_extend(width) & 1) ^ (second.sign_extend(width) & 2) ^ (third.sign_extend(width) & 4) ^ (u & v & mask)
    )
    alone = spread & spread.rotate_right(1) & spread.rotate_right(2)
    there = concat(BV.const(0, width - 1 - turn), y, BV.const(0, turn))
    turned = alone.rotate_left(turn) ^ (1 << turn)
    return (alone * v) ^ ite(rare, there * u, u), (alone * v) ^ ite(rare, turned * u, u)


NEEDLE = 0xF123456789ABCDE7


@pytest.mark.parametrize(("width", "turn"), [(32, 1), (32, 2), (16, 1), (64, 1), (64, 3)])
def test_a_rotated_word_whose_signs_alone_fit_is_not_the_same(width: int, turn: int) -> None:
    actual, expected = rotated_with_other_signs(width, turn, BV.var("r", 32).eq(0x5EEDBEEF))
    sample = {"p": 3, "q": 5, "k": 1, "d": 0, "e": 0, "u": 1, "v": 0, "r": 0x5EEDBEEF}
    ((one, other),) = evaluate([actual, expected], [named([actual, expected], sample)])
    assert one != other
    assert not isinstance(answer(actual, expected, seconds=10.0), Proved)


def test_each_replacement_is_kept_with_its_argument() -> None:
    """The equalities of words hold on random inputs, and each joined gate has an argument over a cut below it."""
    x = (A & B) | C
    with rewrite_level(0):
        y = ~(~C & (~A | ~B)).rotate_right(7) + 5
    words = Words(Joins(Effort((100,), 100), NEVER, Samples()))
    for root in (x, x.rotate_right(7), y):
        for node in _in_order(root):
            words.add(node)
    assert words.equalities
    assert words.joins.joins
    random = Random(1)
    for equality in words.equalities:
        turned = equality.other.rotate_right(equality.rotation) ^ equality.flips
        roots = [equality.term, turned]
        rows = evaluate(roots, [{v: random.getrandbits(v.width) for v in variables(roots)} for _ in range(50)])
        assert all(one == other for one, other in rows)
    for join in words.joins.joins:
        assert all(leaf <= join.node for leaf in getattr(join.argument, "cut", ()))


def test_a_word_is_not_declared_to_be_one_of_other_nodes() -> None:
    """Equal signs, equal width, other gates: no replacement."""
    words = Words(Joins(Effort((100,), 100), NEVER, Samples()))
    for term in (A & B, A & C, A.rotate_right(3)):
        for node in _in_order(term):
            words.add(node)
    before = len(words.equalities)
    assert words.declare(A & B, A & C) is A & B
    assert words.declare(A & B, A, rotation=4) is A & B
    assert words.declare(A & B, A & B, flips=1) is A & B
    assert len(words.equalities) == before


def _in_order(root: BV) -> list[BV]:
    from lnsym.bv import topological

    return topological([root])


def random_sums(random: Random, steps: int) -> list[BV]:
    """Words of 8 bits by sums of all kinds: in groups, in halves, carry-save, of counts of bits, of products by constants."""
    pool = [BV.var(name, 8) for name in "xyz"]
    for _ in range(steps):
        a, b, c = (random.choice(pool) for _ in range(3))
        pool.append(
            random.choice(
                [
                    lambda a, b, c: a + b,
                    lambda a, b, c: (a + b) + c,
                    lambda a, b, c: a - b,
                    lambda a, b, c: a * BV.const(random.getrandbits(8), 8) + b,
                    lambda a, b, c: (a ^ b ^ c) + (((a & b) | (a & c) | (b & c)) << 1),
                    lambda a, b, c: (a & 0x55) + ((a >> 1) & 0x55),
                    lambda a, b, c: (a & 0x33) + ((b >> 2) & 0x33),
                    lambda a, b, c: concat(a[3:0] + b[7:4], a[7:4] + b[3:0]),
                    lambda a, b, c: a.rotate_right(3) + c,
                    lambda a, b, c: (a.zero_extend(16) + b.zero_extend(16))[8:1],
                    lambda a, b, c: a ^ b,
                    lambda a, b, c: ite(a.ult(b), b - a, c),
                ]
            )(a, b, c)
        )
    return pool


@pytest.mark.parametrize("seed", range(40))
def test_joined_circuits_are_the_terms(seed: int) -> None:
    """A circuit whose sums were taken apart and whose gates were joined, evaluated from its inputs, is what the terms say."""
    random = Random(seed)
    with rewrite_level(seed % 2):
        terms = random_sums(random, 25)
    joins = Joins(Effort((100, 400), 200), NEVER, Samples(seed))
    words = Words(joins)
    for root in terms:
        for node in _in_order(root):
            words.add(node)
    count = 200
    samples = [{BV.var(name, 8): random.getrandbits(8) for name in "xyz"} for _ in range(count)]
    keys = {node: key for key, node in joins.graph.inputs.items()}
    known = [0]
    for node, gate in enumerate(joins.graph.gates):
        if gate[0] == INPUT and node:
            name, bit = keys[node]
            known.append(sum((sample[name] >> bit & 1) << k for k, sample in enumerate(samples)))
        elif node:
            values(joins.graph.gates[: node + 1], known, (1 << count) - 1)
    for term, expected in zip(terms, zip(*evaluate(terms, samples), strict=True), strict=True):
        columns = [known[x >> 1] ^ (-(x & 1) & ((1 << count) - 1)) for x in words.word(term)]
        assert [sum((c >> k & 1) << bit for bit, c in enumerate(columns)) for k in range(count)] == list(expected)
    assert evaluate([words.new[term] for term in terms], samples) == evaluate(terms, samples)


def random_graph(random: Random, inputs: int, gates: int) -> Graph:
    graph = Graph()
    literals = [graph.input(("x", bit)) for bit in range(inputs)]
    while len(graph) < gates:
        a, b, c = (random.choice(literals) ^ random.getrandbits(1) for _ in range(3))
        literals.append(random.choice([graph.and_(a, b), graph.xor(a, b), graph.majority(a, b, c)]))
    return graph


def truth(graph: Graph, inputs: int) -> list[int]:
    size = 1 << inputs
    known = [0, *[sum((p >> bit & 1) << p for p in range(size)) for bit in range(inputs)]]
    values(graph.gates, known, (1 << size) - 1)
    return known


@pytest.mark.parametrize("seed", range(12))
def test_comparison_by_tables_is_exact(seed: int) -> None:
    """Over all pairs of nodes of a random circuit: True only for equal functions."""
    graph = random_graph(Random(seed), 6, 60)
    known = truth(graph, 6)
    found = 0
    for a in range(1, len(graph)):
        for b in range(1, a):
            equal = known[a] == known[b]
            part = narrow_cone(graph, a, b)
            said = difference_table(graph, 2 * a, 2 * b, part) == 0
            assert not said or equal
            found += said
            opposite = difference_table(graph, 2 * a, 2 * b + 1, part) == 0
            assert not opposite or known[a] == known[b] ^ ((1 << 64) - 1)
    everything_equal = sum(known[a] == known[b] for a in range(1, len(graph)) for b in range(1, a))
    assert found == everything_equal  # six inputs are a narrow cut


@pytest.mark.parametrize("seed", range(6))
def test_clauses_say_what_the_gates_do(seed: int) -> None:
    from pysat.solvers import Solver

    graph = random_graph(Random(seed), 4, 24)
    known = truth(graph, 4)
    with Solver(name="cadical153", bootstrap_with=clauses(graph, range(len(graph)))) as solver:
        for point in range(16):
            inputs = [bit + 1 if point >> bit & 1 else -bit - 1 for bit in range(4)]
            for node in range(1, len(graph)):
                value = known[node] >> point & 1
                assert solver.solve(assumptions=[*inputs, node if value else -node])
                assert not solver.solve(assumptions=[*inputs, -node if value else node])


def test_a_cone_is_closed_above_its_cut() -> None:
    graph = random_graph(Random(3), 6, 80)
    part = cone(graph, range(len(graph) - 8, len(graph)), 15)
    inside = set(part.gates)
    assert len(inside) == 15
    for node in inside:
        kind, *fanin = graph.gates[node]
        assert kind in (AND, XOR, MAJ)
        for literal in fanin:
            assert literal < 2 or literal >> 1 in inside or literal >> 1 in part.leaves
    whole = cone(graph, [len(graph) - 1], 1000)
    assert whole.whole
    assert all(graph.gates[leaf][0] == INPUT for leaf in whole.leaves)


@pytest.mark.parametrize("seed", range(8))
def test_a_needle_among_sixteen_inputs(seed: int) -> None:
    """So few inputs are looked at on all points; samples hardly ever hold the one that matters."""
    x = BV.var("x", 16)
    at = Random(seed).getrandbits(16)
    assert refuting(x * x, (x * x) ^ x.eq(at).zero_extend(16))[x] == at


@pytest.mark.parametrize("conflicts", [1, 20])
@pytest.mark.parametrize("primes", [(4079, 4093), (2053, 3989)])
def test_giving_up_is_no_proof(primes: tuple[int, int], conflicts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a product of primes has factors: with hardly any conflicts allowed this is open, at every size of cone."""
    x, y = (BV.var(name, 12).zero_extend(24) for name in "xy")
    has_factors = (x * y).eq(primes[0] * primes[1])
    nothing = BV.const(0, 1)
    for sizes, shared in (((100,), 0), ((400,), 0), ((100_000,), 0), ((100_000,), 20_000)):
        monkeypatch.setattr("lnsym.prove.sweep.joins.SHARED", shared)  # 0: each whole cone has a solver of its own
        monkeypatch.setattr("lnsym.prove.sweep.EFFORTS", (Effort(sizes, conflicts),))
        monkeypatch.setattr("lnsym.prove.sweep.FIRST_CONFLICTS", conflicts)
        assert not isinstance(answer(has_factors, nothing, seconds=1.0), Proved)


@pytest.mark.parametrize("seed", range(6))
def test_a_difference_is_found_or_left_open(seed: int) -> None:
    """The solver on the whole circuit, with one conflict: None or the truth."""
    random = Random(seed)
    x, y = BV.var("x", 10), BV.var("y", 10)
    joins = Joins(Effort((), 1), NEVER, Samples(seed))
    words = Words(joins)
    same, other = x * y, (x * (y + 3)) - (x + x + x)
    off = other ^ ((x.eq(random.getrandbits(10)) & y.eq(random.getrandbits(10))).zero_extend(10) << 9)
    for root in (same, other, off):
        for node in _in_order(root):
            words.add(node)
    for bit in range(10):
        assert joins.differ(words.word(same)[bit], words.word(other)[bit], (), 1).found is not True
    assert joins.differ(words.word(same)[9], words.word(off)[9], (), 1).found is not False
