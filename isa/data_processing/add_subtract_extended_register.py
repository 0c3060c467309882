"""Add/subtract (extended register): ADD, ADDS, SUB, SUBS."""

from __future__ import annotations

from isa.data_processing.register_operands import extend_reg
from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import add_with_carry
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf op S 01011 opt:2 1 Rm option imm3 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"), immediate=("imm3",))
ALIASES = {"ADDS": ("cmn",), "SUBS": ("cmp",)}


def mnemonic(f: Fields) -> str | None:
    if f.opt or f.imm3 > 4:
        return None
    return ("SUB" if f.op else "ADD") + ("S" if f.S else "")


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand1 = state.x_or_sp(f.Rn, width)
    operand2 = extend_reg(state, f.Rm, f.option, f.imm3, width)
    if f.op:
        operand2 = ~operand2
    result, flags = add_with_carry(operand1, operand2, carry_in=f.op)
    if f.S:
        state.flags = flags
        state.set_x(f.Rd, result)
    else:
        state.set_x_or_sp(f.Rd, result)
