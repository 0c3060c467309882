"""Advanced SIMD load/store multiple structures (post-indexed): LD1-LD4, ST1-ST4."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, structures

PATTERN = "0 Q 0011001 L 0 Rm opcode:4 size Rn Rt"

mnemonic = structures.multiple_name


def execute(state: State, f: Fields) -> None:
    address = addressing.base(state, f)
    structures.transfer_multiple(state, f, address)
    structures.write_back(state, f, address, structures.multiple_bytes(f))
