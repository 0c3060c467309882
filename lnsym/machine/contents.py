"""What a region of memory holds at first: bytes of an image, elements of a contract, or what nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lnsym.bv import BV, concat
from lnsym.machine.access_errors import NeverWritten
from lnsym.machine.endings import EndOfPath
from lnsym.machine.origins import Byte, SegmentContents, Stack


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


class UnknownBytes:
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


class NothingYet:
    """Contents of a frame before anything is stored there. Reading raises NeverWritten."""

    def byte(self, offset: int) -> BV:
        """Raises."""
        raise EndOfPath(NeverWritten(offset, 1))

    def whole(self, offset: int, size: int) -> BV:
        """Raises."""
        raise EndOfPath(NeverWritten(offset, size))


NOTHING_YET = NothingYet()
