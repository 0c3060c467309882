"""Advanced SIMD three same extra: SQRDMLAH, SQRDMLSH, SDOT, UDOT."""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import lanewise
from isa.operands import Operands
from isa.simd.element_operations import ACCUMULATING

PATTERN = "0 Q U 01110 size 0 Rm 1 opcode:4 1 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

NAMES = {(1, 0b0000): "SQRDMLAH", (1, 0b0001): "SQRDMLSH", (0, 0b0010): "SDOT", (1, 0b0010): "UDOT"}
"""Arm's names by U and opcode. Not modelled: USDOT and the matrix products (FEAT_I8MM), floating-point."""


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    sizes = (0b10,) if f.opcode == 0b0010 else (0b01, 0b10)
    return name if f.size in sizes else None


def feature(f: Fields) -> Feature:
    return Feature.DOT_PROD if f.opcode == 0b0010 else Feature.RDM


def data_independent_time(f: Fields) -> bool:
    return f.opcode != 0b0001  # Arm does not list SQRDMLSH


def execute(state: MachineState, f: Fields) -> None:
    datasize = 128 if f.Q else 64
    d, n, m = state.v(f.Rd, datasize), state.v(f.Rn, datasize), state.v(f.Rm, datasize)
    state.set_v(f.Rd, lanewise(ACCUMULATING[NAMES[f.U, f.opcode]], 8 << f.size, d, n, m))
