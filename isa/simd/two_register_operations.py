"""Operations on one element, shared by the vector and scalar two-register miscellaneous classes.

UNARY keeps the width, NARROWING halves it. COMPARISONS_WITH_ZERO are beside the other comparisons.
"""

from __future__ import annotations

from collections.abc import Callable

from isa.simd.saturation import signed_sat_q, unsigned_sat_q
from lnsym.bv import BV, ite


def absolute(x: BV) -> BV:
    """Abs(SInt(x)) modulo 2**width: the lowest number stays itself."""
    return ite(x[x.width - 1], -x, x)


def _unless_lowest(x: BV, result: BV) -> BV:
    """`result`, or the highest number where x is the lowest, whose negation does not fit."""
    lowest = BV.const(1 << (x.width - 1), x.width)
    return ite(x.eq(lowest), ~lowest, result)


def signed_add_unsigned(d: BV, x: BV) -> BV:
    """SUQADD: SatQ(SInt(d) + UInt(x)), signed."""
    return signed_sat_q(d.sign_extend(d.width + 2) + x.zero_extend(d.width + 2), d.width)


def unsigned_add_signed(d: BV, x: BV) -> BV:
    """USQADD: SatQ(UInt(d) + SInt(x)), unsigned."""
    return unsigned_sat_q(d.zero_extend(d.width + 2) + x.sign_extend(d.width + 2), d.width)


def _unsigned_narrow(x: BV) -> BV:
    """SatQ(UInt(x)) in half the width, unsigned."""
    esize = x.width // 2
    return ite(x.extract(x.width - 1, esize).eq(0), x.extract(esize - 1, 0), BV.const(-1, esize))


UNARY: dict[str, Callable[[BV], BV]] = {
    "ABS": absolute,
    "NEG": lambda x: -x,
    "SQABS": lambda x: _unless_lowest(x, absolute(x)),
    "SQNEG": lambda x: _unless_lowest(x, -x),
}
"""What each does to an element."""


SATURATING_ADD: dict[str, Callable[[BV, BV], BV]] = {
    "SUQADD": signed_add_unsigned,
    "USQADD": unsigned_add_signed,
}
"""What each does to an element of Vd and one of Vn of the other signedness."""


NARROWING: dict[str, Callable[[BV], BV]] = {
    "XTN": lambda x: x.extract(x.width // 2 - 1, 0),
    "SQXTN": lambda x: signed_sat_q(x, x.width // 2),
    "SQXTUN": lambda x: unsigned_sat_q(x, x.width // 2),
    "UQXTN": _unsigned_narrow,
}
"""What each makes of an element, half as wide."""
