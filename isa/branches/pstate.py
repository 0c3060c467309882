"""PSTATE: CFINV, XAFLAG, AXFLAG. MSR (immediate) is not modelled."""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.flags import FlagBits
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "1101010100000 000 0100 0000 op2 11111"
OPERANDS = Operands()


def mnemonic(f: Fields) -> str | None:
    return ("CFINV", "XAFLAG", "AXFLAG")[f.op2] if f.op2 <= 0b010 else None


def feature(f: Fields) -> Feature:
    return Feature.FLAG_M2 if f.op2 else Feature.FLAG_M


def data_independent_time(f: Fields) -> bool:
    return f.op2 == 0b000


def execute(state: MachineState, f: Fields) -> None:
    n, z, c, v = state.flags.n, state.flags.z, state.flags.c, state.flags.v
    if f.op2 == 0b000:
        state.flags = FlagBits(n, z, ~c, v)
    elif f.op2 == 0b001:
        state.flags = FlagBits(n=~(c | z), z=z & c, c=c | z, v=~c & z)
    else:
        zero = BV.const(0, 1)
        state.flags = FlagBits(n=zero, z=z | v, c=c & ~v, v=zero)
