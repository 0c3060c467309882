"""How each operator is written: the notation of the standards, + ⊕ ∧ ¬ ROTR SHR, slices x[high:low].

A function here takes a term, what gives the text of an operand, and whether the text stands inside another, where it may need brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from lnsym.bv.forms import Addends, Item, items_in, sum_in
from lnsym.bv.term import BV


class OperandTexts(Protocol):
    """The texts of operands."""

    def __call__(self, operand: BV, inner: bool, /) -> str:
        """The text of one, which may stand inside another text."""

    def named(self, operand: BV, /) -> bool:
        """Whether that is a name."""


MOST_PARTS = 12
MOST_PIECES = 8


def constant(value: int) -> str:
    """Small numbers in decimal, others in hexadecimal."""
    return str(value) if value < 10 else f"{value:#x}"


def infix(sign: str) -> Callable[[BV, OperandTexts, bool], str]:
    """Two operands with the sign between them."""

    def shown(term: BV, below: OperandTexts, inner: bool) -> str:
        return _bracketed(f" {sign} ".join([below(operand, True) for operand in term.args]), inner)

    return shown


def in_either_order(sign: str) -> Callable[[BV, OperandTexts, bool], str]:
    """As `infix`, for an operator that commutes: the shorter operand first, whichever was made first."""

    def shown(term: BV, below: OperandTexts, inner: bool) -> str:
        return _bracketed(f" {sign} ".join(_in_order([below(operand, True) for operand in term.args])), inner)

    return shown


def equated(term: BV, below: OperandTexts, inner: bool) -> str:
    """An equation. Of x - y = n and y - x = -n, which are one term, the shorter text, whichever of x and y was made first."""
    left, right = term.args
    if left.op != "sum" or right.op != "const" or below.named(left) or sum_in(left)[1]:
        return in_either_order("=")(term, below, inner)
    ones = (1 << left.width) - 1
    addends = sum_in(left)[0]
    texts = []
    for sign in (1, -1):
        side = total(
            left, below, True, tuple([(serial, sign * times & ones, addend) for serial, times, addend in addends])
        )
        texts.append(" = ".join(_in_order([side, constant(sign * right.value & ones)])))
    return _bracketed(_in_order(texts)[0], inner)


def _bracketed(text: str, inner: bool) -> str:
    return f"({text})" if inner else text


def _in_order(texts: Sequence[str]) -> list[str]:
    return sorted(texts, key=lambda text: (len(text), text))


def named(term: BV, below: OperandTexts, inner: bool) -> str:
    """A variable."""
    return str(term.args[0])


def number(term: BV, below: OperandTexts, inner: bool) -> str:
    """A constant."""
    return constant(term.value)


def sliced(term: BV, below: OperandTexts, inner: bool) -> str:
    """A slice."""
    word, low = term.args
    high = low + term.width - 1
    return f"{below(word, True)}[{high}]" if high == low else f"{below(word, True)}[{high}:{low}]"


def joined(term: BV, below: OperandTexts, inner: bool) -> str:
    """A concatenation."""
    pieces = [below(piece, True) for piece in term.args[:MOST_PIECES]]
    return "(" + " ++ ".join(pieces + ["…"] * (len(term.args) > MOST_PIECES)) + ")"


def chosen(term: BV, below: OperandTexts, inner: bool) -> str:
    """A choice."""
    condition, then, otherwise = [below(operand, True) for operand in term.args]
    return _bracketed(f"{condition} ? {then} : {otherwise}", inner)


def extended(term: BV, below: OperandTexts, inner: bool) -> str:
    """A sign extension."""
    return f"sext{term.width}({below(term.args[0], False)})"


def looked_up(term: BV, below: OperandTexts, inner: bool) -> str:
    """A lookup in a table, which is known by its size."""
    table, index = term.args
    return f"table{len(table.entries)}({below(index, False)})"


def negated(term: BV, below: OperandTexts, inner: bool) -> str:
    """A complement."""
    return f"¬{below(term.args[0], True)}"


def rotated(term: BV, below: OperandTexts, inner: bool) -> str:
    """A rotation."""
    return f"ROTR{term.args[1]}({below(term.args[0], False)})"


def _factor(word: BV, rotation: int, mask: int, below: OperandTexts) -> str:
    """One word of a bitwise form; a mask that makes the rotation a shift is shown as that shift."""
    width = word.width
    ones = (1 << width) - 1
    if not rotation and mask == ones:
        return below(word, True)
    if rotation and mask == ones >> rotation:
        return f"SHR{rotation}({below(word, False)})"
    if rotation and mask == ones ^ ((1 << (width - rotation)) - 1):
        return f"SHL{width - rotation}({below(word, False)})"
    text = f"ROTR{rotation}({below(word, False)})" if rotation else below(word, True)
    return text if mask == ones else f"{text} ∧ {constant(mask)}"


def bitwise(term: BV, below: OperandTexts, inner: bool, only: Sequence[Item] | None = None) -> str:
    """A bitwise form, or those of its items that are asked for; the shortest first, a constant before all."""
    ones = (1 << term.width) - 1
    items = items_in(term) if only is None else only
    flips = next((mask for monomial, mask in items if not monomial), 0)
    parts = []
    for monomial, mask in items:
        if len(monomial) == 1:
            ((_, rotation, word),) = monomial
            parts.append(_factor(word, rotation, mask, below))
        elif monomial:
            words = _in_order([_factor(word, rotation, ones, below) for _, rotation, word in monomial])
            parts.append(" ∧ ".join(words if mask == ones else [*words, constant(mask)]))
    negated = flips == ones and bool(parts)
    shown = [constant(flips)] if flips and not negated else []
    shown += _in_order(parts)
    if len(shown) > MOST_PARTS:
        shown = [*shown[:MOST_PARTS], "…"]
    if len(shown) > 1:
        shown = [f"({part})" if " ∧ " in part else part for part in shown]
    text = " ⊕ ".join(shown)
    compound = len(shown) > 1 or " ∧ " in text
    if negated:
        return f"¬({text})" if compound else f"¬{text}"
    return _bracketed(text, inner and compound)


def total(term: BV, below: OperandTexts, inner: bool, only: Addends | None = None) -> str:
    """A sum, or those of its addends that are asked for, the shortest first."""
    half = 1 << (term.width - 1)
    addends, last = sum_in(term)
    shown = []
    for _, coefficient, addend in addends if only is None else only:
        minus = coefficient >= half
        times = (1 << term.width) - coefficient if minus else coefficient
        shown.append((below(addend, True), times, minus))
    shown.sort(key=lambda part: (len(part[0]), *part))
    text = ""
    for word, times, minus in shown[:MOST_PARTS]:
        sign = (" - " if minus else " + ") if text else ("-" if minus else "")
        text += sign + ("" if times == 1 else f"{constant(times)}·") + word
    if len(shown) > MOST_PARTS:
        text += " + …"
    if last:
        minus = last >= half
        text += f" {'-' if minus else '+'} {constant((1 << term.width) - last if minus else last)}"
    return _bracketed(text, inner)
