"""The Data Encryption Standard and its triple application. FIPS 46-3 (October 1999); NIST SP 800-67, revision 2, for TDEA.

A block and a key are terms of 64 bits, a half of a block has 32, a round key 48. The standard numbers bits from the left: its
bit 1 is the most significant one of a term.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_, xor

from lnsym.bv import BV, Table, concat, lookup, table

ROUNDS = 16

IP = tuple([column - 8 * row for column in (58, 60, 62, 64, 57, 59, 61, 63) for row in range(8)])
"""The initial permutation: the first bit of the output is bit 58 of the input."""

IP_INVERSE = tuple([IP.index(bit) + 1 for bit in range(1, 65)])
"""The inverse of the initial permutation: its first bit is bit 40 of the preoutput."""

E = tuple([(4 * row + column - 1) % 32 + 1 for row in range(8) for column in range(6)])
"""The E bit-selection table: 32, 1, 2, 3, 4, 5; 4, 5, 6, 7, 8, 9; and so on."""

P = (
    16,
    7,
    20,
    21,
    29,
    12,
    28,
    17,
    1,
    15,
    23,
    26,
    5,
    18,
    31,
    10,
    2,
    8,
    24,
    14,
    32,
    27,
    3,
    9,
    19,
    13,
    30,
    6,
    22,
    11,
    4,
    25,
)
"""The permutation of the 32 bits that the S-boxes give."""

PC1 = (
    *(57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36),
    *(63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4),
)
"""Permuted choice 1: the bits of the key that make up C, then those of D. Appendix 1."""

PC2 = (
    *(14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2),
    *(41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32),
)
"""Permuted choice 2: the bits of CD that make up a round key. Appendix 1."""

LEFT_SHIFTS = (1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1)
"""By how much C and D are rotated to the left before each round key. Appendix 1."""

ROWS = (
    "E4D12FB83A6C5907 0F74E2D1A6CB9538 41E8D62BFC973A50 FC8249175B3EA06D",
    "F18E6B34972DC05A 3D47F28EC01A69B5 0E7BA4D158C6932F D8A13F42B67C05E9",
    "A09E63F51DC7B428 D709346A285ECBF1 D6498F30B12C5AE7 1AD069874FE3B52C",
    "7DE3069A1285BC4F D8B56F03472C1AE9 A690CB7DF13E5284 3F06A1D8945BC72E",
    "2C417AB6853FD0E9 EB2C47D150FA3986 421BAD78F9C5630E B8C71E2D6F09A453",
    "C1AF92680D34E75B AF427C9561DE0B38 9EF528C3704A1DB6 432C95FABE17608D",
    "4B2EF08D3C975A61 D0B7491AE35C2F86 14BDC37EAF680592 6BD814A7950FE23C",
    "D2846FB1A93E50C7 1FD8A374C56B0E92 7B419CE206ADF358 21E74A8DFC90356B",
)
"""The primitive functions S_1 to S_8: four rows of 16 numbers of 4 bits, as hexadecimal digits. Appendix 1."""


def s_box(rows: str) -> Table:
    """A primitive function as a table on its 6 bits: the outer two choose the row, the inner four the column."""
    numbers = [[int(digit, 16) for digit in row] for row in rows.split()]
    return table([numbers[b >> 4 & 2 | b & 1][b >> 1 & 0xF] for b in range(64)], 4)


S = tuple([s_box(rows) for rows in ROWS])


WEAK_KEYS = (
    *(0x0101010101010101, 0xFEFEFEFEFEFEFEFE, 0xE0E0E0E0F1F1F1F1, 0x1F1F1F1F0E0E0E0E),
    *(0x011F011F010E010E, 0x1F011F010E010E01, 0x01E001E001F101F1, 0xE001E001F101F101),
    *(0x01FE01FE01FE01FE, 0xFE01FE01FE01FE01, 0x1FE01FE00EF10EF1, 0xE01FE01FF10EF10E),
    *(0x1FFE1FFE0EFE0EFE, 0xFE1FFE1FFE0EFE0E, 0xE0FEE0FEF1FEF1FE, 0xFEE0FEE0FEF1FEF1),
)
"""The weak keys, which are their own inverses, and the six pairs of semi-weak keys. SP 800-67, section 3.3.2."""


def is_weak(key: BV) -> BV:
    """One bit: whether a key is one of these, the parity bits included."""
    return reduce(or_, [key.eq(weak) for weak in WEAK_KEYS])


def has_odd_parity(key: BV) -> BV:
    """One bit: whether the bits 8, 16, ..., 64 make the parity of each byte odd, as the standard has it of a key."""
    return reduce(and_, [reduce(xor, [key[8 * byte + i] for i in range(8)]) for byte in range(8)])


def permute(bits: Sequence[int], x: BV) -> BV:
    """The bits of x that a table lists, the first one leftmost; x's leftmost bit is number 1."""
    return concat(*[x[x.width - bit] for bit in bits])


def f(r: BV, k: BV) -> BV:
    """The cipher function of a half block and a round key: P(S_1(B_1)...S_8(B_8)), B_1...B_8 = K xor E(R)."""
    b = permute(E, r) ^ k
    return permute(P, concat(*[lookup(S[i], b[47 - 6 * i : 42 - 6 * i]) for i in range(8)]))


def key_schedule(key: BV) -> list[BV]:
    """KS: the round keys K_1 to K_16. The bits 8, 16, ..., 64 of the key are of no account. Appendix 1."""
    cd = permute(PC1, key)
    c, d = cd[55:28], cd[27:0]
    round_keys = []
    for shift in LEFT_SHIFTS:
        c, d = c.rotate_left(shift), d.rotate_left(shift)
        round_keys.append(permute(PC2, concat(c, d)))
    return round_keys


def rounds(permuted_input: BV, round_keys: Sequence[BV]) -> BV:
    """From the permuted input L_0 R_0 to the preoutput R_16 L_16: L_n = R_(n-1), R_n = L_(n-1) xor f(R_(n-1), K_n)."""
    left, right = permuted_input[63:32], permuted_input[31:0]
    for k in round_keys:
        left, right = right, left ^ f(right, k)
    return concat(right, left)


def encrypt(block: BV, round_keys: Sequence[BV]) -> BV:
    """Enciphering under the round keys K_1 to K_16."""
    return permute(IP_INVERSE, rounds(permute(IP, block), round_keys))


def decrypt(block: BV, round_keys: Sequence[BV]) -> BV:
    """Deciphering: the same with the round keys in reverse."""
    return encrypt(block, list(reversed(round_keys)))


def tdea_encrypt(block: BV, schedules: Sequence[Sequence[BV]]) -> BV:
    """TDEA's forward operation, E_K3(D_K2(E_K1(block))), under the round keys of three keys. SP 800-67, section 3.1."""
    first, second, third = schedules
    return encrypt(decrypt(encrypt(block, first), second), third)


def tdea_decrypt(block: BV, schedules: Sequence[Sequence[BV]]) -> BV:
    """TDEA's inverse operation, D_K1(E_K2(D_K3(block))). SP 800-67, section 3.2."""
    first, second, third = schedules
    return decrypt(encrypt(decrypt(block, third), second), first)
