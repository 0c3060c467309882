"""Load/store ordered: LDAR, LDLAR, STLR, STLLR and their B and H forms."""

from __future__ import annotations

from random import Random

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands

PATTERN = "size 001000 1 L 0 Rs o0 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rn", "Rt"), should_be_one=("Rs", "Rt2"))


def mnemonic(f: Fields) -> str | None:
    if f.Rs != 31 or f.Rt2 != 31:
        return None  # should be one
    return (("STLLR", "STLR"), ("LDLAR", "LDAR"))[f.L][f.o0] + atomic_access.SIZE_SUFFIX[f.size]


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.BASE if f.o0 else Feature.LOR


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(1 << f.size, reads=bool(f.L), writes=not f.L, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    address = atomic_access.aligned_base(state, f, 1 << f.size)
    if f.L:
        atomic_access.load_zero_extended(state, f, address)
    else:
        state.store(address, atomic_access.register(state, f.Rt, f.size))


def generate(random: Random) -> int:
    return random.getrandbits(32) & 0xC04083FF | 0x089F7C00
