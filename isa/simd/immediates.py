"""Immediates of Advanced SIMD and floating-point instructions."""

from __future__ import annotations

EXPONENT_BITS = {16: 5, 32: 8, 64: 11}


def vfp_expand_imm(imm8: int, width: int) -> int:
    """VFPExpandImm: the floating-point number of 16, 32 or 64 bits that the 8 bits abcdefgh stand for.

    Sign a, exponent NOT(b):b...b:cd, fraction efgh:0...0.
    """
    exponent_bits = EXPONENT_BITS[width]
    fraction_bits = width - 1 - exponent_bits
    b = imm8 >> 6 & 1
    not_b, replicated_b = 1 - b, b * ((1 << (exponent_bits - 3)) - 1)
    exponent = not_b << (exponent_bits - 1) | replicated_b << 2 | imm8 >> 4 & 0b11
    return (imm8 >> 7) << (width - 1) | exponent << fraction_bits | (imm8 & 0b1111) << (fraction_bits - 4)


def adv_simd_expand_imm(op: int, cmode: int, imm8: int) -> int:
    """AdvSIMDExpandImm: the 64 bits that op, cmode and the 8 bits stand for, before MVNI or BIC inverts them."""
    if cmode < 0b1000:  # 32-bit elements, shifted left by 0, 8, 16 or 24
        return replicate(imm8 << 8 * (cmode >> 1), 32)
    if cmode < 0b1100:  # 16-bit elements, shifted left by 0 or 8
        return replicate(imm8 << 8 * (cmode >> 1 & 1), 16)
    if cmode < 0b1110:  # 32-bit elements, shifted left by 8 or 16 with ones coming in
        shift = 16 if cmode & 1 else 8
        return replicate(imm8 << shift | (1 << shift) - 1, 32)
    if cmode == 0b1110:
        if op == 0:
            return replicate(imm8, 8)
        return sum(0xFF << 8 * i for i in range(8) if imm8 >> i & 1)  # each bit a byte of zeros or ones
    return vfp_expand_imm(imm8, 64) if op else replicate(vfp_expand_imm(imm8, 32), 32)


def replicate(element: int, esize: int) -> int:
    """Replicate: 64 bits of copies of an element of `esize` bits."""
    return sum(element << low for low in range(0, 64, esize))
