"""Galois/Counter Mode. NIST SP 800-38D (November 2007).

An element of the field GF(2^128) is one term of 128 bits, the bytes of its block in big-endian order: the standard's
leftmost bit x_0 is the most significant one, bit 127 of the term, and is the coefficient of u^0.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import modes, octets
from crypto_specs.polynomials import scale
from lnsym.bv import BV, ite

R = BV.const(0b11100001 << 120, 128)
"""The field's reduction polynomial 1 + u + u^2 + u^7, leftmost bit first. Section 6.3."""


def multiply(x: BV, y: BV) -> BV:
    """The product of two blocks. Section 6.3, algorithm 1."""
    z, v = BV.const(0, 128), y
    for i in range(128):
        z = ite(x[127 - i], z ^ v, z)
        v = (v >> 1) ^ scale(v[0], R)
    return z


def ghash(h: BV, blocks: Sequence[BV], y: BV | None = None) -> BV:
    """GHASH_H of the blocks, beginning at `y`, which is zero in the standard. Section 6.4, algorithm 2."""
    if y is None:
        y = BV.const(0, 128)
    for x in blocks:
        y = multiply(y ^ x, h)
    return y


def gctr(ciph: modes.BlockCipher, icb: Sequence[BV], data: Sequence[BV]) -> list[BV]:
    """GCTR on octets, the last block of which may be short. Section 6.5, algorithm 3."""
    keystream: list[BV] = []
    for cb in modes.counter_blocks(32, icb, -(-len(data) // 16)):
        keystream += ciph(cb)
    return octets.xor(data, keystream[: len(data)])


def blocks_of(data: Sequence[BV]) -> list[BV]:
    """The octets, padded with zeros to whole blocks. Section 7.1, step 4."""
    padded = [*data, *octets.from_bytes(bytes(-len(data) % 16))]
    return [octets.big_endian(padded[at : at + 16]) for at in range(0, len(padded), 16)]


def lengths_block(aad_octets: int, ciphertext_octets: int) -> BV:
    """The lengths in bits of the additional data and of the ciphertext, 64 bits each. Section 7.1, step 5."""
    return BV.const(8 * aad_octets << 64 | 8 * ciphertext_octets, 128)


def pre_counter_block(h: BV, iv: Sequence[BV]) -> list[BV]:
    """J_0. Section 7.1, step 2."""
    if len(iv) == 12:
        return [*iv, *octets.from_bytes(bytes([0, 0, 0, 1]))]
    return octets.big_endian_octets(ghash(h, [*blocks_of(iv), lengths_block(0, len(iv))]))


def encrypt(
    ciph: modes.BlockCipher, iv: Sequence[BV], plaintext: Sequence[BV], aad: Sequence[BV]
) -> tuple[list[BV], list[BV]]:
    """GCM-AE: the ciphertext and the tag of 16 octets. Section 7.1, algorithm 4."""
    h = octets.big_endian(ciph(octets.from_bytes(bytes(16))))
    j0 = pre_counter_block(h, iv)
    ciphertext = gctr(ciph, modes.increment(32, j0), plaintext)
    s = ghash(h, [*blocks_of(aad), *blocks_of(ciphertext), lengths_block(len(aad), len(ciphertext))])
    return ciphertext, gctr(ciph, j0, octets.big_endian_octets(s))


def decrypt(
    ciph: modes.BlockCipher, iv: Sequence[BV], ciphertext: Sequence[BV], aad: Sequence[BV]
) -> tuple[list[BV], list[BV]]:
    """GCM-AD up to the comparison of tags: the plaintext and the tag T'. Section 7.2, algorithm 5, steps 2 to 7."""
    h = octets.big_endian(ciph(octets.from_bytes(bytes(16))))
    j0 = pre_counter_block(h, iv)
    plaintext = gctr(ciph, modes.increment(32, j0), ciphertext)
    s = ghash(h, [*blocks_of(aad), *blocks_of(ciphertext), lengths_block(len(aad), len(ciphertext))])
    return plaintext, gctr(ciph, j0, octets.big_endian_octets(s))
