"""The transfer of two registers to or from adjacent places in memory, as every pair class does it.

The two accesses are separate, each of the size of one register: with FEAT_LSE2 they may be one, which changes
nothing for a single observer.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores.addressing import signed_immediate
from isa.memory_access import MemoryAccess
from lnsym.bv import BV


def name(f: Fields) -> str | None:
    """LDP, STP or LDPSW; None for unallocated `opc`, for STGP and for a load of one register twice."""
    if f.opc == 0b11 or (f.L and f.Rt == f.Rt2):
        return None  # the second is CONSTRAINED UNPREDICTABLE
    if not f.V and f.opc == 0b01:
        return "LDPSW" if f.L else None
    return "LDP" if f.L else "STP"


def writeback_overlaps(f: Fields) -> bool:
    """Whether writeback goes to a register transferred: CONSTRAINED UNPREDICTABLE."""
    return not f.V and f.Rn != 31 and f.Rn in (f.Rt, f.Rt2)


def register_bytes(f: Fields) -> int:
    """The bytes accessed for each register."""
    return 4 << f.opc if f.V else 4 << (f.opc >> 1)


def memory(f: Fields) -> MemoryAccess:
    """What is read or written: the bytes of both registers."""
    return MemoryAccess(2 * register_bytes(f), reads=bool(f.L), writes=not f.L)


def offset(f: Fields) -> int:
    """The immediate offset in bytes: `imm7` in units of the register's size."""
    return signed_immediate(f.imm7, 7) * register_bytes(f)


def transfer(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to or from the registers t and t2."""
    size = register_bytes(f)
    if f.L:
        first, second = state.load(address, size), state.load(address + size, size)
        if f.V:
            state.set_v(f.Rt, first)
            state.set_v(f.Rt2, second)
        else:
            signed = f.opc == 0b01
            state.set_x(f.Rt, first.sign_extend(64) if signed else first)
            state.set_x(f.Rt2, second.sign_extend(64) if signed else second)
    elif f.V:
        state.store(address, state.v(f.Rt, 8 * size))
        state.store(address + size, state.v(f.Rt2, 8 * size))
    else:
        state.store(address, state.x(f.Rt, 8 * size))
        state.store(address + size, state.x(f.Rt2, 8 * size))
