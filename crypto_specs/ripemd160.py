"""The hash function RIPEMD-160. H. Dobbertin, A. Bosselaers, B. Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD" (1996).

Names are those of the pseudocode in its appendix A; message words and rotations follow the rules and tables that its text has for them.
ISO/IEC 10118-3 has it as dedicated hash-function 1. The compression function runs on words, numbers or symbols alike. Messages are
whole bytes, where the paper allows any number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from crypto_specs import octets
from crypto_specs.md5 import pad
from crypto_specs.sha2 import icbrt
from lnsym.bv import BV, label

INITIAL = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
"""The words h0 to h4 before the first block."""

PRIMES = (2, 3, 5, 7)

K = (0, *[isqrt(p << 60) for p in PRIMES])
"""The constants added in the five rounds of the left line: integer parts of 2**30 times square roots."""

K_PRIME = (*[icbrt(p << 90) for p in PRIMES], 0)
"""Those of the right line: integer parts of 2**30 times cube roots."""

RHO = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
"""The permutation of message words from one round to the next."""


def word_indices(first: Sequence[int]) -> list[int]:
    """The message word of each of 80 steps, those of the first round being given: each round permutes by RHO again."""
    rounds = [list(first)]
    for _ in range(4):
        rounds.append([RHO[index] for index in rounds[-1]])
    return [index for one in rounds for index in one]


R = word_indices(range(16))
"""The message words of the left line."""

R_PRIME = word_indices([(9 * i + 5) % 16 for i in range(16)])
"""Those of the right line, where the first round takes them by pi(i) = 9i + 5 modulo 16."""

SHIFTS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)
"""Rotations by round and message word, the same in both lines."""


def f(j: int, x: BV, y: BV, z: BV) -> BV:
    """The function of step j of the left line, and of step 79 - j of the right one."""
    match j // 16:
        case 0:
            return x ^ y ^ z
        case 1:
            return (x & y) | (~x & z)
        case 2:
            return (x | ~y) ^ z
        case 3:
            return (x & z) | (y & ~z)
        case _:
            return x ^ (y | ~z)


def line(state: Sequence[BV], block: Sequence[BV], right: bool) -> list[BV]:
    """A, B, C, D, E after the 80 steps of the left or the right line."""
    indices, constants, name = (R_PRIME, K_PRIME, "B'") if right else (R, K, "B")
    a, b, c, d, e = state
    for j in range(80):
        index = indices[j]
        total = a + f(79 - j if right else j, b, c, d) + block[index] + constants[j // 16]
        a, b, c, d, e = e, total.rotate_left(SHIFTS[j // 16][index]) + e, b, c.rotate_left(10), d
        label(b, f"{name} after step {j}")
    return [a, b, c, d, e]


def compress(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    """The words h0 to h4 after one more block of 16 words, all of 32 bits, read in little-endian order."""
    if len(block) != 16:
        raise ValueError(f"a block is 16 words, not {len(block)}")
    left, right = line(state, block, right=False), line(state, block, right=True)
    return [state[(i + 1) % 5] + left[(i + 2) % 5] + right[(i + 3) % 5] for i in range(5)]


def compress_blocks(state: Sequence[BV], words: Sequence[BV]) -> list[BV]:
    """h0 to h4 after all the blocks in `words`. Raises ValueError when they are no multiple of 16."""
    if len(words) % 16:
        raise ValueError(f"a block is 16 words, and {len(words)} is no multiple of that")
    result = list(state)
    for first in range(0, len(words), 16):
        result = compress(result, words[first : first + 16])
    return result


def initial_state() -> list[BV]:
    """The words h0 to h4 before the first block, as terms."""
    return [BV.const(word, 32) for word in INITIAL]


def digest(message: bytes) -> bytes:
    """The hash value, 20 bytes. The padding is that of MD4 and MD5."""
    state = compress_blocks(initial_state(), pad(message))
    return b"".join([octets.to_bytes(octets.little_endian_octets(word)) for word in state])
