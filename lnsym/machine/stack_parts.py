"""The stack in parts: frames that an unknown distance splits from what lies above, and windows that rounded pointers reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from lnsym.bv import BV
from lnsym.bv.sums import addends_of
from lnsym.machine.access_errors import BetweenFrames, StackTooSmall, byte_count
from lnsym.machine.contents import NOTHING_YET, Contents
from lnsym.machine.endings import EndOfPath
from lnsym.machine.placement import PlacedRegions, signed
from lnsym.machine.pointers import distance_below, residue, rounded, settled
from lnsym.machine.regions import Region


@dataclass(frozen=True)
class Split:
    """Where the stack is split into a frame, which is reached from its base, and what lies above it."""

    frame: BV
    """The base of the frame."""
    above: BV
    """The base of the region above."""
    at: int
    """The offset in the region above from which on it is reached by its base."""
    furthest: int
    """How far the base of the frame lies below that place, at most."""


@dataclass(frozen=True)
class Window:
    """What a rounded pointer reaches of a region of the stack: it lies at `furthest` to `nearest` of that region, nobody knows where."""

    region: Region
    """Its base is the pointer."""
    within: BV
    """The base of the region of the stack."""
    furthest: int
    nearest: int


class StackParts(PlacedRegions):
    """Regions, those of the stack among them: which part of it an address means, and which accesses keep to their part."""

    def __init__(self, regions: Sequence[Region] = ()) -> None:
        self._stack: int | BV | None = None
        self.stack_access: int | None = None
        """The lowest offset of an access to the part of the stack that SP is in, since this was last set to None; 2**63 above that part."""
        self.splits: list[Split] = []
        """Those of the stack, the lowest last."""
        self.windows: dict[BV, Window] = {}
        """By pointers that are rounded down to more than the stack is aligned to.

        A byte of the stack that an access by such a pointer may mean is that pointer's from then on, until it is released: none may
        have been stored there by another address, nor may another one reach it.
        """
        super().__init__(regions)

    def add_stack(self, region: Region) -> None:
        """Add the whole stack. It reaches below a base that is a term, and lies above one that is a number."""
        if self._stack is not None:
            raise ValueError("a second stack")
        self.add(region)
        self._stack = region.base

    @property
    def stack(self) -> Region:
        """The stack, or what is left of it above its parts. Raises KeyError where there is none."""
        if self._stack is None:
            raise KeyError("stack")
        return self.region_at(self._stack)

    def copy(self) -> Self:
        """The same parts, written to on their own from here; no access is noted yet."""
        twin = super().copy()
        twin._stack = self._stack
        twin.splits = self.splits.copy()
        twin.windows = {base: replace(window, region=window.region.copy()) for base, window in self.windows.items()}
        return twin

    def same_as(self, other: Self) -> bool:
        """Whether it holds the same terms in the same parts as a copy of it, or of what it is a copy of."""
        if self.splits != other.splits or self.windows.keys() != other.windows.keys():
            return False
        if any(window.region.written != other.windows[base].region.written for base, window in self.windows.items()):
            return False
        return super().same_as(other)

    def _place_term(self, address: BV, offset: int) -> tuple[Region, int] | None:
        """The same for a pointer of which only bits are changed that are known, and for one that reaches a window."""
        placed = super()._place_term(address, offset)
        addends, constant = addends_of(address)
        if placed is not None:
            return placed
        other = settled(address, self.aligned)
        if other is not address:
            return self.place(other + offset)
        if len(addends) != 1 or addends[0][1] != 1 or rounded(addends[0][2]) is None:
            return None
        plain = addends[0][2]
        window = self.windows.get(plain) or self._window(plain)
        return None if window is None else (window.region, signed(constant + offset))

    def _window(self, pointer: BV) -> Window | None:
        """What is reached by a pointer that rounds an address of the stack."""
        found = rounded(pointer)
        placed = self.place(found.whole) if found is not None else None
        if placed is None:
            return None
        region, offset = placed
        base = region.base
        if region.start >= 0 or not isinstance(base, BV) or base in self.windows:
            return None
        below = distance_below(self.address(region, offset), pointer, self.aligned)
        furthest, nearest = offset - below.most, offset - below.least
        start, end = region.start - furthest, region.start + region.size - nearest
        if not start < 0 <= below.least:
            return None
        step, rest = residue(pointer, self.aligned)
        part = Region(
            "a rounded part of the stack",
            pointer,
            end - start,
            NOTHING_YET,
            writable=True,
            start=start,
            alignment=rest & -rest or step,
        )
        self.windows[pointer] = window = Window(part, base, furthest, nearest)
        return window

    @property
    def stack_bytes(self) -> int:
        """How much stack is there below SP at the call."""
        return -self.stack.start

    def split(self, frame: Region, above: Region, at: int, furthest: int) -> None:
        """Add a frame that takes the place of what lies below the offset `at` of the region above, until `join`."""
        assert isinstance(frame.base, BV)
        assert isinstance(above.base, BV)
        self._close([frame.base])
        self.add(frame)
        self._sums[addends_of(frame.base)[0]] = frame.base
        self.splits.append(Split(frame.base, above.base, at, furthest))
        above.floor = at

    def join(self) -> tuple[Region, int]:
        """Take the lowest frame away; the region above it, and the offset there where the two met.

        Nobody knows what is left of the bytes that lay in the frame: wherever it was, they are among those that are released.
        """
        split = self.splits.pop()
        frame = self._symbolic.pop(split.frame)
        del self.aligned[split.frame], self._sums[addends_of(split.frame)[0]]
        above = self._symbolic[split.above]
        above.floor = None
        touched = min([*frame.written, *frame.released, *frame.claims], default=None)
        self._close([base for base, window in self.windows.items() if window.within is split.frame])
        if touched is not None:
            self.release(above, range(max(above.start, split.at - split.furthest + touched), split.at))
        return above, split.at

    def release(self, region: Region, offsets: range) -> None:
        """Forget what a part of the stack holds."""
        region.released.update(offsets)
        if region.claims:
            self._close({region.claims[offset] for offset in offsets if offset in region.claims})

    def _close(self, pointers: Iterable[BV]) -> None:
        """Forget what was stored by rounded pointers, wherever it lies."""
        for pointer in pointers:
            window = self.windows.pop(pointer, None)
            region = self._symbolic.get(window.within) if window is not None else None
            if region is not None:
                left = [offset for offset, by in region.claims.items() if by is pointer]
                region.released.update(left)
                for offset in left:
                    del region.claims[offset]

    def renew_stack(self, contents: Contents) -> None:
        """Let the stack be whole, and hold something else."""
        while self.splits:
            self.join()
        stack = self.stack
        stack.contents = contents
        self.windows.clear()
        stack.claims.clear()
        stack.written.clear()
        stack.released.clear()

    def _note_window_access(self, window: Window, kind: str, offset: int, size: int, pc: int) -> None:
        """See that all that an access may mean is the pointer's, or nobody's yet. Raises what `_note_stack_access` raises."""
        region = self._symbolic[window.within]
        if offset + size > window.region.start + window.region.size:
            where = f"{byte_count(offset)} from a rounded pointer that may lie so near the end of `{region.name}`"
            raise EndOfPath(BetweenFrames(kind, size, pc, where))
        first, last = window.furthest + offset, window.nearest + offset + size
        self._note_stack_access(region, kind, first, last - first, pc, window.region.base)
        for at in range(first, last):
            if at not in region.claims:
                if at in region.written and at not in region.released:
                    where = f"by a rounded pointer, which may mean {_apart(at)} `{region.name}`, where another address stored"
                    raise EndOfPath(BetweenFrames(kind, size, pc, where))
                region.claims[at] = window.region.base  # type: ignore[assignment]

    def _note_stack_access(
        self, region: Region, kind: str, offset: int, size: int, pc: int, pointer: int | BV | None = None
    ) -> None:
        """See that an access, by a rounded pointer or another address, keeps to its part of the stack.

        Raises StackTooSmall, BetweenFrames.
        """
        if region.base in self.windows:
            self._note_window_access(self.windows[region.base], kind, offset, size, pc)  # type: ignore[index]
            return
        if region.claims and any(region.claims.get(at, pointer) is not pointer for at in range(offset, offset + size)):
            where = f"{_apart(offset)} `{region.name}`, where a rounded pointer may reach"
            raise EndOfPath(BetweenFrames(kind, size, pc, where))
        if offset < region.start:
            raise EndOfPath(StackTooSmall(pc, self.stack_bytes + region.start - offset, self.stack_bytes))
        end = region.start + region.size
        if offset + size > end and any(split.frame is region.base for split in self.splits):
            where = (
                f"{byte_count(offset)} into `{region.name}`, of which only {end} are known to lie below the SP before"
            )
            raise EndOfPath(BetweenFrames(kind, size, pc, where))
        if region.floor is not None:
            if offset < region.floor:
                where = (
                    f"{byte_count(region.floor - offset)} below an SP that was then set to no known place of the stack: "
                    "only from that place on is it known what lies here"
                )
                raise EndOfPath(BetweenFrames(kind, size, pc, where))
            offset = 1 << 63  # above SP, wherever that is
        if self.stack_access is None or offset < self.stack_access:
            self.stack_access = offset


def _apart(offset: int) -> str:
    return f"{byte_count(abs(offset))} {'below' if offset < 0 else 'above'} the base of"
