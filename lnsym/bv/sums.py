"""Addition: modular sums as coefficient maps with one constant.

A term of op `sum` is  constant + c_1 * t_1 + c_2 * t_2 + ...  modulo 2**width, held as a tuple of
(serial, coefficient, term), sorted, and the constant. Subtraction is a coefficient, and what other normal forms write
differently is read as a sum here: ~x is -x - 1, a left shift x << k is 2**k * x. On the way out the same
shapes leave the sum again, so that each value has one form and the order of additions does not show in it.

A sum of one bit is an XOR and never gets here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import reduce
from operator import xor

from lnsym.bv import bitwise
from lnsym.bv.forms import Addends, items_in, sum_in
from lnsym.bv.term import BV, concat, intern

FEW = 16
"""Up to this many addends go into a longer sum one at a time."""


def addends_of(term: BV) -> tuple[Addends, int]:
    """The term as addends and a constant. sum-flattens: (x + y) + (x + z) = 2·x + y + z"""
    op = term.op
    if op == "sum":
        return sum_in(term)
    if op == "const":
        return (), term.args[0]
    if op == "anf":
        return _addends_of_bitwise(term)
    if op == "concat":
        return _addends_of_concat(term)
    if op == "sext" and term.args[0].width == 1:
        # sign-as-sum: sext(b) = -zext(b), b one bit
        bit = concat(BV.const(0, term.width - 1), term.args[0])
        return ((bit.serial, (1 << term.width) - 1, bit),), 0
    return ((term.serial, 1, term),), 0


def _scaled(parts: tuple[Addends, int], factor: int, width: int) -> tuple[Addends, int]:
    """Factor times the sum of these addends and this constant."""
    addends, constant = parts
    ones = (1 << width) - 1
    scaled = [(serial, c * factor & ones, t) for serial, c, t in addends]
    return tuple([a for a in scaled if a[1]]), constant * factor & ones


def _complement(term: BV) -> tuple[Addends, int]:
    """not-as-sum: ~x = -x - 1; the addend is the one of x and ~x whose known bit is 0"""
    addends, constant = _scaled(addends_of(~term), -1, term.width)
    return addends, (constant - 1) & ((1 << term.width) - 1)


def _addends_of_bitwise(term: BV) -> tuple[Addends, int]:
    items = items_in(term)
    constant = 0 if items[0][0] else items[0][1]
    if constant & 1:
        return _complement(term)
    mask = items[-1][1]
    if not mask & 1:  # shift-as-sum: x << k = 2**k * x
        width = term.width
        amount = (mask & -mask).bit_length() - 1
        words = items[1:] if constant else items
        if not constant & ~mask:
            inner = bitwise.unshifted(words, amount, width)
            if inner is not None:
                constant >>= amount
                inner = inner ^ (constant | -(constant & 1) << (width - amount))
                return _scaled(addends_of(inner), 1 << amount, width)
    return ((term.serial, 1, term),), 0


def _addends_of_concat(term: BV) -> tuple[Addends, int]:
    pieces: tuple[BV, ...] = term.args
    top, bottom = pieces[0], pieces[-1]
    if len(pieces) > bitwise.MAX_SEGMENTS:  # its complement is not split at the pieces
        return ((term.serial, 1, term),), 0
    if top.op == "const":
        if top.args[0] >> (top.width - 1):
            return _complement(term)
    elif bottom.op == "const":
        if bottom.args[0] & 1:
            return _complement(term)
    elif bottom.op == "anf" and not bottom.args[0][0] and bottom.args[0][1] & 1:
        return _complement(term)
    if bottom.op == "const" and not bottom.args[0]:  # piece-shift-as-sum: x ++ 0 = 2**k * (0 ++ x)
        amount = bottom.width
        inner = concat(BV.const(0, amount), *pieces[:-1])
        return _scaled(addends_of(inner), 1 << amount, term.width)
    return ((term.serial, 1, term),), 0


def from_addends(addends: Addends, constant: int, width: int) -> BV:
    """The term with these addends, sorted and none with coefficient zero, and this constant."""
    if not addends:
        return BV.const(constant, width)
    if len(addends) == 1:
        _, coefficient, term = addends[0]
        if constant == 0 and coefficient == 1:
            return term
        alone = _one_addend(coefficient, term, constant)
        # A form that reads back as another sum would let the order of additions show.
        if alone is not None and addends_of(alone) == (addends, constant):
            return alone
    return intern("sum", width, (addends, constant))


def _one_addend(coefficient: int, term: BV, constant: int) -> BV | None:
    """The bitwise form of a sum of one addend, where there is one."""
    width = term.width
    ones = (1 << width) - 1
    if constant == 0:
        if coefficient & (coefficient - 1) == 0:  # power-as-shift: 2**k * x = x << k
            return term << (coefficient.bit_length() - 1)
        if coefficient == ones and term.op == "concat" and len(term.args) == 2 and term.args[1].width == 1:
            # minus-bit-as-sign: -zext(b) = sext(b), b one bit
            return term.args[1].sign_extend(width)  # type: ignore[no-any-return]
    elif constant == coefficient:
        power = -coefficient & ones
        if power & (power - 1) == 0:  # minus-as-not: -2**k * x - 2**k = ~x << k
            return ~term << (power.bit_length() - 1)
    return None


def _merge(left: Addends, right: Addends, width: int) -> Addends:
    """Both lists as one, coefficients of the same term added, zeros dropped."""
    if len(right) > len(left):
        left, right = right, left
    ones = (1 << width) - 1
    if len(right) > FEW:
        return _merge_long(left, right, ones)
    merged = list(left)
    at = 0
    for addend in right:
        serial, coefficient, term = addend
        at = bisect_left(merged, (serial,), at)
        if at < len(merged) and merged[at][0] == serial:
            coefficient = (coefficient + merged[at][1]) & ones
            if coefficient:
                merged[at] = (serial, coefficient, term)
            else:
                del merged[at]
        else:
            merged.insert(at, addend)
    return tuple(merged)


def _merge_long(left: Addends, right: Addends, ones: int) -> Addends:
    by_serial = {addend[0]: addend for addend in left}
    for addend in right:
        serial = addend[0]
        old = by_serial.get(serial)
        if old is None:
            by_serial[serial] = addend
        else:
            coefficient = (old[1] + addend[1]) & ones
            if coefficient:
                by_serial[serial] = (serial, coefficient, addend[2])
            else:
                del by_serial[serial]
    return tuple(sorted(by_serial.values()))


def add(a: BV, b: BV) -> BV:
    """a + b modulo 2**width. bit-sum: x + y = x ^ y, one bit wide"""
    width = a.width
    if width == 1:
        return a ^ b
    left, constant_l = addends_of(a)
    right, constant_r = addends_of(b)
    addends = _merge(left, right, width) if right else left
    return from_addends(addends, (constant_l + constant_r) & ((1 << width) - 1), width)


def subtract(a: BV, b: BV) -> BV:
    """a - b modulo 2**width."""
    width = a.width
    if width == 1:
        return a ^ b
    left, constant_l = addends_of(a)
    right, constant_r = _scaled(addends_of(b), -1, width)
    addends = _merge(left, right, width)
    return from_addends(addends, (constant_l + constant_r) & ((1 << width) - 1), width)


def scale(term: BV, factor: int) -> BV:
    """scale-distributes: c * (x + y) = c·x + c·y"""
    addends, constant = _scaled(addends_of(term), factor, term.width)
    return from_addends(addends, constant, term.width)


def combination(parts: Iterable[tuple[int, BV]], constant: int, width: int) -> BV:
    """The sum of coefficient times term and a constant, whatever the order: many at once, since one by one takes the square of the time."""
    ones = (1 << width) - 1
    coefficients: dict[int, tuple[int, BV]] = {}
    for times, term in parts:
        addends, inner = addends_of(term)
        constant += times * inner
        for serial, coefficient, addend in addends:
            before = coefficients.get(serial)
            coefficients[serial] = times * coefficient + (before[0] if before else 0), addend
    kept = [(serial, times & ones, addend) for serial, (times, addend) in coefficients.items() if times & ones]
    if width == 1:
        return reduce(xor, [addend for _, _, addend in kept], BV.const(constant, 1))
    return from_addends(tuple(sorted(kept)), constant & ones, width)


def sum_of(terms: list[BV]) -> BV:
    """The sum of one or more terms of one width."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
