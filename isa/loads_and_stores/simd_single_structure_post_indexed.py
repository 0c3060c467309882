"""Advanced SIMD load/store single structure (post-indexed): LD1-LD4, ST1-ST4, LD1R-LD4R."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import addressing, structures
from isa.operands import Operands

PATTERN = "0 Q 0011011 L R Rm opcode:3 S size Rn Rt"
OPERANDS = Operands(general=("Rm", "Rn"), vector=("Rt",), consecutive={"Rt": 4})

mnemonic = structures.single_name


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)
memory = structures.single_memory


def execute(state: MachineState, f: Fields) -> None:
    address = addressing.base(state, f)
    structures.transfer_single(state, f, address)
    structures.write_back(state, f, address, structures.single_bytes(f))
