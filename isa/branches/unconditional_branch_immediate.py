"""Unconditional branch (immediate): B, BL."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from lnsym.bv import BV

PATTERN = "op 00101 imm26"


def mnemonic(f: Fields) -> str:
    return "BL" if f.op else "B"


def execute(state: State, f: Fields) -> None:
    offset = BV.const(f.imm26, 26).sign_extend(64) << 2
    if f.op:
        state.set_x(30, state.address(state.pc + 4))
    state.branch(offset + state.pc)
