"""Constant tables with a symbolic index: S-boxes, TBL, T-tables."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

from lnsym.bv.term import BV, intern


class Table:
    """A constant table of unsigned numbers of `width` bits; equal tables are one object."""

    __slots__ = ("__weakref__", "entries", "width")
    entries: tuple[int, ...]
    width: int

    def __init__(self, entries: tuple[int, ...], width: int) -> None:
        self.entries = entries
        self.width = width

    def __getitem__(self, index: int) -> int:
        """Entry `index`, 0 past the end."""
        return self.entries[index] if index < len(self.entries) else 0


_tables: weakref.WeakValueDictionary[tuple[tuple[int, ...], int], Table] = weakref.WeakValueDictionary()


def table(entries: Sequence[int], width: int) -> Table:
    """The table with these entries. Raises ValueError when one does not fit in `width` bits."""
    key = (tuple(entries), width)
    found = _tables.get(key)
    if found is None:
        if any(not 0 <= entry < 1 << width for entry in key[0]):
            raise ValueError(f"a table entry does not fit in {width} bits")
        found = _tables[key] = Table(key[0], width)
    return found


def lookup(constants: Table, index: BV) -> BV:
    """Entry `index` of the table, unsigned; 0 past its end (as TBL gives)."""
    if index.op == "const":
        return BV.const(constants[index.args[0]], constants.width)
    return intern("lookup", constants.width, (constants, index))
