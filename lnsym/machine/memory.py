"""Memory: loads and stores at addresses that are terms.

An address is placed in a region, at an offset that must lie inside it, with the right permission. An access that cannot be placed raises
OutsideMemory: memory safety is no separate analysis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Self

from lnsym.bv import BV, ite, operands, show
from lnsym.bv.sums import addends_of
from lnsym.machine.access_errors import (
    Bound,
    ExtentUnknown,
    Misaligned,
    OutsideMemory,
    OutsideRegion,
    SymbolicOffset,
    byte_count,
)
from lnsym.machine.endings import EndOfPath
from lnsym.machine.events import Observer, Places, Read, Wrote
from lnsym.machine.extents import OpenRegion, inside
from lnsym.machine.offsets import MOST_ENTRIES, MOST_PLACES, chosen, largest, places_of, step_of
from lnsym.machine.pointers import settled
from lnsym.machine.regions import Region
from lnsym.machine.stack_parts import StackParts
from lnsym.machine.tables import read_table

MOST_CHOICES = 5
"""Of so many choices an address may be made, one beside or inside the other."""


class Memory(StackParts):
    """Regions that code reads and writes."""

    def __init__(self, regions: Sequence[Region] = ()) -> None:
        self.observer: Observer | None = None
        """Who is told of each access; whoever runs the code sets it, and copies have none."""
        self.bounds: list[Bound] | None = None
        """What accesses at symbolic offsets rest on, for the one who runs the code to see to; None where such accesses are errors."""
        self.zeros: tuple[BV, ...] = ()
        """Terms of 64 bits that are known to be 0: what is left of a pointer when what it equals is subtracted."""
        super().__init__(regions)

    def copy(self) -> Self:
        """The same memory, written to on its own from here."""
        twin = super().copy()
        twin.bounds = None if self.bounds is None else self.bounds.copy()
        twin.zeros = self.zeros
        return twin

    def _allowed(
        self, placed: tuple[Region, int] | None, kind: str, address: BV, size: int, pc: int
    ) -> tuple[Region, int]:
        """The place of an access that its region allows. Raises OutsideMemory."""
        if placed is None:
            raise EndOfPath(OutsideMemory(kind, address, size, pc, _in_no_region(address)))
        region, offset = placed
        if region.in_image and kind == "load" and type(region.base) is not int and (offset or size > region.size):
            raise EndOfPath(ExtentUnknown(region.name, size, BV.const(offset & ((1 << 64) - 1), 64), pc))
        if region.start < 0:
            self._note_stack_access(region, kind, offset, size, pc)
        if offset < region.start or offset + size > region.start + region.size:
            raise EndOfPath(OutsideMemory(kind, address, size, pc, _outside(region, offset, size, address)))
        if not (region.readable if kind == "load" else region.writable):
            why = f"{byte_count(offset)} into `{region.name}`, which is {_permission(kind)}"
            raise EndOfPath(OutsideMemory(kind, address, size, pc, why))
        return region, offset

    def require_alignment(self, address: BV, size: int, pc: int) -> None:
        """Raises Misaligned unless the address is known to be a multiple of `size` bytes, a power of two."""
        placed = self.place(address)
        if placed is not None:
            region, offset = placed
            if isinstance(region.base, int):
                if self._is_aligned(address, region.base + offset, size):
                    return
            elif region.alignment % size == 0 and offset % size == 0:
                return
            where = f"{byte_count(abs(offset))} {'before' if offset < 0 else 'into'} `{region.name}`"
            if isinstance(region.base, BV):
                where += f", which the contract aligns to {byte_count(region.alignment)}"
        elif (region_of_term := self.base_of(address)) is not None and isinstance(region_of_term.base, BV):
            step, rest = step_of(address - region_of_term.base)
            if region_of_term.alignment % size == 0 and step % size == 0 and rest % size == 0:
                return
            where = f"at {show(address, length=90)}, `{region_of_term.name}` being aligned to {byte_count(region_of_term.alignment)}"
        else:
            where = _in_no_region(address)
        raise EndOfPath(Misaligned(pc, size, where))

    def _is_aligned(self, address: BV, number: int, size: int) -> bool:
        """Whether an address of the image, which has this number in its layout, is a multiple of `size` wherever its piece lies."""
        of_image = self.addresses.placed(address) if self.addresses is not None else None
        if of_image is None:
            return number % size == 0
        piece = of_image[0]
        return piece.alignment % size == 0 and (number - piece.start) % size == 0

    def load(self, address: BV, size: int, pc: int = 0) -> BV:
        """`size` bytes from `address`, little-endian. Raises OutsideMemory, SymbolicOffset."""
        placed = self.place(address)
        if placed is None:
            address = self._resolved(address)
            placed = self.place(address)
            if placed is None and (choice := self._choice(address)) is not None:
                return self._load_chosen(choice, size, pc)
            if placed is None and address.op in ("sum", "add"):
                return self._load_somewhere(address, size, pc)
        if placed is not None and isinstance(placed[0], OpenRegion):
            return self._load_open(placed[0], address, size, pc)
        region, offset = self._allowed(placed, "load", address, size, pc)
        if self.observer is not None:
            self.observer(Read(pc, address, size, ((region, offset),)))
        return region.read(offset, size)

    def _choice(self, address: BV) -> tuple[BV, BV, BV] | None:
        """A condition and two addresses, both in regions of a contract, where an address is a choice of these; else None.

        None too where there are more than MOST_CHOICES in it, which may be twice as many addresses each.
        """
        if self.bounds is None or _choices_in(address, MOST_CHOICES) > MOST_CHOICES:
            return None
        for _, times, term in addends_of(address)[0]:
            if term.op == "ite":
                condition, then, otherwise = term.args
                arms = [address + (arm - term) * times for arm in (then, otherwise)]
                if all(map(self._is_somewhere, arms)):
                    return condition, arms[0], arms[1]
        return None

    def _is_somewhere(self, address: BV) -> bool:
        """Whether an address, or each that it may be, is based on a region."""
        return self.place(address) is not None or self.base_of(address) is not None or self._choice(address) is not None

    def _load_chosen(self, choice: tuple[BV, BV, BV], size: int, pc: int) -> BV:
        """A load from one of two addresses: each must lie inside where it is the one."""
        condition, then, otherwise = choice
        return ite(
            condition,
            self._load_where(condition, then, size, pc),
            self._load_where(~condition, otherwise, size, pc),
        )

    def _load_where(self, condition: BV, address: BV, size: int, pc: int) -> BV:
        """A load that counts where a condition holds: only there need it lie inside."""
        assert self.bounds is not None
        before, self.bounds = self.bounds, []
        value = self.load(address, size, pc)
        self.bounds = [*before, *[replace(bound, inside=bound.inside | ~condition) for bound in self.bounds]]
        return value

    def _load_somewhere(self, address: BV, size: int, pc: int) -> BV:
        """A load at an offset that is no number."""
        region = self.base_of(address)
        if isinstance(region, OpenRegion):
            return self._load_open(region, address, size, pc)
        found = self._places("load", address, size, pc, MOST_ENTRIES)
        if found is None:
            return self._load_from_table(address, size, pc)
        region, offset, places = found
        value = chosen(offset, places, lambda place: region.read(place, size))
        if value is None:
            raise EndOfPath(SymbolicOffset("load", region.name, offset, pc))
        if self.observer is not None:
            self.observer(Read(pc, address, size, _all_in(region, places)))
        return value

    def _load_from_table(self, address: BV, size: int, pc: int) -> BV:
        """A load whose address is symbolic: from a constant table, or not supported."""

        def read(number: int) -> int:
            inside = piece is None or piece.start <= number <= piece.end - size
            placed = self._at_number(number) if inside else None
            region, offset = self._allowed(placed, "load", BV.const(number, 64), size, pc)
            value = region.read(offset, size)
            if not value.is_const:
                raise EndOfPath(SymbolicOffset("load", region.name, address, pc))
            entries.append((region, offset))
            return value.value

        entries: list[tuple[Region, int]] = []

        of_image = self.addresses.numbered(address) if self.addresses is not None else None
        piece, numbers = of_image or (None, address)
        value = None if self.moves and piece is None else read_table(numbers, read, size)
        if value is None:
            for base, region in self._symbolic.items():
                if base in operands(address):
                    if region.in_image:
                        raise EndOfPath(ExtentUnknown(region.name, size, address - base, pc))
                    raise EndOfPath(SymbolicOffset("load", region.name, address - base, pc))
            raise EndOfPath(OutsideMemory("load", address, size, pc, _in_no_region(address)))
        if self.observer is not None:
            self.observer(Read(pc, address, size, tuple(entries)))
        return value

    def store(self, address: BV, value: BV, pc: int = 0) -> None:
        """Write `value`, little-endian, from `address`. Raises OutsideMemory."""
        size = value.width // 8
        placed = self.place(address)
        if placed is None:
            address = self._resolved(address)
            placed = self.place(address)
            if placed is None and address.op in ("sum", "add"):
                based = self.base_of(address)
                if isinstance(based, OpenRegion):
                    self._store_open(based, address, value, pc)
                    return
                found = self._places("store", address, size, pc, MOST_PLACES)
                if found is not None:
                    region, offset, places = found
                    for place in places:
                        region.write(place, ite(offset.eq(place), value, region.read(place, size)))
                    if self.observer is not None:
                        self.observer(Wrote(pc, address, size, _all_in(region, places)))
                    return
        if placed is not None and isinstance(placed[0], OpenRegion):
            self._store_open(placed[0], address, value, pc)
            return
        region, number = self._allowed(placed, "store", address, size, pc)
        region.write(number, value)
        if self.observer is not None:
            self.observer(Wrote(pc, address, size, ((region, number),)))

    # -- regions whose size is a term -----------------------------------------------------------

    def _load_open(self, region: OpenRegion, address: BV, size: int, pc: int) -> BV:
        offset = self._open_offset("load", region, address, size, pc)
        if not region.held.has_place(offset):
            raise EndOfPath(SymbolicOffset("load", region.name, offset, pc))
        if self.observer is not None:
            self.observer(Read(pc, address, size, ((region, offset),)))
        return region.read_at(offset, size)

    def _store_open(self, region: OpenRegion, address: BV, value: BV, pc: int) -> None:
        size = value.width // 8
        offset = self._open_offset("store", region, address, size, pc)
        region.write_at(offset, value)
        if self.observer is not None:
            self.observer(Wrote(pc, address, size, ((region, offset),)))

    def _open_offset(self, kind: str, region: OpenRegion, address: BV, size: int, pc: int) -> BV:
        """The offset of an access that the region allows; that it lies inside is in `bounds`. Raises OutsideMemory, SymbolicOffset."""
        offset = address - region.base
        if not (region.readable if kind == "load" else region.writable):
            why = f"in `{region.name}`, which is {_permission(kind)}"
            raise EndOfPath(OutsideMemory(kind, address, size, pc, why))
        if self.bounds is None:
            raise EndOfPath(SymbolicOffset(kind, region.name, offset, pc))
        within = inside(offset, size, region.extent)
        otherwise = OutsideRegion(kind, region.name, region.extent, offset, size, pc)
        if within.is_const and not within.value:
            raise EndOfPath(otherwise)
        self.bounds.append(Bound(within, otherwise))
        return offset

    # -- offsets that are no numbers ------------------------------------------------------------

    def _resolved(self, address: BV) -> BV:
        """The address as one in a region, where its base's alignment or a known equality of pointers makes it one; else as it is."""
        address = settled(address, self.aligned)
        if not self.zeros or address.width != 64 or self.base_of(address) is not None:
            return address
        others = [other for zero in self.zeros for other in (address - zero, address + zero)]
        placed = [other for other in others if self.place(other) is not None]
        based = [other for other in others if self.base_of(other) is not None]
        return next(iter([*placed, *based]), address)

    def base_of(self, address: BV) -> Region | None:
        """The one region whose base is an addend of the address."""
        based = [self._symbolic.get(term) for _, times, term in addends_of(address)[0] if times == 1]
        found = [region for region in based if region is not None]
        return found[0] if len(found) == 1 else None

    def _places(self, kind: str, address: BV, size: int, pc: int, most: int) -> tuple[Region, BV, list[int]] | None:
        """The region, the offset there and the numbers it may be; that it is one of them is in `bounds` where it needs to be shown.

        None where the address is based on no region, or may be at more than `most` places. Raises OutsideMemory where no place will do.
        """
        region = self.base_of(address) if self.bounds is not None else None
        if self.bounds is None or region is None or region.start < 0 or not isinstance(region.base, BV):
            return None
        offset = address - region.base
        if not (region.readable if kind == "load" else region.writable):
            why = f"in `{region.name}`, which is {_permission(kind)}"
            raise EndOfPath(OutsideMemory(kind, address, size, pc, why))
        places = places_of(offset, region.size - size, most) if size <= region.size else []
        if places is None:
            return None
        if not places:
            raise EndOfPath(
                OutsideMemory(kind, address, size, pc, f"at no place of `{region.name}`, which has {region.size}")
            )
        if largest(offset) > region.size - size:
            inside = offset.ule(region.size - size)
            self.bounds.append(
                Bound(inside, OutsideRegion(kind, region.name, BV.const(region.size, 64), offset, size, pc))
            )
        return region, offset, places


