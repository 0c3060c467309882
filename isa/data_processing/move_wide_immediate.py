"""Move wide (immediate): MOVN, MOVZ, MOVK."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "sf opc 100101 hw imm16 Rd"
OPERANDS = Operands(general=("Rd",), immediate=("hw", "imm16"))
ALIASES = {"MOVN": ("mov",), "MOVZ": ("mov",)}


def mnemonic(f: Fields) -> str | None:
    if not f.sf and f.hw > 1:
        return None
    return ("MOVN", None, "MOVZ", "MOVK")[f.opc]


def shift_setting(f: Fields) -> int:
    """The shift in halfwords."""
    return f.hw


SETTINGS = {"hw": shift_setting}


feature = always(Feature.BASE)
data_independent_time = always(False)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    pos = 16 * f.hw
    immediate = f.imm16 << pos
    if f.opc == 0b00:
        result = BV.const(~immediate, width)
    elif f.opc == 0b10:
        result = BV.const(immediate, width)
    else:
        result = state.x(f.Rd, width) & ~(0xFFFF << pos) | immediate
    state.set_x(f.Rd, result)
