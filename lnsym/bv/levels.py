"""Rewrite levels: by which rules terms are made. Importing the package puts the normal forms in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lnsym.bv import bitwise, choices, products, shifts, slices, sums
from lnsym.bv.level0 import PLAIN
from lnsym.bv.term import Rules, put_in_force, rules_in_force

NORMAL_FORMS: Final = Rules(
    and_=bitwise.and_,
    or_=bitwise.or_,
    xor=bitwise.xor,
    not_=bitwise.not_,
    add=sums.add,
    subtract=sums.subtract,
    multiply=products.multiply,
    clmul=products.clmul,
    shift_left=shifts.shift_left,
    shift_right=shifts.shift_right,
    rotate_right=shifts.rotate_right,
    extract=slices.extract,
    sign_extend=slices.sign_extend,
    concat=slices.join,
    equal=choices.equal,
    less_unsigned=choices.less_unsigned,
    less_signed=choices.less_signed,
    choose=choices.choose,
)

LEVELS: Final = (PLAIN, NORMAL_FORMS)

put_in_force(NORMAL_FORMS)


@contextmanager
def rewrite_level(number: int) -> Iterator[None]:
    """Build the terms of this block at rewrite level `number`: 0 hash-consing and constants, 1 all rules."""
    if number not in range(len(LEVELS)):
        raise ValueError(f"rewrite level {number}: there are 0 and 1")
    before = rules_in_force()
    put_in_force(LEVELS[number])
    try:
        yield
    finally:
        put_in_force(before)
