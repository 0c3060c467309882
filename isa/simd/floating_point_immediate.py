"""Floating-point immediate: FMOV."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.floating_point_one_source import WIDTHS
from isa.simd.immediates import vfp_expand_imm
from lnsym.bv import BV

PATTERN = "0 0 0 11110 ptype:2 1 imm8 100 00000 Rd"
OPERANDS = Operands(vector=("Rd",), immediate=("imm8",))


def mnemonic(f: Fields) -> str | None:
    return "FMOV" if f.ptype in WIDTHS else None


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    return Feature.FP16 if f.ptype == 0b11 else Feature.FP


def execute(state: MachineState, f: Fields) -> None:
    width = WIDTHS[f.ptype]
    state.set_v(f.Rd, BV.const(vfp_expand_imm(f.imm8, width), width))
