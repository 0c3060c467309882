"""The hash functions BLAKE2b and BLAKE2s. RFC 7693 (November 2015).

The compression function runs on words, numbers or symbols alike. Words are read from bytes in little-endian order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto_specs import octets, sha2
from lnsym.bv import BV, label


@dataclass(frozen=True)
class Parameters:
    """One member of the family. Section 2.1."""

    name: str
    w: int
    """Bits of a word; a block is 16 words, the state 8."""
    r: int
    """Rounds of F."""
    rotations: tuple[int, int, int, int]
    """The amounts R1 to R4 of G."""
    iv: tuple[int, ...]
    """The initialisation vector, that of SHA-512 or SHA-256. Section 2.6."""

    @property
    def bb(self) -> int:
        """Bytes of a block."""
        return 16 * self.w // 8


BLAKE2B = Parameters("BLAKE2b", w=64, r=12, rotations=(32, 24, 16, 63), iv=sha2.SHA512.initial)
BLAKE2S = Parameters("BLAKE2s", w=32, r=10, rotations=(16, 12, 8, 7), iv=sha2.SHA256.initial)

SIGMA = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
"""The message word permutations; round i takes row i modulo 10. Section 2.7."""

MIXED = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
"""The words of v that the eight mixings of a round work on. Section 3.2."""


def g(parameters: Parameters, v: Sequence[BV], a: int, b: int, c: int, d: int, x: BV, y: BV) -> list[BV]:
    """The mixing function G: two words of the message mixed into four of v. Section 3.1."""
    r1, r2, r3, r4 = parameters.rotations
    v = list(v)
    v[a] = v[a] + v[b] + x
    v[d] = (v[d] ^ v[a]).rotate_right(r1)
    v[c] = v[c] + v[d]
    v[b] = (v[b] ^ v[c]).rotate_right(r2)
    v[a] = v[a] + v[b] + y
    v[d] = (v[d] ^ v[a]).rotate_right(r3)
    v[c] = v[c] + v[d]
    v[b] = (v[b] ^ v[c]).rotate_right(r4)
    return v


def compress(parameters: Parameters, h: Sequence[BV], m: Sequence[BV], t: BV, f: bool) -> list[BV]:
    """F: the state of 8 words after one more block of 16 words. Section 3.2.

    `t` counts the bytes up to the end of this block in 2w bits; `f` tells the final block.
    """
    w = parameters.w
    if len(m) != 16 or t.width != 2 * w:
        raise ValueError(f"a block is 16 words and t has {2 * w} bits, not {len(m)} and {t.width}")
    v = [*h, *[BV.const(word, w) for word in parameters.iv]]
    v[12] = v[12] ^ t[w - 1 : 0]
    v[13] = v[13] ^ t[2 * w - 1 : w]
    if f:
        v[14] = ~v[14]
    for i in range(parameters.r):
        s = SIGMA[i % 10]
        for number, (a, b, c, d) in enumerate(MIXED):
            v = g(parameters, v, a, b, c, d, m[s[2 * number]], m[s[2 * number + 1]])
        for number, word in enumerate(v):
            label(word, f"v[{number}] after round {i}")
    return [h[i] ^ v[i] ^ v[i + 8] for i in range(8)]


def words(parameters: Parameters, data: bytes) -> list[BV]:
    """Bytes as words in little-endian order, zeros filling the last block. Section 3.3."""
    size = parameters.w // 8
    padded = data + bytes(-len(data) % parameters.bb)
    return [octets.little_endian(octets.from_bytes(padded[at : at + size])) for at in range(0, len(padded), size)]


def digest(parameters: Parameters, message: bytes, nn: int, key: bytes = b"") -> bytes:
    """The hash of `nn` bytes, from 1 to w, of a message and a key of at most w bytes. Section 3.3.

    Raises ValueError for other sizes.
    """
    w, bb, kk = parameters.w, parameters.bb, len(key)
    if not 1 <= nn <= w or kk > w:
        raise ValueError(f"{parameters.name} has digests of 1 to {w} bytes and keys of up to {w}, not {nn} and {kk}")
    data = key + bytes(-kk % bb) + message
    d = words(parameters, data or bytes(bb))
    h = [BV.const(word, w) for word in parameters.iv]
    h[0] = h[0] ^ 0x01010000 ^ kk << 8 ^ nn
    last = len(d) - 16
    for at in range(0, last, 16):
        h = compress(parameters, h, d[at : at + 16], BV.const((at // 16 + 1) * bb, 2 * w), f=False)
    h = compress(parameters, h, d[last:], BV.const(len(data), 2 * w), f=True)
    return octets.to_bytes([octet for word in h for octet in octets.little_endian_octets(word)])[:nn]
