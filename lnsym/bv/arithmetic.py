"""What the operators that Python has none for mean on unsigned numbers."""

from __future__ import annotations


def signed(value: int, width: int) -> int:
    """The two's complement number that `width` bits hold."""
    sign = 1 << (width - 1)
    return (value ^ sign) - sign


def unsigned_quotient(a: int, b: int) -> int:
    """What UDIV gives: the quotient, 0 for a divisor of 0."""
    return a // b if b else 0


def signed_quotient(a: int, b: int, width: int) -> int:
    """What SDIV gives: the quotient of two's complement numbers rounded to zero, 0 for a divisor of 0."""
    if not b:
        return 0
    a, b = signed(a, width), signed(b, width)
    quotient = abs(a) // abs(b)
    return (quotient if (a < 0) == (b < 0) else -quotient) & ((1 << width) - 1)


def carryless_product(a: int, b: int) -> int:
    """The product of two polynomials over GF(2), bit i the coefficient of x**i."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        b >>= 1
    return product
