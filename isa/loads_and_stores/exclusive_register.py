"""Load/store exclusive register: LDXR, LDAXR, STXR, STLXR and their B and H forms.

Store-exclusives are modelled under `Assumption.EXCLUSIVES_ALWAYS_SUCCEED`.
"""

from __future__ import annotations

from random import Random

from isa.assumptions import Assumption
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands

PATTERN = "size 001000 0 L 0 Rs o0 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rs", "Rn", "Rt"), should_be_one=("Rt2",))


def mnemonic(f: Fields) -> str | None:
    if f.Rt2 != 31 or (f.L and f.Rs != 31):
        return None  # should be one
    if not f.L and (f.Rs == f.Rt or f.Rs == f.Rn != 31):
        return None  # the status goes to a register in use: CONSTRAINED UNPREDICTABLE
    return (("STXR", "STLXR"), ("LDXR", "LDAXR"))[f.L][f.o0] + atomic_access.SIZE_SUFFIX[f.size]


feature = always(Feature.BASE)
data_independent_time = always(True)


def assumption(f: Fields) -> Assumption | None:
    return None if f.L else Assumption.EXCLUSIVES_ALWAYS_SUCCEED


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(1 << f.size, reads=bool(f.L), writes=not f.L, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    address = atomic_access.aligned_base(state, f, 1 << f.size)
    if f.L:
        state.open_exclusive(address, 1 << f.size)
        atomic_access.load_zero_extended(state, f, address)
    else:
        atomic_access.store_exclusive(state, f, address, atomic_access.register(state, f.Rt, f.size))


def generate(random: Random) -> int:
    L, base, data = random.getrandbits(1), random.getrandbits(5), random.getrandbits(5)
    status = 31 if L else random.choice([n for n in range(32) if n not in (base, data)])
    size, o0 = random.getrandbits(2), random.getrandbits(1)
    return 0x08007C00 | size << 30 | L << 22 | status << 16 | o0 << 15 | base << 5 | data
