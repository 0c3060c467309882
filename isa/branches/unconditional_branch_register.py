"""Unconditional branch (register): BR, BLR, RET, BRAA(Z), BRAB(Z), BLRAA(Z), BLRAB(Z), RETAA, RETAB.

The assumption POINTER_AUTHENTICATION_AS_PLAIN: a pointer that was signed with the same key and modifier is as it was.
ERET and DRPS are privileged and not modelled.
"""

from __future__ import annotations

from random import Random

from isa.assumptions import Assumption
from isa.branch import Branch
from isa.branch_types import of_register_branch
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "1101011 opc:4 11111 op3:6 Rn op4:5"
OPERANDS = Operands(general=("Rn",), modifier=("op4",))

_PLAIN, _KEY_A, _KEY_B = 0b000000, 0b000010, 0b000011

_NAMES = {
    (0b0000, _PLAIN): "BR",
    (0b0001, _PLAIN): "BLR",
    (0b0010, _PLAIN): "RET",
    (0b0000, _KEY_A): "BRAAZ",
    (0b0000, _KEY_B): "BRABZ",
    (0b0001, _KEY_A): "BLRAAZ",
    (0b0001, _KEY_B): "BLRABZ",
    (0b0010, _KEY_A): "RETAA",
    (0b0010, _KEY_B): "RETAB",
    (0b1000, _KEY_A): "BRAA",
    (0b1000, _KEY_B): "BRAB",
    (0b1001, _KEY_A): "BLRAA",
    (0b1001, _KEY_B): "BLRAB",
}
"""By opc and op3."""


def mnemonic(f: Fields) -> str | None:
    if f.opc < 0b1000:  # op4 names no modifier here: zero, and ones in the forms that authenticate
        if f.op4 != (0b00000 if f.op3 == _PLAIN else 0b11111):
            return None
        if f.opc == 0b0010 and f.op3 != _PLAIN and f.Rn != 0b11111:
            return None  # RETAA and RETAB return to X30 without naming it
    return _NAMES.get((f.opc, f.op3))


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    return Feature.BASE if f.op3 == _PLAIN else Feature.P_AUTH


def branch(f: Fields) -> Branch:
    return Branch(None, calls=bool(f.opc & 0b0001), returns=f.opc == 0b0010)


def assumption(f: Fields) -> Assumption | None:
    return None if f.op3 == _PLAIN else Assumption.POINTER_AUTHENTICATION_AS_PLAIN


def execute(state: MachineState, f: Fields) -> None:
    returns = f.opc == 0b0010 and f.op3 != _PLAIN
    target = state.x(30 if returns else f.Rn)
    if f.op3 != _PLAIN:
        modifier = state.x_or_sp(31 if returns else f.op4) if returns or f.opc & 0b1000 else BV.const(0, 64)
        target = state.authenticate("IA" if f.op3 == _KEY_A else "IB", target, modifier)
    if f.opc & 0b0001:
        state.set_x(30, state.address(state.pc + 4))
    state.branch_to(target, of_register_branch(f.opc, f.Rn))


def generate(random: Random) -> int:
    opc, op3 = random.choice(list(_NAMES))
    op4 = random.randrange(32) if opc & 0b1000 else 0b00000 if op3 == _PLAIN else 0b11111
    rn = 0b11111 if opc == 0b0010 and op3 != _PLAIN else random.randrange(32)
    return 0b1101011 << 25 | opc << 21 | 0b11111 << 16 | op3 << 10 | rn << 5 | op4
