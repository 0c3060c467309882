"""Cryptographic four-register: EOR3, BCAX, SM3SS1."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, concat

PATTERN = "110011100 Op0:2 Rm 0 Ra Rn Rd"
OPERANDS = Operands(vector=("Rm", "Ra", "Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    return ("EOR3", "BCAX", "SM3SS1", None)[f.Op0]


def sm3_ss1(n: BV, m: BV, a: BV) -> BV:
    """SM3SS1: SS1 of a round from A, the round constant and E, all in lane 3."""
    ss1 = (n[127:96].rotate_left(12) + m[127:96] + a[127:96]).rotate_left(7)
    return concat(ss1, BV.const(0, 96))


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SM3 if f.Op0 == 0b10 else Feature.SHA3


def execute(state: MachineState, f: Fields) -> None:
    n, m, a = state.v(f.Rn), state.v(f.Rm), state.v(f.Ra)
    match f.Op0:
        case 0b00:
            result = n ^ m ^ a
        case 0b01:
            result = n ^ (m & ~a)
        case _:
            result = sm3_ss1(n, m, a)
    state.set_v(f.Rd, result)
