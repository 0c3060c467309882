"""Shifts and rotations by a number: masked rotations."""

from __future__ import annotations

from lnsym.bv import bitwise
from lnsym.bv.term import BV, concat


def shift_left(term: BV, amount: int) -> BV:
    """left-shift: x << k = m & ror(x, n-k)"""
    width = term.width
    if term.op == "concat":
        return concat(term.extract(width - 1 - amount, 0), BV.const(0, amount))
    return bitwise.rotated_masked(term, -amount, (-1 << amount) & ((1 << width) - 1))


def shift_right(term: BV, amount: int) -> BV:
    """right-shift: x >> k = m & ror(x, k)"""
    width = term.width
    if term.op == "concat":
        return concat(BV.const(0, amount), term.extract(width - 1, amount))
    return bitwise.rotated_masked(term, amount, (1 << (width - amount)) - 1)


def rotate_right(term: BV, amount: int) -> BV:
    """The term rotated right; of pieces again pieces."""
    width = term.width
    if term.op == "concat":
        return concat(term.extract(amount - 1, 0), term.extract(width - 1, amount))
    return bitwise.rotated_masked(term, amount, (1 << width) - 1)
