"""Data-processing (3 source): MADD, MSUB, SMADDL, SMSUBL, SMULH, UMADDL, UMSUBL, UMULH."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "sf op54:2 11011 op31:3 Rm o0 Ra Rn Rd"
OPERANDS = Operands(general=("Rm", "Ra", "Rn", "Rd"))
ALIASES = {
    "MADD": ("mul",),
    "MSUB": ("mneg",),
    "SMADDL": ("smull",),
    "SMSUBL": ("smnegl",),
    "UMADDL": ("umull",),
    "UMSUBL": ("umnegl",),
}

_NAMES = {
    (0b000, 0): "MADD",
    (0b000, 1): "MSUB",
    (0b001, 0): "SMADDL",
    (0b001, 1): "SMSUBL",
    (0b010, 0): "SMULH",
    (0b101, 0): "UMADDL",
    (0b101, 1): "UMSUBL",
    (0b110, 0): "UMULH",
}


def mnemonic(f: Fields) -> str | None:
    if f.op54 or (f.op31 and not f.sf):
        return None
    if f.op31 & 0b011 == 0b010 and f.Ra != 0b11111:
        return None  # SMULH and UMULH have ones there, anything else is CONSTRAINED UNPREDICTABLE
    return _NAMES.get((f.op31, f.o0))


def _extended(value: BV, width: int, unsigned: int) -> BV:
    """Extend(value, width, unsigned)."""
    return value.zero_extend(width) if unsigned else value.sign_extend(width)


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    unsigned = f.op31 & 0b100
    if f.op31 & 0b010:
        operand1 = _extended(state.x(f.Rn), 128, unsigned)
        operand2 = _extended(state.x(f.Rm), 128, unsigned)
        state.set_x(f.Rd, (operand1 * operand2)[127:64])
        return
    width = 64 if f.sf else 32
    if f.op31:
        operand1 = _extended(state.x(f.Rn, 32), 64, unsigned)
        operand2 = _extended(state.x(f.Rm, 32), 64, unsigned)
    else:
        operand1, operand2 = state.x(f.Rn, width), state.x(f.Rm, width)
    product = operand1 * operand2
    addend = state.x(f.Ra, width)
    state.set_x(f.Rd, addend - product if f.o0 else addend + product)
