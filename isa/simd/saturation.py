"""Saturation: the nearest number that a narrower element can hold.

A saturating instruction also sets the cumulative bit FPSR.QC. No modelled instruction reads it, and the state has no
FPSR.
"""

from __future__ import annotations

from lnsym.bv import BV, ite


def signed_sat_q(i: BV, width: int) -> BV:
    """SignedSatQ: the signed number of `width` bits nearest to the two's complement `i`, which is wider."""
    highest = BV.const((1 << (width - 1)) - 1, i.width)
    lowest = ~highest
    fits = ite(highest.slt(i), highest.extract(width - 1, 0), i.extract(width - 1, 0))
    return ite(i.slt(lowest), lowest.extract(width - 1, 0), fits)


def unsigned_sat_q(i: BV, width: int) -> BV:
    """UnsignedSatQ: the unsigned number of `width` bits nearest to the two's complement `i`, which is wider."""
    highest = BV.const((1 << width) - 1, i.width)
    fits = ite(highest.slt(i), highest.extract(width - 1, 0), i.extract(width - 1, 0))
    return ite(i.slt(0), BV.const(0, width), fits)


def sat_q(i: BV, width: int, unsigned: bool) -> BV:
    """SatQ: the number of `width` bits, unsigned or signed, nearest to the two's complement `i`, which is wider."""
    return unsigned_sat_q(i, width) if unsigned else signed_sat_q(i, width)
