"""What an instruction sees of the machine: registers, flags, memory and the program counter.

`lnsym.machine.state.State` implements it, on constants and on symbols alike. Register numbers are the fields of the
encoding, 0 to 31; what 31 means is said by the method: `x` and `set_x` take it as XZR, `x_or_sp` and
`set_x_or_sp` as SP.
"""

from __future__ import annotations

from typing import Protocol

from isa.branch_types import BranchType
from isa.flags import Flags
from lnsym.bv import BV


class MachineState(Protocol):
    """The state that a semantics function reads and writes."""

    pc: int
    """Address of the instruction being executed."""

    flags: Flags
    """PSTATE.NZCV, computed when read."""

    def x(self, n: int, width: int = 64) -> BV:
        """The low `width` (64 or 32) bits of Xn; register 31 is XZR and reads as zero."""

    def x_or_sp(self, n: int, width: int = 64) -> BV:
        """The low `width` (64 or 32) bits of Xn; register 31 is SP."""

    def set_x(self, n: int, value: BV) -> None:
        """Write Xn; 32 bits are zero-extended. A write to register 31, XZR, has no effect."""

    def set_x_or_sp(self, n: int, value: BV) -> None:
        """Write Xn; 32 bits are zero-extended. Register 31 is SP."""

    def v(self, n: int, width: int = 128) -> BV:
        """The low `width` bits of Vn."""

    def set_v(self, n: int, value: BV) -> None:
        """Write Vn; a value narrower than 128 bits is zero-extended, as every write of an A64 instruction is."""

    def load(self, address: BV, size: int) -> BV:
        """`size` bytes of memory from `address` as one little-endian term of 8 * size bits."""

    def store(self, address: BV, value: BV) -> None:
        """Write the bytes of `value`, little-endian, to memory from `address`."""

    def sign(self, key: str, pointer: BV, modifier: BV) -> BV:
        """The pointer with an authentication code made with a key ("IA", "IB", "DA", "DB") and a modifier."""

    def authenticate(self, key: str, pointer: BV, modifier: BV) -> BV:
        """The pointer that was signed with this key and modifier."""

    def strip(self, pointer: BV) -> BV:
        """The pointer without its authentication code."""

    def require_alignment(self, address: BV, size: int) -> None:
        """The access that follows faults unless `address` is a multiple of `size` bytes."""

    def open_exclusive(self, address: BV, size: int) -> None:
        """A load-exclusive: the monitor is set for `size` bytes at `address`."""

    def close_exclusive(self, address: BV, size: int) -> None:
        """A store-exclusive that is taken to succeed: allowed only where the monitor is set for the same bytes. Clears the monitor."""

    def clear_exclusive(self) -> None:
        """CLREX: the monitor is clear."""

    def address(self, number: int) -> BV:
        """The address, 64 bits, of what lies at `number`, where `pc` is the number of this instruction; code may be loaded anywhere."""

    def page(self) -> BV:
        """The address of the 4 KiB page that this instruction is in."""

    def branch(self, target: BV) -> None:
        """Continue at `target`, a number as `pc` is, 64 bits; `ite(condition, there, next)` is a conditional branch."""

    def branch_to(self, address: BV, btype: BranchType) -> None:
        """Continue at an address, 64 bits; `btype` is what the branch leaves in PSTATE.BTYPE in a guarded page."""
