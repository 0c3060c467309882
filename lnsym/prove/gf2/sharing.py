"""Sums in common: a bitwise form as an earlier one, rotated, and what the two differ by.

The rewrite rules flatten XORs, so that a sum of many words (a column parity of Keccak) stands in full in every term it enters.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from lnsym.bv import BV
from lnsym.bv.bitwise import xor_items
from lnsym.bv.forms import Item, Monomial, items_in

SAVED = 2
"""How many monomials an earlier form must save."""

RECENT = 6
"""How many of the latest forms that hold a monomial are looked at."""


class Sum(NamedTuple):
    """The XOR of `items`, as `BV` has them, and of the word of `base` rotated right."""

    items: tuple[Item, ...]
    base: BV | None = None
    rotation: int = 0

    def words(self) -> list[BV]:
        """The words it is made of, each once."""
        found = {factor[2]: None for monomial, _ in self.items for factor in monomial}
        if self.base is not None:
            found[self.base] = None
        return list(found)


def common_sums(order: Sequence[BV]) -> dict[BV, Sum]:
    """Each bitwise form of the order as a sum that uses an earlier one where that is shorter."""
    sums: dict[BV, Sum] = {}
    holders: dict[Hashable, list[tuple[BV, int]]] = {}
    for term in order:
        if term.op != "anf":
            continue
        sums[term] = Sum(items_in(term))
        if len(items_in(term)) <= SAVED + 1:
            continue
        width = term.width
        votes: dict[tuple[BV, int], int] = {}
        for monomial, _ in items_in(term):
            if len(monomial) > 1:
                rotation = monomial[0][1]
                found = holders.setdefault(_key(monomial, width), [])
                for holder, other in found:
                    if holder is term:  # its own monomials are rotations of one another
                        continue
                    place = holder, (rotation - other) % width
                    votes[place] = votes.get(place, 0) + 1
                found.append((term, rotation))
                if len(found) > RECENT:
                    del found[0]
        if votes:
            holder, turn = max(votes, key=lambda place: 3 * votes[place] - len(items_in(place[0])))
            if votes[holder, turn] > 1:
                difference = xor_items(items_in(term), _rotated(holder, turn)).items()
                if len(difference) < len(items_in(term)) - SAVED:
                    sums[term] = Sum(tuple(sorted(difference)), holder, turn)
    return sums


def _key(monomial: Monomial, width: int) -> Hashable:
    """What monomials have in common that are rotations of one another."""
    first = monomial[0][1]
    return tuple([(serial, (rotation - first) % width) for serial, rotation, _ in monomial]), width


def _turned(monomial: Monomial, rotation: int, width: int) -> Monomial:
    return tuple(sorted([(serial, (r + rotation) % width, word) for serial, r, word in monomial]))


def _rotated(term: BV, rotation: int) -> list[Item]:
    """The monomials and masks of a bitwise form rotated right."""
    width, ones = term.width, (1 << term.width) - 1
    return [
        (_turned(monomial, rotation, width), (mask >> rotation | mask << (width - rotation)) & ones)
        for monomial, mask in items_in(term)
    ]
