"""Conditional branch (immediate): B.cond."""

from __future__ import annotations

from isa.branch import Branch, word_offset
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, ite

PATTERN = "0101010 0 imm19 0 cond"
OPERANDS = Operands(immediate=("imm19", "cond"))
ALIASES = {
    "B.cond": (
        "b.eq", "b.ne", "b.hs", "b.lo", "b.mi", "b.pl", "b.vs", "b.vc",
        "b.hi", "b.ls", "b.ge", "b.lt", "b.gt", "b.le", "b.al", "b.nv",
    )
}  # fmt: skip


def mnemonic(f: Fields) -> str:
    return "B.cond"


feature = always(Feature.BASE)
data_independent_time = always(False)


def branch(f: Fields) -> Branch:
    return Branch(word_offset(f.imm19, 19), conditional=True)


def execute(state: MachineState, f: Fields) -> None:
    offset = BV.const(f.imm19, 19).sign_extend(64) << 2
    target = offset + state.pc
    state.branch(ite(state.flags.holds(f.cond), target, BV.const(state.pc + 4, 64)))
