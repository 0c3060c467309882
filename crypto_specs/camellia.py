"""The Camellia block cipher. RFC 3713 (April 2004).

A block and a key are lists of octets; the algorithm computes on words of 64 bits and of 128 bits, big-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor

from crypto_specs import octets
from lnsym.bv import BV, Table, concat, lookup, table

SBOX1: Table = table(
    bytes.fromhex(
        """
        70822CECB327C0E5E4855735EA0CAE41 23EF6B934519A521ED0E4F4E1D6592BD
        86B8AF8F7CEB1FCE3E30DC5F5EC50B1A A6E139CAD5475D3DD9015AD651566C4D
        8B0D9A66FBCCB02D74122B20F0B18499 DF4CCBC2347E76056DB7A931D11704D7
        14583A61DE1B111C320F9C165318F222 FE44CFB2C3B57A912408E8A860FC6950
        AAD0A07DA1896297545B1E95E0FF64D2 10C40048A3F775DB8A03E6DA093FDD94
        875C8302CD4A90337367F6F39D7FBFE2 529BD826C837C63B81966F4B13BE632E
        E979A78C9F6EBC8E29F5F9B62FFDB459 7898066AE74671BAD425AB4288A28DFA
        7207B955F8EEAC0A36492A683C38F1A4 4028D37BBBC943C115E3ADF477C7809E
        """
    ),
    8,
)
"""SBOX1, from index 0x00 to 0xFF. Section 2.4.1."""


def _rotated(byte: int, amount: int) -> int:
    return (byte << amount | byte >> 8 - amount) & 0xFF


SBOX2: Table = table([_rotated(y, 1) for y in SBOX1.entries], 8)
"""SBOX2[x] = SBOX1[x] <<< 1. Section 2.4.1."""

SBOX3: Table = table([_rotated(y, 7) for y in SBOX1.entries], 8)
"""SBOX3[x] = SBOX1[x] <<< 7. Section 2.4.1."""

SBOX4: Table = table([SBOX1.entries[_rotated(x, 1)] for x in range(256)], 8)
"""SBOX4[x] = SBOX1[x <<< 1]. Section 2.4.1."""

SIGMA = (
    *(0xA09E667F3BCC908B, 0xB67AE8584CAA73B2, 0xC6EF372FE94F82BE),
    *(0x54FF53A5F1D36F1C, 0x10E527FADE682D1D, 0xB05688C2B3E6C1FD),
)
"""The constants Sigma1 to Sigma6 of the key schedule. Section 2.2."""

SUMMANDS = (
    *((1, 3, 4, 6, 7, 8), (1, 2, 4, 5, 7, 8), (1, 2, 3, 5, 6, 8), (2, 3, 4, 5, 6, 7)),
    *((1, 2, 6, 7, 8), (2, 3, 5, 7, 8), (3, 4, 5, 6, 8), (1, 4, 5, 6, 7)),
)
"""Which of t1 to t8 make up y1 to y8 in the F-function. Section 2.4.1."""


# The components, section 2.4


def f(x: BV, ke: BV) -> BV:
    """The F-function of a word of 64 bits and a subkey. Section 2.4.1."""
    boxes = (SBOX1, SBOX2, SBOX3, SBOX4, SBOX2, SBOX3, SBOX4, SBOX1)
    t = [lookup(box, byte) for box, byte in zip(boxes, octets.big_endian_octets(x ^ ke), strict=True)]
    return octets.big_endian([reduce(xor, [t[i - 1] for i in summands]) for summands in SUMMANDS])


def fl(x: BV, ke: BV) -> BV:
    """The FL-function. Section 2.4.2."""
    x1, x2, k1, k2 = x[63:32], x[31:0], ke[63:32], ke[31:0]
    x2 = x2 ^ (x1 & k1).rotate_left(1)
    x1 = x1 ^ (x2 | k2)
    return concat(x1, x2)


def fl_inverse(y: BV, ke: BV) -> BV:
    """The FLINV-function. Section 2.4.2."""
    y1, y2, k1, k2 = y[63:32], y[31:0], ke[63:32], ke[31:0]
    y1 = y1 ^ (y2 | k2)
    y2 = y2 ^ (y1 & k1).rotate_left(1)
    return concat(y1, y2)


# The key schedule, section 2.2


@dataclass(frozen=True)
class Subkeys:
    """All subkeys, words of 64 bits, each list in the order of its numbers."""

    kw: Sequence[BV]
    """kw1 to kw4, for the beginning and the end."""
    k: Sequence[BV]
    """k1 to k18, or to k24: one for each round."""
    ke: Sequence[BV]
    """ke1 to ke4, or to ke6: a pair after each six rounds but the last."""


def _halves(word: BV) -> list[BV]:
    return [word[127:64], word[63:0]]


def intermediate_keys(kl: BV, kr: BV) -> tuple[BV, BV]:
    """KA and KB, 128 bits each. Section 2.2."""
    sigma = [BV.const(constant, 64) for constant in SIGMA]
    d1, d2 = _halves(kl ^ kr)
    d2 = d2 ^ f(d1, sigma[0])
    d1 = d1 ^ f(d2, sigma[1])
    d1, d2 = d1 ^ kl[127:64], d2 ^ kl[63:0]
    d2 = d2 ^ f(d1, sigma[2])
    d1 = d1 ^ f(d2, sigma[3])
    ka = concat(d1, d2)
    d1, d2 = _halves(ka ^ kr)
    d2 = d2 ^ f(d1, sigma[4])
    d1 = d1 ^ f(d2, sigma[5])
    return ka, concat(d1, d2)


def key_schedule(key: Sequence[BV]) -> Subkeys:
    """The subkeys of a key of 16, 24 or 32 octets. Section 2.2. Raises ValueError for another number."""
    if len(key) not in (16, 24, 32):
        raise ValueError(f"a key is 16, 24 or 32 bytes, not {len(key)}")
    kl = octets.big_endian(key[:16])
    if len(key) == 16:
        kr = BV.const(0, 128)
    elif len(key) == 24:
        kr = concat(octets.big_endian(key[16:]), ~octets.big_endian(key[16:]))
    else:
        kr = octets.big_endian(key[16:])
    ka, kb = intermediate_keys(kl, kr)

    def both(*words_and_rotations: tuple[BV, int]) -> list[BV]:
        return [half for word, amount in words_and_rotations for half in _halves(word.rotate_left(amount))]

    if len(key) == 16:
        k = both((ka, 0), (kl, 15), (ka, 15), (kl, 45))
        k += [ka.rotate_left(45)[127:64], kl.rotate_left(60)[63:0]]
        k += both((ka, 60), (kl, 94), (ka, 94), (kl, 111))
        return Subkeys(both((kl, 0), (ka, 111)), k, both((ka, 30), (kl, 77)))
    k = both((kb, 0), (kr, 15), (ka, 15), (kb, 30), (kl, 45), (ka, 45))
    k += both((kr, 60), (kb, 60), (kl, 77), (kr, 94), (ka, 94), (kl, 111))
    return Subkeys(both((kl, 0), (kb, 111)), k, both((kr, 30), (kl, 60), (ka, 77)))


# The data randomizing part, section 2.3


def encrypt(block: Sequence[BV], subkeys: Subkeys) -> list[BV]:
    """A block of 16 octets, in 18 or 24 rounds. Sections 2.3.1 and 2.3.2. Raises ValueError for another block."""
    if len(block) != 16:
        raise ValueError(f"a block is 16 bytes, not {len(block)}")
    d1, d2 = _halves(octets.big_endian(block))
    d1, d2 = d1 ^ subkeys.kw[0], d2 ^ subkeys.kw[1]
    for i in range(0, len(subkeys.k), 2):
        if i and i % 6 == 0:
            d1, d2 = fl(d1, subkeys.ke[i // 3 - 2]), fl_inverse(d2, subkeys.ke[i // 3 - 1])
        d2 = d2 ^ f(d1, subkeys.k[i])
        d1 = d1 ^ f(d2, subkeys.k[i + 1])
    return octets.big_endian_octets(concat(d2 ^ subkeys.kw[2], d1 ^ subkeys.kw[3]))


def decrypt(block: Sequence[BV], subkeys: Subkeys) -> list[BV]:
    """The inverse of `encrypt`: the same with the subkeys in reverse. Section 2.3.3."""
    kw = [*subkeys.kw[2:], *subkeys.kw[:2]]
    return encrypt(block, Subkeys(kw, list(reversed(subkeys.k)), list(reversed(subkeys.ke))))
