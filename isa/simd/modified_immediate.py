"""Advanced SIMD modified immediate: MOVI, MVNI, ORR, BIC, FMOV."""

from __future__ import annotations

from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd.immediates import adv_simd_expand_imm, replicate, vfp_expand_imm
from lnsym.bv import BV

PATTERN = "0 Q op 0111100000 a b c cmode o2 1 d e f g h Rd"
OPERANDS = Operands(vector=("Rd",), immediate=("a", "b", "c", "d", "e", "f", "g", "h"))


def mnemonic(f: Fields) -> str | None:
    if f.o2:  # FMOV of 16-bit elements
        return "FMOV" if f.cmode == 0b1111 and not f.op else None
    if f.cmode == 0b1111:
        return None if f.op and not f.Q else "FMOV"
    if f.cmode == 0b1110:
        return "MOVI"
    if f.cmode < 0b1100 and f.cmode & 1:
        return "BIC" if f.op else "ORR"
    return "MVNI" if f.op else "MOVI"


def feature(f: Fields) -> Feature:
    return Feature.FP16 if f.o2 else Feature.ADV_SIMD


def data_independent_time(f: Fields) -> bool:
    return mnemonic(f) in ("ORR", "BIC")


def execute(state: MachineState, f: Fields) -> None:
    imm8 = f.a << 7 | f.b << 6 | f.c << 5 | f.d << 4 | f.e << 3 | f.f << 2 | f.g << 1 | f.h
    imm64 = replicate(vfp_expand_imm(imm8, 16), 16) if f.o2 else adv_simd_expand_imm(f.op, f.cmode, imm8)
    name = mnemonic(f)
    datasize = 128 if f.Q else 64
    operand = BV.const(imm64 << 64 | imm64, datasize)
    if name in ("MVNI", "BIC"):
        operand = ~operand
    if name == "ORR":
        operand = state.v(f.Rd, datasize) | operand
    elif name == "BIC":
        operand = state.v(f.Rd, datasize) & operand
    state.set_v(f.Rd, operand)
