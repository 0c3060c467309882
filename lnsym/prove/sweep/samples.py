"""Samples: values of input bits, thousands side by side."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from lnsym.bv import BV
from lnsym.prove.circuit.graph import Key

FIRST = 2048
"""How many samples there are before any is learned."""

NEAR = 15
"""How many neighbours of a learned point become samples with it."""


class Samples:
    """Values of input bits on many samples: random ones of several densities, corners, and those learned."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self._bits: dict[Key, int] = {}
        self._shared: dict[int, int] = {}
        self._signs: dict[BV, int] = {}
        self._learned: list[dict[Key, int]] = []
        self.count = FIRST

    @property
    def ones(self) -> int:
        """A bit for each sample."""
        return (1 << self.count) - 1

    def bit(self, key: Key) -> int:
        """The values of an input bit, sample 0 the lowest."""
        found = self._bits.get(key)
        if found is None:
            found = self._first(key) & ~3 | 2  # all inputs 0 on the first sample, 1 on the second
            for at, point in enumerate(self._learned):
                found |= self._value(point, key) << (FIRST + at)
            self._bits[key] = found
        return found

    def _first(self, key: Key) -> int:
        """Values on the first samples: half of them even, some sparse, some dense, and some of words that are nearly alike.

        In these all variables are one word, or its complement, but for a few bits: carries run far, and comparisons are close.
        """
        random = self._random
        part = FIRST // 8
        variable, bit = key
        even = random.getrandbits(4 * part)
        sparse = random.getrandbits(part) & random.getrandbits(part) & random.getrandbits(part)
        dense = random.getrandbits(part) | random.getrandbits(part) | random.getrandbits(part)
        word = self._shared.setdefault(bit, random.getrandbits(2 * part))
        sign = self._signs.setdefault(variable, random.getrandbits(2 * part))
        noise = random.getrandbits(2 * part)
        for _ in range(3):
            noise &= random.getrandbits(2 * part)
        return even | sparse << (4 * part) | dense << (5 * part) | (word ^ sign ^ noise) << (6 * part)

    def _value(self, point: dict[Key, int], key: Key) -> int:
        value = point.get(key)
        return self._random.getrandbits(1) if value is None else value

    def extend(self, points: Sequence[dict[Key, int]]) -> None:
        """New samples: each point, and copies of it with one or a few of its bits flipped."""
        random = self._random
        grown: list[dict[Key, int]] = []
        for point in points:
            grown.append(point)
            keys = list(point)
            for _ in range(NEAR):
                near = dict(point)
                for key in random.sample(keys, min(len(keys), random.choice([1, 1, 2, 3]))):
                    near[key] ^= 1
                grown.append(near)
        for key, bits in self._bits.items():
            for at, point in enumerate(grown):
                bits |= self._value(point, key) << (self.count + at)
            self._bits[key] = bits
        self._learned += grown
        self.count += len(grown)
