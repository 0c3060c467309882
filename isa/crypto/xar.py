"""XAR: XAR."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import lanewise
from isa.operands import Operands

PATTERN = "11001110100 Rm imm6 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("imm6",))


def mnemonic(f: Fields) -> str:
    return "XAR"


feature = always(Feature.SHA3)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    result = lanewise(lambda n, m: (n ^ m).rotate_right(f.imm6), 64, state.v(f.Rn), state.v(f.Rm))
    state.set_v(f.Rd, result)
