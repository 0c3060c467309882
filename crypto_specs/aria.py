"""The ARIA block cipher. RFC 5794 (March 2010).

A block and a round key are lists of 16 octets, the first one most significant where the standard computes on words of 128 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor

from crypto_specs import aes, octets
from lnsym.bv import BV, Table, lookup, table

ROUNDS = {16: 12, 24: 14, 32: 16}
"""The number of rounds for keys of so many octets."""

SB1: Table = aes.SBOX
"""The S-box SB1, which is that of AES. Section 2.4.2."""

SB2: Table = table(
    bytes.fromhex(
        """
        E24E54FC94C24ACC620D6A463C4D8BD1 5EFA64CBB497BE2BBC772E03D31959C1
        1D06416B55F09969EA9C18AE63DFE7BB 007366FB964C85E43A0945AA0FEE10EB
        2D7FF429ACCFAD918D78C895F92FCECD 087A88385C832A2847DBB8C793A41253
        FF870E3136215848018E377432CAE9B1 B7AB0CD7C4564226079860D9B6B91140
        EC208CBDA0C984044923F14F501F13DC D8C09E57E3C37B653B028F3EE82592E5
        15DDFD17A9BFD49A7EC53967FE769D43 A7E1D0F568F21B347005A38AD57986A8
        30C6514B1EA627F635D26E2416825FDA E675A2EF2CB21C9F5D6F800A72449B6C
        900B5B337D5A52F361A1F7B0D63F7C6D ED14E0A53D22B3F889DE711AAFBAB581
        """
    ),
    8,
)
"""The S-box SB2, from index 0x00 to 0xFF. Section 2.4.2."""

SB3: Table = aes.INV_SBOX
"""The inverse of SB1. Section 2.4.2."""

SB4: Table = table([SB2.entries.index(y) for y in range(256)], 8)
"""The inverse of SB2. Section 2.4.2."""

C = (
    octets.from_bytes(bytes.fromhex("517cc1b727220a94fe13abe8fa9a6ee0")),
    octets.from_bytes(bytes.fromhex("6db14acc9e21c820ff28b1d5ef5de2b0")),
    octets.from_bytes(bytes.fromhex("db92371d2126e9700324977504e8c90e")),
)
"""The constants C1 to C3 of the key schedule. Section 2.2."""

SUMMANDS = (
    *((3, 4, 6, 8, 9, 13, 14), (2, 5, 7, 8, 9, 12, 15), (1, 4, 6, 10, 11, 12, 15), (0, 5, 7, 10, 11, 13, 14)),
    *((0, 2, 5, 8, 11, 14, 15), (1, 3, 4, 9, 10, 14, 15), (0, 2, 7, 9, 10, 12, 13), (1, 3, 6, 8, 11, 12, 13)),
    *((0, 1, 4, 7, 10, 13, 15), (0, 1, 5, 6, 11, 12, 14), (2, 3, 5, 6, 8, 13, 15), (2, 3, 4, 7, 9, 12, 14)),
    *((1, 2, 6, 7, 9, 11, 12), (0, 3, 6, 7, 8, 10, 13), (0, 3, 4, 5, 9, 11, 14), (1, 2, 4, 5, 8, 10, 15)),
)
"""Which of x0 to x15 make up y0 to y15 in the diffusion layer. Section 2.4.3."""


# The components, section 2.4


def _substituted(boxes: Sequence[Table], x: Sequence[BV]) -> list[BV]:
    return [lookup(boxes[i % 4], octet) for i, octet in enumerate(x)]


def sl1(x: Sequence[BV]) -> list[BV]:
    """The substitution layer of odd rounds: SB1, SB2, SB3, SB4, and again. Section 2.4.2."""
    return _substituted((SB1, SB2, SB3, SB4), x)


def sl2(x: Sequence[BV]) -> list[BV]:
    """The substitution layer of even rounds, the inverse of SL1. Section 2.4.2."""
    return _substituted((SB3, SB4, SB1, SB2), x)


def a(x: Sequence[BV]) -> list[BV]:
    """The diffusion layer, an involution. Section 2.4.3."""
    return [reduce(xor, [x[i] for i in summands]) for summands in SUMMANDS]


def fo(d: Sequence[BV], rk: Sequence[BV]) -> list[BV]:
    """The odd round function. Section 2.4.1."""
    return a(sl1(octets.xor(d, rk)))


def fe(d: Sequence[BV], rk: Sequence[BV]) -> list[BV]:
    """The even round function. Section 2.4.1."""
    return a(sl2(octets.xor(d, rk)))


# The key schedule, section 2.2


def encryption_keys(key: Sequence[BV]) -> list[list[BV]]:
    """The round keys ek1 to ek13, ek15 or ek17 of a key of 16, 24 or 32 octets. Section 2.2. Raises ValueError for another number."""
    if len(key) not in ROUNDS:
        raise ValueError(f"a key is 16, 24 or 32 bytes, not {len(key)}")
    padded = [*key, *octets.from_bytes(bytes(32 - len(key)))]
    kl, kr = padded[:16], padded[16:]
    first = (len(key) - 16) // 8
    ck1, ck2, ck3 = (C[(first + i) % 3] for i in range(3))
    w0 = kl
    w1 = octets.xor(fo(w0, ck1), kr)
    w2 = octets.xor(fe(w1, ck2), w0)
    w3 = octets.xor(fo(w2, ck3), w1)
    w = [octets.big_endian(word) for word in (w0, w1, w2, w3)]
    keys = [w[i % 4] ^ w[(i + 1) % 4].rotate_right(amount) for amount in (19, 31, 128 - 61, 128 - 31) for i in range(4)]
    keys.append(w[0] ^ w[1].rotate_left(19))
    return [octets.big_endian_octets(ek) for ek in keys[: ROUNDS[len(key)] + 1]]


def decryption_keys(encryption_keys: Sequence[Sequence[BV]]) -> list[list[BV]]:
    """The round keys of decryption, in the order of use: dk1 = ek(n+1), dki = A(ek(n+2-i)), dk(n+1) = ek1. Section 2.2."""
    first, *middle, last = encryption_keys
    return [list(last), *[a(ek) for ek in reversed(middle)], list(first)]


# The data processing part, section 2.3


def crypt(block: Sequence[BV], round_keys: Sequence[Sequence[BV]]) -> list[BV]:
    """Encryption under encryption keys, decryption under decryption keys, of a block of 16 octets. Sections 2.3.1 and 2.3.2."""
    if len(block) != 16:
        raise ValueError(f"a block is 16 bytes, not {len(block)}")
    *keys, before_last, last = round_keys
    p = list(block)
    for i, rk in enumerate(keys):
        p = (fe if i % 2 else fo)(p, rk)
    return octets.xor(sl2(octets.xor(p, before_last)), last)
