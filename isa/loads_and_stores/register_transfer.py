"""The transfer of one register to or from memory, as every "Load/store register" class does it.

The classes differ in how the address is formed; what `size`, `V` and `opc` mean is the same in all of them.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.memory_access import MemoryAccess
from lnsym.bv import BV


def general_name(f: Fields, load: str, store: str) -> str | None:
    """The name for a general-purpose register: `load` or `store` and the access's size; None where unallocated."""
    if f.size >= 0b10 and f.opc >= 0b10:
        return load + "SW" if (f.size, f.opc) == (0b10, 0b10) else None
    width = ("B", "H", "", "")[f.size]
    if f.opc >= 0b10:
        return load + "S" + width
    return (load if f.opc else store) + width


def name(f: Fields, load: str = "LDR", store: str = "STR", prefetch: str | None = None) -> str | None:
    """The name for these `size`, `V` and `opc`; None where they are unallocated."""
    if f.V:
        if f.opc >= 0b10 and f.size:
            return None
        return load if f.opc & 1 else store
    if (f.size, f.opc) == (0b11, 0b10):
        return prefetch
    return general_name(f, load, store)


def scale(f: Fields) -> int:
    """Log2 of the bytes accessed."""
    return 4 if f.V and f.opc >= 0b10 else f.size


def feature(f: Fields) -> Feature:
    """What the instruction needs: FEAT_FP for a SIMD&FP register."""
    return Feature.FP if f.V else Feature.BASE


def _is_prefetch(f: Fields) -> bool:
    return not f.V and (f.size, f.opc) == (0b11, 0b10)


def data_independent_time(f: Fields) -> bool:
    """Whether Arm lists it as of data-independent time: all but prefetches."""
    return not _is_prefetch(f)


def memory(f: Fields) -> MemoryAccess:
    """What is read or written: the bytes of the register, of a prefetch none."""
    if _is_prefetch(f):
        return MemoryAccess(0, reads=False, writes=False)
    loads = bool(f.opc & 1 if f.V else f.opc)
    return MemoryAccess(1 << scale(f), reads=loads, writes=not loads)


def writeback_overlaps(f: Fields) -> bool:
    """Whether writeback goes to the register transferred: CONSTRAINED UNPREDICTABLE."""
    return not f.V and f.Rt == f.Rn != 31


def transfer_general(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] to or from X[t], zero- or sign-extended as `size` and `opc` say. PRFM has no effect."""
    size = 1 << f.size
    if f.opc == 0b00:
        state.store(address, state.x(f.Rt, 64 if size == 8 else 32).extract(8 * size - 1, 0))
    elif f.opc == 0b01:
        state.set_x(f.Rt, state.load(address, size).zero_extend(64 if size == 8 else 32))
    elif size != 8:
        state.set_x(f.Rt, state.load(address, size).sign_extend(32 if f.opc & 1 else 64))


def transfer(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] to or from X[t] or V[t]."""
    if not f.V:
        transfer_general(state, f, address)
    elif f.opc & 1:
        state.set_v(f.Rt, state.load(address, 1 << scale(f)))
    else:
        state.store(address, state.v(f.Rt, 8 << scale(f)))
