"""Shifts and rotations: by a constant a masked rotation, by a term an opaque node.

Shift amounts of `width` and above mean what SMT-LIB says: zeros, or copies of the sign bit. The semantics in
`isa` reduce an amount first where Arm does.
"""

from __future__ import annotations

from lnsym.bv import bitwise, slices
from lnsym.bv.term import BV, intern, level


def _constant(term: BV, amount: BV | int) -> int | BV:
    """The amount as an int where it is known."""
    if isinstance(amount, int):
        return amount
    amount = term.coerce(amount)
    return amount.value if amount.op == "const" else amount


def shift_left(term: BV, amount: BV | int) -> BV:
    """left-shift: x << k = m & ror(x, n-k); left-shift-out: x << n = 0"""
    known = _constant(term, amount)
    width = term.width
    if not isinstance(known, int):
        return intern("shl", width, (term, known))
    if known < 0:
        raise ValueError(f"shift by {known}")
    if known == 0:
        return term
    if known >= width:
        return BV.const(0, width)
    if term.op == "const":
        return BV.const(term.args[0] << known, width)
    if not level.rules:
        return intern("shl", width, (term, BV.const(known, width)))
    if term.op == "concat":
        return slices.concat(slices.extract(term, width - 1 - known, 0), BV.const(0, known))
    return bitwise.rotated_masked(term, -known, (-1 << known) & ((1 << width) - 1))


def shift_right(term: BV, amount: BV | int) -> BV:
    """right-shift: x >> k = m & ror(x, k); right-shift-out: x >> n = 0"""
    known = _constant(term, amount)
    width = term.width
    if not isinstance(known, int):
        return intern("lshr", width, (term, known))
    if known < 0:
        raise ValueError(f"shift by {known}")
    if known == 0:
        return term
    if known >= width:
        return BV.const(0, width)
    if term.op == "const":
        return BV.const(term.args[0] >> known, width)
    if not level.rules:
        return intern("lshr", width, (term, BV.const(known, width)))
    if term.op == "concat":
        return slices.concat(BV.const(0, known), slices.extract(term, width - 1, known))
    return bitwise.rotated_masked(term, known, (1 << (width - known)) - 1)


def shift_right_arithmetic(term: BV, amount: BV | int) -> BV:
    """sign-shift: x >>s k = sext(x[n-1:k]), k at most n-1"""
    known = _constant(term, amount)
    width = term.width
    if not isinstance(known, int):
        return intern("ashr", width, (term, known))
    if known < 0:
        raise ValueError(f"shift by {known}")
    known = min(known, width - 1)
    if known == 0:
        return term
    return slices.sign_extend(slices.extract(term, width - 1, known), width)


def rotate_right(term: BV, amount: BV | int) -> BV:
    """rotation-modulo: ror(x, k + n) = ror(x, k); by a term, where n is a power of two, as the OR of two shifts"""
    known = _constant(term, amount)
    width = term.width
    if not isinstance(known, int):
        if width & (width - 1):
            raise ValueError(f"rotation of {width} bits by a term: the width is no power of two")
        known = known & (width - 1)
        return shift_right(term, known) | shift_left(term, (width - known) & (width - 1))
    known %= width
    if known == 0:
        return term
    if term.op == "const":
        value = term.args[0]
        return BV.const(value >> known | value << (width - known), width)
    if not level.rules:
        return intern("ror", width, (term, known))
    if term.op == "concat":
        return slices.concat(slices.extract(term, known - 1, 0), slices.extract(term, width - 1, known))
    return bitwise.rotated_masked(term, known, (1 << width) - 1)
