"""Advanced SIMD three different: SADDL, UADDL, SADDW, UADDW, SSUBL, USUBL, SSUBW, USUBW, ADDHN, RADDHN, SABAL, UABAL,
SUBHN, RSUBHN, SABDL, UABDL, SMLAL, UMLAL, SQDMLAL, SMLSL, UMLSL, SQDMLSL, SMULL, UMULL, SQDMULL, PMULL; each with 2
for upper halves.
"""

from __future__ import annotations

from collections.abc import Callable

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from isa.simd.halves import half, set_half
from isa.simd.long_operations import ACCUMULATING_LONG, LONG
from lnsym.bv import BV

PATTERN = "0 Q U 01110 size 1 Rm opcode:4 00 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

NAMES = {
    (0, 0b0000): "SADDL", (1, 0b0000): "UADDL",
    (0, 0b0001): "SADDW", (1, 0b0001): "UADDW",
    (0, 0b0010): "SSUBL", (1, 0b0010): "USUBL",
    (0, 0b0011): "SSUBW", (1, 0b0011): "USUBW",
    (0, 0b0100): "ADDHN", (1, 0b0100): "RADDHN",
    (0, 0b0101): "SABAL", (1, 0b0101): "UABAL",
    (0, 0b0110): "SUBHN", (1, 0b0110): "RSUBHN",
    (0, 0b0111): "SABDL", (1, 0b0111): "UABDL",
    (0, 0b1000): "SMLAL", (1, 0b1000): "UMLAL",
    (0, 0b1001): "SQDMLAL",
    (0, 0b1010): "SMLSL", (1, 0b1010): "UMLSL",
    (0, 0b1011): "SQDMLSL",
    (0, 0b1100): "SMULL", (1, 0b1100): "UMULL",
    (0, 0b1101): "SQDMULL",
    (0, 0b1110): "PMULL",
}  # fmt: skip
"""Arm's names by U and opcode."""

WIDE: dict[str, Callable[[BV, BV], BV]] = {
    "SADDW": lambda wide, x: wide + x.sign_extend(wide.width),
    "UADDW": lambda wide, x: wide + x.zero_extend(wide.width),
    "SSUBW": lambda wide, x: wide - x.sign_extend(wide.width),
    "USUBW": lambda wide, x: wide - x.zero_extend(wide.width),
}
"""What each does to a wide element of Vn and an element of Vm."""

NARROWING: dict[str, Callable[[BV, BV], BV]] = {
    "ADDHN": lambda x, y: _high_half(x + y),
    "SUBHN": lambda x, y: _high_half(x - y),
    "RADDHN": lambda x, y: _high_half(x + y + (1 << (x.width // 2 - 1))),
    "RSUBHN": lambda x, y: _high_half(x - y + (1 << (x.width // 2 - 1))),
}
"""What each makes of wide elements of Vn and Vm, half as wide."""


def _high_half(x: BV) -> BV:
    return x.extract(x.width - 1, x.width // 2)


TIME_NOT_STATED = frozenset({"SQDMLAL", "SQDMLSL", "SQDMULL"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name is None:
        return None
    if name == "PMULL":
        sizes: tuple[int, ...] = (0b00, 0b11)
    elif name.startswith("SQD"):
        sizes = (0b01, 0b10)
    else:
        sizes = (0b00, 0b01, 0b10)
    if f.size not in sizes:
        return None
    return name + "2" if f.Q else name


def feature(f: Fields) -> Feature:
    return Feature.PMULL if f.size == 0b11 else Feature.ADV_SIMD


def data_independent_time(f: Fields) -> bool:
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    name = NAMES[f.U, f.opcode]
    esize = 8 << f.size
    if name in NARROWING:
        set_half(state, f.Rd, f.Q, lanewise(NARROWING[name], 2 * esize, state.v(f.Rn), state.v(f.Rm)))
        return
    m = lanes(half(state, f.Rm, f.Q), esize)
    if name in WIDE:
        result = map(WIDE[name], lanes(state.v(f.Rn), 2 * esize), m)
    else:
        n = lanes(half(state, f.Rn, f.Q), esize)
        if name in LONG:
            result = map(LONG[name], n, m)
        else:
            result = map(ACCUMULATING_LONG[name], lanes(state.v(f.Rd), 2 * esize), n, m)
    state.set_v(f.Rd, join(result))
