"""The forms of terms, operator by operator: what each makes of its operands' forms (`maps`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import xor
from typing import Final

from lnsym.bv import BV
from lnsym.bv.bitwise import from_items
from lnsym.bv.forms import Factor, Items, items_in, sum_in
from lnsym.bv.operators import evaluate_node, operands
from lnsym.prove.joining import maps
from lnsym.prove.joining.maps import FormKey, LinearForm, Maps

MAX_ATOMS = 256
"""A form of more atoms is an atom itself."""

MAX_WIDE = 128
"""The same for wide atoms: message schedules and words that round after round is XORed into have fewer. A vector has so many a lane."""

LANE = 32


class Forms(Maps):
    """The forms of terms, operands first."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[BV, LinearForm] = {}
        self.indices: dict[FormKey, tuple[BV, int]] = {}
        """Words of at most MAX_TABLE bits that are an atom of their own, with the constants of their forms."""

    def add(self, term: BV) -> LinearForm:
        """The form of a term, those of its operands being known."""
        found = self.of.get(term)
        if found is None:
            found = self._function_of_one(term) or OPERATORS[term.op](self, term)
            if found is None or self._is_too_long(found):
                found = self.atom(term)
            self.of[term] = found
        return found

    def _is_too_long(self, form: LinearForm) -> bool:
        if len(form.rows) <= MAX_WIDE:
            return False
        wide = sum(self.atoms[atom].width > maps.MAX_TABLE for atom in form.rows)
        lanes = form.width // LANE if form.width > 2 * LANE else 1
        return wide > MAX_WIDE * lanes or len(form.rows) > MAX_ATOMS * lanes

    def _function_of_one(self, term: BV) -> LinearForm | None:
        """A nonlinear function of one narrow atom, looked at point by point."""
        if term.op in LINEAR or term.op in ("const", "var") or (term.op == "anf" and _is_linear(items_in(term))):
            return None
        below = operands(term)
        atoms = {atom for operand in below for atom in self.of[operand].rows}
        if len(atoms) != 1:
            return None
        (atom,) = atoms
        word = self.atoms[atom]
        if word.width > maps.MAX_TABLE:
            return None
        columns = {operand: self.points(self.of[operand], atom) for operand in below}
        points = range(1 << word.width)
        rows = [evaluate_node(term, {operand: column[at] for operand, column in columns.items()}) for at in points]
        return self.from_points(word, rows, term.width)

    def index(self, term: BV, form: LinearForm) -> tuple[BV, int] | None:
        """A narrow word and a constant of which the XOR is the term, the same word for all that are equal up to a constant."""
        if term.width > maps.MAX_TABLE:
            return None
        word, constant = self.indices.setdefault(form.key, (term, form.constant))
        return word, form.constant ^ constant


# -- operators -------------------------------------------------------------------------------------------


def _constant(forms: Forms, term: BV) -> LinearForm:
    return LinearForm(term.width, term.value, {})


def _bitwise(forms: Forms, term: BV) -> LinearForm:
    parts = []
    products: list[tuple[int, Factor, Factor]] = []
    for monomial, mask in items_in(term):
        match monomial:
            case ():
                parts.append(LinearForm(term.width, mask, {}))
            case (factor,):
                parts.append(forms.masked(_factor(forms, factor), mask))
            case (one, other):
                products.append((mask, one, other))
            case _:
                parts.append(forms.masked(_long_product(forms, monomial, term.width), mask))
    for mask, factor, partners in _with_common_factor(products):
        form = forms.xor([_factor(forms, partner) for partner in partners], term.width)
        words = _rotated_word(factor), reduce(xor, map(_rotated_word, partners))
        parts.append(forms.masked(forms.product(_factor(forms, factor), form, words), mask))
    return forms.xor(parts, term.width)


def _is_linear(items: Items) -> bool:
    return all(len(monomial) < 2 for monomial, _ in items)


def _factor(forms: Forms, factor: Factor) -> LinearForm:
    _, rotation, word = factor
    return forms.rotated(forms.of[word], rotation)


def _rotated_word(factor: Factor) -> BV:
    _, rotation, word = factor
    return word.rotate_right(rotation)


