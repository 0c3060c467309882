"""Operations on elements whose result is twice as wide.

The vector and scalar three-different classes and the by-element classes share them: LONG of two elements,
ACCUMULATING_LONG of the destination's wide element and two more.
"""

from __future__ import annotations

from collections.abc import Callable

from isa.simd.element_operations import (
    signed_absolute_difference,
    signed_saturating_add,
    signed_saturating_subtract,
    unsigned_absolute_difference,
)
from isa.simd.saturation import signed_sat_q
from lnsym.bv import BV, clmul, concat


def _signed(x: BV) -> BV:
    return x.sign_extend(2 * x.width)


def _unsigned(x: BV) -> BV:
    return x.zero_extend(2 * x.width)


def _saturating_doubling_multiply(x: BV, y: BV) -> BV:
    """SatQ(2 * SInt(x) * SInt(y))."""
    product = _signed(x) * _signed(y)
    return signed_sat_q(concat(product, BV.const(0, 1)), product.width)


LONG: dict[str, Callable[[BV, BV], BV]] = {
    "SADDL": lambda x, y: _signed(x) + _signed(y),
    "UADDL": lambda x, y: _unsigned(x) + _unsigned(y),
    "SSUBL": lambda x, y: _signed(x) - _signed(y),
    "USUBL": lambda x, y: _unsigned(x) - _unsigned(y),
    "SABDL": lambda x, y: _unsigned(signed_absolute_difference(x, y)),
    "UABDL": lambda x, y: _unsigned(unsigned_absolute_difference(x, y)),
    "SMULL": lambda x, y: _signed(x) * _signed(y),
    "UMULL": lambda x, y: _unsigned(x) * _unsigned(y),
    "SQDMULL": _saturating_doubling_multiply,
    "PMULL": clmul,
}
"""What each does to an element of Vn and one of Vm."""


ACCUMULATING_LONG: dict[str, Callable[[BV, BV, BV], BV]] = {
    "SABAL": lambda d, x, y: d + _unsigned(signed_absolute_difference(x, y)),
    "UABAL": lambda d, x, y: d + _unsigned(unsigned_absolute_difference(x, y)),
    "SMLAL": lambda d, x, y: d + _signed(x) * _signed(y),
    "UMLAL": lambda d, x, y: d + _unsigned(x) * _unsigned(y),
    "SMLSL": lambda d, x, y: d - _signed(x) * _signed(y),
    "UMLSL": lambda d, x, y: d - _unsigned(x) * _unsigned(y),
    "SQDMLAL": lambda d, x, y: signed_saturating_add(d, _saturating_doubling_multiply(x, y)),
    "SQDMLSL": lambda d, x, y: signed_saturating_subtract(d, _saturating_doubling_multiply(x, y)),
}
"""What each does to a wide element of Vd, an element of Vn and one of Vm."""
