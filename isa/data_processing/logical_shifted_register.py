"""Logical (shifted register): AND, BIC, ORR, ORN, EOR, EON, ANDS, BICS."""

from __future__ import annotations

from isa.data_processing.logical import logical
from isa.data_processing.register_operands import shift_reg
from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import LogicalFlags
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf opc 01010 shift N Rm imm6 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"), immediate=("imm6",))
ALIASES = {"ORR": ("mov",), "ORN": ("mvn",), "ANDS": ("tst",)}


def mnemonic(f: Fields) -> str | None:
    if not f.sf and f.imm6 & 0b100000:
        return None
    return (("AND", "BIC"), ("ORR", "ORN"), ("EOR", "EON"), ("ANDS", "BICS"))[f.opc][f.N]


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand2 = shift_reg(state, f.Rm, f.shift, f.imm6, width)
    if f.N:
        operand2 = ~operand2
    result = logical(f.opc, state.x(f.Rn, width), operand2)
    if f.opc == 0b11:
        state.flags = LogicalFlags(result)
    state.set_x(f.Rd, result)
