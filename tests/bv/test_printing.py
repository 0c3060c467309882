from __future__ import annotations

import time

import pytest

from lnsym.bv import BV, clmul, concat, ite, label, label_of, lookup, rewrite_level, show, table

X, Y, Z = (BV.var(name, 32) for name in "xyz")
C = BV.var("c", 1)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (X, "x"),
        (BV.const(9, 32), "9"),
        (BV.const(10, 32), "0xa"),
        (X ^ Y, "x ⊕ y"),
        (X & Y, "x ∧ y"),
        (~X, "¬x"),
        (~(X ^ Y), "¬(x ⊕ y)"),
        (~(X & Y), "¬(x ∧ y)"),
        (X ^ 0x1234, "0x1234 ⊕ x"),
        (X & 0xFF, "x ∧ 0xff"),
        ((X & Y) ^ Z, "z ⊕ (x ∧ y)"),
        (X.rotate_right(7), "ROTR7(x)"),
        (X >> 3, "SHR3(x)"),
        (X << 3, "SHL3(x)"),
        (X.rotate_right(7) ^ (X >> 3), "SHR3(x) ⊕ ROTR7(x)"),
        (X + Y, "x + y"),
        (X - Y - 2, "x - y - 2"),
        (-X, "-x"),
        (X + 3 * Y + 5, "x + 3·y + 5"),
        ((X + Y) ^ Z, "z ⊕ (x + y)"),
        (concat(X, Y), "(x ++ y)"),
        (X[7:0], "x[7:0]"),
        (X[31], "x[31]"),
        ((X + Y)[7:0], "(x + y)[7:0]"),
        (ite(C, X, Y), "c ? x : y"),
        (ite(C, X, Y) + Z, "z + (c ? x : y)"),
        (X.eq(Y), "x = y"),
        (X.ult(Y), "x <u y"),
        (X.slt(Y), "x <s y"),
        (X * Y, "x · y"),
        (X.udiv(Y), "x udiv y"),
        (clmul(X, Y), "x ⊗ y"),
        (X << Y, "x << y"),
        (X.shift_right_arithmetic(Y), "x >>s y"),
        (X.sign_extend(64), "sext64(x)"),
        (lookup(table([1, 2, 3], 8), X), "table3(x)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_notation(term: BV, text: str) -> None:
    assert show(term) == text
    assert repr(term) == show(term)


def test_plain_nodes_of_level_zero() -> None:
    with rewrite_level(0):
        assert show(~(X | Y)) == "¬(x ∨ y)"
        assert show((X + Y) ^ X.rotate_right(3)) == "(x + y) ⊕ ROTR3(x)"


def test_deep_and_long_terms_are_cut_at_once() -> None:
    term = X
    for number in range(20_000):
        term = (term * term) ^ number
    wide = BV.const(0, 32)
    for number in range(500):
        wide = wide + BV.var(f"a{number}", 32) * BV.var(f"b{number}", 32)
    bushy = X
    for _ in range(7):
        parts = [bushy + number for number in range(1, 12)]
        bushy = parts[0] * parts[1]
        for part in parts[2:]:
            bushy = bushy + part * part
    began = time.process_time()
    for big in (term, wide, bushy):
        text = show(big)
        assert len(text) <= 400
        assert "…" in text
    assert time.process_time() - began < 1
    assert len(show(wide, length=50)) == 50
    assert show(X * Y + Z, depth=1) in ("z + …", "… + z")


def test_labels_stand_for_terms() -> None:
    sigma = X.rotate_right(2) ^ X.rotate_right(13)
    assert label(sigma, "Σ0(x)") is sigma
    label(sigma, "another")
    assert label_of(sigma) == "Σ0(x)"
    assert show(sigma + Y) == "y + ⟨Σ0(x)⟩"
    label(X, "a variable")
    assert label_of(X) is None
