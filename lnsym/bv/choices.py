"""Comparisons and choices. A condition is a term of one bit, so that the bitwise forms serve as its logic."""

from __future__ import annotations

from lnsym.bv import bitwise, sums
from lnsym.bv.forms import items_in
from lnsym.bv.term import BV, concat, intern, ite

FALSE = BV.const(0, 1)
TRUE = BV.const(1, 1)


def equal(a: BV, b: BV) -> BV:
    """1 when a = b."""
    if a.width == 1:  # bit-equal: (x = y) = ~(x ^ y), one bit wide
        return ~(a ^ b)
    if a.op == "sum" or b.op == "sum":
        return _equal_by_difference(a, b)
    if a.op == "concat" or b.op == "concat":
        return _equal_pieces(a, b)
    if a.op == "anf" or b.op == "anf":
        return _equal_by_xor(a, b)
    return _equation(a, b)


def _equation(a: BV, b: BV) -> BV:
    """equal-commutes: (y = x) = (x = y), a constant on the right"""
    if a is b:
        return TRUE
    if a.op == "const":
        if b.op == "const":
            return FALSE
        a, b = b, a
    elif b.op != "const" and a.serial > b.serial:
        a, b = b, a
    return intern("eq", 1, (a, b))


def _equal_by_difference(a: BV, b: BV) -> BV:
    """equal-difference: (x + y = x + z + n) = (y - z = n), n a constant; (y - z = 0) = (y = z)"""
    width = a.width
    ones = (1 << width) - 1
    half = 1 << (width - 1)
    addends, constant = sums.addends_of(a - b)
    # Of x - n and n - x: the first coefficient that is not its own negative is less than half.
    if next((c for _, c, _ in addends if c != half), 0) > half:
        addends = tuple([(serial, -c & ones, t) for serial, c, t in addends])
        constant = -constant & ones
    if not constant and len(addends) == 2 and addends[0][1] == 1 and addends[1][1] == ones:
        return _equation(addends[0][2], addends[1][2])
    return _equation(sums.from_addends(addends, 0, width), BV.const(-constant, width))


def _equal_pieces(a: BV, b: BV) -> BV:
    """equal-pieces: (n ++ x = n ++ y) = (x = y); (m ++ x = n ++ y) = 0 for constants m, n that differ"""
    difference = a ^ b
    if difference.op == "concat":
        position = difference.width
        high = low = None
        for piece in difference.args:
            position -= piece.width
            if piece.op != "const":
                high = position + piece.width - 1 if high is None else high
                low = position
            elif piece.args[0]:
                return FALSE
        if high is not None and low is not None and high - low + 1 < difference.width:
            return a.extract(high, low).eq(b.extract(high, low))
    elif difference.op == "const":
        return FALSE if difference.args[0] else TRUE
    return _equation(a, b)


def _equal_by_xor(a: BV, b: BV) -> BV:
    """equal-xor: (x ^ y = x ^ z ^ n) = (y ^ z = n); (y ^ z = 0) = (y = z)"""
    difference = a ^ b
    if difference.op != "anf":
        return _equation(difference, BV.const(0, a.width))
    items = items_in(difference)
    constant = 0
    if not items[0][0]:
        constant = items[0][1]
        items = items[1:]
    reach = 0
    for _, mask in items:
        reach |= mask
    if constant & ~reach:  # equal-masked: (x & m = n) = 0 where n has a bit that m has not
        return FALSE
    ones = (1 << a.width) - 1
    if not constant and len(items) == 2 and all(m == ones and len(f) == 1 and not f[0][1] for f, m in items):
        return _equation(items[0][0][0][2], items[1][0][0][2])
    return _equation(bitwise.from_items(dict(items), a.width), BV.const(constant, a.width))


def _leading_zeros(term: BV) -> int:
    """How many of the most significant bits are known to be 0."""
    if term.op == "const":
        return term.width - int(term.args[0]).bit_length()
    if term.op == "concat" and term.args[0].op == "const":
        return _leading_zeros(term.args[0])
    return 0


