"""How many elements a region of open size has: a term of 64 bits that is read as a number, so that nothing wraps."""

from __future__ import annotations

from lnsym.bv import BV
from lnsym.bv.sums import addends_of


def counted(count: BV, most: int) -> BV:
    """That what a term of 64 bits means as a number is 0 to `most`: of its sum, whose coefficients from 2**63 are negative.

    `16 * n` means sixteen times n, not that modulo 2**64: where it exceeds `most` no such region exists.
    """
    addends, constant = addends_of(count)
    least = _signed(constant)
    if not addends:
        return BV.const(0 <= least <= most, 1)
    if len(addends) == 1 and _signed(addends[0][1]) > 0:
        ((_, factor, term),) = addends
        if least > most:
            return BV.const(0, 1)
        return term.ule(min((most - least) // factor, (1 << 64) - 1)) & ~term.ult(max(0, -(least // factor)))
    width = 2 * 64 + len(addends).bit_length() + 1
    total = BV.const(least, width)
    for _, factor, term in addends:
        total = total + term.zero_extend(width) * _signed(factor)
    return total.ule(most)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number
