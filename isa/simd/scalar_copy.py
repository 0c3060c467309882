"""Advanced SIMD scalar copy: DUP (of an element, which a disassembler prints as MOV)."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.copy import element, size_and_index

PATTERN = "01 0 11110000 imm5 0 0000 1 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"), immediate=("imm5",))
ALIASES = {"DUP": ("mov",)}


def mnemonic(f: Fields) -> str | None:
    return "DUP" if f.imm5 & 0b01111 else None


def size_setting(f: Fields) -> int:
    """Log2 of the element's bytes."""
    return size_and_index(f.imm5)[0]


SETTINGS = {"imm5": size_setting}


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    state.set_v(f.Rd, element(state.v(f.Rn), *size_and_index(f.imm5)))
