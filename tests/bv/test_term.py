from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from lnsym.bv import BV, WidthMismatch, clmul, concat, ite, live_terms, rewrite_level, terms_made
from lnsym.bv.hash_consing import HashConsing

X, Y = BV.var("x", 32), BV.var("y", 32)


def test_equal_structure_is_one_object() -> None:
    assert BV.var("x", 32) is X
    assert BV.const(5, 32) is BV.const(5 + (1 << 32), 32)
    assert BV.const(True, 1) is BV.const(1, 1)
    assert X + Y is Y + X
    assert X + Y is not X + Y + 1
    assert BV.var("x", 16) is not X
    assert BV.var("x", 32) == X
    assert X != Y
    assert len({X, Y, BV.var("x", 32)}) == 2


def test_level_zero_folds_constants_only() -> None:
    with rewrite_level(0):
        assert (X ^ Y ^ X).op == "xor"
        assert X + Y is not Y + X
        assert (BV.const(3, 8) + 5).value == 8
        with rewrite_level(1):
            assert X ^ Y ^ X is Y
        assert (X ^ Y ^ X).op == "xor"
    assert X ^ Y ^ X is Y
    with pytest.raises(ValueError, match="rewrite level 2"), rewrite_level(2):
        pass


def test_level_comes_back_after_an_error() -> None:
    with pytest.raises(KeyError), rewrite_level(0):
        raise KeyError
    assert X ^ X is BV.const(0, 32)


