"""Logical (immediate): AND, ORR, EOR, ANDS."""

from __future__ import annotations

from isa.data_processing.bit_masks import decode_bit_masks, element_length, is_reserved_immediate
from isa.data_processing.logical import logical
from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import LogicalFlags
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "sf opc 100100 N immr imms Rn Rd"
OPERANDS = Operands(general=("Rn", "Rd"), immediate=("immr", "imms"))
ALIASES = {"ORR": ("mov",), "ANDS": ("tst",)}


def mnemonic(f: Fields) -> str | None:
    if f.sf < f.N or is_reserved_immediate(f.N, f.imms):
        return None
    return ("AND", "ORR", "EOR", "ANDS")[f.opc]


def size_setting(f: Fields) -> int:
    """Log2 of the element that the immediate repeats."""
    return element_length(f.N, f.imms)


SETTINGS = {"imms": size_setting}


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    wmask, _ = decode_bit_masks(f.N, f.imms, f.immr, width)
    result = logical(f.opc, state.x(f.Rn, width), BV.const(wmask, width))
    if f.opc == 0b11:
        state.flags = LogicalFlags(result)
        state.set_x(f.Rd, result)
    else:
        state.set_x_or_sp(f.Rd, result)
