"""Sums of words of forms, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.words import Word, bits_of

_Bits: TypeAlias = tuple[Form, ...]
"""The forms of a word, the lowest bit's first."""

MAX_FLATTENED = 8
"""A word that is known to be a sum of more addends stays one addend of the next sum."""


class Sums:
    """The sums met in one proof.

    A sum that is cut into bytes and put together again (a big-endian counter in memory) is the same forms. So a word is looked
    up among the sums, and where it is one, its addends are added in its place: (x + 1) + 1 is x + 2. Sums whose carries are all
    exact are not kept: their forms say all that there is to say.
    """

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._known: dict[_Bits, tuple[dict[_Bits, int], int]] = {}

    def word(self, addends: Iterable[tuple[int, Word]], constant: int, width: int, mask: int) -> Word:
        """constant + the sum of coefficient times word, modulo 2**width."""
        top = mask.bit_length()
        flat: dict[_Bits, int] = {}
        for coefficient, word in addends:
            bits = tuple([word[j] for j in range(top)])
            inner, more = self._known.get(bits, ({bits: 1}, 0))
            constant += coefficient * more
            for addend, factor in inner.items():
                flat[addend] = flat.get(addend, 0) + coefficient * factor
        result, exact = _sum(self._atoms, flat, constant, width, mask)
        if not exact and len(result) == top and len(flat) <= MAX_FLATTENED:
            self._known.setdefault(tuple(result.values()), (flat, constant))
        return result


def _sum(atoms: Atoms, addends: Mapping[_Bits, int], constant: int, width: int, mask: int) -> tuple[Word, bool]:
    """constant + the sum of coefficient times word, modulo 2**width, and whether all its carries are exact.

    Bit j is the XOR of the forms of weight 2**j and of bit j of the sum of all lighter ones, the carry. A carry is exact where the
    columns that make it span a small space; otherwise it is an input bit keyed by these columns, so that it does
    not matter which addend a form came from.
    """
    top = mask.bit_length()
    columns = _columns(addends, constant, width, top)
    result: Word = {}
    carry = ZERO
    most = 0  # no carry is greater
    below: list[list[Form]] = []  # the columns that make the carry, lightest first
    key: tuple[object, ...] = ()  # the same as nested pairs
    small = all_small = True
    for j in range(top):
        column = _distinct(columns, j)
        if mask >> j & 1:
            bit = carry
            for form in column:
                bit ^= form
            result[j] = bit
        most = (most + len(column)) // 2
        if not most:
            carry, below, key, small = ZERO, [], (), True
            continue
        below.append(column)
        key = (key, frozenset(column))
        exact = _carry(atoms, below) if small else None
        small = exact is not None
        all_small &= small
        carry = atoms.input(("carry", key)) if exact is None else exact
    return result, all_small


def _columns(addends: Mapping[_Bits, int], constant: int, width: int, top: int) -> list[list[Form]]:
    """The forms by weight: coefficient times word as shifted copies, or as shifted copies of the complement."""
    columns: list[list[Form]] = [[] for _ in range(top)]
    ones = (1 << width) - 1
    for word, coefficient in addends.items():
        coefficient &= ones
        negative = -coefficient & ones
        flip = ZERO
        if negative.bit_count() < coefficient.bit_count():  # -2**k * x = 2**k * ~x + 2**k
            coefficient, flip = negative, ONE
            constant += negative
        for k in bits_of(coefficient):
            for j in range(k, top):
                form = word[j - k] ^ flip
                if form:
                    columns[j].append(form)
    for j in range(top):
        if constant >> j & 1:
            columns[j].append(ONE)
    return columns


def _distinct(columns: list[list[Form]], j: int) -> list[Form]:
    """Column j with no form twice (f + f goes into the next column) and none beside its complement (f + ~f = 1)."""
    column: dict[Form, None] = {}
    waiting = columns[j][::-1]
    while waiting:
        form = waiting.pop()
        if form in column:
            del column[form]
            if j + 1 < len(columns):
                columns[j + 1].append(form)
        elif form != ONE and form ^ ONE in column:
            del column[form ^ ONE]
            waiting.append(ONE)
        else:
            column[form] = None
    return list(column)


def _carry(atoms: Atoms, columns: Sequence[Sequence[Form]]) -> Form | None:
    """The bit that the columns leave in the one above them; None where they span too much."""
    ground = atoms.ground([form for column in columns for form in column])
    if ground is None:
        return None
    carries: list[int] = []
    for column in columns:
        bits = carries + [ground.table(form) for form in column]
        carries = []
        while len(bits) > 1:
            x, y = bits.pop(), bits.pop()
            z = bits.pop() if bits else 0
            carries.append(x & y | z & (x ^ y))
            bits.append(x ^ y ^ z)
    total = 0
    for table in carries:
        total ^= table
    return atoms.function(total, ground)
