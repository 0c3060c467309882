"""Load/store register (unsigned immediate): LDR, STR, their B, H and sign-extending forms, and PRFM."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores import addressing, register_transfer
from isa.operands import Operands

PATTERN = "size 111 V 01 opc imm12 Rn Rt"
OPERANDS = Operands(general=("Rn",), either=("Rt",), immediate=("imm12",))


def mnemonic(f: Fields) -> str | None:
    return register_transfer.name(f, prefetch="PRFM")


feature = register_transfer.feature
data_independent_time = register_transfer.data_independent_time
memory = register_transfer.memory


def execute(state: MachineState, f: Fields) -> None:
    offset = f.imm12 << register_transfer.scale(f)
    register_transfer.transfer(state, f, addressing.base(state, f) + offset)
