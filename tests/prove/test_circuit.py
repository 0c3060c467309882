"""Circuits against `evaluate`: every operator, exhaustively at small widths and at random at large ones; covers against their tables."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from random import Random

import pytest

from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table, variables
from lnsym.prove.circuit.adders import signed_digits
from lnsym.prove.circuit.blast import Blaster, number
from lnsym.prove.circuit.covers import cover, function
from lnsym.prove.circuit.graph import INPUT, Graph, values


def circuit_values(term: BV, samples: list[dict[BV, int]]) -> list[int]:
    """The term's values by its circuit, all samples at once."""
    graph = Graph()
    word = Blaster(graph).word(term)
    ones = (1 << len(samples)) - 1
    known = [0]
    keys = {node: key for key, node in graph.inputs.items()}
    for node, gate in enumerate(graph.gates):
        if node and gate[0] == INPUT:
            name, bit = keys[node]
            known.append(sum((sample[name] >> bit & 1) << k for k, sample in enumerate(samples)))
        elif node:
            values(graph.gates[: node + 1], known, ones)
    columns = [known[x >> 1] ^ (ones if x & 1 else 0) for x in word]
    return [sum((column >> k & 1) << bit for bit, column in enumerate(columns)) for k in range(len(samples))]


def check(term: BV, samples: list[dict[BV, int]]) -> None:
    assert circuit_values(term, samples) == [value for (value,) in evaluate([term], samples)]


def random_samples(term: BV, count: int, seed: int = 0) -> list[dict[BV, int]]:
    random = Random(seed)
    corners = [0, -1, 1]
    return [
        {
            v: (corners[k] if k < 3 else random.choice([random.getrandbits(v.width), random.randrange(8)]))
            & ((1 << v.width) - 1)
            for v in variables([term])
        }
        for k in range(count)
    ]


BINARY: dict[str, Callable[[BV, BV], BV]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "weighted": lambda a, b: 5 * a - 3 * b + 6,
    "both negative": lambda a, b: 1 - a - b,
    "mul": lambda a, b: a * b,
    "udiv": lambda a, b: a.udiv(b),
    "sdiv": lambda a, b: a.sdiv(b),
    "clmul": clmul,
    "eq": lambda a, b: a.eq(b),
    "ult": lambda a, b: a.ult(b),
    "slt": lambda a, b: a.slt(b),
    "shl": lambda a, b: a << b,
    "lshr": lambda a, b: a >> b,
    "ashr": lambda a, b: a.shift_right_arithmetic(b),
    "ror": lambda a, b: a.rotate_right(3) ^ b.rotate_right(1),
    "ite": lambda a, b: ite(a.slt(b), a, ~b),
    "pieces": lambda a, b: concat(a[1:0], b)[b.width - 1 : 0].sign_extend(a.width + 4) + a.zero_extend(a.width + 4),
    "not": lambda a, b: ~a + ~b,
}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("width", [2, 4, 5])
def test_binary_operators_exhaustively(name: str, width: int, level: int) -> None:
    with rewrite_level(level):
        term = BINARY[name](BV.var("a", width), BV.var("b", width))
    check(term, [{BV.var("a", width): a, BV.var("b", width): b} for a, b in product(range(1 << width), repeat=2)])


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("width", [32, 64])
def test_binary_operators_at_random(name: str, width: int, level: int) -> None:
    with rewrite_level(level):
        term = BINARY[name](BV.var("a", width), BV.var("b", width))
    check(term, random_samples(term, 40))


@pytest.mark.parametrize("entries", [1, 2, 3, 5, 16, 100, 256])
@pytest.mark.parametrize("index_width", [2, 8, 9])
def test_lookups(entries: int, index_width: int) -> None:
    random = Random(entries)
    index = BV.var("i", index_width)
    term = lookup(table([random.getrandbits(6) for _ in range(entries)], 6), index)
    check(term, [{index: i} for i in range(1 << index_width)])


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
def test_covers_are_their_functions_and_irredundant(inputs: int) -> None:
    size = 1 << inputs
    tables = range(1 << size) if inputs < 4 else [Random(0).getrandbits(16) for _ in range(300)]
    for wanted in tables:
        cubes = cover(wanted, inputs)

        def covered(some: tuple[tuple[int, int], ...]) -> int:
            return sum(1 << p for p in range(size) if any((p ^ plain) & used == 0 for used, plain in some))

        assert covered(cubes) == wanted
        for left_out in range(len(cubes)):
            assert covered(cubes[:left_out] + cubes[left_out + 1 :]) != wanted


@pytest.mark.parametrize("seed", range(20))
def test_functions_of_literals(seed: int) -> None:
    random = Random(seed)
    inputs = random.randrange(1, 9)
    wanted = random.choice(
        [
            random.getrandbits(1 << inputs),
            sum((p.bit_count() & 1) << p for p in range(1 << inputs)),  # parity: long covers, a short tree
            1 << random.randrange(1 << inputs),
        ]
    )
    graph = Graph()
    signs = [random.getrandbits(1) for _ in range(inputs)]
    literal = function(graph, wanted, [graph.input(("x", j)) ^ signs[j] for j in range(inputs)])
    known = [0] + [
        sum((p >> j & 1 ^ signs[j]) << p for p in range(1 << inputs)) for j in range(inputs)
    ]  # inputs are nodes 1.. in order
    ones = (1 << (1 << inputs)) - 1
    values(graph.gates, known, ones)
    assert known[literal >> 1] ^ (ones if literal & 1 else 0) == wanted


def test_gates_are_shared_and_simplified() -> None:
    graph = Graph()
    a, b, c = (graph.input((name, 0)) for name in "abc")
    assert graph.and_(a, b) == graph.and_(b, a)
    assert graph.xor(a, b ^ 1) == graph.xor(b, a) ^ 1
    assert graph.majority(a, b, c) == graph.majority(c ^ 1, a ^ 1, b ^ 1) ^ 1
    assert graph.xor(graph.xor(a, b), a) == b
    assert graph.and_(a, graph.and_(a, b) ^ 1) == graph.and_(a, b ^ 1)
    assert graph.and_(a ^ 1, graph.and_(a, b)) == 0
    assert graph.and_(a ^ 1, graph.and_(a, b) ^ 1) == a ^ 1
    assert graph.majority(a, b, 0) == graph.and_(a, b)
    assert graph.majority(a, b, 1) == graph.or_(a, b)
    assert graph.choose(c, a, a ^ 1) == graph.xor(c, a ^ 1)


@pytest.mark.parametrize("coefficient", [1, 2, 3, 7, 0xFF, 0x80, 0x7F, 0xAB, 0x55])
def test_signed_digits(coefficient: int) -> None:
    digits = signed_digits(coefficient, 8)
    assert sum(-(1 << s) if negative else 1 << s for s, negative in digits) % 256 == coefficient
    assert all(b[0] - a[0] > 1 for a, b in pairwise(digits))


def test_a_number() -> None:
    assert number(6, 4) == (0, 1, 1, 0)
