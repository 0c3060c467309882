"""Advanced SIMD three same: SHADD, UHADD, SQADD, UQADD, SRHADD, URHADD, AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF, SHSUB,
UHSUB, SQSUB, UQSUB, CMGT, CMHI, CMGE, CMHS, SSHL, USHL, SQSHL, UQSHL, SRSHL, URSHL, SQRSHL, UQRSHL, SMAX, UMAX, SMIN,
UMIN, SABD, UABD, SABA, UABA, ADD, SUB, CMTST, CMEQ, MLA, MLS, MUL, PMUL, SMAXP, UMAXP, SMINP, UMINP, SQDMULH, SQRDMULH,
ADDP.
"""

from __future__ import annotations

from collections.abc import Callable

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from isa.simd.element_operations import ACCUMULATING, ELEMENTWISE
from lnsym.bv import BV

PATTERN = "0 Q U 01110 size 1 Rm opcode:5 1 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))
ALIASES = {"ORR": ("mov",)}

NAMES = {
    (0, 0b00000): "SHADD", (1, 0b00000): "UHADD",
    (0, 0b00001): "SQADD", (1, 0b00001): "UQADD",
    (0, 0b00010): "SRHADD", (1, 0b00010): "URHADD",
    (0, 0b00100): "SHSUB", (1, 0b00100): "UHSUB",
    (0, 0b00101): "SQSUB", (1, 0b00101): "UQSUB",
    (0, 0b00110): "CMGT", (1, 0b00110): "CMHI",
    (0, 0b00111): "CMGE", (1, 0b00111): "CMHS",
    (0, 0b01000): "SSHL", (1, 0b01000): "USHL",
    (0, 0b01001): "SQSHL", (1, 0b01001): "UQSHL",
    (0, 0b01010): "SRSHL", (1, 0b01010): "URSHL",
    (0, 0b01011): "SQRSHL", (1, 0b01011): "UQRSHL",
    (0, 0b01100): "SMAX", (1, 0b01100): "UMAX",
    (0, 0b01101): "SMIN", (1, 0b01101): "UMIN",
    (0, 0b01110): "SABD", (1, 0b01110): "UABD",
    (0, 0b01111): "SABA", (1, 0b01111): "UABA",
    (0, 0b10000): "ADD", (1, 0b10000): "SUB",
    (0, 0b10001): "CMTST", (1, 0b10001): "CMEQ",
    (0, 0b10010): "MLA", (1, 0b10010): "MLS",
    (0, 0b10011): "MUL", (1, 0b10011): "PMUL",
    (0, 0b10100): "SMAXP", (1, 0b10100): "UMAXP",
    (0, 0b10101): "SMINP", (1, 0b10101): "UMINP",
    (0, 0b10110): "SQDMULH", (1, 0b10110): "SQRDMULH",
    (0, 0b10111): "ADDP",
}  # fmt: skip
"""Arm's names by U and opcode. Opcodes from 11000 are floating-point: not modelled."""

WITH_DOUBLEWORDS = frozenset({
    "SQADD", "UQADD", "SQSUB", "UQSUB", "CMGT", "CMHI", "CMGE", "CMHS", "CMTST", "CMEQ", "SSHL", "USHL", "SQSHL",
    "UQSHL", "SRSHL", "URSHL", "SQRSHL", "UQRSHL", "ADD", "SUB", "ADDP",
})  # fmt: skip
"""The instructions that have elements of 64 bits."""

LOGICAL_OPCODE = 0b00011

LOGICAL_NAMES = {
    (0, 0b00): "AND", (0, 0b01): "BIC", (0, 0b10): "ORR", (0, 0b11): "ORN",
    (1, 0b00): "EOR", (1, 0b01): "BSL", (1, 0b10): "BIT", (1, 0b11): "BIF",
}  # fmt: skip
"""Arm's names of the bitwise operations, by U and size."""

LOGICAL: dict[str, Callable[[BV, BV, BV], BV]] = {
    "AND": lambda d, n, m: n & m,
    "BIC": lambda d, n, m: n & ~m,
    "ORR": lambda d, n, m: n | m,
    "ORN": lambda d, n, m: n | ~m,
    "EOR": lambda d, n, m: n ^ m,
    "BSL": lambda d, n, m: (d & n) ^ (~d & m),
    "BIT": lambda d, n, m: (m & n) ^ (~m & d),
    "BIF": lambda d, n, m: (m & d) ^ (~m & n),
}
"""What each does to Vd, Vn and Vm as wholes."""

TIME_NOT_STATED = frozenset(
    {"SQADD", "UQADD", "SRHADD", "URHADD", "SQSUB", "UQSUB", "SQSHL", "UQSHL", "SQRSHL", "UQRSHL"}
)
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    if f.opcode == LOGICAL_OPCODE:
        return LOGICAL_NAMES[f.U, f.size]
    name = NAMES.get((f.U, f.opcode))
    if name == "PMUL":
        return name if f.size == 0b00 else None
    if name in ("SQDMULH", "SQRDMULH"):
        return name if f.size in (0b01, 0b10) else None
    if f.size == 0b11 and not (f.Q and name in WITH_DOUBLEWORDS):
        return None
    return name


feature = always(Feature.ADV_SIMD)


def data_independent_time(f: Fields) -> bool:
    return NAMES.get((f.U, f.opcode)) not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    datasize, esize = 128 if f.Q else 64, 8 << f.size
    n, m = state.v(f.Rn, datasize), state.v(f.Rm, datasize)
    if f.opcode == LOGICAL_OPCODE:
        result = LOGICAL[LOGICAL_NAMES[f.U, f.size]](state.v(f.Rd, datasize), n, m)
    else:
        name = NAMES[f.U, f.opcode]
        if name in ACCUMULATING:
            result = lanewise(ACCUMULATING[name], esize, state.v(f.Rd, datasize), n, m)
        elif name in ELEMENTWISE:
            result = lanewise(ELEMENTWISE[name], esize, n, m)
        else:  # SMAXP and so on: neighbours of Vn, then of Vm
            elements = lanes(n, esize) + lanes(m, esize)
            result = join(map(ELEMENTWISE[name.removesuffix("P")], elements[0::2], elements[1::2]))
    state.set_v(f.Rd, result)
