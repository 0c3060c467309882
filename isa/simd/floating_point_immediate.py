"""Floating-point immediate: FMOV."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.simd.floating_point_one_source import WIDTHS
from isa.simd.immediates import vfp_expand_imm
from lnsym.bv import BV

PATTERN = "0 0 0 11110 ptype:2 1 imm8 100 00000 Rd"


def mnemonic(f: Fields) -> str | None:
    return "FMOV" if f.ptype in WIDTHS else None


def execute(state: State, f: Fields) -> None:
    width = WIDTHS[f.ptype]
    state.set_v(f.Rd, BV.const(vfp_expand_imm(f.imm8, width), width))
