"""Two different terms as two different lines, from the place where they differ."""

from __future__ import annotations

from lnsym.bv.operators import ADDENDS, ITEMS, OPERATORS, operands
from lnsym.bv.printing import Naming, show, show_without, unnamed
from lnsym.bv.term import BV


def show_apart(one: BV, other: BV, depth: int = 6, length: int = 400, naming: Naming = unnamed) -> tuple[str, str]:
    """Two different terms as two different lines: as they are or, where they look alike, from the place where they differ.

    What is left out around that place is …; terms that look alike even there are the one and the other.
    """
    texts = show(one, depth, length, naming), show(other, depth, length, naming)
    if texts[0] != texts[1] or one is other:
        return texts
    inner = _first_difference(one, other)
    texts = tuple(f"… {show_without(a, b, depth, naming)[: length - 4]} …" for a, b in (inner, inner[::-1]))  # type: ignore[assignment]
    if texts[0] != texts[1]:
        return texts
    return f"{texts[0]} (one term)", f"{texts[1]} (another)"


def _first_difference(one: BV, other: BV) -> tuple[BV, BV]:
    """The subterms at the first place where two terms differ in more than what is below."""
    while one.op == other.op:
        below, opposite = list(operands(one)), list(operands(other))
        if OPERATORS[one.op].places in (ITEMS, ADDENDS):  # in no order of their own
            below, opposite = [t for t in below if t not in opposite], [t for t in opposite if t not in below]
            below.sort(key=show)
            opposite.sort(key=show)
        pairs = [(a, b) for a, b in zip(below, opposite, strict=False) if a is not b]
        if len(below) != len(opposite) or not pairs or any(a.width != b.width for a, b in pairs):
            break
        one, other = pairs[0]
    return one, other
