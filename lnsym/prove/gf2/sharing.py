"""Sums in common: a bitwise form as an earlier one, rotated, and what the two differ by.

The rewrite rules flatten XORs, so that a sum of many words (a column parity of Keccak) stands in full in every term it enters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from lnsym.bv import BV
from lnsym.bv.bitwise import Item, Monomial, xor_items

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
    seen: defaultdict[tuple[int, Monomial], list[tuple[BV, int]]] = defaultdict(list)
    for term in order:
        if term.op != "anf":
            continue
        places = [(_turned(monomial, -monomial[0][1], term.width), monomial) for monomial, _ in term.args if monomial]
        sums[term] = _shortest(term, places, seen)
        if len(term.args) > SAVED + 1:
            for key, monomial in places:
                holders = seen[term.width, key]
                holders.append((term, monomial[0][1]))
                if len(holders) > RECENT:
                    del holders[0]
    return sums


def _shortest(
    term: BV,
    places: list[tuple[Monomial, Monomial]],
    seen: defaultdict[tuple[int, Monomial], list[tuple[BV, int]]],
) -> Sum:
    width, best = term.width, Sum(term.args)
    if len(term.args) <= SAVED + 1:
        return best
    votes: defaultdict[tuple[BV, int], int] = defaultdict(int)
    for key, monomial in places:
        for holder, rotation in seen.get((width, key), ()):
            votes[holder, (monomial[0][1] - rotation) % width] += 1
    for (holder, rotation), count in votes.items():
        # The forms differ by at least what the votes do not cover.
        if len(term.args) + len(holder.args) - 2 * count - 2 < len(best.items) - SAVED:
            difference = xor_items(term.args, _rotated(holder, rotation)).items()
            if len(difference) < len(best.items) - SAVED:
                best = Sum(tuple(sorted(difference)), holder, rotation)
    return best


def _turned(monomial: Monomial, rotation: int, width: int) -> Monomial:
    return tuple(sorted([(serial, (r + rotation) % width, word) for serial, r, word in monomial]))


def _rotated(term: BV, rotation: int) -> list[Item]:
    """The monomials and masks of a bitwise form rotated right."""
    width, ones = term.width, (1 << term.width) - 1
    return [
        (_turned(monomial, rotation, width), (mask >> rotation | mask << (width - rotation)) & ones)
        for monomial, mask in term.args
    ]
