"""Cryptographic two-register SHA 512: SHA512SU0, SM4E."""

from __future__ import annotations

from isa.crypto import sm4
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "11001110110000001000 opcode:2 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    return ("SHA512SU0", "SM4E", None, None)[f.opcode]


def small_sigma0(x: BV) -> BV:
    """FIPS 180-4, equation 4.12."""
    return x.rotate_right(1) ^ x.rotate_right(8) ^ (x >> 7)


def sha512_schedule_part0(operand1: BV, operand2: BV) -> BV:
    """SHA512SU0: words 0 and 1 plus sigma0 of words 1 and 2."""
    w0, w1 = lanes(operand1, 64)
    w2 = operand2[63:0]
    return join([w0 + small_sigma0(w1), w1 + small_sigma0(w2)])


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SM4 if f.opcode == 0b01 else Feature.SHA512


def execute(state: MachineState, f: Fields) -> None:
    d, n = state.v(f.Rd), state.v(f.Rn)
    if f.opcode == 0b00:
        result = sha512_schedule_part0(d, n)
    else:
        result = sm4.four_rounds(d, n, sm4.encryption_map)
    state.set_v(f.Rd, result)
