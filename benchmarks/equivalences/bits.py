"""Bits counted, found, moved and folded."""

from __future__ import annotations

from functools import partial, reduce
from operator import xor

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from lnsym.bv import BV, ite


def pattern(period: int, width: int) -> int:
    """The word of `width` bits in which the lower half of each `period` bits is 1."""
    return ((1 << width) - 1) // ((1 << period) - 1) * ((1 << period // 2) - 1)


def population_count(x: BV) -> BV:
    """The number of ones by fields of 2, 4 and 8 bits, summed by a multiplication."""
    width = x.width
    x = x - ((x >> 1) & pattern(2, width))
    x = (x & pattern(4, width)) + ((x >> 2) & pattern(4, width))
    x = (x + (x >> 4)) & pattern(8, width)
    return (x * (((1 << width) - 1) // 255)) >> (width - 8)


def sum_of_bits(x: BV) -> BV:
    """The number of ones, one bit after the other."""
    total = BV.const(0, x.width)
    for i in range(x.width):
        total = total + x[i].zero_extend(x.width)
    return total


def popcount(width: int) -> Sides:
    """The number of ones: by fields, against the sum of the bits."""
    x = BV.var("x", width)
    return Sides(population_count(x), sum_of_bits(x))


def parity_by_popcount() -> Sides:
    """The parity of a word: the lowest bit of CNT and ADDV, against XORs folded in halves."""
    x = BV.var("x", 64)
    folded = x
    for amount in (32, 16, 8, 4, 2, 1):
        folded = folded ^ (folded >> amount)
    return Sides(population_count(x) & 1, folded & 1)


def leading_zeros(x: BV) -> BV:
    """The number of leading zeros, the bits tried from the lowest up."""
    count = BV.const(x.width, x.width)
    for i in range(x.width):
        count = ite(x[i], BV.const(x.width - 1 - i, x.width), count)
    return count


def leading_zeros_by_search(x: BV) -> BV:
    """The number of leading zeros by binary search."""
    width, rest, count = x.width, x, BV.const(0, x.width)
    half = width // 2
    while half:
        empty = (rest >> (width - half)).eq(0)
        count = ite(empty, count + half, count)
        rest = ite(empty, rest << half, rest)
        half //= 2
    return count + (~rest[width - 1]).zero_extend(width)


def clz() -> Sides:
    """CLZ: a binary search against a loop."""
    x = BV.var("x", 64)
    return Sides(leading_zeros_by_search(x), leading_zeros(x))


def byte_swap() -> Sides:
    """The bytes of a word in reverse: by masks and shifts, against REV."""
    x = BV.var("x", 64)
    swapped = x
    for amount in (8, 16, 32):
        low = pattern(2 * amount, 64)
        swapped = ((swapped >> amount) & low) | ((swapped & low) << amount)
    return Sides(swapped, x.reverse_bytes())


def gray_code_counter() -> Sides:
    """The successor of a Gray code: decoded by folding, incremented and coded, against the flip rule by parity."""
    g = BV.var("g", 32)
    number = g
    for amount in (1, 2, 4, 8, 16):
        number = number ^ (number >> amount)
    number = number + 1
    parity = reduce(xor, [g[i] for i in range(32)])
    lowest = g & -g
    flip = ite(parity, (lowest << 1) | lowest.eq(1 << 31).zero_extend(32) << 31, BV.const(1, 32))
    flip = ite(parity & g.eq(1 << 31), BV.const(1 << 31, 32), flip)
    return Sides(number ^ (number >> 1), g ^ flip)


GOALS = [
    EquivalenceGoal("byte-swap-by-masks-64", byte_swap, level=0),
    EquivalenceGoal("popcount-32", partial(popcount, 32)),
    EquivalenceGoal("popcount-64", partial(popcount, 64)),
    EquivalenceGoal("parity-by-popcount-64", parity_by_popcount),
    EquivalenceGoal("leading-zeros-64", clz),
    EquivalenceGoal("gray-code-counter-32", gray_code_counter),
]
