"""Regions whose size is a term: contents and writes by offsets that are terms, and what it takes to be inside.

An offset is a term of 64 bits, unsigned. That an access lies inside is no matter of its region, which is told of such accesses only: two
of them then meet where their offsets, modulo 2**64, are nearer than their sizes, and nothing wraps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from lnsym.bv import BV, concat, ite, variables
from lnsym.bv.sums import addends_of, from_addends
from lnsym.machine.offsets import step_of
from lnsym.machine.origins import Element, ElementAt
from lnsym.machine.regions import Region

WORD = 1 << 64


def element_at_offset(region: str, offset: BV, step: int) -> BV:
    """What a region holds at first at an offset, a multiple of `step` bytes, which one element has: a variable.

    Offsets that are one sum name one variable, however they are written: a product by a power of two may be a shift.
    """
    offset = from_addends(*addends_of(offset), 64)
    if offset.is_const:
        return BV.var(Element(region, offset.value // step), 8 * step)
    return BV.var(ElementAt(region, offset, step), 8 * step)


def place_of(element: BV) -> BV:
    """The offset of an element, a variable that `element_at_offset` made, 64 bits."""
    origin = element.origin
    if isinstance(origin, ElementAt):
        return origin.offset
    assert isinstance(origin, Element)
    return BV.const(origin.index * (element.width // 8), 64)


def inside(offset: BV, size: int, extent: BV) -> BV:
    """That `size` bytes from an offset lie within an extent, however large the offset is; a term of one bit."""
    return ~extent.ult(size) & offset.ule(extent - size)


class OpenElements:
    """The initial contents of such a region: elements of one width, a power of two bytes, in one byte order."""

    def __init__(self, region: str, width: int, byteorder: str = "little") -> None:
        self.region = region
        self.width = width
        self.byteorder = byteorder
        self._step = width // 8
        self._reverse = byteorder == "big" and self._step > 1
        self.elements_read: dict[BV, None] = {}
        """The variables that were made, in their order."""

    def has_place(self, offset: BV) -> bool:
        """Whether it is known how far from the start of its element an offset is."""
        return step_of(offset)[0] % self._step == 0

    def at(self, offset: BV, size: int) -> BV:
        """`size` bytes from an offset that has a place, little-endian."""
        within = step_of(offset)[1] % self._step
        first = offset - within
        count = -(-(within + size) // self._step)
        elements = [self._element(first + self._step * k) for k in reversed(range(count))]
        whole = concat(*[element.reverse_bytes() if self._reverse else element for element in elements])
        return whole.extract(8 * (within + size) - 1, 8 * within)

    def _element(self, offset: BV) -> BV:
        element = element_at_offset(self.region, offset, self._step)
        self.elements_read[element] = None
        return element

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return self.at(BV.const(offset, 64), 1)

    def whole(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset`, little-endian."""
        return self.at(BV.const(offset, 64), size)


