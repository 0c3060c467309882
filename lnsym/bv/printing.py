"""Terms as text: see `notation` for how an operator is written.

One term is one line; what is deeper than `depth` or longer than `length` becomes …, so that a term of any size
prints at once. The text depends on the structure of the term alone, not on what else was built before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lnsym.bv import notation
from lnsym.bv.forms import items_in, sum_in
from lnsym.bv.labels import Labels
from lnsym.bv.operators import OPERATORS
from lnsym.bv.term import BV

Naming: TypeAlias = Callable[[BV], str | None]
"""What stands for a term in the text of those above it, if it has a name."""


def in_brackets(name: str) -> str:
    """A name as it stands in a text."""
    return f"⟨{name}⟩"


def unnamed(term: BV) -> None:
    """No term has a name."""


def by_label(labels: Labels) -> Naming:
    """Labelled terms show as their labels."""

    def naming(term: BV) -> str | None:
        return in_brackets(labels[term]) if term in labels else None

    return naming


def show(term: BV, depth: int = 6, length: int = 400, naming: Naming = unnamed) -> str:
    """The term as one line of at most `length` characters; terms that have a name show as that."""
    text = ""
    for level in range(1, depth + 1):  # deeper and deeper: the work is bounded by what fits
        text = _Lines(naming).text(term, level)
        if len(text) > length:
            return text[: length - 1] + "…"
        if "…" not in text:
            break
    return text


def show_without(term: BV, other: BV, depth: int, naming: Naming = unnamed) -> str:
    """A term as text without the words or addends that another term of its kind has too."""
    lines = _Lines(naming)
    if term.op == other.op == "anf":
        items = [item for item in items_in(term) if item not in items_in(other)]
        return notation.bitwise(term, lines.below(depth), False, items) if items else notation.constant(0)
    if term.op == other.op == "sum":
        addends = tuple([addend for addend in sum_in(term)[0] if addend not in sum_in(other)[0]])
        return notation.total(term, lines.below(depth), False, addends) or notation.constant(0)
    return lines.text(term, depth)


class _Lines:
    """The texts of terms, each made once for a depth: shared terms would else be visited over and over."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self._known: dict[tuple[BV, int, bool], str] = {}

    def text(self, term: BV, depth: int, inner: bool = False) -> str:
        found = self._known.get((term, depth, inner))
        if found is None:
            found = self._known[term, depth, inner] = self._text(term, depth, inner)
        return found

    def _text(self, term: BV, depth: int, inner: bool) -> str:
        name = self.naming(term)
        if name is not None:
            return name
        if depth == 0 and term.op not in ("const", "var"):
            return "…"
        return OPERATORS[term.op].shown(term, self.below(depth), inner)

    def below(self, depth: int) -> notation.OperandTexts:
        return _Below(self, depth - 1)


@dataclass(frozen=True)
class _Below:
    """The texts of operands at a depth."""

    lines: _Lines
    depth: int

    def __call__(self, operand: BV, inner: bool) -> str:
        return self.lines.text(operand, self.depth, inner)

    def named(self, operand: BV) -> bool:
        return self.lines.naming(operand) is not None


BV.printer = show
