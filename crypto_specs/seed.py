"""The SEED block cipher. RFC 4269 (December 2005).

A block and a key are 16 octets; the algorithm computes on words of 32 bits, big-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor

from crypto_specs import octets
from lnsym.bv import BV, Table, concat, lookup, table

ROUNDS = 16

S1: Table = table(
    bytes.fromhex(
        """
        A985D6D3541DAC255D43181E51FCCA63 2844209DE0E2C817A58F037BBB13D2EE
        708C3FA832DDF674EC950B575C5BBD01 241C739810CCF2D92CE772839BD186C9
        6050A3EB0DB69E4FB75AC678A612AFD5 61C3B441527D8D081F9900190453F7E1
        FD762F27B08B0EABA26E934D697C090A BFEFF3C58714FE64DE2E4B1A06216B66
        02F5928A0CB37ED07A4796E52680ADDF A13037AE36152238F4A7454C81E98497
        35CBCE3C7111C78975FBDAF8945982C4 FF493967C0CFD7B80F8E4223916CDBA4
        34F148C26F3D2D40BE3EBCC1AABA4E55 3BDC687F9CD84A5677A0ED46B52B65FA
        E3B9B19F5EF9E6B231EA6D5FE4F0CD88 163A58D462290733E81B0579906A2A9A
        """
    ),
    8,
)
"""The S-box S1, from index 0x00 to 0xFF. Appendix A."""

S2: Table = table(
    bytes.fromhex(
        """
        38E82DA6CFDEB3B8AF6055C7446F6B5B C36233B529A0E2A7D39111061CBC364B
        EF886CA817C416F4C245E1D63F3D8E98 284EF63EA5F90DDFD82B667A272FF172
        42D441C07367AC8BF7AD801FCA2CAA34 D20BEEE95D9418F857AE08C513CD86B9
        FF7DC131F58A6AB1D120D70222046871 07DB9D9961BEE659DD5190DC9AA3ABD0
        810F471AE3EC8DBF967B5CA2A163234D C89E9C3A0C2EBA6E9F5AF292F34978CC
        15FB70757F351003646DC674D5B4EA09 7619FE4012E0BD05FA01F02A5EA95643
        8514899BB0E5487997FC1E82218C1B5F 7754B21D254F0046ED5852EB7EDAC9FD
        3095653CB6E4BB7C0E50392632846993 37E724A4CB530A87D94C838FCE3B4AB7
        """
    ),
    8,
)
"""The S-box S2. Appendix A."""

M = (0xFC, 0xF3, 0xCF, 0x3F)
"""The masks m0 to m3 of the function G. Section 2.2."""


def kc(i: int) -> BV:
    """The constant KC_i of the key schedule, i from 1 to 16: the golden ratio's fraction, rotated i - 1 to the left. Section 2.3."""
    return BV.const(0x9E3779B9, 32).rotate_left(i - 1)


# The round function, sections 2.1 and 2.2


def g(x: BV) -> BV:
    """G on X3 || X2 || X1 || X0, a word: both S-boxes by turns, then sums of masked bytes. Section 2.2."""
    y = [lookup((S1, S2)[i % 2], x[8 * i + 7 : 8 * i]) for i in range(4)]
    return octets.little_endian([reduce(xor, [y[j] & M[(i + j) % 4] for j in range(4)]) for i in range(4)])


def f(c: BV, d: BV, k0: BV, k1: BV) -> tuple[BV, BV]:
    """F on the words C and D under a pair of round keys: C' and D'. Section 2.1."""
    c, d = c ^ k0, d ^ k1
    inner = g(c ^ d)
    middle = g(inner + c)
    outer = g(middle + inner)
    return outer + middle, outer


# The key schedule, section 2.3, and the cipher


def words(block: Sequence[BV]) -> list[BV]:
    """16 octets as 4 words. Raises ValueError for another number of octets."""
    if len(block) != 16:
        raise ValueError(f"a block or a key is 16 bytes, not {len(block)}")
    return [octets.big_endian(block[at : at + 4]) for at in range(0, 16, 4)]


def key_schedule(key: Sequence[BV]) -> list[BV]:
    """The round keys K_1,0, K_1,1, K_2,0 and so on, 32 words, from a key of 16 octets. Section 2.3."""
    a, b, c, d = words(key)
    round_keys = []
    for i in range(1, ROUNDS + 1):
        round_keys += [g(a + c - kc(i)), g(b - d + kc(i))]
        if i % 2:
            ab = concat(a, b).rotate_right(8)
            a, b = ab[63:32], ab[31:0]
        else:
            cd = concat(c, d).rotate_left(8)
            c, d = cd[63:32], cd[31:0]
    return round_keys


def encrypt(block: Sequence[BV], round_keys: Sequence[BV]) -> list[BV]:
    """A block of 16 octets under 32 words of round keys: a Feistel network whose halves are not exchanged at the end. Section 2."""
    l0, l1, r0, r1 = words(block)
    for k0, k1 in zip(round_keys[::2], round_keys[1::2], strict=True):
        f0, f1 = f(r0, r1, k0, k1)
        l0, l1, r0, r1 = r0, r1, l0 ^ f0, l1 ^ f1
    return [octet for word in (r0, r1, l0, l1) for octet in octets.big_endian_octets(word)]


def decrypt(block: Sequence[BV], round_keys: Sequence[BV]) -> list[BV]:
    """The inverse of `encrypt`, which is the same with the pairs of round keys in reverse. Section 2.4."""
    pairs = list(zip(round_keys[::2], round_keys[1::2], strict=True))
    return encrypt(block, [k for pair in reversed(pairs) for k in pair])
