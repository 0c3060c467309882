"""Load/store no-allocate pair (offset): LDNP, STNP."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.interface import MachineState
from isa.loads_and_stores import addressing, pair_transfer, register_transfer
from isa.operands import Operands

PATTERN = "opc 101 V 000 L imm7 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rn",), either=("Rt2", "Rt"), immediate=("imm7",))


def mnemonic(f: Fields) -> str | None:
    return {"LDP": "LDNP", "STP": "STNP"}.get(pair_transfer.name(f) or "")


feature = register_transfer.feature
data_independent_time = always(True)
memory = pair_transfer.memory


def execute(state: MachineState, f: Fields) -> None:
    pair_transfer.transfer(state, f, addressing.base(state, f) + pair_transfer.offset(f))
