"""Each rewrite rule fires where it should, does not where it must not, and is proved by z3 in both cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import z3

from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table
from lnsym.bv.operators import evaluate_node
from lnsym.bv.rules import MODULES, laws, markdown
from lnsym.bv.term import intern
from lnsym.machine.origins import Value
from lnsym.prove.smt_terms import Translator
from tests.bv.rule_examples import RULES, Example, NearMiss, Rule

WIDTHS = (*range(1, 9), 16, 32, 64)


def prove_equal(left: BV, right: BV) -> None:
    translator = Translator()
    solver = z3.SolverFor("QF_BV")
    solver.set("timeout", 20_000)
    solver.add(translator.term(left) != translator.term(right))
    answer = solver.check()
    assert answer == z3.unsat, f"{answer}: {left} and {right}: {solver.model() if answer == z3.sat else ''}"


EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.fires)
]
NEAR_MISSES = [pytest.param(miss, id=f"{rule.name}: {miss.why}") for rule in RULES for miss in rule.must_not_fire]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_rule_fires_and_is_true(rule: Rule, example: Example) -> None:
    tried = 0
    for width in WIDTHS:
        if not example.least <= width <= example.most:
            continue
        tried += 1
        with rewrite_level(0):
            if example.raw is None:
                raw = example.build(width)
            else:
                raw = example.raw(width)
        normal = example.build(width)
        assert normal is not raw, f"width {width}: nothing changed in {raw}"
        assert normal is example.result(width), f"width {width}: {normal}"
        assert normal.op == example.shape, f"width {width}: {normal.op}"
        prove_equal(raw, normal)
    assert tried


@pytest.mark.parametrize("miss", NEAR_MISSES)
def test_rule_does_not_fire(miss: NearMiss) -> None:
    for width in WIDTHS:
        if not miss.least <= width <= miss.most:
            continue
        normal = miss.build(width)
        assert normal is not miss.wrong(width), f"width {width}: {normal}"
        with rewrite_level(0):
            raw = miss.build(width)
        prove_equal(raw, normal)


def test_every_law_at_the_code_has_examples() -> None:
    names = [name for module in MODULES for name, _ in laws(module)]
    assert sorted(names) == sorted(rule.name for rule in RULES)


def test_documentation_is_printed_from_the_laws() -> None:
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert page.read_text() == markdown(), "run: python -m lnsym.bv.rules > docs/rules.md"


# -- operators: constants fold to what the evaluator and z3 say ------------------------------------

BINARY = {
    "and": BV.__and__,
    "or": BV.__or__,
    "xor": BV.__xor__,
    "add": BV.__add__,
    "mul": BV.__mul__,
    "udiv": BV.udiv,
    "sdiv": BV.sdiv,
    "shl": BV.__lshift__,
    "lshr": BV.__rshift__,
    "ashr": BV.shift_right_arithmetic,
    "eq": BV.eq,
    "ult": BV.ult,
    "slt": BV.slt,
}


def by_z3(term: BV) -> int:
    return int(z3.simplify(Translator().term(term)).as_long())


@pytest.mark.parametrize("op", [*BINARY, "clmul"])
@pytest.mark.parametrize("level", [0, 1])
def test_constants_fold(op: str, level: int) -> None:
    for width in (1, 2, 3):
        for left in range(1 << width):
            for right in range(1 << width):
                a, b = BV.const(left, width), BV.const(right, width)
                result = 1 if op in ("eq", "ult", "slt") else 2 * width if op == "clmul" else width
                node = intern(op, result, (a, b))
                with rewrite_level(level):
                    folded = BINARY[op](a, b) if op in BINARY else clmul(a, b)
                assert folded.value == evaluate_node(node, {a: left, b: right}) == by_z3(node), (op, width, left, right)


@pytest.mark.parametrize("level", [0, 1])
def test_division_by_zero_is_zero(level: int) -> None:
    with rewrite_level(level):
        for width in (1, 8, 64):
            assert BV.const(5, width).udiv(0).value == 0
            assert BV.const(5, width).sdiv(0).value == 0
    x = BV.var("x", 8)
    prove_equal(intern("udiv", 8, (x, BV.const(0, 8))), BV.const(0, 8))
    prove_equal(intern("sdiv", 8, (x, BV.const(0, 8))), BV.const(0, 8))
    assert BV.const(0x80, 8).sdiv(-1).value == 0x80


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_rotation_by_a_term_at_both_levels(width: int) -> None:
    word, amount = BV.var("word", width), BV.var("amount", width)
    with rewrite_level(0):
        raw = word.rotate_right(amount)
        by_cases = word
        for number in range(1, width):
            by_cases = ite((amount & (width - 1)).eq(number), word.rotate_right(number), by_cases)
    prove_equal(raw, word.rotate_right(amount))
    prove_equal(raw, by_cases)


def test_rotation_by_a_term_needs_a_power_of_two() -> None:
    with pytest.raises(ValueError, match="no power of two"):
        BV.var("x", 12).rotate_right(BV.var("y", 12))


@pytest.mark.parametrize("size", [1, 2, 5, 16, 20, 256])
@pytest.mark.parametrize("bits", [1, 3, 8])
def test_lookup_is_a_table_and_zero_past_its_end(size: int, bits: int) -> None:
    entries = [at * 37 & 0xFF for at in range(size)]
    index = BV.var("index", bits)
    node = lookup(table(entries, 8), index)
    translated = Translator().term(node)
    for at in range(1 << bits):
        expected = entries[at] if at < size else 0
        assert evaluate([node], [{index: at}]) == [(expected,)]
        value = z3.simplify(z3.substitute(translated, (z3.BitVec("index", bits), z3.BitVecVal(at, bits))))
        assert value.as_long() == expected
        assert lookup(table(entries, 8), BV.const(at, bits)).value == expected


def test_translation_of_deep_terms_does_not_recurse() -> None:
    term = BV.var("x", 32)
    for round_constant in range(30_000):
        term = (term * term) ^ round_constant
    assert Translator().term(term).size() == 32


def test_variables_that_print_the_same_are_two_in_a_translation() -> None:
    translator = Translator()
    one, other = BV.var("x", 8), BV.var(Value("x"), 8)
    solver = z3.Solver()
    solver.add(translator.term(one) != translator.term(other))
    assert solver.check() == z3.sat
    assert translator.symbols == {"x": one, "x#2": other}


def test_translator_in_a_context_of_its_own() -> None:
    context = z3.Context()
    solver = z3.Solver(ctx=context)
    term = concat(BV.var("x", 8) + 1, BV.var("y", 8)).eq(0x0203)
    solver.add(Translator(context).condition(term))
    assert solver.check() == z3.sat
    values = {str(name): solver.model()[name].as_long() for name in solver.model()}
    assert values == {"x": 1, "y": 3}
