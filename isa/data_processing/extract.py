"""Extract: EXTR."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import concat

PATTERN = "sf op21:2 100111 N o0 Rm imms Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"), immediate=("imms",))
ALIASES = {"EXTR": ("ror",)}


def mnemonic(f: Fields) -> str | None:
    if f.op21 or f.o0 or f.sf != f.N or (not f.sf and f.imms & 0b100000):
        return None
    return "EXTR"


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand1, operand2 = state.x(f.Rn, width), state.x(f.Rm, width)
    if f.Rn == f.Rm:  # the alias ROR (immediate)
        result = operand1.rotate_right(f.imms)
    else:
        result = concat(operand1, operand2)[f.imms + width - 1 : f.imms]
    state.set_x(f.Rd, result)
