"""Cryptographic three-register SHA 512: SHA512H, SHA512H2, SHA512SU1, RAX1."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "11001110011 Rm 1 O 00 opcode:2 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    if f.O:
        return None  # SM3 and SM4 have this bit set
    return ("SHA512H", "SHA512H2", "SHA512SU1", "RAX1")[f.opcode]


def _big_sigma1(x: BV) -> BV:
    return x.rotate_right(14) ^ x.rotate_right(18) ^ x.rotate_right(41)


def _big_sigma0(x: BV) -> BV:
    return x.rotate_right(28) ^ x.rotate_right(34) ^ x.rotate_right(39)


def _small_sigma1(x: BV) -> BV:
    return x.rotate_right(19) ^ x.rotate_right(61) ^ (x >> 6)


def sha512h(w: BV, x: BV, y: BV) -> BV:
    """Two rounds' e-side sums: w holds h, g plus round inputs; x holds f, e's neighbours; y holds c, d, e."""
    y0, y1 = lanes(y, 64)
    x0, x1 = lanes(x, 64)
    w0, w1 = lanes(w, 64)
    high = _big_sigma1(y1) + ((y1 & x0) ^ (~y1 & x1)) + w1
    tmp = high + y0
    low = _big_sigma1(tmp) + ((tmp & y1) ^ (~tmp & x0)) + w0
    return join([low, high])


def sha512h2(w: BV, x: BV, y: BV) -> BV:
    """Two rounds' a-side sums."""
    y0, y1 = lanes(y, 64)
    x0, _ = lanes(x, 64)
    w0, w1 = lanes(w, 64)
    high = _big_sigma0(y0) + ((x0 & y1) ^ (x0 & y0) ^ (y1 & y0)) + w1
    low = _big_sigma0(high) + ((high & y0) ^ (high & y1) ^ (y1 & y0)) + w0
    return join([low, high])


data_independent_time = always(True)


def feature(f: Fields) -> Feature:
    return Feature.SHA3 if f.opcode == 0b11 else Feature.SHA512


def execute(state: MachineState, f: Fields) -> None:
    n, m, d = state.v(f.Rn), state.v(f.Rm), state.v(f.Rd)
    if f.opcode == 0b00:
        result = sha512h(d, n, m)
    elif f.opcode == 0b01:
        result = sha512h2(d, n, m)
    elif f.opcode == 0b10:
        result = lanewise(lambda w, x, y: w + _small_sigma1(x) + y, 64, d, n, m)
    else:
        result = lanewise(lambda x, y: x ^ y.rotate_left(1), 64, n, m)
    state.set_v(f.Rd, result)
