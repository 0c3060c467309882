"""Accesses that are refused: errors with the facts in them, and the obligations of accesses that were made.

Sizes and offsets are in bytes, `pc` is the address of the instruction, `kind` is "load" or "store".
"""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.bv import BV, show
from lnsym.machine.endings import Forbidden


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
    region_size: BV
    """A number or, for a region of open size, a term, 64 bits."""
    offset: BV
    size: int
    pc: int

    def _message(self) -> str:
        """Which access, where."""
        where = f"at the offset {show(self.offset, length=90)}"
        extent = self.region_size
        within = byte_count(extent.value) if extent.is_const else f"{show(extent, length=90)} bytes"
        return (
            f"{self.kind} of {byte_count(self.size)} {where} of `{self.region}`, by the instruction at {self.pc:#x}: "
            f"nothing shows that it lies within its {within}"
        )

    def access(self, offset: int, region_size: int) -> str:
        """Which access and what is wrong with it, the offset and the region's size being these numbers, unsigned."""
        if offset >> 63:
            where = f"{byte_count((1 << 64) - offset)} before `{self.region}`"
        else:
            where = f"{byte_count(offset)} into `{self.region}`, which has {region_size}"
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