@pytest.mark.parametrize(
    "operation",
    [
        BV.__and__, BV.__or__, BV.__xor__, BV.__add__, BV.__sub__, BV.__mul__, BV.udiv, BV.sdiv, BV.__lshift__,
        BV.__rshift__, BV.shift_right_arithmetic, BV.rotate_right, BV.eq, BV.ne, BV.ult, BV.ule, BV.slt, BV.sle, clmul,
        lambda a, b: ite(BV.var("c", 1), a, b),
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", [0, 1])
def test_mixed_widths_raise(operation: Callable[[BV, BV], BV], level: int) -> None:
    with rewrite_level(level), pytest.raises(WidthMismatch, match="32 bits and 64 bits"):
        operation(X, BV.var("wide", 64))


def test_numbers_become_terms_of_the_other_width() -> None:
    assert X + (-1) is X - 1
    assert 1 + X is X + 1
    assert 5 - X is BV.const(5, 32) - X
    assert 7 & X is X & 7
    assert 7 | X is X | 7
    assert 7 ^ X is X ^ 7
    assert 3 * X is X * 3
    assert (X ^ -1) is ~X
    assert X.eq(-1) is X.eq(0xFFFFFFFF)
    assert BV.const(-1, 70).value == (1 << 70) - 1
    with pytest.raises(TypeError, match="not a term and not a number"):
        X + "5"


def test_no_branching_on_terms_by_accident() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(X.eq(Y))
    with pytest.raises(TypeError, match="no truth value"):
        _ = 1 if BV.const(1, 1) else 0
    with pytest.raises(TypeError, match="is compared with"):
        _ = X == 5
    with pytest.raises(TypeError):
        _ = X < 5


def test_terms_are_no_sequences() -> None:
    with pytest.raises(TypeError, match="not a sequence"):
        list(X)
    with pytest.raises(TypeError):
        _ = X in X


def test_terms_are_not_pickled_and_not_copied() -> None:
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not a variable"):
            action(X + Y)


def test_a_variable_goes_to_another_process_as_its_origin() -> None:
    assert pickle.loads(pickle.dumps({X: 5})) == {X: 5}
    assert pickle.loads(pickle.dumps(X)) is X


def test_terms_do_not_change() -> None:
    with pytest.raises(AttributeError):
        X.colour = 1


def test_value_and_name_are_of_leaves() -> None:
    assert (X.origin, BV.const(9, 8).value) == ("x", 9)
    assert BV.const(9, 8).is_const
    assert not X.is_const
    with pytest.raises(TypeError, match="not a constant: x"):
        _ = X.value
    with pytest.raises(TypeError, match="not a variable: 9"):
        _ = BV.const(9, 8).origin


@pytest.mark.parametrize(("high", "low"), [(32, 0), (0, 1), (3, -1), (40, 33)])
def test_slices_stay_inside(high: int, low: int) -> None:
    with pytest.raises(IndexError, match="of a term of 32 bits"):
        X.extract(high, low)


def test_extensions_do_not_narrow() -> None:
    for extend in (X.zero_extend, X.sign_extend):
        with pytest.raises(ValueError, match="to 31"):
            extend(31)
    with pytest.raises(ValueError, match="reverse_bytes of 12 bits"):
        BV.var("odd", 12).reverse_bytes()
    for shift in (X.__lshift__, X.__rshift__, X.shift_right_arithmetic):
        with pytest.raises(ValueError, match="shift by -1"):
            shift(-1)
    with pytest.raises(ValueError, match="condition of 32 bits"):
        ite(X, X, Y)


def test_terms_made_counts_new_terms_only() -> None:
    before = terms_made()
    kept = [BV.var("counted", 17)]
    assert terms_made() == before + 1
    kept.append(BV.var("counted", 17))
    assert terms_made() == before + 1
    kept.append(kept[0] * kept[0])
    assert terms_made() == before + 2


# -- memory ----------------------------------------------------------------------------------------


def routine(number: int) -> list[BV]:
    """Terms as a routine makes them: all kinds of nodes over inputs of its own."""
    words = [BV.var(f"routine{number}_{at}", 32) for at in range(8)]
    for at in range(200):
        a, b, c = words[at % 8], words[(at + 3) % 8], words[(at + 5) % 8]
        words[at % 8] = (a.rotate_right(7) ^ b) + (c & a | b) * (at + 2)
        words[(at + 1) % 8] = ite(a.ult(b), c, a.reverse_bytes() + b.udiv(c))
        words[(at + 2) % 8] = concat(a[15:0], b[31:16]) - (c >> a).shift_right_arithmetic(3)
    return words


def test_dropped_terms_are_gone() -> None:
    gc.collect()
    before = live_terms()
    for number in range(10):
        words = routine(number)
        assert live_terms() > before + 500
        del words
        assert live_terms() == before


@pytest.mark.parametrize("level", [0, 1])
def test_deep_terms_die_without_recursion(level: int) -> None:
    before = live_terms()
    with rewrite_level(level):
        term = BV.var("deep", 64)
        for number in range(100_000):
            term = (term * term) ^ number
        assert live_terms() > before + 100_000
        del term
    assert live_terms() == before


def test_a_term_that_died_comes_back_new() -> None:
    first = X * 77
    serial = first.serial
    del first
    again = X * 77
    assert again.serial > serial
    assert X * 77 is again
    assert again - X * 76 is X


def test_the_intern_table_survives_a_late_callback() -> None:
    """A dead term whose weak reference has not reported yet must not take its successor out of the table."""
    table = HashConsing(BV)
    first = table.of("var", 8, ("late",))
    entry = table._table["var", 8, ("late",)]
    del first
    second = table.of("var", 8, ("late",))
    table._forget(entry)
    assert table.of("var", 8, ("late",)) is second
    assert len(table) == 1


# -- determinism -----------------------------------------------------------------------------------

SCRIPT = """
from lnsym.bv import *
words = [BV.var(f"w{i}", 64) for i in range(16)]
junk = [object() for _ in range(JUNK)]
for i in range(64):
    a, b, c = words[i % 16], words[(i * 7 + 3) % 16], words[(i * 5 + 11) % 16]
    words[i % 16] = (a.rotate_right(i + 1) ^ b ^ (c >> 3)) + (a & b | c) + b * c
    words[(i + 9) % 16] = ite(a.ult(b), c, concat(a[31:0], c[63:32])) - (a + 5).eq(b).zero_extend(64)
for term in topological(words):
    print(term.serial, term.op, show(term, depth=3))
print([v.origin for v in variables(words)])
"""


def test_runs_do_not_depend_on_hash_seeds_or_addresses() -> None:
    outputs = set()
    for seed, junk in (("0", 0), ("1", 1000), ("4242", 77)):
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT.replace("JUNK", str(junk))],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) > 150
