"""Rewrite level 0: hash-consing and constants only. What constants leave open stays a node as it is written.

A checker of terms starts here: nothing but `term` and this table takes part.
"""

from __future__ import annotations

from typing import Final

from lnsym.bv.term import BV, Rules, intern

PLAIN: Final = Rules(
    and_=lambda a, b: intern("and", a.width, (a, b)),
    or_=lambda a, b: intern("or", a.width, (a, b)),
    xor=lambda a, b: intern("xor", a.width, (a, b)),
    not_=lambda a: intern("not", a.width, (a,)),
    add=lambda a, b: intern("add", a.width, (a, b)),
    subtract=lambda a, b: a + ~b + 1,
    multiply=lambda a, b: intern("mul", a.width, (a, b)),
    clmul=lambda a, b: intern("clmul", 2 * a.width, (a, b)),
    shift_left=lambda a, amount: intern("shl", a.width, (a, BV.const(amount, a.width))),
    shift_right=lambda a, amount: intern("lshr", a.width, (a, BV.const(amount, a.width))),
    rotate_right=lambda a, amount: intern("ror", a.width, (a, amount)),
    extract=lambda a, high, low: intern("extract", high - low + 1, (a, low)),
    sign_extend=lambda a, width: intern("sext", width, (a,)),
    concat=lambda pieces, width: intern("concat", width, pieces),
    equal=lambda a, b: intern("eq", 1, (a, b)),
    less_unsigned=lambda a, b: intern("ult", 1, (a, b)),
    less_signed=lambda a, b: intern("slt", 1, (a, b)),
    choose=lambda condition, then, otherwise: intern("ite", then.width, (condition, then, otherwise)),
)
