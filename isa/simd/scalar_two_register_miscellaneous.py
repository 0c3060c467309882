"""Advanced SIMD scalar two-register miscellaneous: SUQADD, USQADD, SQABS, SQNEG, CMGT, CMGE, CMEQ, CMLE, CMLT, ABS,
NEG, SQXTUN, SQXTN, UQXTN.
"""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.comparisons import COMPARISONS_WITH_ZERO
from isa.simd.two_register_operations import NARROWING, SATURATING_ADD, UNARY

PATTERN = "01 U 11110 size 10000 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))

NAMES = {
    (0, 0b00011): "SUQADD", (1, 0b00011): "USQADD",
    (0, 0b00111): "SQABS", (1, 0b00111): "SQNEG",
    (0, 0b01000): "CMGT", (1, 0b01000): "CMGE",
    (0, 0b01001): "CMEQ", (1, 0b01001): "CMLE",
    (0, 0b01010): "CMLT",
    (0, 0b01011): "ABS", (1, 0b01011): "NEG",
    (1, 0b10010): "SQXTUN",
    (0, 0b10100): "SQXTN", (1, 0b10100): "UQXTN",
}  # fmt: skip
"""Arm's names by U and opcode. The rest is floating-point: not modelled."""

OF_ANY_SIZE = frozenset({"SUQADD", "USQADD", "SQABS", "SQNEG"})

TIME_NOT_STATED = frozenset({"SUQADD", "USQADD", "SQABS", "SQNEG", "SQXTUN", "SQXTN", "UQXTN"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name in OF_ANY_SIZE:
        return name
    return name if (f.size == 0b11) != (name in NARROWING) else None


feature = always(Feature.ADV_SIMD)


def data_independent_time(f: Fields) -> bool:
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    if name in NARROWING:
        result = NARROWING[name](state.v(f.Rn, 2 * esize))
    elif name in SATURATING_ADD:
        result = SATURATING_ADD[name](state.v(f.Rd, esize), state.v(f.Rn, esize))
    elif name in UNARY:
        result = UNARY[name](state.v(f.Rn, esize))
    else:
        result = COMPARISONS_WITH_ZERO[name](state.v(f.Rn, esize))
    state.set_v(f.Rd, result)
