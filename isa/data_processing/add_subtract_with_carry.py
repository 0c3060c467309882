"""Add/subtract (with carry): ADC, ADCS, SBC, SBCS."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import add_with_carry
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf op S 11010000 Rm 000000 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"))
ALIASES = {"SBC": ("ngc",), "SBCS": ("ngcs",)}


def mnemonic(f: Fields) -> str:
    return ("SBC" if f.op else "ADC") + ("S" if f.S else "")


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand2 = state.x(f.Rm, width)
    if f.op:
        operand2 = ~operand2
    result, flags = add_with_carry(state.x(f.Rn, width), operand2, carry_in=state.flags.c)
    if f.S:
        state.flags = flags
    state.set_x(f.Rd, result)
