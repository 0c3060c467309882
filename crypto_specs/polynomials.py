"""Polynomials over GF(2) as terms, what AES and GCM share of their field arithmetic."""

from __future__ import annotations

from lnsym.bv import BV, concat


def scale(bit: BV, constant: BV) -> BV:
    """The constant where the bit is 1, zero where it is 0.

    Multiplication by an element of GF(2) is linear, and bits set side by side keep it so for the normal forms,
    where a choice between two words would hide it.
    """
    zero = BV.const(0, 1)
    return concat(*[bit if constant.value >> i & 1 else zero for i in reversed(range(constant.width))])
