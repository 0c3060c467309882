"""Linear words: a term as the XOR of linear maps of atoms, whole and without a bound on how it was assembled.

A form is a constant XORed with one map for each of its atoms. An atom is a word that no map explains: a variable, a sum, a product, a
table's index. What a map makes of an atom is held bit by bit: each bit of the term has a row. The row of a wide atom says of which of its
bits the bit is the XOR. The row of a narrow one, of at most MAX_TABLE bits, is a truth table, so that a map of it may be any function: an
S-box, a T-table, a choice of constants. Rows lie side by side in one integer, the lowest bit's first: a rotation of a word is one shift of
its rows, and an XOR of words one XOR of integers.

Two terms with equal forms are equal, whatever the atoms are: each operator's form is what its operands' forms make of it, exactly. For
atoms that take all values together the converse holds as well: two XORs of functions of one atom each are equal only where their rows are.
So it does not matter in which order an XOR, a rotation or a table was assembled: message schedules, MixColumns, theta, CRC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from lnsym.bv import BV, lookup, table
from lnsym.bv.known_bits import possible_ones

MAX_TABLE = 8
"""Up to how many bits an atom has truth tables for rows."""

PIECES_DEEP = 2
"""How far below a factor is looked for bits that are always 0: the zeros that a shift of lanes brings stand in its pieces."""

Rows: TypeAlias = int
"""A row of `span(atom)` bits for each bit of the term, the lowest bit's first."""

FormKey: TypeAlias = tuple[int, tuple[tuple[int, Rows], ...]]


@dataclass(frozen=True, slots=True, eq=False)
class LinearForm:
    """constant XOR, for each atom, its map. Rows of truth tables are 0 where the atom is 0: their constants are in `constant`."""

    width: int
    constant: int
    rows: Mapping[int, Rows]
    """By the serial number of the atom; none is 0."""

    @property
    def key(self) -> FormKey:
        """What two forms share that are equal up to their constants."""
        return self.width, tuple(sorted(self.rows.items()))


def span(width: int) -> int:
    """Bits of a row of an atom of this width."""
    return width if width > MAX_TABLE else 1 << width


@cache
def _identity(width: int) -> Rows:
    """The rows of an atom itself."""
    step = span(width)
    if width > MAX_TABLE:
        return sum(1 << bit * step + bit for bit in range(width))
    return sum(sum(1 << point for point in range(step) if point >> bit & 1) << bit * step for bit in range(width))


@cache
def _spread(mask: int, step: int) -> Rows:
    """All ones in the rows of the bits of a mask."""
    ones = (1 << step) - 1
    result = 0
    while mask:
        low = mask & -mask
        result |= ones << (low.bit_length() - 1) * step
        mask ^= low
    return result


@cache
def _every(count: int, step: int) -> int:
    """A one at the lowest place of each of so many rows."""
    return ((1 << count * step) - 1) // ((1 << step) - 1)


def _diagonals(rows: Rows, step: int, width: int) -> Iterator[tuple[int, int]]:
    """The map of a word of `step` bits as an XOR of shifts of it to the right, or rotations of a word as wide, under masks."""
    masks: dict[int, int] = {}
    ones = (1 << step) - 1
    for bit in range(width):
        row = rows >> bit * step & ones
        while row:
            low = row & -row
            shift = low.bit_length() - 1 - bit
            if step == width:
                shift %= width
            masks[shift] = masks.get(shift, 0) | 1 << bit
            row ^= low
    yield from masks.items()


def _moved(word: BV, shift: int, width: int) -> BV:
    """A word shifted to the right, or to the left where that is negative, cut or extended to a width; one as wide is rotated."""
    if word.width == width:
        return word.rotate_right(shift)
    whole = word.zero_extend(max(word.width, width))
    return (whole >> shift if shift >= 0 else whole << -shift).extract(width - 1, 0)


def turned(value: int, amount: int, width: int) -> int:
    """A number of `width` bits rotated right."""
    amount %= width
    return (value >> amount | value << (width - amount)) & ((1 << width) - 1)


@cache
def _columns(values: tuple[int, ...], width: int) -> Rows:
    """For each bit of some values its truth table, the first value the lowest point."""
    points = [format(value, f"0{width}b") for value in reversed(values)]
    return int("".join("".join(column) for column in zip(*points, strict=True)), 2)


