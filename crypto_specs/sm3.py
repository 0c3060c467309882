"""The SM3 hash function. GB/T 32905-2016; in English, draft-sca-cfrg-sm3-02.

Sections are those of GB/T 32905-2016. The compression function runs on words, numbers or symbols alike. Messages are
whole bytes, where the standard allows any number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import BV

BLOCK_BYTES = 64

INITIAL = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)
"""The initial value IV. Section 4.1."""


# Constants and functions, section 4


def t(j: int) -> BV:
    """The constant of round j, 0 to 63. Section 4.2."""
    return BV.const(0x79CC4519 if j < 16 else 0x7A879D8A, 32)


def ff(j: int, x: BV, y: BV, z: BV) -> BV:
    """The Boolean function FF of round j. Section 4.3."""
    return x ^ y ^ z if j < 16 else (x & y) | (x & z) | (y & z)


def gg(j: int, x: BV, y: BV, z: BV) -> BV:
    """The Boolean function GG of round j. Section 4.3."""
    return x ^ y ^ z if j < 16 else (x & y) | (~x & z)


def p0(x: BV) -> BV:
    """The permutation of the compression function. Section 4.4."""
    return x ^ x.rotate_left(9) ^ x.rotate_left(17)


def p1(x: BV) -> BV:
    """The permutation of the message expansion. Section 4.4."""
    return x ^ x.rotate_left(15) ^ x.rotate_left(23)


# Computation, section 5


def message_expansion(block: Sequence[BV]) -> tuple[list[BV], list[BV]]:
    """The 68 words W and the 64 words W' of a block of 16 words. Section 5.3.2."""
    w = list(block)
    if len(w) != 16:
        raise ValueError(f"a block is 16 words, not {len(w)}")
    for j in range(16, 68):
        w.append(p1(w[j - 16] ^ w[j - 9] ^ w[j - 3].rotate_left(15)) ^ w[j - 13].rotate_left(7) ^ w[j - 6])
    return w, [w[j] ^ w[j + 4] for j in range(64)]


def compress(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    """CF: the value of 8 words after one more block of 16 words, all of 32 bits. Section 5.3.3.

    The words of a block are its bytes read in big-endian order.
    """
    w, w_prime = message_expansion(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        ss1 = (a.rotate_left(12) + e + t(j).rotate_left(j % 32)).rotate_left(7)
        ss2 = ss1 ^ a.rotate_left(12)
        tt1 = ff(j, a, b, c) + d + ss2 + w_prime[j]
        tt2 = gg(j, e, f, g) + h + ss1 + w[j]
        a, b, c, d = tt1, a, b.rotate_left(9), c
        e, f, g, h = p0(tt2), e, f.rotate_left(19), g
    return [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def compress_blocks(state: Sequence[BV], words: Sequence[BV]) -> list[BV]:
    """The value of 8 words after all the blocks in `words`. Raises ValueError when they are no multiple of 16."""
    if len(words) % 16:
        raise ValueError(f"a block is 16 words, and {len(words)} is no multiple of that")
    result = list(state)
    for first in range(0, len(words), 16):
        result = compress(result, words[first : first + 16])
    return result


def initial_state() -> list[BV]:
    """The initial value IV as terms. Section 4.1."""
    return [BV.const(word, 32) for word in INITIAL]


def pad(message: bytes) -> list[BV]:
    """The message padded, as words: a one bit, zeros, the length in bits in two words. Section 5.2."""
    zeros = -(len(message) + 1 + 8) % BLOCK_BYTES
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8, "big")
    return [BV.const(int.from_bytes(padded[at : at + 4], "big"), 32) for at in range(0, len(padded), 4)]


def digest(message: bytes) -> bytes:
    """The hash value, 32 bytes. Section 5.3."""
    state = compress_blocks(initial_state(), pad(message))
    return b"".join([word.value.to_bytes(4, "big") for word in state])
