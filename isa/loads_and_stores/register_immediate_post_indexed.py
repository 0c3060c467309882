"""Load/store register (immediate post-indexed): LDR, STR and their B, H and sign-extending forms."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores import addressing, register_transfer
from isa.operands import Operands

PATTERN = "size 111 V 00 opc 0 imm9 01 Rn Rt"
OPERANDS = Operands(general=("Rn",), either=("Rt",), immediate=("imm9",))


def mnemonic(f: Fields) -> str | None:
    if register_transfer.writeback_overlaps(f):
        return None
    return register_transfer.name(f)


feature = register_transfer.feature
data_independent_time = register_transfer.data_independent_time
memory = register_transfer.memory


def execute(state: MachineState, f: Fields) -> None:
    address = addressing.base(state, f)
    register_transfer.transfer(state, f, address)
    state.set_x_or_sp(f.Rn, address + addressing.signed_immediate(f.imm9, 9))
