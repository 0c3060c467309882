"""Multiplication, division and carry-less multiplication: opaque, with constants folded.

A factor that is a constant makes a sum. Commutative operands stand in the order of their serial numbers.
"""

from __future__ import annotations

from lnsym.bv import bitwise, sums
from lnsym.bv.term import BV, intern, level


def multiply(a: BV, b: BV) -> BV:
    """a * b modulo 2**width. mul-zero: x * 0 = 0; mul-one: x * 1 = x; mul-constant: x * n = n·x, a sum"""
    if a.op == "const":
        a, b = b, a
    if b.op == "const":
        if a.op == "const":
            return BV.const(a.args[0] * b.args[0], a.width)
        if b.args[0] in (0, 1):
            return a if b.args[0] else b
        if level.rules:
            return sums.scale(a, b.args[0])
    if level.rules:
        if a.width == 1:  # bit-product: x * y = x & y, one bit wide
            return bitwise.bv_and(a, b)
        if a.serial > b.serial:  # mul-commutes: y * x = x * y
            a, b = b, a
    return intern("mul", a.width, (a, b))


def unsigned_quotient(a: int, b: int) -> int:
    """What UDIV gives: the quotient, 0 for a divisor of 0."""
    return a // b if b else 0


def signed_quotient(a: int, b: int, width: int) -> int:
    """What SDIV gives: the quotient of two's complement numbers rounded to zero, 0 for a divisor of 0."""
    if not b:
        return 0
    sign = 1 << (width - 1)
    a, b = (a ^ sign) - sign, (b ^ sign) - sign
    quotient = abs(a) // abs(b)
    return (quotient if (a < 0) == (b < 0) else -quotient) & ((1 << width) - 1)


def divide_unsigned(a: BV, b: BV) -> BV:
    """UDIV's quotient. udiv-one: x udiv 1 = x"""
    if a.op == "const" and b.op == "const":
        return BV.const(unsigned_quotient(a.args[0], b.args[0]), a.width)
    if b.op == "const" and b.args[0] == 1:
        return a
    return intern("udiv", a.width, (a, b))


def divide_signed(a: BV, b: BV) -> BV:
    """SDIV's quotient. sdiv-one: x sdiv 1 = x"""
    if a.op == "const" and b.op == "const":
        return BV.const(signed_quotient(a.args[0], b.args[0], a.width), a.width)
    if b.op == "const" and b.args[0] == 1:
        return a
    return intern("sdiv", a.width, (a, b))


def carryless_product(a: int, b: int) -> int:
    """The product of two polynomials over GF(2), bit i the coefficient of x**i."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        b >>= 1
    return product


def clmul(a: BV, b: BV) -> BV:
    """The product of two polynomials over GF(2), twice as wide as the operands (PMULL).

    clmul-zero: clmul(x, 0) = 0; clmul-one: clmul(x, 1) = zext(x); clmul-commutes: clmul(y, x) = clmul(x, y)
    """
    b = a.coerce(b)
    width = 2 * a.width
    if a.op == "const":
        if b.op == "const":
            return BV.const(carryless_product(a.args[0], b.args[0]), width)
        a, b = b, a
    if b.op == "const":
        if b.args[0] == 0:
            return BV.const(0, width)
        if b.args[0] == 1:
            return a.zero_extend(width)
    elif level.rules and a.serial > b.serial:
        a, b = b, a
    return intern("clmul", width, (a, b))
