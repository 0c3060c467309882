from __future__ import annotations

import subprocess
import sys
import time

import pytest

from lnsym.bv import BV, clmul, collected_labels, concat, ite, label, lookup, rewrite_level, show, table
from lnsym.bv.printing import by_label

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
        ((X - Y).eq(5), "5 = (x - y)"),
        ((Y - X).eq(5), "5 = (-x + y)"),
        ((X - Y).eq(-5), "5 = (-x + y)"),
        ((X - Y + Z).eq(0), "0 = (x - y + z)"),
        (((X + 1) ^ Z).eq(Z ^ 6), "6 = (x + 1)"),
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
    labels: dict[BV, str] = {}
    with collected_labels(labels):
        assert label(sigma, "Σ0(x)") is sigma
        label(sigma, "another")
        label(X, "a variable")
    assert labels == {sigma: "Σ0(x)"}
    assert show(sigma + Y, naming=by_label(labels)) == "y + ⟨Σ0(x)⟩"


def test_a_label_is_known_to_nobody_but_who_collects_it() -> None:
    outer: dict[BV, str] = {}
    inner: dict[BV, str] = {}
    with collected_labels(outer):
        with collected_labels(inner):
            label(X + Y, "inside")
        label(X * Y, "outside")
    assert label(X + Z, "nowhere") is X + Z
    assert (outer, inner) == ({X * Y: "outside"}, {X + Y: "inside"})
    assert "⟨" not in show(X * Y)


SCRIPT = """
from lnsym.bv import *
from lnsym.bv.printing import by_label
kept = []
def unrelated(order):
    words = [BV.var(name, 32) for name in order]
    for round in range(ROUNDS):
        a, b, c = words[round % len(words)], words[(round * 3 + 1) % len(words)], words[(round * 5 + 2) % len(words)]
        words[round % len(words)] = (a.rotate_right(round % 31 + 1) ^ b) * c + (a & c | b)
        kept.append(words[round % len(words)])
    a, b, c = [BV.var(name, 32) for name in order[:3]]
    kept.extend([b * a, a * c, a ^ c, (c + a) ^ b, a.eq(b)])
unrelated(ORDER)
w, x, y, z = [BV.var(name, 32) for name in "wxyz"]
naming = by_label({x + w: "a sum"})
def deep(term):
    for word in (x, y, z, w, x, y):
        term = (term * word.zero_extend(64)).rotate_right(3) + word.zero_extend(64)
    return term
terms = [
    x + y - 3 * z + w + 5, ~(x ^ y.rotate_right(3) ^ (z & w)) ^ (x >> 3), y * x, x.eq(z), clmul(z, w), (x * y + z) ^ (w * x & y),
    ite((y * z).ult(w), x ^ y, z + w), concat(x ^ y, z * x)[40:3], (x + w) * z, x & y & z ^ (y | w) ^ 7, (y + x).udiv(w * z),
    lookup(table(range(16), 8), (x ^ w)[3:0]), (x - y).eq(3), (w + x).eq(y + z), (y * z).eq(x - w * 3),
]
for term in terms:
    print(show(term, naming=naming), show(term, 2, naming=naming), repr(term), show(term, 6, 30))
for one, other in zip(terms, terms[1:]):
    print(show_apart(deep(one.zero_extend(64)), deep(other.zero_extend(64)), 4, 60, naming))
"""


def test_texts_do_not_depend_on_what_was_built_before() -> None:
    texts = set()
    for order, rounds in (("wxyz", 0), ("zyxw", 60), ("xzwy", 7), ("qvzwapyx", 150)):
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT.replace("ROUNDS", str(rounds)).replace("ORDER", repr(order))],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        texts.add(run.stdout)
    assert len(texts) == 1
