"""Counts of bits: leading zeros, leading sign bits, ones."""

from __future__ import annotations

from lnsym.bv import BV, concat, ite, lookup, table

_ONES_IN_BYTE = table([byte.bit_count() for byte in range(256)], 8)


def count_leading_zero_bits(x: BV) -> BV:
    """CountLeadingZeroBits of a word whose width is a power of two, as a number of that width.

    By bisection: each step asks whether the upper half of what is left is zero; the answers are the bits of the count.
    """
    rest = x
    answers = []
    while rest.width > 1:
        middle = rest.width // 2
        upper, lower = rest.extract(rest.width - 1, middle), rest.extract(middle - 1, 0)
        upper_is_zero = upper.eq(0)
        answers.append(upper_is_zero)
        rest = ite(upper_is_zero, lower, upper)
    # The one bit left is zero only where all were, and the answers have then counted all but it.
    return concat(*answers).zero_extend(x.width) + (~rest).zero_extend(x.width)


def count_leading_sign_bits(x: BV) -> BV:
    """CountLeadingSignBits: how many bits below the top one equal it without a break, as a number of x's width."""
    top = x.width - 1
    changes = x.extract(top, 1) ^ x.extract(top - 1, 0)
    return count_leading_zero_bits(concat(changes, BV.const(1, 1)))


def bit_count(byte: BV) -> BV:
    """BitCount of eight bits, as a number of eight bits."""
    return lookup(_ONES_IN_BYTE, byte)
