"""Floating-point conditional select: FCSEL."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.floating_point_one_source import WIDTHS
from lnsym.bv import ite

PATTERN = "0 0 0 11110 ptype:2 1 Rm cond 11 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("cond",))


def mnemonic(f: Fields) -> str | None:
    return "FCSEL" if f.ptype in WIDTHS else None


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.FP16 if f.ptype == 0b11 else Feature.FP


def execute(state: MachineState, f: Fields) -> None:
    width = WIDTHS[f.ptype]
    state.set_v(f.Rd, ite(state.flags.holds(f.cond), state.v(f.Rn, width), state.v(f.Rm, width)))
