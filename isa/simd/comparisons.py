"""Comparisons of elements: the result is an element of ones where the condition holds, else of zeros."""

from __future__ import annotations

from collections.abc import Callable

from lnsym.bv import BV, ite


def _mask(condition: BV, esize: int) -> BV:
    return ite(condition, BV.const(-1, esize), BV.const(0, esize))


COMPARISONS: dict[str, Callable[[BV, BV], BV]] = {
    "CMEQ": lambda x, y: _mask(x.eq(y), x.width),
    "CMGT": lambda x, y: _mask(y.slt(x), x.width),
    "CMGE": lambda x, y: _mask(y.sle(x), x.width),
    "CMHI": lambda x, y: _mask(y.ult(x), x.width),
    "CMHS": lambda x, y: _mask(y.ule(x), x.width),
    "CMTST": lambda x, y: _mask((x & y).ne(0), x.width),
}
"""Of two elements."""


COMPARISONS_WITH_ZERO: dict[str, Callable[[BV], BV]] = {
    "CMEQ": lambda x: _mask(x.eq(0), x.width),
    "CMGT": lambda x: _mask(~x.sle(0), x.width),
    "CMGE": lambda x: _mask(~x.slt(0), x.width),
    "CMLE": lambda x: _mask(x.sle(0), x.width),
    "CMLT": lambda x: _mask(x.slt(0), x.width),
}
"""Of an element with zero."""
