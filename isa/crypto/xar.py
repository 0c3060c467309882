"""XAR: XAR."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.lanes import join, lanes

PATTERN = "11001110100 Rm imm6 Rn Rd"


def mnemonic(f: Fields) -> str:
    return "XAR"


def execute(state: State, f: Fields) -> None:
    low, high = lanes(state.v(f.Rn) ^ state.v(f.Rm), 64)
    state.set_v(f.Rd, join([low.rotate_right(f.imm6), high.rotate_right(f.imm6)]))
