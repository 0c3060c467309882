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
    _, coefficient, term = addends[0]
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
