"""Cryptographic three-register SHA 512, SM3 and SM4 part: SM3PARTW1, SM3PARTW2, SM4EKEY.

The Arm ARM has these in one class with the SHA-512 instructions of `three_register_sha512`, which have O clear.
"""

from __future__ import annotations

from isa.crypto import sm4
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "11001110011 Rm 1 1 00 opcode:2 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    return ("SM3PARTW1", "SM3PARTW2", "SM4EKEY", None)[f.opcode]


def permutation1(x: BV) -> BV:
    """P1 of SM3. GB/T 32905, section 4.4."""
    return x ^ x.rotate_left(15) ^ x.rotate_left(23)


def sm3_schedule_part1(operand1: BV, operand2: BV, operand3: BV) -> BV:
    """SM3PARTW1: P1 of the words; the fourth needs the first."""
    t0, t1, t2, t3 = [x ^ y for x, y in zip(lanes(operand1, 32), lanes(operand2, 32), strict=True)]
    _, m1, m2, m3 = lanes(operand3, 32)
    w0 = permutation1(t0 ^ m1.rotate_left(15))
    w1 = permutation1(t1 ^ m2.rotate_left(15))
    w2 = permutation1(t2 ^ m3.rotate_left(15))
    w3 = permutation1(t3 ^ w0.rotate_left(15))
    return join([w0, w1, w2, w3])


def sm3_schedule_part2(operand1: BV, operand2: BV, operand3: BV) -> BV:
    """SM3PARTW2: what SM3PARTW1 made, plus the terms that are not permuted; the fourth word takes in the first."""
    tmp = [n ^ m.rotate_left(7) for n, m in zip(lanes(operand2, 32), lanes(operand3, 32), strict=True)]
    w0, w1, w2, w3 = [d ^ word for d, word in zip(lanes(operand1, 32), tmp, strict=True)]
    return join([w0, w1, w2, w3 ^ permutation1(tmp[0].rotate_left(15))])


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SM4 if f.opcode == 0b10 else Feature.SM3


def execute(state: MachineState, f: Fields) -> None:
    d, n, m = state.v(f.Rd), state.v(f.Rn), state.v(f.Rm)
    match f.opcode:
        case 0b00:
            result = sm3_schedule_part1(d, n, m)
        case 0b01:
            result = sm3_schedule_part2(d, n, m)
        case _:
            result = sm4.four_rounds(n, m, sm4.key_map)
    state.set_v(f.Rd, result)
