"""Multiplications and divisions: by constants, from halves, and a remainder modulo a small prime."""

from __future__ import annotations

from functools import partial

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from lnsym.bv import BV, clmul, concat


def constants_by_shifts() -> Sides:
    """Products by constants as compilers write them, ADD and SUB with shifted operands, against MUL."""
    x = BV.var("x", 64)
    fnv_prime = (x << 40) + ((x << 9) - (x << 6) - (x << 4) + (x << 1) + x)
    times_640 = (x + (x << 2)) << 7
    return Sides(concat(fnv_prime, times_640), concat(x * 0x100000001B3, x * 640))


def karatsuba(width: int) -> Sides:
    """The product from three products of halves (A. Karatsuba, Yu. Ofman, 1962), against one product."""
    x, y = BV.var("x", width), BV.var("y", width)
    half, wide = width // 2, 2 * width
    low_x, high_x, low_y, high_y = (w.zero_extend(wide) for v in (x, y) for w in (v[half - 1 : 0], v[width - 1 : half]))
    low, high = low_x * low_y, high_x * high_y
    middle = (low_x + high_x) * (low_y + high_y) - low - high
    return Sides(low + (middle << half) + (high << width), x.zero_extend(wide) * y.zero_extend(wide))


def carryless_karatsuba(width: int) -> Sides:
    """A polynomial product from three PMULLs of halves, as GHASH code has it, against one."""
    x, y = BV.var("x", width), BV.var("y", width)
    half = width // 2
    low = clmul(x[half - 1 : 0], y[half - 1 : 0])
    high = clmul(x[width - 1 : half], y[width - 1 : half])
    middle = clmul(x[half - 1 : 0] ^ x[width - 1 : half], y[half - 1 : 0] ^ y[width - 1 : half]) ^ low ^ high
    wide = 2 * width
    return Sides(
        low.zero_extend(wide) ^ (middle.zero_extend(wide) << half) ^ (high.zero_extend(wide) << width), clmul(x, y)
    )


def division_by_constant(width: int, divisor: int, shift: int) -> Sides:
    """A quotient by a constant as a high product and a shift (T. Granlund, P. Montgomery, 1994), against UDIV."""
    x = BV.var("x", width)
    factor = -(-(1 << (width + shift)) // divisor)
    product = x.zero_extend(2 * width) * factor
    return Sides(product[2 * width - 1 : width + shift].zero_extend(width), x.udiv(divisor))


KYBER_Q = 3329


def barrett_reduction() -> Sides:
    """A 16-bit number modulo 3329, the prime of ML-KEM: Barrett's product and one masked subtraction, against UDIV and MSUB."""
    x = BV.var("x", 16)
    quotient = ((x.zero_extend(32) * ((1 << 24) // KYBER_Q)) >> 24)[15:0]
    rest = x - quotient * KYBER_Q
    rest = rest - KYBER_Q
    return Sides(rest + (rest.shift_right_arithmetic(15) & KYBER_Q), x - x.udiv(KYBER_Q) * KYBER_Q)


GOALS = [
    EquivalenceGoal("constants-by-shifts-64", constants_by_shifts, level=0),
    EquivalenceGoal("karatsuba-8", partial(karatsuba, 8)),
    EquivalenceGoal("pmull-karatsuba-16", partial(carryless_karatsuba, 16), level=0),
    EquivalenceGoal("division-by-3-8", partial(division_by_constant, 8, 3, 1), level=0),
    EquivalenceGoal("division-by-10-16", partial(division_by_constant, 16, 10, 3)),
    EquivalenceGoal("barrett-3329-16", barrett_reduction),
]
