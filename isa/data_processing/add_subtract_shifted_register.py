"""Add/subtract (shifted register): ADD, ADDS, SUB, SUBS."""

from __future__ import annotations

from isa.data_processing.register_operands import shift_reg
from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import add_with_carry
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf op S 01011 shift 0 Rm imm6 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"), immediate=("imm6",))
ALIASES = {"ADDS": ("cmn",), "SUB": ("neg",), "SUBS": ("cmp", "negs")}


def mnemonic(f: Fields) -> str | None:
    if f.shift == 0b11 or (not f.sf and f.imm6 & 0b100000):
        return None
    return ("SUB" if f.op else "ADD") + ("S" if f.S else "")


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand1 = state.x(f.Rn, width)
    operand2 = shift_reg(state, f.Rm, f.shift, f.imm6, width)
    if f.op:
        operand2 = ~operand2
    result, flags = add_with_carry(operand1, operand2, carry_in=f.op)
    if f.S:
        state.flags = flags
    state.set_x(f.Rd, result)
