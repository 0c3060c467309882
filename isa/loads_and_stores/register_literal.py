"""Load register (literal): LDR, LDRSW, PRFM."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores.addressing import signed_immediate

PATTERN = "opc 011 V 00 imm19 Rt"


def mnemonic(f: Fields) -> str | None:
    if f.V:
        return None if f.opc == 0b11 else "LDR"
    return ("LDR", "LDR", "LDRSW", "PRFM")[f.opc]


def execute(state: State, f: Fields) -> None:
    address = state.address(state.pc + 4 * signed_immediate(f.imm19, 19))
    if f.V:
        state.set_v(f.Rt, state.load(address, 4 << f.opc))
    elif f.opc == 0b10:
        state.set_x(f.Rt, state.load(address, 4).sign_extend(64))
    elif f.opc != 0b11:
        state.set_x(f.Rt, state.load(address, 4 << f.opc))
