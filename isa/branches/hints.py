"""Hints: NOP, YIELD, WFE, WFI, SEV, SEVL, DGH, CSDB, BTI, and the pointer authentication of X17 and X30.

Other hints than those of pointer authentication change no register and no memory. BTI, PACIASP and PACIBSP are landing pads.
The assumption POINTER_AUTHENTICATION_AS_PLAIN: a pointer that is signed and authenticated with the same key and modifier is as it was.
"""

from __future__ import annotations

from random import Random

from isa.assumptions import Assumption
from isa.branch_types import ACCEPTED_BY_HINT, BranchType
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "11010101000000110010 CRm op2 11111"
OPERANDS = Operands()

_NAMES = {
    0: "NOP",
    1: "YIELD",
    2: "WFE",
    3: "WFI",
    4: "SEV",
    5: "SEVL",
    6: "DGH",
    7: "XPACLRI",
    8: "PACIA1716",
    10: "PACIB1716",
    12: "AUTIA1716",
    14: "AUTIB1716",
    20: "CSDB",
    24: "PACIAZ",
    25: "PACIASP",
    26: "PACIBZ",
    27: "PACIBSP",
    28: "AUTIAZ",
    29: "AUTIASP",
    30: "AUTIBZ",
    31: "AUTIBSP",
    32: "BTI",
    34: "BTI",
    36: "BTI",
    38: "BTI",
}
"""By CRm:op2. The others are for debugging and error records, or without a meaning yet, and one takes X16 (CHKFEAT)."""


_POINTER_AUTHENTICATION = frozenset({7, 8, 10, 12, 14, *range(24, 32)})
"""Those of them that sign, authenticate or strip a pointer."""


def mnemonic(f: Fields) -> str | None:
    return _NAMES.get(f.CRm << 3 | f.op2)


def lands(f: Fields) -> frozenset[BranchType]:
    return ACCEPTED_BY_HINT.get(f.CRm << 3 | f.op2, frozenset())


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    number = f.CRm << 3 | f.op2
    if number in _POINTER_AUTHENTICATION:
        return Feature.P_AUTH
    if number >= 32:
        return Feature.BTI
    return Feature.DGH if number == 6 else Feature.BASE


def assumption(f: Fields) -> Assumption | None:
    is_pointer = f.CRm << 3 | f.op2 in _POINTER_AUTHENTICATION
    return Assumption.POINTER_AUTHENTICATION_AS_PLAIN if is_pointer else None


def execute(state: MachineState, f: Fields) -> None:
    name = _NAMES[f.CRm << 3 | f.op2]
    n = 17 if name.endswith("1716") else 30
    if name == "XPACLRI":
        state.set_x(n, state.strip(state.x(n)))
    elif name.startswith(("PACI", "AUTI")):
        modifier = BV.const(0, 64) if name.endswith("Z") else state.x(16) if n == 17 else state.x_or_sp(31)
        change = state.sign if name.startswith("PAC") else state.authenticate
        state.set_x(n, change(name[3:5], state.x(n), modifier))


def generate(random: Random) -> int:
    return 0b11010101000000110010 << 12 | random.choice(list(_NAMES)) << 5 | 0b11111
