"""Advanced SIMD load/store single structure: LD1-LD4, ST1-ST4, LD1R-LD4R."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import addressing, structures
from isa.operands import Operands

PATTERN = "0 Q 0011010 L R 00000 opcode:3 S size Rn Rt"
OPERANDS = Operands(general=("Rn",), vector=("Rt",), consecutive={"Rt": 4})

mnemonic = structures.single_name


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)
memory = structures.single_memory


def execute(state: MachineState, f: Fields) -> None:
    structures.transfer_single(state, f, addressing.base(state, f))
