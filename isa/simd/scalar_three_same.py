"""Advanced SIMD scalar three same: SQADD, UQADD, SQSUB, UQSUB, CMGT, CMHI, CMGE, CMHS, SSHL, USHL, SQSHL, UQSHL, SRSHL,
URSHL, SQRSHL, UQRSHL, ADD, SUB, CMTST, CMEQ, SQDMULH, SQRDMULH.
"""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.element_operations import ELEMENTWISE

PATTERN = "01 U 11110 size 1 Rm opcode:5 1 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

NAMES = {
    (0, 0b00001): "SQADD", (1, 0b00001): "UQADD",
    (0, 0b00101): "SQSUB", (1, 0b00101): "UQSUB",
    (0, 0b00110): "CMGT", (1, 0b00110): "CMHI",
    (0, 0b00111): "CMGE", (1, 0b00111): "CMHS",
    (0, 0b01000): "SSHL", (1, 0b01000): "USHL",
    (0, 0b01001): "SQSHL", (1, 0b01001): "UQSHL",
    (0, 0b01010): "SRSHL", (1, 0b01010): "URSHL",
    (0, 0b01011): "SQRSHL", (1, 0b01011): "UQRSHL",
    (0, 0b10000): "ADD", (1, 0b10000): "SUB",
    (0, 0b10001): "CMTST", (1, 0b10001): "CMEQ",
    (0, 0b10110): "SQDMULH", (1, 0b10110): "SQRDMULH",
}  # fmt: skip
"""Arm's names by U and opcode. Opcodes from 11000 are floating-point: not modelled."""

OF_ANY_SIZE = frozenset({"SQADD", "UQADD", "SQSUB", "UQSUB", "SQSHL", "UQSHL", "SQRSHL", "UQRSHL"})

TIME_NOT_STATED = frozenset({"SQADD", "UQADD", "SQSUB", "UQSUB", "SQSHL", "UQSHL", "SQRSHL", "UQRSHL"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name in ("SQDMULH", "SQRDMULH"):
        return name if f.size in (0b01, 0b10) else None
    if f.size != 0b11 and name not in OF_ANY_SIZE:
        return None
    return name


feature = always(Feature.ADV_SIMD)


def data_independent_time(f: Fields) -> bool:
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    esize = 8 << f.size
    state.set_v(f.Rd, ELEMENTWISE[NAMES[f.U, f.opcode]](state.v(f.Rn, esize), state.v(f.Rm, esize)))
