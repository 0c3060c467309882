"""Floating-point conditional select: FCSEL."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.simd.floating_point_one_source import WIDTHS
from lnsym.bv import ite

PATTERN = "0 0 0 11110 ptype:2 1 Rm cond 11 Rn Rd"


def mnemonic(f: Fields) -> str | None:
    return "FCSEL" if f.ptype in WIDTHS else None


def execute(state: State, f: Fields) -> None:
    width = WIDTHS[f.ptype]
    state.set_v(f.Rd, ite(state.flags.holds(f.cond), state.v(f.Rn, width), state.v(f.Rm, width)))
