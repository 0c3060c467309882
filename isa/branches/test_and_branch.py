"""Test and branch (immediate): TBZ, TBNZ."""

from __future__ import annotations

from isa.branch import Branch, word_offset
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, ite

PATTERN = "b5 011011 op b40 imm14 Rt"
OPERANDS = Operands(general=("Rt",), immediate=("b5", "b40", "imm14"))


def mnemonic(f: Fields) -> str:
    return "TBNZ" if f.op else "TBZ"


feature = always(Feature.BASE)
data_independent_time = always(False)


def branch(f: Fields) -> Branch:
    return Branch(word_offset(f.imm14, 14), conditional=True)


def execute(state: MachineState, f: Fields) -> None:
    offset = BV.const(f.imm14, 14).sign_extend(64) << 2
    bit = state.x(f.Rt)[f.b5 << 5 | f.b40]
    taken = bit if f.op else ~bit
    state.branch(ite(taken, offset + state.pc, BV.const(state.pc + 4, 64)))
