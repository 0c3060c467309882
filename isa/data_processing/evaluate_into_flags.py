"""Evaluate into flags: SETF8, SETF16."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import FlagBits
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "0 0 1 11010000 000000 sz 0010 Rn 0 1101"
OPERANDS = Operands(general=("Rn",))


def mnemonic(f: Fields) -> str:
    return "SETF16" if f.sz else "SETF8"


feature = always(Feature.FLAG_M)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    msb = 15 if f.sz else 7
    value = state.x(f.Rn, 32)
    state.flags = FlagBits(
        n=value[msb],
        z=value[msb:0].eq(0),
        c=state.flags.c,
        v=value[msb + 1] ^ value[msb],
    )
