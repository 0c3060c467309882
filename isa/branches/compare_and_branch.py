"""Compare and branch (immediate): CBZ, CBNZ."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from lnsym.bv import BV, ite

PATTERN = "sf 011010 op imm19 Rt"


def mnemonic(f: Fields) -> str:
    return "CBNZ" if f.op else "CBZ"


def execute(state: State, f: Fields) -> None:
    offset = BV.const(f.imm19, 19).sign_extend(64) << 2
    operand = state.x(f.Rt, 64 if f.sf else 32)
    taken = operand.ne(0) if f.op else operand.eq(0)
    state.branch(ite(taken, offset + state.pc, BV.const(state.pc + 4, 64)))
