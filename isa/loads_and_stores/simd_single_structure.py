"""Advanced SIMD load/store single structure: LD1-LD4, ST1-ST4, LD1R-LD4R."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, structures

PATTERN = "0 Q 0011010 L R 00000 opcode:3 S size Rn Rt"

mnemonic = structures.single_name


def execute(state: State, f: Fields) -> None:
    structures.transfer_single(state, f, addressing.base(state, f))
