"""Which earlier words a word may equal, by their values on samples: as it is, rotated, complemented, or with a constant added."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import TypeAlias

from lnsym.bv import BV
from lnsym.prove.joining.maps import turned

SampleValues: TypeAlias = tuple[int, ...]

MIN_WIDTH = 8
"""Narrower words agree on samples by chance."""

MIN_TURNED = 16
"""The same for words that are looked for under all rotations."""

MOST = 3
"""With how many words of its values one is compared."""


class Alike:
    """The words entered so far, by their values."""

    def __init__(self, values: Callable[[BV], SampleValues]) -> None:
        self._values = values
        self._entered: list[BV] = []
        self._same: dict[Hashable, list[BV]] = {}
        self._turned: dict[Hashable, tuple[BV, int, bool]] = {}
        self._offset: dict[Hashable, BV] = {}

    def enter(self, word: BV) -> None:
        """Take a word in, for later ones to be compared with."""
        self._entered.append(word)
        self._enter(word)

    def _enter(self, word: BV) -> None:
        values = self._values(word)
        self._same.setdefault((word.width, values), []).append(word)
        self._offset.setdefault(_offsets(values, word.width), word)
        if word.width >= MIN_TURNED:
            rotation, complemented, key = _least_turn(values, word.width)
            self._turned.setdefault(key, (word, rotation, complemented))

    def refresh(self) -> None:
        """Look at all again: the samples have changed."""
        for table in (self._same, self._turned, self._offset):
            table.clear()
        for word in self._entered:
            self._enter(word)

    def proposals(self, word: BV) -> Iterator[BV]:
        """What the word may equal, made of earlier words."""
        if word.width < MIN_WIDTH:
            return
        values, width = self._values(word), word.width
        same = self._same.get((width, values), [])
        yield from same[:MOST]
        if same:
            return
        if width >= MIN_TURNED:
            rotation, complemented, key = _least_turn(values, width)
            if key in self._turned:
                earlier, first_rotation, flipped = self._turned[key]
                other = earlier.rotate_right((first_rotation - rotation) % width)
                yield ~other if complemented != flipped else other
                return
        near = self._offset.get(_offsets(values, width))
        if near is not None:
            yield near + (values[0] - self._values(near)[0])


def _offsets(values: SampleValues, width: int) -> Hashable:
    ones = (1 << width) - 1
    return (width, *[(value - values[0]) & ones for value in values[1:]])


def _least_turn(values: SampleValues, width: int) -> tuple[int, bool, Hashable]:
    """The rotation to the right, and whether the complement too, that makes the first value least; and all values so turned."""
    first, ones = values[0], (1 << width) - 1
    doubled = first | first << width
    turns = [doubled >> amount & ones for amount in range(width)]
    least, most = min(turns), max(turns)
    complemented = ones ^ most < least
    rotation = turns.index(most if complemented else least)
    flip = ones if complemented else 0
    return rotation, complemented, (width, *[turned(value, rotation, width) ^ flip for value in values])