def _with_common_factor(products: list[tuple[int, Factor, Factor]]) -> Iterator[tuple[int, Factor, list[Factor]]]:
    """Masked products put together: (x & z) ^ (y & z) = (x ^ y) & z, the factor that most have first."""
    left = list(products)
    while left:
        counts: dict[tuple[int, Factor], int] = {}
        for mask, *factors in left:
            for factor in factors:
                counts[mask, factor] = counts.get((mask, factor), 0) + 1
        mask, common = max(counts, key=lambda each: (counts[each], -each[1][0], -each[1][1]))
        yield (
            mask,
            common,
            [
                two if one is common or one == common else one
                for m, one, two in left
                if m == mask and common in (one, two)
            ],
        )
        left = [(m, one, two) for m, one, two in left if m != mask or common not in (one, two)]


def _long_product(forms: Forms, monomial: tuple[Factor, ...], width: int) -> LinearForm:
    """An AND of three or more rotated words: the rotation of an atom in which the factors stand in the least of their orders."""
    choices = []
    for _, turn, _ in monomial:
        factors = sorted([(serial, (rotation - turn) % width, word) for serial, rotation, word in monomial])
        choices.append((factors, turn))
    factors, turn = min(choices)
    product = from_items({tuple(factors): (1 << width) - 1}, width)
    return forms.rotated(forms.atom(product), turn)


def _joined(forms: Forms, term: BV) -> LinearForm:
    parts, position = [], 0
    for piece in reversed(term.args):
        parts.append(forms.shifted(forms.of[piece], position, term.width))
        position += piece.width
    return forms.xor(parts, term.width)


def _slice(forms: Forms, term: BV) -> LinearForm:
    return forms.sliced(forms.of[term.args[0]], term.args[1], term.width)


def _sign_extended(forms: Forms, term: BV) -> LinearForm:
    inner = forms.of[term.args[0]]
    width = inner.width
    sign = forms.repeated(forms.sliced(inner, width - 1, 1), term.width - width)
    return forms.xor([forms.shifted(inner, 0, term.width), forms.shifted(sign, width, term.width)], term.width)


def _sum(forms: Forms, term: BV) -> LinearForm | None:
    """A sum in which no two addends can have a bit in common is their XOR."""
    addends, constant = sum_in(term)
    width = term.width
    taken = constant
    parts = [LinearForm(width, constant, {})]
    for _, times, addend in addends:
        form = forms.of[addend]
        if times.bit_count() > 8:
            return None
        support = forms.support(form)
        while times:
            amount = (times & -times).bit_length() - 1
            times &= times - 1
            part = support << amount & ((1 << width) - 1)
            if taken & part:
                return None
            taken |= part
            parts.append(forms.shifted(form, amount, width))
    return forms.xor(parts, width)


def _choice(forms: Forms, term: BV) -> LinearForm | None:
    """c ? x : y = y ^ (c & (x ^ y)), where x ^ y is a constant."""
    condition, then, otherwise = [forms.of[operand] for operand in term.args]
    apart = forms.xor([then, otherwise], term.width)
    if apart.rows:
        return None
    return forms.xor([otherwise, forms.masked(forms.repeated(condition, term.width), apart.constant)], term.width)


def _looked_up(forms: Forms, term: BV) -> LinearForm | None:
    entries, index = term.args
    form = forms.of[index]
    if not form.rows:
        return LinearForm(term.width, entries[form.constant], {})
    varying = forms.support(LinearForm(index.width, 0, form.rows))
    width = varying.bit_length()
    if width > maps.MAX_TABLE:
        return None
    low = index if width == index.width else index.extract(width - 1, 0)
    found = forms.index(low, forms.sliced(form, 0, width))
    if found is None:
        return None
    word, constant = found
    above = form.constant >> width << width
    values = [entries[above | (point ^ constant)] for point in range(1 << width)]
    return forms.from_points(word, values, term.width)


def _opaque(forms: Forms, term: BV) -> None:
    return None


LINEAR: Final = frozenset(["concat", "extract", "sext"])
"""Operators whose forms are asked of their operands' forms first, whatever atoms these have."""

OPERATORS: Final[Mapping[str, Callable[[Forms, BV], LinearForm | None]]] = {
    "const": _constant,
    "var": _opaque,
    "anf": _bitwise,
    "sum": _sum,
    "concat": _joined,
    "extract": _slice,
    "sext": _sign_extended,
    "ite": _choice,
    "lookup": _looked_up,
    **dict.fromkeys(
        [
            "eq",
            "ult",
            "slt",
            "mul",
            "udiv",
            "sdiv",
            "clmul",
            "shl",
            "lshr",
            "ashr",
            "not",
            "and",
            "or",
            "xor",
            "add",
            "ror",
        ],
        _opaque,
    ),
}
"""By operator; None where it is an atom."""
