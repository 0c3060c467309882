"""Load register (literal): LDR, LDRSW, PRFM."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.interface import MachineState
from isa.loads_and_stores import register_transfer
from isa.loads_and_stores.addressing import signed_immediate
from isa.memory_access import MemoryAccess
from isa.operands import Operands

PATTERN = "opc 011 V 00 imm19 Rt"
OPERANDS = Operands(either=("Rt",), immediate=("imm19",))


def mnemonic(f: Fields) -> str | None:
    if f.V:
        return None if f.opc == 0b11 else "LDR"
    return ("LDR", "LDR", "LDRSW", "PRFM")[f.opc]


feature = register_transfer.feature
data_independent_time = always(False)


def memory(f: Fields) -> MemoryAccess:
    size = 4 << f.opc if f.V else (4, 8, 4, 0)[f.opc]
    return MemoryAccess(size, reads=size > 0, writes=False, base=None)


def execute(state: MachineState, f: Fields) -> None:
    address = state.address(state.pc + 4 * signed_immediate(f.imm19, 19))
    if f.V:
        state.set_v(f.Rt, state.load(address, 4 << f.opc))
    elif f.opc == 0b10:
        state.set_x(f.Rt, state.load(address, 4).sign_extend(64))
    elif f.opc != 0b11:
        state.set_x(f.Rt, state.load(address, 4 << f.opc))
