"""Rotate right into flags: RMIF."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import FlagBits
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf op S 11010000 imm6 00001 Rn o2 mask:4"
OPERANDS = Operands(general=("Rn",), immediate=("imm6", "mask"))


def mnemonic(f: Fields) -> str | None:
    return "RMIF" if f.sf and not f.op and f.S and not f.o2 else None


feature = always(Feature.FLAG_M)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    rotated = state.x(f.Rn).rotate_right(f.imm6)
    old = state.flags
    state.flags = FlagBits(
        n=rotated[3] if f.mask & 0b1000 else old.n,
        z=rotated[2] if f.mask & 0b0100 else old.z,
        c=rotated[1] if f.mask & 0b0010 else old.c,
        v=rotated[0] if f.mask & 0b0001 else old.v,
    )