def less_unsigned(a: BV, b: BV) -> BV:
    """1 when a < b, unsigned."""
    width = a.width
    if width == 1:  # bit-below: (x <u y) = ~x & y, one bit wide
        return ~a & b
    if b.op == "const":
        if b.args[0] == 1:  # below-one: (x <u 1) = (x = 0)
            return a.eq(0)
        if b.args[0] == (1 << width) - 1:  # below-ones: (x <u 1..1) = ~(x = 1..1)
            return a.ne(b)
    elif a.op == "const":
        if a.args[0] == (1 << width) - 1:  # above-ones: (1..1 <u x) = 0
            return FALSE
        if a.args[0] == 0:  # above-zero: (0 <u x) = ~(x = 0)
            return a.ne(b)
    zeros_a, zeros_b = _leading_zeros(a), _leading_zeros(b)
    if zeros_a and zeros_b:  # below-pieces: (0 ++ x <u 0 ++ y) = (x <u y)
        top = width - min(zeros_a, zeros_b) - 1
        return a.extract(top, 0).ult(b.extract(top, 0))
    if zeros_a and b.op == "const":  # below-range: (0 ++ x <u n) = 1 where n is past the range of x
        return TRUE
    if zeros_b and a.op == "const":  # above-range: (n <u 0 ++ x) = 0 likewise
        return FALSE
    return intern("ult", 1, (a, b))


def less_signed(a: BV, b: BV) -> BV:
    """1 when a < b, two's complement."""
    if a.width == 1:  # bit-less: (x <s y) = x & ~y, one bit wide
        return a & ~b
    sign = 1 << (a.width - 1)
    if b.op == "const":
        if b.args[0] == 0:  # less-zero: (x <s 0) = x[n-1]
            return a[a.width - 1]
        if b.args[0] == sign:  # less-least: (x <s 10..0) = 0
            return FALSE
    elif a.op == "const":
        if a.args[0] == 2 * sign - 1:  # more-minus-one: (-1 <s x) = ~x[n-1]
            return ~b[a.width - 1]
        if a.args[0] == sign - 1:  # more-greatest: (01..1 <s x) = 0
            return FALSE
    return intern("slt", 1, (a, b))


def choose(condition: BV, then: BV, otherwise: BV) -> BV:
    """`then` where the condition is 1, else `otherwise`."""
    if then.width == 1:  # bit-choice: (c ? x : y) = y ^ c & (x ^ y), one bit wide
        return otherwise ^ (condition & (then ^ otherwise))
    if condition.op == "anf" and condition.args[0][0] == ():  # choice-not: (~c ? x : y) = (c ? y : x)
        condition, then, otherwise = ~condition, otherwise, then
    # choice-again: (c ? (c ? x : y) : z) = (c ? x : z), and likewise on the other side
    if then.op == "ite" and then.args[0] is condition:
        then = then.args[1]
    if otherwise.op == "ite" and otherwise.args[0] is condition:
        otherwise = otherwise.args[2]
    if then is otherwise:
        return then
    if then.op == "const" and otherwise.op == "const":
        bit = _bit_choice(condition, then, otherwise)
        if bit is not None:
            return bit
    else:
        zeros = min(_leading_zeros(then), _leading_zeros(otherwise))
        if zeros:  # choice-zeros: (c ? 0 ++ x : 0 ++ y) = 0 ++ (c ? x : y), unless both are constants
            low = then.width - zeros - 1
            return concat(BV.const(0, zeros), ite(condition, then.extract(low, 0), otherwise.extract(low, 0)))
    return intern("ite", then.width, (condition, then, otherwise))


def _bit_choice(condition: BV, then: BV, otherwise: BV) -> BV | None:
    """choice-bit: (c ? 1 : 0) = zext(c) and (c ? -1 : 0) = sext(c), and with ~c the other way round"""
    if then.args[0] == 0:
        condition, then, otherwise = ~condition, otherwise, then
    if otherwise.args[0] == 0:
        width = then.width
        if then.args[0] == 1:
            return condition.zero_extend(width)
        if then.args[0] == (1 << width) - 1:
            return condition.sign_extend(width)
    return None
