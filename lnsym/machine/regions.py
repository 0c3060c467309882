"""A region of memory: its base, size, permission, initial contents and an overlay of writes."""

from __future__ import annotations

from lnsym.bv import BV, concat
from lnsym.machine.access_errors import ReleasedStack
from lnsym.machine.contents import Contents
from lnsym.machine.endings import EndOfPath


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

    def same_as(self, other: Region) -> bool:
        """Whether it holds the same terms as a copy of it, or of what it is a copy of."""
        return self.contents is other.contents and self.written == other.written

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
