"""Advanced SIMD extract: EXT."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import concat

PATTERN = "0 Q 101110 00 0 Rm 0 imm4 0 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("imm4",))


def mnemonic(f: Fields) -> str | None:
    return None if f.imm4 & 0b1000 and not f.Q else "EXT"


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    datasize = 128 if f.Q else 64
    position = f.imm4 << 3
    pair = concat(state.v(f.Rm, datasize), state.v(f.Rn, datasize))
    state.set_v(f.Rd, pair.extract(position + datasize - 1, position))
