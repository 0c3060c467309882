"""Offsets that are no numbers: which places of a region an access may mean.

What is said of an offset, a term of 64 bits, holds for every value of its variables. Where an access must lie inside its region, only
the places in it count: `places_of` leaves out those that the term's known bits exclude.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lnsym.bv import BV, ite, lookup, table
from lnsym.bv.known_bits import possible_ones
from lnsym.bv.sums import addends_of
from lnsym.machine.tables import MAX_INDEX_BITS

MOST_PLACES = 1024
"""A store, or a load of what is not constant, that may mean more places than this is not followed."""

MOST_ENTRIES = 1 << MAX_INDEX_BITS
"""Of one table."""


def largest(offset: BV) -> int:
    """A number that the offset never exceeds; 2**64 - 1 where nothing is known."""
    addends, bound = addends_of(offset)
    for _, coefficient, addend in addends:
        bound += coefficient * possible_ones(addend)
    return min(bound, possible_ones(offset)) if bound < 1 << 64 else possible_ones(offset)


def step_of(offset: BV) -> tuple[int, int]:
    """(step, rest): the offset is `rest` modulo `step`, a power of two."""
    addends, constant = addends_of(offset)
    step = 1 << 63
    for _, coefficient, addend in addends:
        product = coefficient * (possible_ones(addend) & -possible_ones(addend))
        step = min(step, product & -product or step)
    return step, constant % step


def places_of(offset: BV, last: int, most: int = MOST_PLACES) -> list[int] | None:
    """The values from 0 to `last` that the offset may have; None where they may be more than `most`."""
    step, first = step_of(offset)
    last = min(last, largest(offset))
    if last // step >= most:
        return None
    ones = possible_ones(offset)
    return [place for place in range(first, last + 1, step) if place & ~ones == 0 and not _never(offset, place)]


def _never(offset: BV, place: int) -> bool:
    equal = offset.eq(place)
    return equal.is_const and equal.value == 0


def chosen(offset: BV, places: Sequence[int], read: Callable[[int], BV]) -> BV | None:
    """What `read` gives at the one of these places, in ascending order, that the offset is; it is known to be one of them.

    Constants become a table, other values a chain of choices; None where these are more than `MOST_PLACES`.
    """
    values = [read(place) for place in places]
    if all(value.is_const for value in values) and len(places) > 1:
        step, rest = step_of(offset)
        entries = [0] * (places[-1] // step + 1)
        for place, value in zip(places, values, strict=True):
            entries[(place - rest) // step] = value.value
        high = max(places[-1].bit_length(), step.bit_length()) - 1
        return lookup(table(entries, values[0].width), offset.extract(high, step.bit_length() - 1))
    if len(places) > MOST_PLACES:
        return None
    result = values[-1]
    for place, value in zip(reversed(places[:-1]), reversed(values[:-1]), strict=True):
        result = ite(offset.eq(place), value, result)
    return result
