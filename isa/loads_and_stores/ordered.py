"""Load/store ordered: LDAR, LDLAR, STLR, STLLR and their B and H forms."""

from __future__ import annotations

from random import Random

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import atomic_access

PATTERN = "size 001000 1 L 0 Rs o0 Rt2 Rn Rt"


def mnemonic(f: Fields) -> str | None:
    if f.Rs != 31 or f.Rt2 != 31:
        return None  # should be one
    return (("STLLR", "STLR"), ("LDLAR", "LDAR"))[f.L][f.o0] + atomic_access.SIZE_SUFFIX[f.size]


def execute(state: State, f: Fields) -> None:
    address = atomic_access.aligned_base(state, f, 1 << f.size)
    if f.L:
        atomic_access.load_zero_extended(state, f, address)
    else:
        state.store(address, atomic_access.register(state, f.Rt, f.size))


def generate(random: Random) -> int:
    return random.getrandbits(32) & 0xC04083FF | 0x089F7C00
