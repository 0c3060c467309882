"""Advanced SIMD load/store single structure (post-indexed): LD1-LD4, ST1-ST4, LD1R-LD4R."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, structures

PATTERN = "0 Q 0011011 L R Rm opcode:3 S size Rn Rt"

mnemonic = structures.single_name


def execute(state: State, f: Fields) -> None:
    address = addressing.base(state, f)
    structures.transfer_single(state, f, address)
    structures.write_back(state, f, address, structures.single_bytes(f))
