"""Advanced SIMD scalar three same extra: SQRDMLAH, SQRDMLSH."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.element_operations import ACCUMULATING

PATTERN = "01 U 11110 size 0 Rm 1 opcode:4 1 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

NAMES = {(1, 0b0000): "SQRDMLAH", (1, 0b0001): "SQRDMLSH"}
"""Arm's names by U and opcode."""


def mnemonic(f: Fields) -> str | None:
    return NAMES.get((f.U, f.opcode)) if f.size in (0b01, 0b10) else None


feature = always(Feature.RDM)


def data_independent_time(f: Fields) -> bool:
    return f.opcode == 0b0000  # Arm does not list SQRDMLSH


def execute(state: MachineState, f: Fields) -> None:
    esize = 8 << f.size
    operation = ACCUMULATING[NAMES[f.U, f.opcode]]
    state.set_v(f.Rd, operation(state.v(f.Rd, esize), state.v(f.Rn, esize), state.v(f.Rm, esize)))
