"""Add/subtract (immediate): ADD, ADDS, SUB, SUBS."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import add_with_carry
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "sf op S 100010 sh imm12 Rn Rd"
OPERANDS = Operands(general=("Rn", "Rd"), immediate=("imm12",))
ALIASES = {"ADD": ("mov",), "ADDS": ("cmn",), "SUBS": ("cmp",)}


def mnemonic(f: Fields) -> str:
    return ("SUB" if f.op else "ADD") + ("S" if f.S else "")


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand1 = state.x_or_sp(f.Rn, width)
    operand2 = BV.const(f.imm12 << (12 if f.sh else 0), width)
    if f.op:
        operand2 = ~operand2
    result, flags = add_with_carry(operand1, operand2, carry_in=f.op)
    if f.S:
        state.flags = flags
        state.set_x(f.Rd, result)
    else:
        state.set_x_or_sp(f.Rd, result)
