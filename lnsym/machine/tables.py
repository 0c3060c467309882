"""Reads of constant tables at symbolic offsets: S-boxes and T-tables in compiled code.

An address `constant + coefficient * term` whose term has few bits that can be 1 takes a known set of values. Where all of them lie in one
constant region, the load is a lookup in the table of what they hold.
"""

from __future__ import annotations

from collections.abc import Callable

from lnsym.bv import BV, lookup, table
from lnsym.bv.known_bits import possible_ones
from lnsym.bv.sums import addends_of

MAX_INDEX_BITS = 12


def read_table(address: BV, read: Callable[[int], int], size: int) -> BV | None:
    """`size` bytes from a symbolic address as a lookup term; None when the address has too many values.

    `read` gives the bytes at an address as a little-endian number, and raises where they cannot be read or are not constant.
    """
    addends, base = addends_of(address)
    if len(addends) != 1:
        return None
    base, coefficient, term = _innermost(base, *addends[0][1:])
    live = possible_ones(term)
    if not live:
        return None
    low = (live & -live).bit_length() - 1
    bits = live.bit_length() - low
    if bits > MAX_INDEX_BITS:
        return None
    wrap = (1 << 64) - 1
    entries = [
        read(base + coefficient * (index << low) & wrap) if (index << low) & ~live == 0 else 0
        for index in range(1 << bits)
    ]
    return lookup(table(entries, 8 * size), term.extract(low + bits - 1, low))


def _innermost(base: int, coefficient: int, term: BV) -> tuple[int, int, BV]:
    """The same address over a smaller term: without extensions, and without what a sum that cannot wrap adds or multiplies by.

    So a compiler's `sxtw` of `8 * octet + 6` indexes 256 entries and not 2048.
    """
    while True:
        if term.op == "sext" and not possible_ones(term.args[0]) >> term.args[0].width - 1:
            term = term.args[0]
        elif term.op == "concat" and len(term.args) == 2 and term.args[0].is_const and term.args[0].value == 0:
            term = term.args[1]
        elif term.op == "sum" and (inner := _only_addend(term)) is not None:
            times, word, constant = inner
            base, coefficient, term = base + coefficient * constant, coefficient * times, word
        else:
            return base, coefficient, term


def _only_addend(term: BV) -> tuple[int, BV, int] | None:
    """Coefficient, word and constant of a sum of one addend whose value is below 2 to its width, so that it never wraps."""
    addends, constant = addends_of(term)
    if len(addends) != 1:
        return None
    _, coefficient, word = addends[0]
    return (coefficient, word, constant) if coefficient * possible_ones(word) + constant < 1 << term.width else None