def _all_in(region: Region, offsets: Iterable[int]) -> Places:
    return tuple([(region, offset) for offset in offsets])


def _permission(kind: str) -> str:
    """What a region may be used for that does not allow an access of this kind."""
    return "write-only" if kind == "load" else "read-only"


def _choices_in(address: BV, most: int) -> int:
    """Of how many choices an address is made, one beside or inside the other; what goes beyond `most` is not counted to the end."""
    found = 0
    for _, _, term in addends_of(address)[0]:
        if term.op == "ite" and found <= most:
            _, *arms = term.args
            found += 1 + max(_choices_in(arm, most - found - 1) for arm in arms)
    return found


def _in_no_region(address: BV) -> str:
    """Where an address is that belongs to no region, in words."""
    return f"at {hex(address.value) if address.is_const else show(address, length=90)}: in no region of the contract"


def _outside(region: Region, offset: int, size: int, address: BV) -> str:
    """Where an access lies that leaves the region its address is based on, in words: `64 bytes into `out`, which has 64`."""
    if isinstance(region.base, int) and offset >= region.size:  # the extent of the file that lies below it says little
        return _in_no_region(address)
    if region.start < 0:  # the stack: its base is the stack pointer at the call
        where = f"{byte_count(abs(offset))} {'below' if offset < 0 else 'above'} the first stack pointer"
        return f"{where}, where {byte_count(-region.start)} below and {region.start + region.size} above are `{region.name}`"
    if offset < 0:
        return f"{byte_count(-offset)} before `{region.name}`"
    return f"{byte_count(offset)} into `{region.name}`, which has {region.size}"
