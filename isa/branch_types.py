"""PSTATE.BTYPE: what a branch leaves there, and which instructions accept it as landing pads.

Arm ARM, "PSTATE.BTYPE", the operations of BR, BLR and RET, and the functions BTypeCompatible_BTI and BTypeCompatible_PACIXSP. In a
guarded page an instruction that does not accept a BTYPE other than 0b00 is a Branch Target Exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class BranchType(IntEnum):
    """The values of PSTATE.BTYPE."""

    DIRECT = 0b00
    """After any instruction but BR and BLR: a direct branch and a return too."""
    JUMP_BY_X16_OR_X17 = 0b01
    """After BR of X16 or X17, or of any register from a page that is not guarded."""
    CALL = 0b10
    """After BLR."""
    JUMP = 0b11
    """After BR of another register from a guarded page."""


def of_register_branch(opc: int, n: int) -> BranchType:
    """What BR, BLR or RET, and their forms that authenticate, leave in PSTATE.BTYPE, from a guarded page."""
    if opc == 0b0010:
        return BranchType.DIRECT
    if opc & 0b0001:
        return BranchType.CALL
    return BranchType.JUMP_BY_X16_OR_X17 if n in (16, 17) else BranchType.JUMP


_CALLS = frozenset({BranchType.JUMP_BY_X16_OR_X17, BranchType.CALL})
_JUMPS = frozenset({BranchType.JUMP_BY_X16_OR_X17, BranchType.JUMP})

ACCEPTED_BY_HINT: Mapping[int, frozenset[BranchType]] = {
    25: _CALLS,
    27: _CALLS,
    34: _CALLS,
    36: _JUMPS,
    38: _CALLS | _JUMPS,
}
"""By CRm:op2: PACIASP, PACIBSP, BTI c, BTI j, BTI jc. BTI without targets accepts none.

PACIASP and PACIBSP accept 0b11 only where SCTLR_ELx.BT is 0; Linux sets it, since code marked for BTI jumps to functions by X16 or X17.
"""
