"""Advanced SIMD vector x indexed element: MUL, MLA, MLS, SMULL, UMULL, SMLAL, UMLAL, SMLSL, UMLSL, SQDMULL, SQDMLAL,
SQDMLSL, SQDMULH, SQRDMULH, SQRDMLAH, SQRDMLSH, SDOT, UDOT; the long ones with 2 for upper halves.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from isa.simd.element_operations import ACCUMULATING, ELEMENTWISE
from isa.simd.halves import half
from isa.simd.indexed_element import indexed_element
from isa.simd.long_operations import ACCUMULATING_LONG, LONG

PATTERN = "0 Q U 01111 size L M Rm:4 opcode:4 H 0 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("L", "M", "H"), top_bit={"Rm": "M"})

NAMES = {
    (1, 0b0000): "MLA", (1, 0b0100): "MLS", (0, 0b1000): "MUL",
    (0, 0b0010): "SMLAL", (1, 0b0010): "UMLAL", (0, 0b0011): "SQDMLAL",
    (0, 0b0110): "SMLSL", (1, 0b0110): "UMLSL", (0, 0b0111): "SQDMLSL",
    (0, 0b1010): "SMULL", (1, 0b1010): "UMULL", (0, 0b1011): "SQDMULL",
    (0, 0b1100): "SQDMULH", (0, 0b1101): "SQRDMULH", (1, 0b1101): "SQRDMLAH", (1, 0b1111): "SQRDMLSH",
    (0, 0b1110): "SDOT", (1, 0b1110): "UDOT",
}  # fmt: skip
"""Arm's names by U and opcode. Not modelled: USDOT and SUDOT (FEAT_I8MM), floating-point."""

TIME_NOT_STATED = frozenset({"SQDMLAL", "SQDMLSL", "SQDMULL", "SQRDMLSH"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name is None or f.size not in ((0b10,) if f.opcode == 0b1110 else (0b01, 0b10)):
        return None
    return name + "2" if f.Q and (name in LONG or name in ACCUMULATING_LONG) else name


def feature(f: Fields) -> Feature:
    if f.opcode == 0b1110:
        return Feature.DOT_PROD
    return Feature.RDM if f.U and f.opcode & 0b1001 == 0b1001 else Feature.ADV_SIMD


def data_independent_time(f: Fields) -> bool:
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    y = indexed_element(state, f)
    if name in LONG:
        result = [LONG[name](x, y) for x in lanes(half(state, f.Rn, f.Q), esize)]
    elif name in ACCUMULATING_LONG:
        n = lanes(half(state, f.Rn, f.Q), esize)
        d = lanes(state.v(f.Rd), 2 * esize)
        result = [ACCUMULATING_LONG[name](wide, x, y) for wide, x in zip(d, n, strict=True)]
    else:
        datasize = 128 if f.Q else 64
        n = lanes(state.v(f.Rn, datasize), esize)
        if name in ELEMENTWISE:
            result = [ELEMENTWISE[name](x, y) for x in n]
        else:
            d = lanes(state.v(f.Rd, datasize), esize)
            result = [ACCUMULATING[name](old, x, y) for old, x in zip(d, n, strict=True)]
    state.set_v(f.Rd, join(result))
