"""Hints: NOP, YIELD, WFE, WFI, SEV, SEVL, DGH, CSDB, BTI, and the pointer authentication of X17 and X30.

A hint changes no register and no memory. Branch targets are not checked (BTI): no page is assumed to be guarded.
The assumption POINTER_AUTHENTICATION_AS_PLAIN: pointers carry no authentication code, so that signing, authenticating
and stripping leave them as they are.
"""

from __future__ import annotations

from random import Random

from isa.encoding import Fields
from isa.interface import State

PATTERN = "11010101000000110010 CRm op2 11111"

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


def mnemonic(f: Fields) -> str | None:
    return _NAMES.get(f.CRm << 3 | f.op2)


def execute(state: State, f: Fields) -> None:
    """Nothing, see above."""


def generate(random: Random) -> int:
    return 0b11010101000000110010 << 12 | random.choice(list(_NAMES)) << 5 | 0b11111
