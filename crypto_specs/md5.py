"""The MD5 message digest. RFC 1321 (April 1992).

The compression function runs on words, numbers or symbols alike. Messages are whole bytes, where the RFC allows any
number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, sin

from crypto_specs import octets
from lnsym.bv import BV

BLOCK_BYTES = 64

INITIAL = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
"""The words A, B, C, D before the first block. Section 3.3."""

T = tuple([floor(4294967296 * abs(sin(i))) for i in range(1, 65)])
"""The table T[1 ... 64], here from index 0: the integer part of 4294967296 times abs(sin(i)). Section 3.4."""

SHIFTS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
"""The rotation amounts s of the four rounds, four in turn. Section 3.4."""


def f(x: BV, y: BV, z: BV) -> BV:
    """The function of round 1. Section 3.4."""
    return (x & y) | (~x & z)


def g(x: BV, y: BV, z: BV) -> BV:
    """The function of round 2. Section 3.4."""
    return (x & z) | (y & ~z)


def h(x: BV, y: BV, z: BV) -> BV:
    """The function of round 3. Section 3.4."""
    return x ^ y ^ z


def i(x: BV, y: BV, z: BV) -> BV:
    """The function of round 4. Section 3.4."""
    return y ^ (x | ~z)


def word_index(step: int) -> int:
    """Which word of the block a step, 0 to 63, adds: the k of the RFC's operations. Section 3.4."""
    return (step, 5 * step + 1, 3 * step + 5, 7 * step)[step // 16] % 16


def compress(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    """The words A, B, C, D after one more block of 16 words, all of 32 bits. Section 3.4.

    The words of a block are its bytes read in little-endian order.
    """
    if len(block) != 16:
        raise ValueError(f"a block is 16 words, not {len(block)}")
    a, b, c, d = state
    for step in range(64):
        function, shifts = (f, g, h, i)[step // 16], SHIFTS[step // 16]
        total = a + function(b, c, d) + block[word_index(step)] + T[step]
        a, b, c, d = d, b + total.rotate_left(shifts[step % 4]), b, c
    return [old + new for old, new in zip(state, (a, b, c, d), strict=True)]


def compress_blocks(state: Sequence[BV], words: Sequence[BV]) -> list[BV]:
    """A, B, C, D after all the blocks in `words`. Raises ValueError when they are no multiple of 16."""
    if len(words) % 16:
        raise ValueError(f"a block is 16 words, and {len(words)} is no multiple of that")
    result = list(state)
    for first in range(0, len(words), 16):
        result = compress(result, words[first : first + 16])
    return result


def initial_state() -> list[BV]:
    """The words A, B, C, D before the first block, as terms. Section 3.3."""
    return [BV.const(word, 32) for word in INITIAL]


def pad(message: bytes) -> list[BV]:
    """The message padded, as words: a one bit, zeros, the length in bits modulo 2^64. Sections 3.1 and 3.2."""
    zeros = -(len(message) + 1 + 8) % BLOCK_BYTES
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message) % 2**64).to_bytes(8, "little")
    return [BV.const(int.from_bytes(padded[at : at + 4], "little"), 32) for at in range(0, len(padded), 4)]


def digest(message: bytes) -> bytes:
    """The message digest, 16 bytes. Section 3.5."""
    state = compress_blocks(initial_state(), pad(message))
    return b"".join([octets.to_bytes(octets.little_endian_octets(word)) for word in state])
