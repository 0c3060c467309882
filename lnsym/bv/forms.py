"""What is inside a bitwise form and a sum: the one place that knows how their arguments are laid out.

The serial number in front of a word lets the tuples be sorted and compared without looking at terms.
"""

from __future__ import annotations

from typing import TypeAlias

from lnsym.bv.term import BV

Factor: TypeAlias = tuple[int, int, BV]
"""Serial number, rotation to the right, word."""

Monomial: TypeAlias = tuple[Factor, ...]
"""The AND of its factors; of none, all ones."""

Item: TypeAlias = tuple[Monomial, int]
"""A monomial and the mask it is ANDed with."""

Items: TypeAlias = tuple[Item, ...]
"""The XOR of its items, sorted; a constant comes first, as the mask of the empty monomial."""

Addend: TypeAlias = tuple[int, int, BV]
"""Serial number, coefficient, word."""

Addends: TypeAlias = tuple[Addend, ...]
"""The sum of coefficient times word, sorted."""


def items_in(term: BV) -> Items:
    """The items of a term of operator `anf`."""
    items: Items = term.args
    return items


def sum_in(term: BV) -> tuple[Addends, int]:
    """The addends and the constant of a term of operator `sum`."""
    parts: tuple[Addends, int] = term.args
    return parts


def words_in(term: BV) -> tuple[BV, ...]:
    """The words of a term of operator `anf`, each once."""
    return tuple({word: None for monomial, _ in items_in(term) for _, _, word in monomial})
