"""Advanced SIMD load/store multiple structures: LD1-LD4, ST1-ST4."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import addressing, structures
from isa.operands import Operands

PATTERN = "0 Q 0011000 L 000000 opcode:4 size Rn Rt"
OPERANDS = Operands(general=("Rn",), vector=("Rt",), consecutive={"Rt": 4})

mnemonic = structures.multiple_name


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)
memory = structures.multiple_memory


def execute(state: MachineState, f: Fields) -> None:
    structures.transfer_multiple(state, f, addressing.base(state, f))
