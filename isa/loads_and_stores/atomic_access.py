"""Exclusive, ordered and atomic accesses: plain loads and stores to a single observer.

Ordering (acquire, release) says what other observers may see and changes no value here. Sizes are the field `size` of
these classes: log2 of the bytes.
"""

from __future__ import annotations

from typing import Final

from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores import addressing
from lnsym.bv import BV

SIZE_SUFFIX: Final = ("B", "H", "", "")
"""What a mnemonic ends in, by `size`."""


def register(state: MachineState, n: int, size: int) -> BV:
    """The low 8 << size bits of Xn; register 31 is XZR."""
    return state.x(n, 64 if size == 0b11 else 32).extract((8 << size) - 1, 0)


def aligned_base(state: MachineState, f: Fields, size: int) -> BV:
    """The address in X[n] or SP of an access of `size` bytes that faults where it is not aligned (without FEAT_LSE2)."""
    address = addressing.base(state, f)
    state.require_alignment(address, size)
    return address


def load_zero_extended(state: MachineState, f: Fields, address: BV) -> None:
    """X[t] = ZeroExtend(Mem[address])."""
    write_zero_extended(state, f.Rt, state.load(address, 1 << f.size))


def write_zero_extended(state: MachineState, n: int, value: BV) -> None:
    """X[n] = ZeroExtend(value), for a value of 8 to 64 bits."""
    state.set_x(n, value.zero_extend(max(value.width, 32)))


def store_exclusive(state: MachineState, f: Fields, address: BV, value: BV) -> None:
    """Mem[address] = value and status 0 in W[s], by Assumption.EXCLUSIVES_ALWAYS_SUCCEED."""
    state.close_exclusive(address, value.width // 8)
    state.store(address, value)
    state.set_x(f.Rs, BV.const(0, 32))
