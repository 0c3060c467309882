"""Advanced SIMD scalar three different: SQDMLAL, SQDMLSL, SQDMULL."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.long_operations import ACCUMULATING_LONG, LONG

PATTERN = "01 U 11110 size 1 Rm opcode:4 00 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

NAMES = {(0, 0b1001): "SQDMLAL", (0, 0b1011): "SQDMLSL", (0, 0b1101): "SQDMULL"}
"""Arm's names by U and opcode."""


def mnemonic(f: Fields) -> str | None:
    return NAMES.get((f.U, f.opcode)) if f.size in (0b01, 0b10) else None


feature = always(Feature.ADV_SIMD)
data_independent_time = always(False)


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    n, m = state.v(f.Rn, esize), state.v(f.Rm, esize)
    if name in LONG:
        result = LONG[name](n, m)
    else:
        result = ACCUMULATING_LONG[name](state.v(f.Rd, 2 * esize), n, m)
    state.set_v(f.Rd, result)
