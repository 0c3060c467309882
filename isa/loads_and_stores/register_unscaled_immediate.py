"""Load/store register (unscaled immediate): LDUR, STUR, their B, H and sign-extending forms, and PRFUM."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores import addressing, register_transfer
from isa.operands import Operands

PATTERN = "size 111 V 00 opc 0 imm9 00 Rn Rt"
OPERANDS = Operands(general=("Rn",), either=("Rt",), immediate=("imm9",))


def mnemonic(f: Fields) -> str | None:
    return register_transfer.name(f, "LDUR", "STUR", prefetch="PRFUM")


feature = register_transfer.feature
data_independent_time = register_transfer.data_independent_time
memory = register_transfer.memory


def execute(state: MachineState, f: Fields) -> None:
    offset = addressing.signed_immediate(f.imm9, 9)
    register_transfer.transfer(state, f, addressing.base(state, f) + offset)
