"""XAR: XAR."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.lanes import lanewise

PATTERN = "11001110100 Rm imm6 Rn Rd"


def mnemonic(f: Fields) -> str:
    return "XAR"


def execute(state: State, f: Fields) -> None:
    result = lanewise(lambda n, m: (n ^ m).rotate_right(f.imm6), 64, state.v(f.Rn), state.v(f.Rm))
    state.set_v(f.Rd, result)
