"""Mutants of a routine: which bytes of the image become which, and what that is to a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from lnsym.errors import LnsymError
from lnsym.machine.decode import decode_word
from lnsym.machine.events import Event, Read
from lnsym.machine.image import Image
from lnsym.mutation.changes import KINDS, Kind, changed_word
from lnsym.run.exploration import Unexplored

ATTEMPTS = 400
"""How many changes in a row may turn out to be none, or known already, before a routine counts as exhausted."""


@dataclass(frozen=True)
class Mutant:
    """A change of a few bytes of an image."""

    kind: Kind
    address: int
    before: bytes
    after: bytes
    old_text: str
    new_text: str
    place: str
    """The address by the symbol it belongs to: `vpaes_encrypt+0x10`; empty where it belongs to none."""

    def apply(self, image: Image) -> Image:
        """The image with the change."""
        segments = []
        for segment in image.segments:
            if segment.address <= self.address < segment.end and segment.data is not None:
                at = self.address - segment.address
                data = segment.data[:at] + self.after + segment.data[at + len(self.after) :]
                segment = replace(segment, data=data)
            segments.append(segment)
        return replace(image, segments=tuple(segments))


@dataclass(frozen=True)
class Footprint:
    """What a routine runs and reads: the addresses of its instructions, and of the bytes of constants that it loads.

    Words that a relocation makes are left out: what the file holds there is not what the routine reads.
    """

    instructions: tuple[int, ...]
    constants: tuple[int, ...]
    steps: int
    """Instructions that are executed on the longest path."""


def footprint(unexplored: Unexplored) -> Footprint:
    """Run a routine on symbols and see what it touches, on all its paths."""
    loaded: dict[int, None] = {}

    def note(event: Event) -> None:
        if isinstance(event, Read):
            for region, offset in event.places:
                if isinstance(region.base, int) and isinstance(offset, int):
                    loaded.update(dict.fromkeys(range(region.base + offset, region.base + offset + event.size)))

    execution = unexplored.explored(note)
    image = execution.setup.image
    read = [a for a in loaded if (segment := image.segment_at(a)) and segment.constant]
    constants = [a for a in read if not image.address_words_in(a, 1) and image.unresolved_in(a, 1) is None]
    steps = max((path.steps for path in execution.paths), default=0)
    return Footprint(tuple(sorted(execution.setup.code.decoded)), tuple(sorted(constants)), steps)


class MutantSource:
    """Draws mutants of one routine, no two alike. The same seed gives the same ones in the same order."""

    def __init__(self, image: Image, places: Footprint, seed: str) -> None:
        self._image = image
        self._places = places
        self._executed = frozenset(places.instructions)
        self._random = Random(seed)
        self._kinds = [kind for kind in KINDS if kind != "constant" or places.constants]

    def mutants(self, count: int) -> Iterator[Mutant]:
        """`count` mutants, all kinds equally likely; fewer where there are no more to be found."""
        seen: set[tuple[int, bytes]] = set()
        attempts = 0
        while len(seen) < count and attempts < ATTEMPTS:
            attempts += 1
            kind = self._random.choice(self._kinds)
            mutant = self._constant() if kind == "constant" else self._instruction(kind)
            if mutant is not None and (mutant.address, mutant.after) not in seen:
                seen.add((mutant.address, mutant.after))
                attempts = 0
                yield mutant

    def _instruction(self, kind: Kind) -> Mutant | None:
        """A mutant of the kind at a random place, after a few attempts there."""
        address = self._random.choice(self._places.instructions)
        word = self._word(address)
        neighbours = [self._word(a) for a in (address - 4, address + 4) if a in self._executed]
        for _ in range(16):
            changed = changed_word(kind, word, neighbours, address, self._random)
            if changed is not None:
                old, new = (decode_word(w, address).text for w in (word, changed))
                return self._mutant(kind, address, word.to_bytes(4, "little"), changed.to_bytes(4, "little"), old, new)
        return None

    def _constant(self) -> Mutant | None:
        """A byte of a constant, one bit or all of it changed; None where no byte is known."""
        address = self._random.choice(self._places.constants)
        try:
            old = self._image.read(address, 1)[0]
        except LnsymError:
            return None
        new = self._random.choice((old ^ 1 << self._random.randrange(8), self._random.getrandbits(8)))
        if new == old:
            return None
        return self._mutant("constant", address, bytes([old]), bytes([new]), f"byte {old:#04x}", f"byte {new:#04x}")

    def _mutant(self, kind: Kind, address: int, before: bytes, after: bytes, old: str, new: str) -> Mutant:
        symbol = self._image.symbol_at(address)
        place = self._image.describe(address) if symbol is not None and address < symbol.end else ""
        return Mutant(kind, address, before, after, old, new, place)

    def _word(self, address: int) -> int:
        return int.from_bytes(self._image.read(address, 4), "little")
