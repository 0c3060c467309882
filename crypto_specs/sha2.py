"""SHA-224, SHA-256, SHA-384, SHA-512, SHA-512/224 and SHA-512/256. FIPS 180-4 (August 2015).

The compression function runs on words, numbers or symbols alike. Messages are whole bytes, where the standard
allows any number of bits. The constants are not copied from the standard's tables but computed by the rule it
states for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from math import isqrt

from lnsym.bv import BV, label


@dataclass(frozen=True)
class Parameters:
    """One member of the family. FIPS 180-4, figure 1 and sections 4.1 to 5.3."""

    name: str
    word_bits: int
    """The w of the standard; a block is 16 words, the state 8."""
    k: tuple[int, ...]
    """The constants K of section 4.2, one for each round."""
    big_sigma0: tuple[int, int, int]
    """Rotation amounts of the function with a capital sigma, equations 4.4 and 4.10."""
    big_sigma1: tuple[int, int, int]
    """Equations 4.5 and 4.11."""
    small_sigma0: tuple[int, int, int]
    """Two rotation amounts and then a shift amount, equations 4.6 and 4.12."""
    small_sigma1: tuple[int, int, int]
    """Equations 4.7 and 4.13."""
    initial: tuple[int, ...]
    """The initial hash value H(0) of section 5.3."""
    digest_bits: int

    @property
    def rounds(self) -> int:
        """Number of rounds, and of words in the message schedule: 64 or 80."""
        return len(self.k)

    @property
    def block_bytes(self) -> int:
        """Size of a message block, m / 8 in the standard: 64 or 128."""
        return 16 * self.word_bits // 8


# Constants


def primes(number: int) -> list[int]:
    """The first `number` primes."""
    return list(islice((n for n in count(2) if all(n % d for d in range(2, isqrt(n) + 1))), number))


def icbrt(n: int) -> int:
    """The cube root of a number n >= 0, rounded down."""
    low, high = 0, 1 << (n.bit_length() // 3 + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= n else (low, middle)
    return low


def cube_root_constants(rounds: int, word_bits: int) -> tuple[int, ...]:
    """The first `word_bits` bits of the fractional parts of cube roots of primes. Sections 4.2.2 and 4.2.3."""
    return tuple([icbrt(p << 3 * word_bits) % (1 << word_bits) for p in primes(rounds)])


def square_root_constants(which: slice, bits: int) -> tuple[int, ...]:
    """The first `bits` bits of the fractional parts of square roots of the chosen primes. Section 5.3."""
    return tuple([isqrt(p << 2 * bits) % (1 << bits) for p in primes(16)[which]])


# Functions


def ch(x: BV, y: BV, z: BV) -> BV:
    """Choose. Equations 4.2 and 4.8."""
    return (x & y) ^ (~x & z)


def maj(x: BV, y: BV, z: BV) -> BV:
    """Majority. Equations 4.3 and 4.9."""
    return (x & y) ^ (x & z) ^ (y & z)


def big_sigma(amounts: tuple[int, int, int], x: BV) -> BV:
    """The capital sigma functions. Equations 4.4, 4.5, 4.10 and 4.11."""
    i, j, k = amounts
    return x.rotate_right(i) ^ x.rotate_right(j) ^ x.rotate_right(k)


def small_sigma(amounts: tuple[int, int, int], x: BV) -> BV:
    """The lower-case sigma functions: the third amount is that of a shift. Equations 4.6, 4.7, 4.12 and 4.13."""
    i, j, k = amounts
    return x.rotate_right(i) ^ x.rotate_right(j) ^ (x >> k)


# Computation


def message_schedule(parameters: Parameters, block: Sequence[BV]) -> list[BV]:
    """The words W of a block of 16 words. Sections 6.2.2 and 6.4.2, step 1."""
    w = list(block)
    if len(w) != 16:
        raise ValueError(f"a block is 16 words, not {len(w)}")
    for t in range(16, parameters.rounds):
        sigma1 = small_sigma(parameters.small_sigma1, w[t - 2])
        sigma0 = small_sigma(parameters.small_sigma0, w[t - 15])
        w.append(sigma1 + w[t - 7] + sigma0 + w[t - 16])
    return w


def compress(parameters: Parameters, state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    """The hash value of 8 words after one more block of 16 words. Sections 6.2.2 and 6.4.2.

    The words of a block are its bytes read in big-endian order.
    """
    schedule = message_schedule(parameters, block)
    a, b, c, d, e, f, g, h = state
    for t, (k, w) in enumerate(zip(parameters.k, schedule, strict=True)):
        t1 = h + big_sigma(parameters.big_sigma1, e) + ch(e, f, g) + k + w
        t2 = big_sigma(parameters.big_sigma0, a) + maj(a, b, c)
        h, g, f, e, d, c, b, a = g, f, e, d + t1, c, b, a, t1 + t2
        label(e, f"e after round {t}")
        label(a, f"a after round {t}")
    return [old + new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True)]


def compress_blocks(parameters: Parameters, state: Sequence[BV], words: Sequence[BV]) -> list[BV]:
    """The hash value of 8 words after all the blocks in `words`. Raises ValueError when they are no multiple of 16."""
    if len(words) % 16:
        raise ValueError(f"a block is 16 words, and {len(words)} is no multiple of that")
    result = list(state)
    for first in range(0, len(words), 16):
        result = compress(parameters, result, words[first : first + 16])
    return result


def initial_state(parameters: Parameters) -> list[BV]:
    """The initial hash value H(0) as terms. Section 5.3."""
    return [BV.const(word, parameters.word_bits) for word in parameters.initial]


def pad(parameters: Parameters, message: bytes) -> list[BV]:
    """The message padded, as words: a one bit, zeros, the length in bits in two words. Sections 5.1 and 5.2."""
    word_bytes = parameters.word_bits // 8
    zeros = -(len(message) + 1 + 2 * word_bytes) % parameters.block_bytes
    padded = message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(2 * word_bytes, "big")
    return [
        BV.const(int.from_bytes(padded[at : at + word_bytes], "big"), parameters.word_bits)
        for at in range(0, len(padded), word_bytes)
    ]


def digest(parameters: Parameters, message: bytes) -> bytes:
    """The message digest. Sections 6.2 to 6.7."""
    state = compress_blocks(parameters, initial_state(parameters), pad(parameters, message))
    words = [word.value.to_bytes(parameters.word_bits // 8, "big") for word in state]
    return b"".join(words)[: parameters.digest_bits // 8]


# Parameters

SHA256 = Parameters(
    name="SHA-256",
    word_bits=32,
    k=cube_root_constants(64, 32),
    big_sigma0=(2, 13, 22),
    big_sigma1=(6, 11, 25),
    small_sigma0=(7, 18, 3),
    small_sigma1=(17, 19, 10),
    initial=square_root_constants(slice(0, 8), 32),
    digest_bits=256,
)
"""Sections 4.1.2, 4.2.2 and 5.3.3."""

SHA224 = replace(
    SHA256,
    name="SHA-224",
    initial=tuple([root % (1 << 32) for root in square_root_constants(slice(8, 16), 64)]),
    digest_bits=224,
)
"""Section 5.3.2 gives the initial values without a rule; they are the second 32 bits of those fractional parts."""

SHA512 = Parameters(
    name="SHA-512",
    word_bits=64,
    k=cube_root_constants(80, 64),
    big_sigma0=(28, 34, 39),
    big_sigma1=(14, 18, 41),
    small_sigma0=(1, 8, 7),
    small_sigma1=(19, 61, 6),
    initial=square_root_constants(slice(0, 8), 64),
    digest_bits=512,
)
"""Sections 4.1.3, 4.2.3 and 5.3.5."""

SHA384 = replace(SHA512, name="SHA-384", initial=square_root_constants(slice(8, 16), 64), digest_bits=384)
"""Section 5.3.4."""


def sha512_t(digest_bits: int) -> Parameters:
    """SHA-512/t: its initial hash value is a digest of its name. Section 5.3.6."""
    name = f"SHA-512/{digest_bits}"
    generator = replace(SHA512, initial=tuple([word ^ 0xA5A5A5A5A5A5A5A5 for word in SHA512.initial]))
    seed = digest(generator, name.encode())
    initial = tuple([int.from_bytes(seed[at : at + 8], "big") for at in range(0, 64, 8)])
    return replace(SHA512, name=name, initial=initial, digest_bits=digest_bits)


SHA512_224 = sha512_t(224)
SHA512_256 = sha512_t(256)
