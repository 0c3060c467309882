"""Rotate right into flags: RMIF."""

from __future__ import annotations

from isa.encoding import Fields
from isa.flags import FlagBits
from isa.interface import State

PATTERN = "sf op S 11010000 imm6 00001 Rn o2 mask:4"


def mnemonic(f: Fields) -> str | None:
    return "RMIF" if f.sf and not f.op and f.S and not f.o2 else None


def execute(state: State, f: Fields) -> None:
    rotated = state.x(f.Rn).rotate_right(f.imm6)
    old = state.flags
    state.flags = FlagBits(
        n=rotated[3] if f.mask & 0b1000 else old.n,
        z=rotated[2] if f.mask & 0b0100 else old.z,
        c=rotated[1] if f.mask & 0b0010 else old.c,
        v=rotated[0] if f.mask & 0b0001 else old.v,
    )