class Maps:
    """Atoms, and what is made of forms over them without loss."""

    def __init__(self) -> None:
        self.atoms: dict[int, BV] = {}
        """By serial number: keeps them alive."""
        self.products: dict[tuple[FormKey, FormKey], tuple[BV, int]] = {}
        """By the forms of two maps that stand for all their rotations: an AND, and by how much it is turned to get theirs."""

    def atom(self, term: BV) -> LinearForm:
        """The term as an atom of its own."""
        self.atoms[term.serial] = term
        return LinearForm(term.width, 0, {term.serial: _identity(term.width)})

    def _step(self, atom: int) -> int:
        return span(self.atoms[atom].width)

    def xor(self, forms: Iterable[LinearForm], width: int) -> LinearForm:
        """The XOR of forms of one width."""
        constant = 0
        total: dict[int, Rows] = {}
        for form in forms:
            constant ^= form.constant
            if not total:
                total = dict(form.rows)
                continue
            for atom, rows in form.rows.items():
                new = total.get(atom, 0) ^ rows
                if new:
                    total[atom] = new
                else:
                    del total[atom]
        return LinearForm(width, constant, total)

    def masked(self, form: LinearForm, mask: int) -> LinearForm:
        """The form ANDed with a constant."""
        if mask == (1 << form.width) - 1:
            return form
        return self._mapped(form, form.width, form.constant & mask, lambda rows, step: rows & _spread(mask, step))

    def rotated(self, form: LinearForm, amount: int) -> LinearForm:
        """The form rotated right by less than its width."""
        if not amount:
            return form
        width = form.width
        constant = turned(form.constant, amount, width)
        return self._mapped(form, width, constant, lambda rows, step: turned(rows, amount * step, width * step))

    def sliced(self, form: LinearForm, low: int, width: int) -> LinearForm:
        """Bits low + width - 1 .. low of the form."""

        def cut(value: int, step: int) -> int:
            return value >> low * step & ((1 << width * step) - 1)

        return self._mapped(form, width, cut(form.constant, 1), cut)

    def shifted(self, form: LinearForm, amount: int, width: int) -> LinearForm:
        """The form shifted left, `width` bits wide in all."""

        def moved(value: int, step: int) -> int:
            return value << amount * step & ((1 << width * step) - 1)

        return self._mapped(form, width, moved(form.constant, 1), moved)

    def repeated(self, form: LinearForm, width: int) -> LinearForm:
        """A form of one bit, side by side with itself."""
        return self._mapped(
            form, width, -form.constant & ((1 << width) - 1), lambda rows, step: rows * _every(width, step)
        )

    def _mapped(self, form: LinearForm, width: int, constant: int, change: Callable[[int, int], int]) -> LinearForm:
        """The form with all its rows changed alike."""
        found = {}
        for atom, rows in form.rows.items():
            new = change(rows, self._step(atom))
            if new:
                found[atom] = new
        return LinearForm(width, constant, found)

    def product(self, one: LinearForm, other: LinearForm, words: tuple[BV, BV]) -> LinearForm:
        """The AND of two words: an atom of its own for each two maps, however these were assembled and rotated.

        (x ^ m) & (y ^ n) = (x & y) ^ (m & y) ^ (n & x) ^ (m & n), m and n constants.
        """
        width = one.width
        one_bits, other_bits = [possible_ones(word, PIECES_DEEP) for word in words]
        if not one_bits & other_bits:  # a vector shifted to the left, and to the right
            return LinearForm(width, 0, {})
        linear = [self.masked(other, one.constant), self.masked(LinearForm(width, 0, one.rows), other.constant)]
        if not one.rows or not other.rows:
            return self.xor(linear, width)
        keys, turn = self._least_pair(LinearForm(width, 0, one.rows), LinearForm(width, 0, other.rows))
        if keys not in self.products:
            self.products[keys] = (words[0] ^ one.constant) & (words[1] ^ other.constant), turn
        product, first_turn = self.products[keys]
        return self.xor([*linear, self.rotated(self.atom(product), (first_turn - turn) % width)], width)

    def _least_pair(self, one: LinearForm, other: LinearForm) -> tuple[tuple[FormKey, FormKey], int]:
        """The keys of two forms rotated together, and by how much, so that all their rotations give the same."""
        (turn, key), (other_turn, other_key) = self.least_turn(one), self.least_turn(other)
        choices = []
        if key <= other_key:
            choices.append(((key, self.rotated(other, turn).key), turn))
        if other_key <= key:
            choices.append(((other_key, self.rotated(one, other_turn).key), other_turn))
        return min(choices)

    def term(self, form: LinearForm) -> BV:
        """A term with this form, made of its atoms."""
        total = BV.const(form.constant, form.width)
        for atom, rows in form.rows.items():
            word = self.atoms[atom]
            if word.width <= MAX_TABLE:
                points = self.points(LinearForm(form.width, 0, {atom: rows}), atom)
                total = total ^ lookup(table(points, form.width), word)
            else:
                for shift, mask in _diagonals(rows, word.width, form.width):
                    total = total ^ (_moved(word, shift, form.width) & mask)
        return total

    def least_turn(self, form: LinearForm) -> tuple[int, FormKey]:
        """By how much to rotate a form to the right to get the one that stands for all its rotations, and the key of that one.

        That is the one whose lowest row is the greatest that the map of its first atom has.
        """
        if form.width == 1:
            return 0, form.key
        atom = min(form.rows)
        step = self._step(atom)
        rows, ones = form.rows[atom], (1 << step) - 1
        greatest, turn = -1, 0
        for bit in range(form.width):
            row = rows >> bit * step & ones
            if row > greatest:
                greatest, turn = row, bit
        return turn, self.rotated(form, turn).key

    def support(self, form: LinearForm) -> int:
        """A mask of all bits that may be 1."""
        found = form.constant
        for atom, rows in form.rows.items():
            step = self._step(atom)
            row = (1 << step) - 1
            bit = 1
            while rows:
                if rows & row:
                    found |= bit
                rows >>= step
                bit <<= 1
        return found

    def points(self, form: LinearForm, atom: int) -> list[int]:
        """The values of a form of one narrow atom at each of its points."""
        step = self._step(atom)
        rows = form.rows.get(atom, 0)
        values = [form.constant] * step
        for bit in range(form.width):
            row = rows >> bit * step & ((1 << step) - 1)
            while row:
                low = row & -row
                values[low.bit_length() - 1] ^= 1 << bit
                row ^= low
        return values

    def from_points(self, word: BV, values: Sequence[int], width: int) -> LinearForm:
        """The function of a narrow atom that has these values."""
        self.atoms[word.serial] = word
        constant = values[0]
        rows = _columns(tuple([value ^ constant for value in values]), width)
        return LinearForm(width, constant, {word.serial: rows} if rows else {})
