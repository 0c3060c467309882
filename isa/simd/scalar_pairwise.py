"""Advanced SIMD scalar pairwise: ADDP."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import lanes
from isa.operands import Operands

PATTERN = "01 U 11110 size 11000 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    # The other opcodes are floating-point.
    return "ADDP" if (f.U, f.opcode, f.size) == (0, 0b11011, 0b11) else None


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    low, high = lanes(state.v(f.Rn), 64)
    state.set_v(f.Rd, low + high)
