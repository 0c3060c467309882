"""The SM4 block cipher. GB/T 32907-2016; in English, draft-ribose-cfrg-sm4-10.

Sections are those of GB/T 32907-2016. A block and a key are 16 octets or, as the standard computes on them, 4 words of
32 bits in big-endian order.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import octets
from lnsym.bv import BV, Table, lookup, table

SBOX: Table = table(
    bytes.fromhex(
        """
        D690E9FECCE13DB716B614C228FB2C05 2B679A762ABE04C3AA44132649860699
        9C4250F491EF987A33540B43EDCFAC62 E4B31CA9C908E89580DF94FA758F3FA6
        4707A7FCF37317BA83593C19E6854FA8 686B81B27164DA8BF8EB0F4B70569D35
        1E240E5E6358D1A225227C3B01217887 D40046579FD327524C3602E7A0C4C89E
        EABF8AD240C738B5A3F7F2CEF96115A1 E0AE5DA49B341A55AD933230F58CB1E3
        1DF6E22E8266CA60C02923AB0D534E6F D5DB3745DEFD8E2F03FF6A726D6C5B51
        8D1BAF92BBDDBC7F11D95C411F105AD8 0AC13188A5CD7BBD2D74D012B8E5B4B0
        8969974A0C96777E65B9F109C56EC684 18F07DEC3ADC4D2079EE5F3ED7CB3948
        """
    ),
    8,
)
"""The S-box, from index 0x00 to 0xFF. Section 6.2, table 1."""

FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
"""The system parameter. Section 7.3."""

CK = tuple([int.from_bytes(bytes([(4 * i + j) * 7 % 256 for j in range(4)]), "big") for i in range(32)])
"""The fixed parameters: byte j of CK_i is (4i + j) * 7 modulo 256. Section 7.3."""


# The round function, section 6


def tau(a: BV) -> BV:
    """The nonlinear transformation: the S-box on each byte of a word. Section 6.2."""
    return octets.big_endian([lookup(SBOX, byte) for byte in octets.big_endian_octets(a)])


def linear(b: BV) -> BV:
    """The linear transformation L. Section 6.2."""
    return b ^ b.rotate_left(2) ^ b.rotate_left(10) ^ b.rotate_left(18) ^ b.rotate_left(24)


def linear_prime(b: BV) -> BV:
    """The linear transformation L' of the key expansion. Section 7.3."""
    return b ^ b.rotate_left(13) ^ b.rotate_left(23)


def round_function(x0: BV, x1: BV, x2: BV, x3: BV, rk: BV) -> BV:
    """F. Section 6.1."""
    return x0 ^ linear(tau(x1 ^ x2 ^ x3 ^ rk))


# The algorithm, section 7


def words(block: Sequence[BV]) -> list[BV]:
    """16 octets as 4 words. Raises ValueError for another number of octets."""
    if len(block) != 16:
        raise ValueError(f"a block or a key is 16 bytes, not {len(block)}")
    return [octets.big_endian(block[at : at + 4]) for at in range(0, 16, 4)]


def key_expansion(key: Sequence[BV]) -> list[BV]:
    """The 32 round keys rk, words of 32 bits, from a key of 16 octets. Section 7.3."""
    k = [mk ^ fk for mk, fk in zip(words(key), FK, strict=True)]
    for i in range(32):
        k.append(k[i] ^ linear_prime(tau(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ CK[i])))
    return k[4:]


def encrypt(block: Sequence[BV], round_keys: Sequence[BV]) -> list[BV]:
    """A block of 16 octets under 32 round keys. Section 7.1."""
    x = words(block)
    for i, rk in enumerate(round_keys):
        x.append(round_function(x[i], x[i + 1], x[i + 2], x[i + 3], rk))
    return [byte for word in reversed(x[-4:]) for byte in octets.big_endian_octets(word)]


def decrypt(block: Sequence[BV], round_keys: Sequence[BV]) -> list[BV]:
    """The inverse of `encrypt`, which is the same with the round keys in reverse. Section 7.2."""
    return encrypt(block, list(reversed(round_keys)))
