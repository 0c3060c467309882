"""Regions of memory that a contract gives a routine. Sizes are in bytes unless a name says otherwise, widths in bits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lnsym.bv import BV, evaluate, ite
from lnsym.contract.checks import ContractError, is_number, shown
from lnsym.machine.extents import element_at_offset, place_of
from lnsym.machine.offsets import MOST_ENTRIES, chosen, places_of
from lnsym.machine.origins import Element, ElementAt

Access: TypeAlias = Literal["r", "w", "rw"]
ByteOrder: TypeAlias = Literal["little", "big"]


@dataclass(frozen=True, eq=False)
class Block:
    """A region of memory that the contract gives the routine."""

    name: str
    base: BV
    count: int | BV
    """How many elements it has; a term of 64 bits where its size is open."""
    listed: tuple[BV, ...]
    """Its initial elements, variables named `name[i]`, in the order of their addresses; none where its size is open."""
    width: int
    """Bits of one element."""
    byteorder: ByteOrder
    access: Access
    alignment: int
    """What the base is a multiple of, in bytes."""
    secret: bool = True
    """Whether what it holds at first is a secret."""

    @property
    def is_open(self) -> bool:
        """Whether its size is a term."""
        return isinstance(self.count, BV)

    @property
    def elements(self) -> tuple[BV, ...]:
        """Its initial elements, in the order of their addresses. Raises ContractError where its size is a term."""
        if self.is_open:
            raise ContractError(f"how many elements {self.name!r} has is a term: give one by {self.name}.at(index)")
        return self.listed

    @property
    def size(self) -> int | BV:
        """Bytes; a term of 64 bits where it is open: what `count` means as a number fits."""
        return self.count * (self.width // 8)

    def at(self, index: int | BV) -> BV:
        """The initial element at an index, a number or a term of 64 bits at most, unsigned; past the end a term means 0.

        In a region of open size so does a number. Of other regions a term makes a table of constants, a chain of choices otherwise.
        Raises ContractError for a number that is no index, and for a term that may mean more than `offsets.MOST_ENTRIES` constants, or
        `MOST_PLACES` other elements.
        """
        if isinstance(self.count, BV):
            return self._at_open(index, self.count)
        count = self.count
        if is_number(index) and 0 <= index < count:
            return self.listed[index]
        if not isinstance(index, BV) or index.width > 64:
            raise ContractError(f"{shown(index)} is no index of {self.name!r}, whose elements are 0 to {count - 1}")
        step = self.width // 8
        offset = index.zero_extend(64) * step
        places = places_of(offset, (count - 1) * step, MOST_ENTRIES) if count else []
        if places == []:
            return BV.const(0, self.width)
        found = chosen(offset, places, lambda place: self.listed[place // step]) if places else None
        if found is None:
            raise ContractError(f"an index of {self.name!r} may mean too many of its {count} elements")
        return ite(index.zero_extend(64).ule(count - 1), found, BV.const(0, self.width))

    def _at_open(self, index: int | BV, count: BV) -> BV:
        step = self.width // 8
        place = index_term(index, self.name)
        element = element_at_offset(self.name, place * step, step)
        return ite(place.ult(count), element, BV.const(0, self.width))

    def stored(self, values: Iterable[int]) -> bytes:
        """The bytes by which memory holds elements of these values."""
        return b"".join([value.to_bytes(self.width // 8, self.byteorder) for value in values])

    def loaded(self, data: bytes) -> tuple[int, ...]:
        """The values of the elements that memory holds by these bytes."""
        step = self.width // 8
        return tuple([int.from_bytes(data[at : at + step], self.byteorder) for at in range(0, len(data), step)])

    def part(self, number: int | BV, size: int) -> tuple[BV, ...]:
        """The initial elements of a part of `size`, by its number from 0, 64 bits: of open size whatever their count is.

        Of elements past the end nothing is known. Raises ContractError for a part that a region of known size does not have.
        """
        place = index_term(number, self.name) * size
        if not self.is_open:
            if not place.is_const or place.value + size > len(self.listed):
                raise ContractError(f"part {shown(number)} of {size} elements of {self.name!r}, which has {self.count}")
            return self.listed[place.value : place.value + size]
        step = self.width // 8
        return tuple([element_at_offset(self.name, (place + i) * step, step) for i in range(size)])

    def count_on(self, sample: Mapping[BV, int]) -> int:
        """How many elements it has on a sample; a variable that the sample lacks counts as 0."""
        if not isinstance(self.count, BV):
            return self.count
        return evaluate([self.count], [sample], default=0)[0][0]

    def values(self, sample: Mapping[BV, int]) -> tuple[int, ...]:
        """The initial elements as a sample has them; of open size those that it lacks are 0."""
        if not self.is_open:
            return tuple([e.value if e.is_const else sample[e] for e in self.listed])
        held = self._held(sample)
        return tuple([held.get(index, 0) for index in range(self.count_on(sample))])

    def _held(self, sample: Mapping[BV, int]) -> dict[int, int]:
        """The values of elements by index, of which a sample of an open region speaks."""
        own = [v for v in sample if isinstance(v.origin, Element | ElementAt) and v.origin.region == self.name]
        places = [place_of(variable) for variable in own]
        offsets = evaluate(places, [sample], default=0)[0] if places else ()
        return {at // (self.width // 8): sample[variable] for variable, at in zip(own, offsets, strict=True)}


def index_term(index: object, name: str) -> BV:
    """An index of a region of open size as a term of 64 bits. Raises ContractError."""
    if is_number(index) and 0 <= index < 1 << 64:
        return BV.const(index, 64)
    if not isinstance(index, BV) or index.width > 64:
        raise ContractError(
            f"{shown(index)} is no index of {name!r}, which are numbers from 0 and terms of 64 bits at most"
        )
    return index.zero_extend(64)
