"""Comparisons and choices. A condition is a term of one bit, so that the bitwise forms serve as its logic."""

from __future__ import annotations

from lnsym.bv import sums
from lnsym.bv.term import BV, intern, level


def equal(a: BV, b: BV) -> BV:
    """1 when a = b."""
    if a is b:
        return BV.const(1, 1)
    if a.op == "const" and b.op == "const":
        return BV.const(0, 1)
    if not level.rules:
        return intern("eq", 1, (a, b))
    if a.width == 1:
        return ~(a ^ b)
    # equal-by-difference: terms common to both sides cancel, the constant goes to one side
    if a.op == "sum" or b.op == "sum":
        (addends, constant), width = sums.addends_of(sums.subtract(a, b)), a.width
        if not addends:
            return BV.const(int(constant == 0), 1)
        ones = (1 << width) - 1
        if min(addends)[1] > ones >> 1:  # one of x - c and c - x: the first coefficient is not negative
            addends = tuple([(s, -c & ones, t) for s, c, t in addends])
            constant = -constant & ones
        a, b = sums.from_addends(addends, 0, width), BV.const(-constant, width)
    if a.op == "const" or (b.op != "const" and a.serial > b.serial):
        a, b = b, a
    return intern("eq", 1, (a, b))


def less_unsigned(a: BV, b: BV) -> BV:
    """1 when a < b, unsigned."""
    if a is b:
        return BV.const(0, 1)
    if b.op == "const":
        if a.op == "const":
            return BV.const(int(a.args[0] < b.args[0]), 1)
        if b.args[0] == 0:
            return b[0:0]
        if level.rules and b.args[0] == 1:
            return equal(a, BV.const(0, a.width))
    elif level.rules and a.op == "const":
        if a.args[0] == (1 << a.width) - 1:
            return BV.const(0, 1)
        if a.args[0] == 0:
            return ~equal(a, b)
    return intern("ult", 1, (a, b))


def less_signed(a: BV, b: BV) -> BV:
    """1 when a < b, two's complement."""
    if a is b:
        return BV.const(0, 1)
    if a.op == "const" and b.op == "const":
        sign = 1 << (a.width - 1)
        return BV.const(int(a.args[0] ^ sign < b.args[0] ^ sign), 1)
    if level.rules and b.op == "const" and b.args[0] == 0:
        return a[a.width - 1]
    return intern("slt", 1, (a, b))


def ite(condition: BV, then: BV, otherwise: BV | int) -> BV:
    """`then` where the condition is 1, else `otherwise`; both of one width."""
    if condition.width != 1:
        raise ValueError(f"a condition of {condition.width} bits")
    otherwise = then.coerce(otherwise)
    if condition.op == "const":
        return then if condition.args[0] else otherwise
    if then is otherwise:
        return then
    if level.rules:
        if then.width == 1:
            return otherwise ^ (condition & (then ^ otherwise))
        if condition.op == "anf" and condition.args[0][0] == ():  # ite-not: ~c ? x : y = c ? y : x
            condition, then, otherwise = ~condition, otherwise, then
        if then.op == "ite" and then.args[0] is condition:
            then = then.args[1]
        if otherwise.op == "ite" and otherwise.args[0] is condition:
            otherwise = otherwise.args[2]
        if then is otherwise:
            return then
    return intern("ite", then.width, (condition, then, otherwise))