class OpenRegion(Region):
    """A region whose size is a term. Its `size` as a number is 0: whoever knows no other finds nothing in it."""

    __slots__ = ("extent", "held", "writes")

    def __init__(
        self, name: str, base: BV, extent: BV, held: OpenElements, writable: bool = False, alignment: int = 1
    ) -> None:
        super().__init__(name, base, 0, held, readable=True, writable=writable, alignment=alignment)
        self.extent = extent
        """Bytes, 64 bits: what the term means as a number, `theorem.counted` has it, fits."""
        self.held = held
        self.writes: tuple[tuple[BV, BV], ...] = ()
        """Offsets and what was written there, the last one at the end."""

    def copy(self) -> OpenRegion:
        """The same region, written to on its own from here."""
        assert isinstance(self.base, BV)
        twin = OpenRegion(self.name, self.base, self.extent, self.held, self.writable, self.alignment)
        twin.writes = self.writes
        return twin

    def same_as(self, other: Region) -> bool:
        """Whether it holds the same terms as a copy of it, or of what it is a copy of."""
        return isinstance(other, OpenRegion) and self.held is other.held and self.writes == other.writes

    def write_at(self, offset: BV, value: BV) -> None:
        """Write the bytes of `value`, little-endian; they lie inside."""
        self.writes = (*self.writes, (offset, value))

    def read_at(self, offset: BV, size: int) -> BV:
        """`size` bytes from an offset that has a place, little-endian; they lie inside."""
        return self._read(offset, size, len(self.writes))

    def _read(self, offset: BV, size: int, count: int) -> BV:
        """The same as after the first `count` writes."""
        choices: list[tuple[BV, BV]] = []  # where a write may have met it, and what it left there; the last write first
        for number in reversed(range(count)):
            at, value = self.writes[number]
            length = value.width // 8
            distance = offset - at
            ahead = distance.value if distance.is_const else None
            if _never_meet(offset, size, at, length) or (ahead is not None and length <= ahead <= WORD - size):
                continue
            if ahead is not None and ahead + size <= length:
                found = value.extract(8 * (ahead + size) - 1, 8 * ahead)
                break
            if size == length and _meet_whole_or_not(offset, at, size):
                choices.append((offset.eq(at), value))
            elif size == 1:
                choices += [(offset.eq(at + k), value.extract(8 * k + 7, 8 * k)) for k in range(length)]
            else:
                found = concat(*[self._read(offset + k, 1, number + 1) for k in reversed(range(size))])
                break
        else:
            found = self.held.at(offset, size)
        for met, left in reversed(choices):
            found = ite(met, left, found)
        return found


def _residue(one: BV, other: BV) -> tuple[int, int]:
    """(step, rest): one offset less the other is `rest` modulo `step`, a power of two."""
    (step_of_one, rest_of_one), (step_of_other, rest_of_other) = step_of(one), step_of(other)
    step = min(step_of_one, step_of_other)
    return step, (rest_of_one - rest_of_other) % step


def _never_meet(one: BV, size: int, other: BV, length: int) -> bool:
    """Whether `size` bytes from one offset lie apart from `length` bytes from another, whatever they are."""
    step, rest = _residue(one, other)
    return length <= rest <= step - size


def _meet_whole_or_not(one: BV, other: BV, size: int) -> bool:
    """Whether `size` bytes from either of two offsets are the same ones, or lie apart."""
    step, rest = _residue(one, other)
    return step % size == 0 and rest % size == 0


def open_elements(terms: Iterable[BV]) -> dict[BV, ElementAt]:
    """The elements at open offsets of which terms speak, those in the offsets of others before these."""
    found: dict[BV, ElementAt] = {}
    for variable in variables(terms):
        origin = variable.origin
        if isinstance(origin, ElementAt) and variable not in found:
            found.update(open_elements([origin.offset]))
            found[variable] = origin
    return found


def same_elements(terms: Sequence[BV]) -> list[BV]:
    """What holds of the elements at open offsets of which terms speak: where two of a region have one offset, they are one element."""
    of_region: dict[tuple[str, int], list[tuple[BV, BV]]] = {}
    speaks_of_open = {(origin.region, origin.step) for origin in open_elements(terms).values()}
    if not speaks_of_open:
        return []
    for variable in [*open_elements(terms), *variables(terms)]:
        origin = variable.origin
        step = variable.width // 8
        if not isinstance(origin, Element | ElementAt) or (origin.region, step) not in speaks_of_open:
            continue
        known = of_region.setdefault((origin.region, step), [])
        if all(variable is not other for other, _ in known):
            known.append((variable, place_of(variable)))
    pairs = [pair for held in of_region.values() for pair in combinations(held, 2)]
    facts = [offset.ne(other_offset) | one.eq(other) for (one, offset), (other, other_offset) in pairs]
    return [fact for fact in facts if not fact.is_const]
