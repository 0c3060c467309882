"""Unconditional branch (immediate): B, BL."""

from __future__ import annotations

from isa.branch import Branch, word_offset
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "op 00101 imm26"
OPERANDS = Operands(immediate=("imm26",))


def mnemonic(f: Fields) -> str:
    return "BL" if f.op else "B"


feature = always(Feature.BASE)
data_independent_time = always(False)


def branch(f: Fields) -> Branch:
    return Branch(word_offset(f.imm26, 26), calls=bool(f.op))


def execute(state: MachineState, f: Fields) -> None:
    offset = BV.const(f.imm26, 26).sign_extend(64) << 2
    if f.op:
        state.set_x(30, state.address(state.pc + 4))
    state.branch(offset + state.pc)
