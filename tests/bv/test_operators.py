"""The operators are a closed set: every table over them names each, and all say the same of it."""

from __future__ import annotations

from random import Random

import pytest
import z3

from lnsym.bv import BV, evaluate, known_bits, lookup, operands, planes, substitute, table, topological
from lnsym.bv.operators import OPERATORS
from lnsym.bv.term import intern
from lnsym.prove import smt_terms
from lnsym.prove.circuit import blast
from lnsym.prove.circuit.graph import Graph
from lnsym.prove.gf2 import Solver, bits
from lnsym.prove.joining import linear
from lnsym.prove.rare import inversion
from lnsym.prove.smt_terms import Translator

X, Y, C = BV.var("x", 8), BV.var("y", 8), BV.var("c", 1)
LEAVES = {"const", "var"}

TABLES = {
    "planes": set(planes.OPERATIONS),
    "known bits": set(known_bits.BOUNDS) | known_bits.UNKNOWN | {"const"},
    "gf2": set(bits.EVALUATORS),
    "circuit": set(blast.OPERATORS),
    "inversion": set(inversion.RULES) | LEAVES,
    "linear words": set(linear.OPERATORS),
    "SMT": set(smt_terms.OPERATIONS),
}

TERMS = {
    "const": BV.const(0xA5, 8),
    "var": X,
    "anf": (X & Y.rotate_right(3)) ^ (X & 0x5A) ^ 0x0F,
    "sum": X * 3 - Y + 7,
    "concat": intern("concat", 17, (X, C, Y)),
    "extract": intern("extract", 3, (X, 4)),
    "ite": intern("ite", 8, (C, X, Y)),
    "sext": intern("sext", 12, (X,)),
    "lookup": lookup(table([at * 37 & 0x7F for at in range(200)], 7), X),
    "not": intern("not", 8, (X,)),
    "ror": intern("ror", 8, (X, 3)),
    "clmul": intern("clmul", 16, (X, Y)),
} | {
    op: intern(op, 1 if op in ("eq", "ult", "slt") else 8, (X, Y))
    for op in ["eq", "ult", "slt", "mul", "udiv", "sdiv", "shl", "lshr", "ashr", "and", "or", "xor", "add"]
}  # fmt: skip

CHOOSE = Random(5)
SAMPLES = [
    {
        X: CHOOSE.choice([0, 1, 2, 0x80, 0xFF, CHOOSE.getrandbits(8)]),
        Y: CHOOSE.choice([0, 1, 7, 9, 0xFF, CHOOSE.getrandbits(8)]),
        C: CHOOSE.getrandbits(1),
    }
    for _ in range(60)
]

EACH = pytest.mark.parametrize("op", OPERATORS)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_every_operator_and_no_other(name: str) -> None:
    assert TABLES[name] ^ set(OPERATORS) == set()


def test_every_operator_has_a_term_here() -> None:
    assert set(TERMS) ^ set(OPERATORS) == set()
    assert all(term.op == op for op, term in TERMS.items())


@EACH
def test_planes_and_bounds_say_what_evaluation_says(op: str) -> None:
    term = TERMS[op]
    known = {v: planes.to_planes([sample[v] for sample in SAMPLES], v.width) for v in (X, Y, C)}
    ones = known_bits.possible_ones(term)
    for at, (value,) in enumerate(evaluate([term], SAMPLES)):
        assert not planes.differing([(term, BV.const(value, term.width))], known, len(SAMPLES))[0] >> at & 1
        assert value & ~ones == 0


@EACH
def test_circuits_of_constants_are_what_evaluation_says(op: str) -> None:
    term = TERMS[op]
    for sample in SAMPLES if op != "var" else []:
        numbers = {v: BV.const(sample[v], v.width) for v in (X, Y, C)}
        node = intern(op, term.width, OPERATORS[op].places.replaced(term.args, numbers))
        word = blast.Blaster(Graph()).word(node)
        assert sum(bit << at for at, bit in enumerate(word)) == evaluate([term], [sample])[0][0]


@EACH
def test_smt_says_what_evaluation_says(op: str) -> None:
    term = TERMS[op]
    translator = Translator()
    translated = translator.term(term)
    for sample in SAMPLES[:20]:
        bound = [(translator.variable(v), z3.BitVecVal(sample[v], v.width)) for v in (X, Y, C)]
        assert z3.simplify(z3.substitute(translated, *bound)).as_long() == evaluate([term], [sample])[0][0]


@EACH
def test_gf2_knows_a_term_and_its_rebuilt_self(op: str) -> None:
    term = TERMS[op]
    rebuilt = OPERATORS[op].build(term.width, term.args)
    assert Solver().equal(term, rebuilt)
    assert evaluate([term], SAMPLES) == evaluate([rebuilt], SAMPLES)


@EACH
def test_operands_are_replaced_each(op: str) -> None:
    term = TERMS[op]
    assert set(operands(term)) <= {X, Y, C}
    swapped = substitute([term], {X: Y, Y: X})[0]
    mirrored = [{X: sample[Y], Y: sample[X], C: sample[C]} for sample in SAMPLES]
    if op != "var":
        assert evaluate([swapped], SAMPLES) == evaluate([term], mirrored)


@EACH
def test_every_operator_is_shown_with_its_operands(op: str) -> None:
    term = TERMS[op]
    assert "…" not in repr(term)
    assert all(str(operand.origin) in repr(term) for operand in operands(term))


@pytest.mark.parametrize("walk", [
    lambda term: evaluate([term], SAMPLES[:1]),
    lambda term: planes.differing([(term, term)], {}, 1),
    known_bits.possible_ones,
    lambda term: Solver().word(term),
    lambda term: blast.Blaster(Graph()).word(term),
    lambda term: Translator().term(term),
    lambda term: topological([term]),
    repr,
])  # fmt: skip
def test_an_unknown_operator_raises_everywhere(walk: object) -> None:
    unknown = BV("nand", 8, (X, Y), -1)
    with pytest.raises((KeyError, AssertionError), match="nand"):
        walk(unknown)  # type: ignore[operator]
