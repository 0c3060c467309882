"""Memory: a set of disjoint regions, each with a base, a size, a permission, initial contents and an overlay of writes.

An address is a term. Its base picks the region: the variable that a symbolic region is based on, or, for an address that is a
number, the region of the image it lies in. What is left is the offset, which must lie inside the region, with the right permission.
An access that cannot be placed raises OutsideMemory: memory safety is no separate analysis.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from lnsym.bv import BV, concat, ite, operands, show
from lnsym.bv.forms import Addends
from lnsym.bv.sums import addends_of
from lnsym.machine.addresses import Addresses
from lnsym.machine.endings import EndOfPath, Forbidden
from lnsym.machine.events import Observer, Places, Read, Wrote
from lnsym.machine.offsets import chosen, largest, places_of
from lnsym.machine.origins import Byte, SegmentContents, Stack
from lnsym.machine.pointers import distance_below, residue, rounded, settled
from lnsym.machine.tables import read_table


@dataclass(frozen=True)
class OutsideMemory(Forbidden):
    """An access that lies in no region, or not wholly inside one, or lacks the permission. `size` in bytes."""

    kind: str
    address: BV
    size: int
    pc: int
    why: str

    def _message(self) -> str:
        """Which access, where, and what is wrong with it."""
        return f"{self.access}, by the instruction at {self.pc:#x}"

    @property
    def access(self) -> str:
        """Which access and what is wrong with it, without the instruction."""
        return f"{self.kind} of {byte_count(self.size)} {self.why}"


@dataclass(frozen=True)
class OutsideRegion(Forbidden):
    """An access at an offset that is no number, for the inputs on which it lies outside its region. Sizes in bytes."""

    kind: str
    region: str
    region_size: int
    offset: BV
    size: int
    pc: int

    def _message(self) -> str:
        """Which access, where."""
        where = f"at the offset {show(self.offset, length=90)}"
        return (
            f"{self.kind} of {byte_count(self.size)} {where} of `{self.region}`, by the instruction at {self.pc:#x}: "
            f"nothing shows that it lies within its {byte_count(self.region_size)}"
        )

    def access(self, offset: int) -> str:
        """Which access and what is wrong with it, the offset being this number, unsigned."""
        if offset >> 63:
            where = f"{byte_count((1 << 64) - offset)} before `{self.region}`"
        else:
            where = f"{byte_count(offset)} into `{self.region}`, which has {self.region_size}"
        return f"{self.kind} of {byte_count(self.size)} {where}"


@dataclass(frozen=True)
class Bound:
    """What an access that was made rests on: that it lies inside its region, a term of one bit; and what is wrong otherwise."""

    inside: BV
    otherwise: OutsideRegion


@dataclass(frozen=True)
class SymbolicOffset(Forbidden):
    """An access whose offset in its region is no number."""

    kind: str
    region: str
    offset: BV
    pc: int

    def _message(self) -> str:
        """Which access, where."""
        return (
            f"{self.kind} in {self.region} at the symbolic offset {self.offset!r}, "
            f"by the instruction at {self.pc:#x}: only constant offsets are supported there"
        )


@dataclass(frozen=True)
class ExtentUnknown(Forbidden):
    """A load from an object that another file defines, elsewhere than at its start: nobody here knows how large the object is."""

    symbol: str
    size: int
    offset: BV
    pc: int

    def _message(self) -> str:
        """Which load, where, and what to do."""
        where = show(self.offset, length=60) if not self.offset.is_const else byte_count(self.offset.value)
        return (
            f"load of {byte_count(self.size)} {where} from the start of `{self.symbol}`, by the instruction at {self.pc:#x}: another file "
            "defines it, and how large it is nobody knows; give a file that links it in"
        )


def byte_count(count: int) -> str:
    """A number of bytes in words."""
    return f"{count} byte" if count == 1 else f"{count} bytes"


@dataclass(frozen=True)
class BelowStackPointer(Forbidden):
    """An access to the stack that AAPCS64 (section 6.4.5.1) does not allow."""

    pc: int
    reason: str

    def _message(self) -> str:
        """Which instruction, and what is wrong with SP."""
        return f"access to the stack by the instruction at {self.pc:#x}: {self.reason} (AAPCS64, 6.4.5.1)"


@dataclass(frozen=True)
class BetweenFrames(Forbidden):
    """An access to the stack between SP, which is no number of bytes below its old value, and that value. Size in bytes."""

    kind: str
    size: int
    pc: int
    where: str

    def _message(self) -> str:
        """Which access, and what is known of its place."""
        return f"{self.kind} of {byte_count(self.size)} {self.where}, by the instruction at {self.pc:#x}"


@dataclass(frozen=True)
class ReleasedStack(Forbidden):
    """A load from stack that lay below SP since it was written: a signal handler may have written there. Offset and size in bytes."""

    offset: int
    size: int

    def _message(self) -> str:
        """Which bytes."""
        return (
            f"load of {byte_count(self.size)} at {self.offset:+d} from the first stack pointer, which lay below SP since they were "
            "written, so that nobody knows what they hold (AAPCS64, 6.4.5.1)"
        )


@dataclass(frozen=True)
class StackTooSmall(Forbidden):
    """An access to the stack further below the first stack pointer than it is assumed to reach. Sizes in bytes."""

    pc: int
    needed: int
    stack: int

    def _message(self) -> str:
        """How much stack is used, and how to say that it is there."""
        return (
            f"access {byte_count(self.needed)} below the first stack pointer by the instruction at {self.pc:#x}: only "
            f"{byte_count(self.stack)} of stack are assumed to be there; --stack gives it more"
        )


@dataclass(frozen=True)
class Misaligned(Forbidden):
    """An exclusive, ordered or atomic access that faults for some addresses: nothing says that it is aligned. Size in bytes."""

    pc: int
    size: int
    where: str

    def _message(self) -> str:
        """Which access, and what is known of its address."""
        return (
            f"the instruction at {self.pc:#x} faults unless its address is a multiple of {self.size} (without FEAT_LSE2): "
            f"{self.where}; give the region that alignment"
        )


@dataclass(frozen=True)
class NotExclusive(Forbidden):
    """A store-exclusive that no load-exclusive of the same bytes goes before."""

    pc: int

    def _message(self) -> str:
        """Which store."""
        return f"the store-exclusive at {self.pc:#x} has no load-exclusive of the same bytes before it, so that its status is not known"


class Contents(Protocol):
    """The initial contents of a region."""

    def byte(self, offset: int) -> BV:
        """The byte at `offset`, 8 bits."""

    def whole(self, offset: int, size: int) -> BV | None:
        """`size` bytes from `offset`, little-endian, where they can be had at once; else None."""


class Bytes:
    """Contents known as numbers: the bytes of an image."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return BV.const(self.data[offset], 8)

    def whole(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset` as a constant."""
        return BV.const(int.from_bytes(self.data[offset : offset + size], "little"), 8 * size)


class Elements:
    """Contents given as elements of one width, laid out in one byte order: sixteen big-endian 64-bit words, say."""

    def __init__(self, elements: Sequence[BV], byteorder: str = "little") -> None:
        self.elements = list(elements)
        self._step = elements[0].width // 8
        self._reverse = byteorder == "big"
        self._stored: dict[int, BV] = {}

    def _element(self, index: int) -> BV:
        """Element `index` as memory holds it, its first byte least significant."""
        stored = self._stored.get(index)
        if stored is None:
            stored = self.elements[index]
            if self._reverse:
                stored = stored.reverse_bytes()
            self._stored[index] = stored
        return stored

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        index, part = divmod(offset, self._step)
        return self._element(index).extract(8 * part + 7, 8 * part)

    def whole(self, offset: int, size: int) -> BV | None:
        """The elements from `offset`, where it and the size are multiples of theirs."""
        step = self._step
        if offset % step or size % step:
            return None
        first = offset // step
        return concat(*[self._element(first + i) for i in range(size // step - 1, -1, -1)])


class Unknown:
    """Contents nobody knows: a variable for each byte, made when it is read."""

    def __init__(self, origin: Stack | SegmentContents) -> None:
        self.origin = origin
        self.bytes_read: set[BV] = set()
        """The variables that were made."""

    def byte(self, offset: int) -> BV:
        """The byte at `offset`, a variable."""
        byte = BV.var(Byte(self.origin, offset), 8)
        self.bytes_read.add(byte)
        return byte

    def whole(self, offset: int, size: int) -> None:
        """Nothing is known at once."""
        return


@dataclass(frozen=True)
class NeverWritten(Forbidden):
    """A load from a frame of bytes that nothing was stored to since SP was set to its base. Offset and size in bytes."""

    offset: int
    size: int

    def _message(self) -> str:
        """Which bytes."""
        return (
            f"load of {byte_count(self.size)} at {self.offset:+d} from a base at no known place of the stack: nothing was stored there "
            "since it was made, so that nobody knows what they hold"
        )


class NothingYet:
    """Contents of a frame before anything is stored there. Reading raises NeverWritten."""

    def byte(self, offset: int) -> BV:
        """Raises."""
        raise EndOfPath(NeverWritten(offset, 1))

    def whole(self, offset: int, size: int) -> BV:
        """Raises."""
        raise EndOfPath(NeverWritten(offset, size))


NOTHING_YET = NothingYet()


class Region:
    """A region of memory.

    `base` is a number (an address of the image) or a variable of 64 bits; offsets from it, in bytes, run from `start` up to but
    not including `start + size`. Only the stack, which lies below its base, has a start other than 0. `in_image` says that a file
    names it, whose names may be those of anything else too.
    """

    __slots__ = (
        "alignment",
        "base",
        "claims",
        "contents",
        "floor",
        "in_image",
        "name",
        "readable",
        "released",
        "size",
        "start",
        "writable",
        "written",
    )

    def __init__(
        self,
        name: str,
        base: int | BV,
        size: int,
        contents: Contents,
        readable: bool = True,
        writable: bool = False,
        start: int = 0,
        in_image: bool = False,
        alignment: int = 1,
    ) -> None:
        self.alignment = alignment
        """What a base that is a variable is known to be a multiple of, in bytes."""
        self.name = name
        self.in_image = in_image
        self.base = base
        self.size = size
        self.start = start
        self.contents = contents
        self.readable = readable
        self.writable = writable
        self.written: dict[int, tuple[BV, int]] = {}  # offset -> the value written there and which byte of it
        self.floor: int | None = None
        """Where the stack is split, the offset below which it is reached by another base; see `Memory.split`."""
        self.claims: dict[int, BV] = {}
        """Offsets of stack that may be reached by a rounded pointer, and by which; see `Memory.windows`."""
        self.released: set[int] = set()
        """Offsets of stack that lay below SP since they were last written: nobody knows what they hold."""

    def copy(self) -> Region:
        """The same region, written to on its own from here."""
        twin = Region(
            self.name,
            self.base,
            self.size,
            self.contents,
            self.readable,
            self.writable,
            self.start,
            self.in_image,
            self.alignment,
        )
        twin.written = self.written.copy()
        twin.released = self.released.copy()
        twin.floor = self.floor
        twin.claims = self.claims.copy()
        return twin

    def _byte(self, offset: int) -> BV:
        entry = self.written.get(offset)
        if entry is None:
            return self.contents.byte(offset)
        value, part = entry
        return value.extract(8 * part + 7, 8 * part)

    def read(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset`, little-endian, whatever the permission; the bytes lie inside. Raises ReleasedStack."""
        if self.released and not self.released.isdisjoint(range(offset, offset + size)):
            raise EndOfPath(ReleasedStack(offset, size))
        entry = self.written.get(offset)
        if entry is None:
            if not self.written or all(at not in self.written for at in range(offset + 1, offset + size)):
                whole = self.contents.whole(offset, size)
                if whole is not None:
                    return whole
        else:
            value, part = entry
            if all(self.written.get(offset + i) == (value, part + i) for i in range(1, size)):
                return value.extract(8 * (part + size) - 1, 8 * part)
        return concat(*[self._byte(at) for at in range(offset + size - 1, offset - 1, -1)])

    def write(self, offset: int, value: BV) -> None:
        """Write the bytes of `value`, little-endian, whatever the permission; they lie inside."""
        written = self.written
        for part in range(value.width // 8):
            written[offset + part] = (value, part)
        if self.released:
            self.released.difference_update(range(offset, offset + value.width // 8))


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


class Memory:
    """Disjoint regions. That they are disjoint, and that none wraps around the end of the address space, is assumed."""

    def __init__(self, regions: Sequence[Region] = ()) -> None:
        self._symbolic: dict[BV, Region] = {}
        self._fixed: list[Region] = []
        self._starts: list[int] = []
        self.observer: Observer | None = None
        """Who is told of each access; whoever runs the code sets it, and copies have none."""
        self.stack_access: int | None = None
        """The lowest offset of an access to the part of the stack that SP is in, since this was last set to None; 2**63 above that part."""
        self.bounds: list[Bound] | None = None
        """What accesses at symbolic offsets rest on, for the one who runs the code to see to; None where such accesses are errors."""
        self.zeros: tuple[BV, ...] = ()
        """Terms of 64 bits that are known to be 0: what is left of a pointer when what it equals is subtracted."""
        self.addresses: Addresses | None = None
        """Where the image lies whose regions have numbers for bases; None where it lies at these numbers."""
        self.aligned: dict[BV, int] = {}
        """The bases that are terms, and the power of two that each is known to be a multiple of."""
        self.splits: list[Split] = []
        """Those of the stack, the lowest last."""
        self.windows: dict[BV, Window] = {}
        """By pointers that are rounded down to more than the stack is aligned to.

        A byte of the stack that an access by such a pointer may mean is that pointer's from then on, until it is released: none may
        have been stored there by another address, nor may another one reach it.
        """
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

    def copy(self) -> Memory:
        """The same memory, written to on its own from here."""
        twin = Memory()
        twin._symbolic = {base: region.copy() for base, region in self._symbolic.items()}
        twin._fixed = [region.copy() if region.writable else region for region in self._fixed]
        twin._starts = self._starts.copy()
        twin.bounds = None if self.bounds is None else self.bounds.copy()
        twin.zeros = self.zeros
        twin.addresses = self.addresses
        twin.aligned = self.aligned.copy()
        twin.splits = self.splits.copy()
        twin._sums = self._sums.copy()
        twin.windows = {base: replace(window, region=window.region.copy()) for base, window in self.windows.items()}
        return twin

    def same_as(self, other: Memory) -> bool:
        """Whether it holds the same terms as a copy of it, or of what it is a copy of."""
        pairs = zip(self.regions(), other.regions(), strict=False)
        if self.splits != other.splits or self.windows.keys() != other.windows.keys():
            return False
        if any(window.region.written != other.windows[base].region.written for base, window in self.windows.items()):
            return False
        return all(one.contents is two.contents and one.written == two.written for one, two in pairs)

    def regions(self) -> list[Region]:
        """All regions, those with a symbolic base first, in the order they were added."""
        return [*self._symbolic.values(), *self._fixed]

    def region(self, name: str) -> Region:
        """The region of this name that is the contract's or the stack. Raises KeyError."""
        for region in self.regions():
            if region.name == name and not region.in_image:
                return region
        raise KeyError(name)

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
        return region, _signed(offset)

    def _place_term(self, address: BV, offset: int) -> tuple[Region, int] | None:
        """The same for a base that is a sum of several terms, and for a pointer whose rounding clears only bits that are known."""
        addends, constant = addends_of(address)
        base = self._sums.get(addends)
        if base is not None:
            return self._symbolic[base], _signed(offset + constant - addends_of(base)[1])
        if len(addends) == 1 and addends[0][1] == 1 and rounded(addends[0][2]) is not None:
            plain = addends[0][2]
            other = settled(plain, self.aligned)
            if other is not plain:
                return self.place(other + (constant + offset))
            window = self.windows.get(plain) or self._window(plain)
            if window is not None:
                return window.region, _signed(constant + offset)
        return None

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

    def address(self, region: Region, offset: int) -> BV:
        """The address at an offset of a region."""
        return region.base + offset if isinstance(region.base, BV) else BV.const(region.base + offset, 64)

    # -- the stack in parts ---------------------------------------------------------------------

    @property
    def stack_bytes(self) -> int:
        """How much stack is there below SP at the call."""
        return -next(region for region in self._symbolic.values() if region.start < 0).start

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
        stack = self.region("stack")
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
            if placed is None and address.op in ("sum", "add"):
                return self._load_somewhere(address, size, pc)
        region, offset = self._allowed(placed, "load", address, size, pc)
        if self.observer is not None:
            self.observer(Read(pc, address, size, ((region, offset),)))
        return region.read(offset, size)

    def _load_somewhere(self, address: BV, size: int, pc: int) -> BV:
        """A load at an offset that is no number."""
        found = self._places("load", address, size, pc)
        if found is None:
            return self._load_from_table(address, size, pc)
        region, offset, places = found
        if self.observer is not None:
            self.observer(Read(pc, address, size, _all_in(region, places)))
        return chosen(offset, places, lambda place: region.read(place, size))

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
                found = self._places("store", address, size, pc)
                if found is not None:
                    region, offset, places = found
                    for place in places:
                        region.write(place, ite(offset.eq(place), value, region.read(place, size)))
                    if self.observer is not None:
                        self.observer(Wrote(pc, address, size, _all_in(region, places)))
                    return
        region, number = self._allowed(placed, "store", address, size, pc)
        region.write(number, value)
        if self.observer is not None:
            self.observer(Wrote(pc, address, size, ((region, number),)))

    # -- offsets that are no numbers ------------------------------------------------------------

    def _resolved(self, address: BV) -> BV:
        """The address as one in a region, where a known equality of pointers makes it one; else as it is."""
        if not self.zeros or address.width != 64 or self._based(address) is not None:
            return address
        others = [other for zero in self.zeros for other in (address - zero, address + zero)]
        placed = [other for other in others if self.place(other) is not None]
        based = [other for other in others if self._based(other) is not None]
        return next(iter([*placed, *based]), address)

    def _based(self, address: BV) -> Region | None:
        """The one region whose base is an addend of the address."""
        based = [self._symbolic.get(term) for _, times, term in addends_of(address)[0] if times == 1]
        found = [region for region in based if region is not None]
        return found[0] if len(found) == 1 else None

    def _places(self, kind: str, address: BV, size: int, pc: int) -> tuple[Region, BV, list[int]] | None:
        """The region, the offset there and the numbers it may be; that it is one of them is in `bounds` where it needs to be shown.

        None where the address is based on no region, or may be at too many places. Raises OutsideMemory where no place will do.
        """
        region = self._based(address) if self.bounds is not None else None
        if self.bounds is None or region is None or region.start < 0 or not isinstance(region.base, BV):
            return None
        offset = address - region.base
        if not (region.readable if kind == "load" else region.writable):
            why = f"in `{region.name}`, which is {_permission(kind)}"
            raise EndOfPath(OutsideMemory(kind, address, size, pc, why))
        places = places_of(offset, region.size - size) if size <= region.size else []
        if places is None:
            return None
        if not places:
            raise EndOfPath(
                OutsideMemory(kind, address, size, pc, f"at no place of `{region.name}`, which has {region.size}")
            )
        if largest(offset) > region.size - size:
            inside = offset.ule(region.size - size)
            self.bounds.append(Bound(inside, OutsideRegion(kind, region.name, region.size, offset, size, pc)))
        return region, offset, places


def _all_in(region: Region, offsets: Iterable[int]) -> Places:
    return tuple([(region, offset) for offset in offsets])


def _apart(offset: int) -> str:
    return f"{byte_count(abs(offset))} {'below' if offset < 0 else 'above'} the base of"


def _signed(offset: int) -> int:
    """An offset modulo 2**64 as a number from -2**63."""
    offset &= (1 << 64) - 1
    return offset if offset < 1 << 63 else offset - (1 << 64)


def _permission(kind: str) -> str:
    """What a region may be used for that does not allow an access of this kind."""
    return "write-only" if kind == "load" else "read-only"


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
