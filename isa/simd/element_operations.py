"""Operations on elements whose result is as wide as they are.

The vector and scalar three-same classes and the by-element classes share them: ELEMENTWISE of two elements,
ACCUMULATING of the destination's element and two more. `extend` is BV.sign_extend or BV.zero_extend: SInt or UInt.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from isa.lanes import lanes
from isa.simd.comparisons import COMPARISONS
from isa.simd.register_shifts import REGISTER_SHIFTS
from isa.simd.saturation import signed_sat_q
from lnsym.bv import BV, clmul, ite

Extension: TypeAlias = Callable[[BV, int], BV]


def _halving_add(x: BV, y: BV, extend: Extension, rounding: int = 0) -> BV:
    """(x + y + rounding) / 2, rounded down."""
    esize = x.width
    return (extend(x, esize + 1) + extend(y, esize + 1) + rounding).extract(esize, 1)


def _halving_subtract(x: BV, y: BV, extend: Extension) -> BV:
    """(x - y) / 2, rounded down."""
    esize = x.width
    return (extend(x, esize + 1) - extend(y, esize + 1)).extract(esize, 1)


def signed_saturating_add(x: BV, y: BV) -> BV:
    """SatQ(SInt(x) + SInt(y))."""
    return signed_sat_q(x.sign_extend(x.width + 1) + y.sign_extend(x.width + 1), x.width)


def signed_saturating_subtract(x: BV, y: BV) -> BV:
    """SatQ(SInt(x) - SInt(y))."""
    return signed_sat_q(x.sign_extend(x.width + 1) - y.sign_extend(x.width + 1), x.width)


def _unsigned_saturating_add(x: BV, y: BV) -> BV:
    """SatQ(UInt(x) + UInt(y)): a sum that wrapped is less than x."""
    total = x + y
    return ite(total.ult(x), BV.const(-1, x.width), total)


def _unsigned_saturating_subtract(x: BV, y: BV) -> BV:
    """SatQ(UInt(x) - UInt(y))."""
    return ite(x.ult(y), BV.const(0, x.width), x - y)


def signed_absolute_difference(x: BV, y: BV) -> BV:
    """Abs(SInt(x) - SInt(y)), an unsigned number of x's width."""
    return ite(x.slt(y), y - x, x - y)


def unsigned_absolute_difference(x: BV, y: BV) -> BV:
    """Abs(UInt(x) - UInt(y))."""
    return ite(x.ult(y), y - x, x - y)


def _multiply_high(x: BV, y: BV, rounding: bool, addend: Callable[[BV], BV] = lambda product: product) -> BV:
    """SatQ((2 * x * y + rounding) >> esize), or the same of `addend` of the product.

    All is halved, so that nothing but the result needs more than 2 * esize bits.
    """
    esize = x.width
    wide = addend(x.sign_extend(2 * esize) * y.sign_extend(2 * esize))
    if rounding:
        wide = wide + (1 << (esize - 2))
    return signed_sat_q(wide.extract(2 * esize - 1, esize - 1), esize)


def _multiply_accumulate_high(d: BV, x: BV, y: BV) -> BV:
    """SatQ(((SInt(d) << esize) + 2 * x * y + rounding) >> esize)."""
    shifted = d.sign_extend(2 * d.width) << (d.width - 1)
    return _multiply_high(x, y, True, lambda product: shifted + product)


def _multiply_subtract_high(d: BV, x: BV, y: BV) -> BV:
    """SatQ(((SInt(d) << esize) - 2 * x * y + rounding) >> esize)."""
    shifted = d.sign_extend(2 * d.width) << (d.width - 1)
    return _multiply_high(x, y, True, lambda product: shifted - product)


def _dot_product(d: BV, x: BV, y: BV, extend: Extension) -> BV:
    """The 32-bit d plus the sum of the products of the four bytes of x with those of y."""
    for byte_x, byte_y in zip(lanes(x, 8), lanes(y, 8), strict=True):
        d = d + extend(byte_x, 32) * extend(byte_y, 32)
    return d


ELEMENTWISE: dict[str, Callable[[BV, BV], BV]] = {
    "SHADD": partial(_halving_add, extend=BV.sign_extend),
    "UHADD": partial(_halving_add, extend=BV.zero_extend),
    "SRHADD": partial(_halving_add, extend=BV.sign_extend, rounding=1),
    "URHADD": partial(_halving_add, extend=BV.zero_extend, rounding=1),
    "SHSUB": partial(_halving_subtract, extend=BV.sign_extend),
    "UHSUB": partial(_halving_subtract, extend=BV.zero_extend),
    "SQADD": signed_saturating_add,
    "UQADD": _unsigned_saturating_add,
    "SQSUB": signed_saturating_subtract,
    "UQSUB": _unsigned_saturating_subtract,
    **COMPARISONS,
    **REGISTER_SHIFTS,
    "SMAX": lambda x, y: ite(x.slt(y), y, x),
    "UMAX": lambda x, y: ite(x.ult(y), y, x),
    "SMIN": lambda x, y: ite(x.slt(y), x, y),
    "UMIN": lambda x, y: ite(x.ult(y), x, y),
    "SABD": signed_absolute_difference,
    "UABD": unsigned_absolute_difference,
    "ADD": lambda x, y: x + y,
    "SUB": lambda x, y: x - y,
    "MUL": lambda x, y: x * y,
    "PMUL": lambda x, y: clmul(x, y).extract(x.width - 1, 0),
    "SQDMULH": partial(_multiply_high, rounding=False),
    "SQRDMULH": partial(_multiply_high, rounding=True),
}
"""What each does to an element of Vn and one of Vm."""


ACCUMULATING: dict[str, Callable[[BV, BV, BV], BV]] = {
    "MLA": lambda d, x, y: d + x * y,
    "MLS": lambda d, x, y: d - x * y,
    "SABA": lambda d, x, y: d + signed_absolute_difference(x, y),
    "UABA": lambda d, x, y: d + unsigned_absolute_difference(x, y),
    "SQRDMLAH": _multiply_accumulate_high,
    "SQRDMLSH": _multiply_subtract_high,
    "SDOT": partial(_dot_product, extend=BV.sign_extend),
    "UDOT": partial(_dot_product, extend=BV.zero_extend),
}
"""What each does to an element of Vd, one of Vn and one of Vm."""
