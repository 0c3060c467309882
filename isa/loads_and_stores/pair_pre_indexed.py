"""Load/store register pair (pre-indexed): LDP, LDPSW, STP."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.interface import MachineState
from isa.loads_and_stores import addressing, pair_transfer, register_transfer
from isa.operands import Operands

PATTERN = "opc 101 V 011 L imm7 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rn",), either=("Rt2", "Rt"), immediate=("imm7",))


def mnemonic(f: Fields) -> str | None:
    return None if pair_transfer.writeback_overlaps(f) else pair_transfer.name(f)


feature = register_transfer.feature
data_independent_time = always(True)
memory = pair_transfer.memory


def execute(state: MachineState, f: Fields) -> None:
    address = addressing.base(state, f) + pair_transfer.offset(f)
    pair_transfer.transfer(state, f, address)
    state.set_x_or_sp(f.Rn, address)
