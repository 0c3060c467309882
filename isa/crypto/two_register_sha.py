"""Cryptographic two-register SHA: SHA1H, SHA1SU1, SHA256SU0."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "01011110 size 10100 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))

_NAMES = ("SHA1H", "SHA1SU1", "SHA256SU0")


def mnemonic(f: Fields) -> str | None:
    return None if f.size or f.opcode >= len(_NAMES) else _NAMES[f.opcode]


def sha1_schedule_part1(operand1: BV, operand2: BV) -> BV:
    """SHA1SU1: four schedule words from what SHA1SU0 made and words 12 to 15; the last needs the first of them."""
    t0, t1, t2, t3 = lanes(operand1, 32)
    _, w13, w14, w15 = lanes(operand2, 32)
    w16 = (t0 ^ w13).rotate_left(1)
    w17 = (t1 ^ w14).rotate_left(1)
    w18 = (t2 ^ w15).rotate_left(1)
    w19 = (t3 ^ w16).rotate_left(1)
    return join([w16, w17, w18, w19])


def small_sigma0(x: BV) -> BV:
    """FIPS 180-4, equation 4.6."""
    return x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)


def sha256_schedule_part0(operand1: BV, operand2: BV) -> BV:
    """SHA256SU0: words 0 to 3 plus sigma0 of words 1 to 4."""
    w0, w1, w2, w3 = lanes(operand1, 32)
    w4 = operand2[31:0]
    return join([w0 + small_sigma0(w1), w1 + small_sigma0(w2), w2 + small_sigma0(w3), w3 + small_sigma0(w4)])


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SHA256 if f.opcode == 0b00010 else Feature.SHA1


def execute(state: MachineState, f: Fields) -> None:
    n = state.v(f.Rn)
    match f.opcode:
        case 0b00000:
            result = n[31:0].rotate_left(30)
        case 0b00001:
            result = sha1_schedule_part1(state.v(f.Rd), n)
        case _:
            result = sha256_schedule_part0(state.v(f.Rd), n)
    state.set_v(f.Rd, result)
