"""Floating-point data-processing (1 source): FMOV (register; the arithmetic of the class is not modelled)."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "0 0 0 11110 ptype:2 1 000000 10000 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))

WIDTHS = {0b00: 32, 0b01: 64, 0b11: 16}
"""Bits of the floating-point type `ptype`; 10 is no type."""


def mnemonic(f: Fields) -> str | None:
    return "FMOV" if f.ptype in WIDTHS else None


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    return Feature.FP16 if f.ptype == 0b11 else Feature.FP


def execute(state: MachineState, f: Fields) -> None:
    state.set_v(f.Rd, state.v(f.Rn, WIDTHS[f.ptype]))
