"""Rare events: conditions that hardly any input meets, as the terms of goals have them.

A comparison with a constant of 32 bits is 0 on every sample that is drawn. Code and specification that differ there alone are told apart
by an input on which it is 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lnsym.bv import BV, evaluate, operands, topological
from lnsym.bv.bitwise import from_items
from lnsym.bv.forms import Monomial, items_in
from lnsym.bv.known_bits import possible_ones

RARE = 16
"""An event is rare that comes about on less than one sample of so many."""

MOST_EVENTS = 64


@dataclass(frozen=True, eq=False)
class RareEvent:
    """That a term of which one bit matters has another value than the usual one."""

    term: BV
    usual: int
    seen: tuple[int, ...] = ()
    """The samples, by number, on which it came about."""

    @property
    def other(self) -> int:
        """The value that it has else."""
        return self.usual ^ (1 if self.term.width == 1 else _reach(self.term.args))


def rare_events(asked: Sequence[BV], samples: Sequence[Mapping[BV, int]]) -> list[RareEvent]:
    """The events of terms that came about on few of the samples, or on none; those left out that only pass others on."""
    found: dict[BV, RareEvent] = {}
    for term, values in zip(asked, zip(*evaluate(asked, samples), strict=True), strict=True):
        usual, times = Counter(values).most_common(1)[0]
        below = [operand for operand in operands(term) if not operand.is_const]
        if (len(samples) - times) * RARE < len(samples) and not all(operand in found for operand in below):
            seen = [number for number, value in enumerate(values) if value != usual]
            found[term] = RareEvent(term, usual, tuple(seen))
    return list(found.values())[:MOST_EVENTS]


def comparisons(roots: Iterable[BV]) -> Iterator[BV]:
    """The comparisons in the terms, and, where less-than parts from at-most, that the two sides are equal."""
    for term in topological(roots):
        if term.op in ("ult", "slt"):
            yield from _unless_known(term.args[0].eq(term.args[1]))
        if term.op in ("eq", "ult", "slt"):
            yield term


def predicates(roots: Iterable[BV]) -> Iterator[BV]:
    """All that decides something in the terms: comparisons, other bits, and where an operator goes another way.

    Division has a case of its own for 0, a shift for amounts past the width, a table for indices past its end. Bits may stand in a
    longer word, masked.
    """
    yield from comparisons(roots)
    for term in topological(roots):
        if term.op in ("udiv", "sdiv"):
            yield from _unless_known(term.args[1].eq(0))
        elif term.op in ("shl", "lshr", "ashr"):
            yield from _unless_known(_below(term.args[1], term.width))
        elif term.op == "lookup":
            yield from _unless_known(_below(term.args[1], len(term.args[0].entries)))
        if term.width == 1:
            yield from _unless_known(term)
        elif term.op == "anf":
            yield from _masked_bits(term)


def _unless_known(condition: BV) -> list[BV]:
    return [] if condition.op in ("const", "var") else [condition]


def _below(amount: BV, bound: int) -> BV:
    return amount.ult(bound) if possible_ones(amount) >= bound else BV.const(1, 1)


def _reach(items: Iterable[tuple[object, int]]) -> int:
    """The bits of a bitwise form, or of a part of one, that are not 0 by their masks."""
    reach = 0
    for _, mask in items:
        reach |= mask
    return reach


def _masked_bits(term: BV) -> Iterator[BV]:
    """The parts of a bitwise form, no word of which occurs in another part, that are one bit by their masks."""
    parts: list[tuple[set[BV], dict[Monomial, int]]] = []
    for monomial, mask in items_in(term):
        words = {word for _, _, word in monomial}
        items = {monomial: mask}
        apart = []
        for others, more in parts:
            if words.isdisjoint(others):
                apart.append((others, more))
            else:
                words, items = words | others, items | more
        parts = [*apart, (words, items)]
    for words, items in parts:
        if words and _reach(items.items()).bit_count() == 1:
            yield from _unless_known(from_items(items, term.width))
