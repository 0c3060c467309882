"""SHA-1. FIPS 180-4 (August 2015).

The compression function runs on words, numbers or symbols alike. Messages are whole bytes, where the standard
allows any number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import BV, label

BLOCK_BYTES = 64
INITIAL = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
"""The initial hash value H(0). FIPS 180-4, section 5.3.1."""


# Functions


def ch(x: BV, y: BV, z: BV) -> BV:
    """Choose. Section 4.1.1, equation 4.1."""
    return (x & y) ^ (~x & z)


def parity(x: BV, y: BV, z: BV) -> BV:
    """Parity. Section 4.1.1, equation 4.1."""
    return x ^ y ^ z


def maj(x: BV, y: BV, z: BV) -> BV:
    """Majority. Section 4.1.1, equation 4.1."""
    return (x & y) ^ (x & z) ^ (y & z)


def f(t: int, x: BV, y: BV, z: BV) -> BV:
    """The function of round t, 0 to 79. Section 4.1.1, equation 4.1."""
    return (ch, parity, maj, parity)[t // 20](x, y, z)


def k(t: int) -> int:
    """The constant of round t, 0 to 79. Section 4.2.1."""
    return (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)[t // 20]


# Computation


def message_schedule(block: Sequence[BV]) -> list[BV]:
    """The 80 words W of a block of 16 words. Section 6.1.2, step 1."""
    w = list(block)
    if len(w) != 16:
        raise ValueError(f"a block is 16 words, not {len(w)}")
    for t in range(16, 80):
        w.append((w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1))
    return w


def compress(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    """The hash value of 5 words after one more block of 16 words, all of 32 bits. Section 6.1.2.

    The words of a block are its bytes read in big-endian order.
    """
    w = message_schedule(block)
    a, b, c, d, e = state
    for t in range(80):
        temporary = a.rotate_left(5) + f(t, b, c, d) + e + k(t) + w[t]
        e, d, c, b, a = d, c, b.rotate_left(30), a, temporary
        label(a, f"a after round {t}")
    return [old + new for old, new in zip(state, (a, b, c, d, e), strict=True)]


def compress_blocks(state: Sequence[BV], words: Sequence[BV]) -> list[BV]:
    """The hash value of 5 words after all the blocks in `words`. Raises ValueError when they are no multiple of 16."""
    if len(words) % 16:
        raise ValueError(f"a block is 16 words, and {len(words)} is no multiple of that")
    result = list(state)
    for first in range(0, len(words), 16):
        result = compress(result, words[first : first + 16])
    return result


def initial_state() -> list[BV]:
    """The initial hash value H(0) as terms. Section 5.3.1."""
    return [BV.const(word, 32) for word in INITIAL]


def pad(message: bytes) -> list[BV]:
    """The message padded, as words: a one bit, zeros, the length in bits in two words. Sections 5.1.1 and 5.2.1."""
    zeros = -(len(message) + 1 + 8) % BLOCK_BYTES
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(8, "big")
    return [BV.const(int.from_bytes(padded[at : at + 4], "big"), 32) for at in range(0, len(padded), 4)]


def digest(message: bytes) -> bytes:
    """The message digest, 20 bytes. Section 6.1."""
    state = compress_blocks(initial_state(), pad(message))
    return b"".join([word.value.to_bytes(4, "big") for word in state])
