"""Words of forms, for the operators that are no bitwise functions: sums, comparisons, products, shifts, tables.

A function here takes and gives words (bit number -> form). Where the operands span a small space the result is exact, whatever
the operator; where they do not, what is nonlinear becomes an input bit keyed by the forms of the operands, so that
equal operands still give equal results.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TypeAlias

from lnsym.bv import BV, Table
from lnsym.bv.operators import evaluate_node
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.spaces import Ground
from lnsym.prove.gf2.truth_tables import bit_of_points, points

Word: TypeAlias = dict[int, Form]
"""Forms by bit number; only the bits that are needed."""


@lru_cache(maxsize=1024)
def bits_of(mask: int) -> Sequence[int]:
    """The numbers of the bits that are set, in ascending order."""
    return tuple([i for i in range(mask.bit_length()) if mask >> i & 1])


def constant_word(value: int, mask: int) -> Word:
    """A constant."""
    return {i: ONE if value >> i & 1 else ZERO for i in bits_of(mask)}


def as_constant(word: Word) -> int | None:
    """The value of a word whose bits are all known, else None."""
    value = 0
    for i, form in word.items():
        if form:
            if form != ONE:
                return None
            value |= 1 << i
    return value


def opaque(atoms: Atoms, key: Hashable, mask: int) -> Word:
    """Input bits for a word that is known by this key only."""
    return {i: atoms.input((key, i)) for i in bits_of(mask)}


def tabulated(atoms: Atoms, term: BV, words: dict[BV, Word], mask: int) -> Word | None:
    """A term by its truth tables, where its operands span at most MAX_DIM dimensions; else None."""
    ground = atoms.ground([form for word in words.values() for form in word.values()])
    if ground is None:
        return None
    values = {operand: _values(ground, word) for operand, word in words.items()}
    tables = [0] * term.width
    for point in range(1 << ground.dim):
        result = evaluate_node(term, {operand: column[point] for operand, column in values.items()})
        for i in bits_of(result & mask):
            tables[i] |= 1 << point
    return {i: atoms.function(tables[i], ground) for i in bits_of(mask)}


def _values(ground: Ground, word: Word) -> list[int]:
    """The value of a word at each point."""
    values = [0] * (1 << ground.dim)
    for i, form in word.items():
        for point in bits_of(ground.table(form)):
            values[point] |= 1 << i
    return values


# -- tables -------------------------------------------------------------------------------------


class Lookups:
    """Constant tables, cut into bytes."""

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._bytes: dict[tuple[Table, int], bytes] = {}

    def _entry_bytes(self, table: Table, part: int) -> bytes:
        found = self._bytes.get((table, part))
        if found is None:
            entries = bytes([entry >> 8 * part & 255 for entry in table.entries[:256]])
            found = self._bytes[table, part] = entries.ljust(256, b"\0")
        return found

    def word(self, table: Table, index: Word, mask: int) -> Word:
        """Entry `index` of the table, 0 past its end."""
        atoms = self._atoms
        forms = [index[i] for i in range(len(index))]
        ground = atoms.ground(forms)
        if ground is None:
            return opaque(atoms, ("lookup", table, tuple(forms)), mask)
        low = points([ground.table(form) for form in forms[:8]], ground.dim)
        above = 0
        if len(table.entries) > 256 or any(forms[8:]):
            column = _values(ground, index)
            above = sum([1 << point for point, value in enumerate(column) if value >= 256])
        result: Word = {}
        for part in range((table.width + 7) // 8):
            if not mask >> 8 * part & 255:
                continue
            values = low.translate(self._entry_bytes(table, part))
            for j in bits_of(mask >> 8 * part & 255):
                column_bits = bit_of_points(values, j) & ~above
                if above and len(table.entries) > 256:
                    for point in bits_of(above):
                        column_bits |= (table[column[point]] >> (8 * part + j) & 1) << point
                result[8 * part + j] = atoms.function(column_bits, ground)
        return result
