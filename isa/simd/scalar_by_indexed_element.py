"""Advanced SIMD scalar x indexed element: SQDMLAL, SQDMLSL, SQDMULL, SQDMULH, SQRDMULH, SQRDMLAH, SQRDMLSH."""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.element_operations import ACCUMULATING, ELEMENTWISE
from isa.simd.indexed_element import indexed_element
from isa.simd.long_operations import ACCUMULATING_LONG, LONG

PATTERN = "01 U 11111 size L M Rm:4 opcode:4 H 0 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("L", "M", "H"), top_bit={"Rm": "M"})

NAMES = {
    (0, 0b0011): "SQDMLAL", (0, 0b0111): "SQDMLSL", (0, 0b1011): "SQDMULL",
    (0, 0b1100): "SQDMULH", (0, 0b1101): "SQRDMULH", (1, 0b1101): "SQRDMLAH", (1, 0b1111): "SQRDMLSH",
}  # fmt: skip
"""Arm's names by U and opcode. The rest is floating-point: not modelled."""

TIME_NOT_STATED = frozenset({"SQDMLAL", "SQDMLSL", "SQDMULL", "SQRDMLSH"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    return NAMES.get((f.U, f.opcode)) if f.size in (0b01, 0b10) else None


def feature(f: Fields) -> Feature:
    return Feature.RDM if f.U else Feature.ADV_SIMD


def data_independent_time(f: Fields) -> bool:
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    x, y = state.v(f.Rn, esize), indexed_element(state, f)
    if name in LONG:
        result = LONG[name](x, y)
    elif name in ACCUMULATING_LONG:
        result = ACCUMULATING_LONG[name](state.v(f.Rd, 2 * esize), x, y)
    elif name in ELEMENTWISE:
        result = ELEMENTWISE[name](x, y)
    else:
        result = ACCUMULATING[name](state.v(f.Rd, esize), x, y)
    state.set_v(f.Rd, result)
