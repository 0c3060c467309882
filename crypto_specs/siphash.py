"""The keyed function SipHash-c-d. J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (INDOCRYPT 2012).

The state is the words v_0 to v_3 of 64 bits, and words are read from octets in little-endian order. All runs on numbers or symbols alike.
The variant of 128 bits is not in the paper; it is the designers' (the README of their reference implementation).
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import octets
from lnsym.bv import BV

INITIAL = tuple([int.from_bytes(b"somepseudorandomlygeneratedbytes"[at : at + 8], "big") for at in range(0, 32, 8)])
"""What the key is XORed with: the ASCII string, read in big-endian order. Section 2.1."""


def initialization(key: Sequence[BV]) -> list[BV]:
    """The state of a key of two words k_0 and k_1. Section 2.1."""
    k0, k1 = key
    return [k ^ word for k, word in zip((k0, k1, k0, k1), INITIAL, strict=True)]


def sip_round(state: Sequence[BV]) -> list[BV]:
    """SipRound: the state after one more round. Section 2.4, figure 2.1."""
    v0, v1, v2, v3 = state
    v0, v2 = v0 + v1, v2 + v3
    v1, v3 = v1.rotate_left(13) ^ v0, v3.rotate_left(16) ^ v2
    v0 = v0.rotate_left(32)
    v2, v0 = v2 + v1, v0 + v3
    v1, v3 = v1.rotate_left(17) ^ v2, v3.rotate_left(21) ^ v0
    return [v0, v1, v2.rotate_left(32), v3]


def sip_rounds(state: Sequence[BV], number: int) -> list[BV]:
    """The state after `number` rounds."""
    v = list(state)
    for _ in range(number):
        v = sip_round(v)
    return v


def compression(state: Sequence[BV], words: Sequence[BV], c: int) -> list[BV]:
    """The state after these message words, c rounds for each. Section 2.2."""
    v = list(state)
    for m in words:
        v = sip_rounds([*v[:3], v[3] ^ m], c)
        v[0] = v[0] ^ m
    return v


def finalization(state: Sequence[BV], d: int) -> BV:
    """The 64 bits that a state gives after all words. Section 2.3."""
    v0, v1, v2, v3 = sip_rounds([state[0], state[1], state[2] ^ 0xFF, state[3]], d)
    return v0 ^ v1 ^ v2 ^ v3


def last_word(rest: Sequence[BV], length: BV) -> BV:
    """The last word: the last octets of a message, fewer than 8, zeros, and its length of 8 bits on top. Section 2.2."""
    if len(rest) > 7:
        raise ValueError(f"{len(rest)} octets are left, and fewer than 8 belong into the last word")
    return octets.little_endian([*rest, *octets.from_bytes(bytes(7 - len(rest))), length])


def words(message: Sequence[BV]) -> list[BV]:
    """The words of a message of octets, with the one that its length is in. Section 2.2."""
    whole = len(message) - len(message) % 8
    full = [octets.little_endian(message[at : at + 8]) for at in range(0, whole, 8)]
    return [*full, last_word(message[whole:], BV.const(len(message) % 256, 8))]


def siphash(key: Sequence[BV], message: Sequence[BV], c: int = 2, d: int = 4) -> BV:
    """SipHash-c-d of octets under a key of two words: one word of 64 bits. Section 2."""
    return finalization(compression(initialization(key), words(message), c), d)


# The variant of 128 bits


def initialization_128(key: Sequence[BV]) -> list[BV]:
    """The same with v_1 told apart."""
    v0, v1, v2, v3 = initialization(key)
    return [v0, v1 ^ 0xEE, v2, v3]


def finalization_128(state: Sequence[BV], d: int) -> list[BV]:
    """Two words: the second after d rounds more."""
    v = sip_rounds([state[0], state[1], state[2] ^ 0xEE, state[3]], d)
    after = sip_rounds([v[0], v[1] ^ 0xDD, v[2], v[3]], d)
    return [v[0] ^ v[1] ^ v[2] ^ v[3], after[0] ^ after[1] ^ after[2] ^ after[3]]


def siphash_128(key: Sequence[BV], message: Sequence[BV], c: int = 2, d: int = 4) -> list[BV]:
    """SipHash-c-d of 128 bits, as two words, the first one first in memory."""
    return finalization_128(compression(initialization_128(key), words(message), c), d)
