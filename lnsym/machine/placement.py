"""Placing an address: a set of disjoint regions, and the one that an address belongs to by its base.

The base is the variable that a symbolic region is based on, or, for an address that is a number, the region of the image it lies in.
What is left is the offset, which may lie outside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Self

from lnsym.bv import BV
from lnsym.bv.forms import Addends
from lnsym.bv.sums import addends_of
from lnsym.machine.addresses import Addresses
from lnsym.machine.contents import Contents
from lnsym.machine.regions import Region


class PlacedRegions:
    """Disjoint regions. That they are disjoint, and that none wraps around the end of the address space, is assumed."""

    def __init__(self, regions: Sequence[Region] = ()) -> None:
        self._symbolic: dict[BV, Region] = {}
        self._fixed: list[Region] = []
        self._starts: list[int] = []
        self.addresses: Addresses | None = None
        """Where the image lies whose regions have numbers for bases; None where it lies at these numbers."""
        self.aligned: dict[BV, int] = {}
        """The bases that are terms, and the power of two that each is known to be a multiple of."""
        self._sums: dict[Addends, BV] = {}
        """The bases that are sums, by their addends."""
        for region in regions:
            self.add(region)

    def add(self, region: Region) -> None:
        """Add a region; one with a number for base must not overlap another such."""
        if isinstance(region.base, BV):
            if region.base in self._symbolic:
                raise ValueError(f"two regions have the base {region.base!r}")
            self._symbolic[region.base] = region
            self.aligned[region.base] = region.alignment
            return
        at = bisect_right(self._starts, region.base)
        before = self._fixed[at - 1] if at else None
        after = self._fixed[at] if at < len(self._fixed) else None
        if (before and region.base < before.base + before.size) or (after and after.base < region.base + region.size):  # type: ignore[operator]
            raise ValueError(f"the region {region.name} at {region.base:#x} overlaps another")
        self._fixed.insert(at, region)
        self._starts.insert(at, region.base)

    def copy(self) -> Self:
        """The same regions, written to on their own from here."""
        twin = type(self)()
        twin._symbolic = {base: region.copy() for base, region in self._symbolic.items()}
        twin._fixed = [region.copy() if region.writable else region for region in self._fixed]
        twin._starts = self._starts.copy()
        twin.addresses = self.addresses
        twin.aligned = self.aligned.copy()
        twin._sums = self._sums.copy()
        return twin

    def same_as(self, other: Self) -> bool:
        """Whether it holds the same terms as a copy of it, or of what it is a copy of."""
        pairs = zip(self.regions(), other.regions(), strict=False)
        return all(one.same_as(two) for one, two in pairs)

    def regions(self) -> list[Region]:
        """All regions, those with a symbolic base first, in the order they were added."""
        return [*self._symbolic.values(), *self._fixed]

    def region_at(self, base: int | BV) -> Region:
        """The region that has this base, which is what it is known by: names are for people. Raises KeyError."""
        if isinstance(base, BV):
            return self._symbolic[base]
        at = bisect_right(self._starts, base) - 1
        if at < 0 or self._starts[at] != base:
            raise KeyError(base)
        return self._fixed[at]

    def replace_contents(self, base: int | BV, contents: Contents) -> None:
        """Give the region of the file at `base`, in which nothing was written, other contents; copies of this memory keep theirs."""
        if isinstance(base, BV):
            self._symbolic[base].contents = contents
            return
        at = bisect_right(self._starts, base) - 1
        region = self._fixed[at].copy()
        if region.base != base or region.written:
            raise ValueError(f"no region of the file starts at {base:#x}")
        region.contents = contents
        self._fixed[at] = region

    def place(self, address: BV) -> tuple[Region, int] | None:
        """The region that an address belongs to by its base, and its offset there; None when it has no known base."""
        if address.op == "const":
            return None if self.moves else self._at_number(address.args[0])
        if address.op == "sum":
            addends, constant = address.args
            if len(addends) == 1 and addends[0][1] == 1:
                found = self._symbolic.get(addends[0][2])
                if found is not None:
                    return found, constant if constant < 1 << 63 else constant - (1 << 64)
        found = self._symbolic.get(address)
        if found is not None:
            return found, 0
        if self.addresses is not None:
            of_image = self.addresses.placed(address)
            if of_image is not None:
                piece, number = of_image
                if piece.start == piece.end:
                    return None
                last = min(max(number, piece.start), piece.end - 1)
                nearest = self._at_number(last)
                return nearest and (nearest[0], nearest[1] + number - last)
        return self._place_symbolic(address)

    @property
    def moves(self) -> bool:
        """Whether the image lies elsewhere than at the numbers of its layout, so that no number is an address of it."""
        return self.addresses is not None and bool(self.addresses.pieces)

    def _at_number(self, number: int) -> tuple[Region, int] | None:
        at = bisect_right(self._starts, number) - 1
        return (self._fixed[at], number - self._starts[at]) if at >= 0 else None

    def _place_symbolic(self, address: BV) -> tuple[Region, int] | None:
        """The same at rewrite level 0, which leaves `base + constant + constant` as it is built."""
        offset = 0
        while address.op == "add" and address.args[1].op == "const":
            offset += address.args[1].args[0]
            address = address.args[0]
        region = self._symbolic.get(address)
        if region is None:
            return self._place_term(address, offset)
        return region, signed(offset)

    def _place_term(self, address: BV, offset: int) -> tuple[Region, int] | None:
        """The same for a base that is a sum of several terms."""
        addends, constant = addends_of(address)
        base = self._sums.get(addends)
        if base is None:
            return None
        return self._symbolic[base], signed(offset + constant - addends_of(base)[1])

    def address(self, region: Region, offset: int) -> BV:
        """The address at an offset of a region."""
        return region.base + offset if isinstance(region.base, BV) else BV.const(region.base + offset, 64)


def signed(offset: int) -> int:
    """An offset modulo 2**64 as a number from -2**63."""
    offset &= (1 << 64) - 1
    return offset if offset < 1 << 63 else offset - (1 << 64)
