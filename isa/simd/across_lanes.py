"""Advanced SIMD across lanes: SADDLV, UADDLV, SMAXV, UMAXV, SMINV, UMINV, ADDV."""

from __future__ import annotations

from functools import reduce

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import lanes
from isa.operands import Operands
from isa.simd.element_operations import ELEMENTWISE
from lnsym.bv import BV

PATTERN = "0 Q U 01110 size 11000 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))

NAMES = {
    (0, 0b00011): "SADDLV", (1, 0b00011): "UADDLV",
    (0, 0b01010): "SMAXV", (1, 0b01010): "UMAXV",
    (0, 0b11010): "SMINV", (1, 0b11010): "UMINV",
    (0, 0b11011): "ADDV",
}  # fmt: skip
"""Arm's names by U and opcode. The rest is floating-point: not modelled."""


def mnemonic(f: Fields) -> str | None:
    if f.size == 0b11 or (f.size == 0b10 and not f.Q):
        return None
    return NAMES.get((f.U, f.opcode))


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    elements = lanes(state.v(f.Rn, 128 if f.Q else 64), esize)
    if name in ("SADDLV", "UADDLV"):  # the sum is twice as wide
        extend = BV.zero_extend if f.U else BV.sign_extend
        result = reduce(BV.__add__, [extend(x, 2 * esize) for x in elements])
    else:
        result = reduce(ELEMENTWISE[name.removesuffix("V")], elements)
    state.set_v(f.Rd, result)
