"""Multiplication and carry-less multiplication: opaque. Commutative operands stand in the order of their serial numbers."""

from __future__ import annotations

from lnsym.bv import sums
from lnsym.bv.term import BV, intern


def multiply(a: BV, b: BV) -> BV:
    """a * b modulo 2**width. mul-constant: x * n = n·x, a sum"""
    if b.op == "const":
        return sums.scale(a, b.args[0])
    if a.width == 1:  # bit-product: x * y = x & y, one bit wide
        return a & b
    if a.serial > b.serial:  # mul-commutes: y * x = x * y
        a, b = b, a
    return intern("mul", a.width, (a, b))


def clmul(a: BV, b: BV) -> BV:
    """The carry-less product, twice as wide as the operands. clmul-commutes: clmul(y, x) = clmul(x, y)"""
    if b.op != "const" and a.serial > b.serial:
        a, b = b, a
    return intern("clmul", 2 * a.width, (a, b))
