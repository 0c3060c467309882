"""Conversion between floating-point and integer: FMOV (general; the conversions of the class are not modelled)."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import concat

PATTERN = "sf 0 0 11110 ptype:2 1 rmode:2 opcode:3 000000 Rn Rd"
OPERANDS = Operands(either=("Rn", "Rd"))

UPPER_HALF = (1, 0b10, 0b01)
WIDTHS = {(0, 0b11, 0b00): 16, (1, 0b11, 0b00): 16, (0, 0b00, 0b00): 32, (1, 0b01, 0b00): 64, UPPER_HALF: 64}
"""Bits moved, by sf, ptype and rmode; those of the upper half are V.D[1]."""


def mnemonic(f: Fields) -> str | None:
    return "FMOV" if f.opcode >> 1 == 0b11 and (f.sf, f.ptype, f.rmode) in WIDTHS else None


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    return Feature.FP16 if f.ptype == 0b11 else Feature.FP


def execute(state: MachineState, f: Fields) -> None:
    kind = f.sf, f.ptype, f.rmode
    width = WIDTHS[kind]
    if f.opcode & 1:  # to the vector register
        moved = state.x(f.Rn).extract(width - 1, 0)
        state.set_v(f.Rd, concat(moved, state.v(f.Rd, 64)) if kind == UPPER_HALF else moved)
    else:
        moved = state.v(f.Rn).extract(127, 64) if kind == UPPER_HALF else state.v(f.Rn, width)
        state.set_x(f.Rd, moved.zero_extend(64 if f.sf else 32))
