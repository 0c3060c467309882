"""Compare and swap: CAS, its acquire and release forms CASA, CASL, CASAL, and the B and H forms of all."""

from __future__ import annotations

from random import Random

from isa.assumptions import Assumption
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands
from lnsym.bv import ite

PATTERN = "size 001000 1 L 1 Rs o0 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rs", "Rn", "Rt"), should_be_one=("Rt2",))


def mnemonic(f: Fields) -> str | None:
    if f.Rt2 != 31:
        return None
    return "CAS" + ("A" if f.L else "") + ("L" if f.o0 else "") + atomic_access.SIZE_SUFFIX[f.size]


feature = always(Feature.LSE)
data_independent_time = always(False)
assumption = always(Assumption.ATOMICS_UNDISTURBED)


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(1 << f.size, reads=True, writes=True, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    address = atomic_access.aligned_base(state, f, 1 << f.size)
    compare = atomic_access.register(state, f.Rs, f.size)
    new = atomic_access.register(state, f.Rt, f.size)
    data = state.load(address, 1 << f.size)
    state.store(address, ite(data.eq(compare), new, data))
    atomic_access.write_zero_extended(state, f.Rs, data)


def generate(random: Random) -> int:
    return random.getrandbits(32) & 0xC05F83FF | 0x08A07C00
