"""Two terms that are different are never printed as two equal lines."""

from __future__ import annotations

import pytest

from lnsym.bv import BV, concat, ite, lookup, show, show_apart, table
from lnsym.bv.printing import by_label

X, Y, Z = (BV.var(name, 32) for name in "xyz")
WORDS = [BV.var(f"w{n}", 32) for n in range(40)]


def deep(leaf: BV, levels: int = 12) -> BV:
    for n in range(levels):
        leaf = (leaf * WORDS[n]).rotate_right(3) + WORDS[n]
    return leaf


def long_sum(last: BV) -> BV:
    total = last
    for word in WORDS:
        total = total + word
    return total


def long_xor(last: BV) -> BV:
    total = last
    for word in WORDS:
        total = total ^ word
    return total


ALIKE = {
    "deep below": (deep(X), deep(Y)),
    "deep below, a rotation": (deep(X.rotate_right(5)), deep(X.rotate_right(7))),
    "an addend past those shown": (long_sum(X), long_sum(Y)),
    "a word past those shown": (long_xor(X), long_xor(Y)),
    "one word more": (long_xor(X), long_xor(BV.const(0, 32))),
    "constants only": (deep(long_sum(BV.const(5, 32))), deep(long_sum(BV.const(6, 32)))),
    "a mask": (deep(long_xor(X & 0xFF)), deep(long_xor(X & 0xFFF))),
    "a piece past those shown": (concat(*WORDS[:10], X), concat(*WORDS[:10], Y)),
    "entries of a table": (lookup(table(range(256), 8), X[7:0]), lookup(table([1] + [2] * 255, 8), X[7:0])),
    "a choice": (deep(ite(X.ult(Y), X, Z)), deep(ite(X.ult(Y), Y, Z))),
    "a slice": (deep((X * Y)[7:0].zero_extend(32)), deep((X * Y)[15:8].zero_extend(32))),
}


@pytest.mark.parametrize("alike", ALIKE)
@pytest.mark.parametrize("length", [40, 90])
def test_lines_differ_where_terms_do(alike: str, length: int) -> None:
    one, other = ALIKE[alike]
    assert one is not other
    texts = show_apart(one, other, 4, length)
    assert texts[0] != texts[1]
    assert all(len(text) <= length + 24 for text in texts)


def test_what_looks_different_is_shown_whole() -> None:
    assert show_apart(X + 1, Y + 1) == (show(X + 1), show(Y + 1))


def test_the_place_of_the_difference_is_shown() -> None:
    assert show_apart(deep(X), deep(Y), 4, 90) == ("… x …", "… y …")
    late = [BV.var(f"late{n}", 32) for n in range(2)]  # they sort behind the words
    assert show_apart(long_sum(late[0]), long_sum(late[1]), 4, 90) == ("… late0 …", "… late1 …")


def test_a_term_is_like_itself() -> None:
    assert show_apart(X, X) == ("x", "x")


def test_terms_of_one_name_are_told_apart() -> None:
    one, other = X * Y, X * Z
    texts = show_apart(one, other, naming=by_label({one: "T1", other: "T1"}))
    assert texts[0] != texts[1]
