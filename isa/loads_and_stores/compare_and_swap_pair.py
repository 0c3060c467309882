"""Compare and swap pair: CASP and its acquire and release forms CASPA, CASPL, CASPAL."""

from __future__ import annotations

from random import Random

from isa.assumptions import Assumption
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands
from lnsym.bv import BV, concat, ite

PATTERN = "0 sz 001000 0 L 1 Rs o0 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rs", "Rn", "Rt"), should_be_one=("Rt2",), consecutive={"Rs": 2, "Rt": 2})


def mnemonic(f: Fields) -> str | None:
    if f.Rt2 != 31 or f.Rs & 1 or f.Rt & 1:
        return None
    return "CASP" + ("A" if f.L else "") + ("L" if f.o0 else "")


def _register_pair(state: MachineState, n: int, width: int) -> BV:
    return concat(state.x(n + 1, width), state.x(n, width))


feature = always(Feature.LSE)
data_independent_time = always(False)
assumption = always(Assumption.ATOMICS_UNDISTURBED)


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(16 if f.sz else 8, reads=True, writes=True, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sz else 32
    address = atomic_access.aligned_base(state, f, width // 4)
    compare, new = _register_pair(state, f.Rs, width), _register_pair(state, f.Rt, width)
    data = state.load(address, width // 4)
    state.store(address, ite(data.eq(compare), new, data))
    state.set_x(f.Rs, data.extract(width - 1, 0))
    state.set_x(f.Rs + 1, data.extract(2 * width - 1, width))


def generate(random: Random) -> int:
    return random.getrandbits(32) & 0x405E83FE | 0x08207C00
