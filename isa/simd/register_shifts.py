"""Shifts of an element by the signed amount in another: SSHL, SRSHL, SQSHL, SQRSHL and their unsigned forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lnsym.bv import BV, ite


def _shift(x: BV, shifts: BV, unsigned: bool, rounding: bool = False, saturating: bool = False) -> BV:
    """The element x shifted left by the low byte of `shifts`, or right where that byte is negative.

    Arm shifts unbounded integers; here an amount of x's width or more leaves zeros or copies of the sign: the same.
    """
    esize = x.width
    shift_right = BV.__rshift__ if unsigned else BV.shift_right_arithmetic
    amount = shifts.extract(7, 0)
    to_left, to_right = amount.zero_extend(esize), (-amount).zero_extend(esize)
    left = x << to_left
    if saturating:  # bits were lost unless the way back gives x
        left = ite(shift_right(left, to_left).eq(x), left, _nearest_bound(x, unsigned))
    right = shift_right(x, to_right)
    if rounding:  # adding half a unit first carries into the result exactly if the last bit shifted out is set
        right = right + (shift_right(x, to_right - 1) & 1)
    return ite(amount[7], right, left)


def _nearest_bound(x: BV, unsigned: bool) -> BV:
    """The end of the range on x's side of zero."""
    if unsigned:
        return BV.const(-1, x.width)
    lowest = BV.const(1 << (x.width - 1), x.width)
    return ite(x[x.width - 1], lowest, ~lowest)


REGISTER_SHIFTS: dict[str, Callable[[BV, BV], BV]] = {
    "SSHL": partial(_shift, unsigned=False),
    "USHL": partial(_shift, unsigned=True),
    "SRSHL": partial(_shift, unsigned=False, rounding=True),
    "URSHL": partial(_shift, unsigned=True, rounding=True),
    "SQSHL": partial(_shift, unsigned=False, saturating=True),
    "UQSHL": partial(_shift, unsigned=True, saturating=True),
    "SQRSHL": partial(_shift, unsigned=False, rounding=True, saturating=True),
    "UQRSHL": partial(_shift, unsigned=True, rounding=True, saturating=True),
}
"""What each does to an element and the element that holds its amount."""
