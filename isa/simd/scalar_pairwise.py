"""Advanced SIMD scalar pairwise: ADDP."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.lanes import lanes

PATTERN = "01 U 11110 size 11000 opcode:5 10 Rn Rd"


def mnemonic(f: Fields) -> str | None:
    # The other opcodes are floating-point.
    return "ADDP" if (f.U, f.opcode, f.size) == (0, 0b11011, 0b11) else None


def execute(state: State, f: Fields) -> None:
    low, high = lanes(state.v(f.Rn), 64)
    state.set_v(f.Rd, low + high)
