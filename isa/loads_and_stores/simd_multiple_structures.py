"""Advanced SIMD load/store multiple structures: LD1-LD4, ST1-ST4."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, structures

PATTERN = "0 Q 0011000 L 000000 opcode:4 size Rn Rt"

mnemonic = structures.multiple_name


def execute(state: State, f: Fields) -> None:
    structures.transfer_multiple(state, f, addressing.base(state, f))
