"""Compare and branch (immediate): CBZ, CBNZ."""

from __future__ import annotations

from isa.branch import Branch, word_offset
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, ite

PATTERN = "sf 011010 op imm19 Rt"
OPERANDS = Operands(general=("Rt",), immediate=("imm19",))


def mnemonic(f: Fields) -> str:
    return "CBNZ" if f.op else "CBZ"


feature = always(Feature.BASE)
data_independent_time = always(False)


def branch(f: Fields) -> Branch:
    return Branch(word_offset(f.imm19, 19), conditional=True)


def execute(state: MachineState, f: Fields) -> None:
    offset = BV.const(f.imm19, 19).sign_extend(64) << 2
    operand = state.x(f.Rt, 64 if f.sf else 32)
    taken = operand.ne(0) if f.op else operand.eq(0)
    state.branch(ite(taken, offset + state.pc, BV.const(state.pc + 4, 64)))
