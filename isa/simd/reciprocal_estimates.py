"""Unsigned reciprocal estimates: URECPE and URSQRTE.

A 32-bit operand is a fixed-point fraction. Its top nine bits choose an estimate of nine bits: each estimate is a table.
"""

from __future__ import annotations

from lnsym.bv import BV, concat, ite, lookup, table


def _recip_estimate(a: int) -> int:
    """RecipEstimate: 256 <= a < 512 stands for a fraction in [0.5, 1.0), the result for half its inverse."""
    return ((1 << 19) // (2 * a + 1) + 1) // 2


def _recip_sqrt_estimate(a: int) -> int:
    """RecipSqrtEstimate: 128 <= a < 512: a fraction in [0.25, 1.0); the result: half its inverse square root."""
    a = 2 * a + 1 if a < 256 else 2 * (a & ~1) + 2
    b = 512
    while a * (b + 1) * (b + 1) < 1 << 28:
        b += 1
    return (b + 1) // 2


_ONES = (1 << 9) - 1
_RECIP = table([_recip_estimate(a) if a >= 256 else _ONES for a in range(512)], 9)
_RECIP_SQRT = table([_recip_sqrt_estimate(a) if a >= 128 else _ONES for a in range(512)], 9)


def unsigned_recip_estimate(operand: BV) -> BV:
    """UnsignedRecipEstimate of 32 bits: all ones for a fraction below 0.5, whose inverse does not fit."""
    estimate = concat(lookup(_RECIP, operand.extract(31, 23)), BV.const(0, 23))
    return ite(operand[31], estimate, BV.const(-1, 32))


def unsigned_rsqrt_estimate(operand: BV) -> BV:
    """UnsignedRSqrtEstimate of 32 bits: all ones for a fraction below 0.25, whose inverse root does not fit."""
    estimate = concat(lookup(_RECIP_SQRT, operand.extract(31, 23)), BV.const(0, 23))
    return ite(operand.extract(31, 30).eq(0), BV.const(-1, 32), estimate)
