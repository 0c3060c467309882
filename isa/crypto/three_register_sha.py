"""Cryptographic three-register SHA: SHA1C, SHA1P, SHA1M, SHA1SU0, SHA256H, SHA256H2, SHA256SU1."""

from __future__ import annotations

from collections.abc import Callable

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "01011110 size 0 Rm 0 opcode:3 00 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))

_NAMES = ("SHA1C", "SHA1P", "SHA1M", "SHA1SU0", "SHA256H", "SHA256H2", "SHA256SU1", None)


def mnemonic(f: Fields) -> str | None:
    return None if f.size else _NAMES[f.opcode]


def choose(x: BV, y: BV, z: BV) -> BV:
    """SHAchoose: Ch of FIPS 180-4, equations 4.1 and 4.2."""
    return (x & y) ^ (~x & z)


def parity(x: BV, y: BV, z: BV) -> BV:
    """SHAparity: Parity of FIPS 180-4, equation 4.1."""
    return x ^ y ^ z


def majority(x: BV, y: BV, z: BV) -> BV:
    """SHAmajority: Maj of FIPS 180-4, equations 4.1 and 4.3."""
    return (x & y) ^ (x & z) ^ (y & z)


def big_sigma0(x: BV) -> BV:
    """SHAhashSIGMA0: FIPS 180-4, equation 4.4."""
    return x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)


def big_sigma1(x: BV) -> BV:
    """SHAhashSIGMA1: FIPS 180-4, equation 4.5."""
    return x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)


def small_sigma1(x: BV) -> BV:
    """FIPS 180-4, equation 4.7."""
    return x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10)


def sha1_hash(abcd: BV, e: BV, words: BV, function: Callable[[BV, BV, BV], BV]) -> BV:
    """Four rounds of SHA-1 on a, b, c, d (a in lane 0) and e; `words` are schedule words plus their constants."""
    a, b, c, d = lanes(abcd, 32)
    for word in lanes(words, 32):
        a, b, c, d, e = a.rotate_left(5) + function(b, c, d) + e + word, a, b.rotate_left(30), c, d
    return join([a, b, c, d])


def sha1_schedule_part0(operand1: BV, operand2: BV, operand3: BV) -> BV:
    """SHA1SU0: the part of the next four schedule words before the rotation."""
    middle = join([operand1[127:64], operand2[63:0]])
    return lanewise(parity, 32, middle, operand1, operand3)


def sha256_hash(abcd: BV, efgh: BV, words: BV) -> tuple[BV, BV]:
    """SHA256hash: four rounds on a-d and e-h (a and e in lane 0); `words` are schedule words plus their constants."""
    a, b, c, d = lanes(abcd, 32)
    e, f, g, h = lanes(efgh, 32)
    for word in lanes(words, 32):
        t1 = h + big_sigma1(e) + choose(e, f, g) + word
        t2 = big_sigma0(a) + majority(a, b, c)
        a, b, c, d, e, f, g, h = t1 + t2, a, b, c, d + t1, e, f, g
    return join([a, b, c, d]), join([e, f, g, h])


def sha256_schedule_part1(operand1: BV, operand2: BV, operand3: BV) -> BV:
    """SHA256SU1: the next four schedule words; operand1 holds what SHA256SU0 made, operand2 and 3 words 8 to 15."""
    w9, w10, w11 = lanes(operand2, 32)[1:]
    w12, _, w14, w15 = lanes(operand3, 32)
    partial0, partial1, partial2, partial3 = lanes(operand1, 32)
    w16 = small_sigma1(w14) + w9 + partial0
    w17 = small_sigma1(w15) + w10 + partial1
    w18 = small_sigma1(w16) + w11 + partial2
    w19 = small_sigma1(w17) + w12 + partial3
    return join([w16, w17, w18, w19])


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SHA256 if f.opcode & 0b100 else Feature.SHA1


def execute(state: MachineState, f: Fields) -> None:
    d, n, m = state.v(f.Rd), state.v(f.Rn), state.v(f.Rm)
    match f.opcode:
        case 0b000:
            result = sha1_hash(d, n[31:0], m, choose)
        case 0b001:
            result = sha1_hash(d, n[31:0], m, parity)
        case 0b010:
            result = sha1_hash(d, n[31:0], m, majority)
        case 0b011:
            result = sha1_schedule_part0(d, n, m)
        case 0b100:
            result, _ = sha256_hash(d, n, m)
        case 0b101:
            _, result = sha256_hash(n, d, m)
        case _:
            result = sha256_schedule_part1(d, n, m)
    state.set_v(f.Rd, result)
