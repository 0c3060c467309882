"""The hash function Whirlpool, in its final version: dedicated hash-function 7 of ISO/IEC 10118-3.

Names are those of P. S. L. M. Barreto and V. Rijmen, "The WHIRLPOOL Hashing Function" (revised 2003), whose headings are cited. A matrix
of 8 by 8 octets is a list of 64 terms of 8 bits, row by row (mu). The S-box is computed from its mini-boxes. All runs on numbers
or symbols alike. Messages are whole bytes, where the standard allows any number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import xor

from crypto_specs import octets
from crypto_specs.polynomials import scale
from lnsym.bv import BV, lookup, table

BLOCK_BYTES = 64
ROUNDS = 10


# The S-box


def mini_box_e() -> list[int]:
    """E: the powers of B in GF(2^4) modulo x^4 + x + 1, and 0 for F."""
    powers = [1]
    while len(powers) < 15:
        last, product = powers[-1], 0
        for i in range(4):
            product ^= (0xB >> i & 1) * last
            last = last << 1 ^ (last >> 3) * 0b10011
        powers.append(product)
    return [*powers, 0]


E = mini_box_e()
E_INVERSE = [E.index(value) for value in range(16)]
R = (0x7, 0xC, 0xB, 0xD, 0xE, 0x4, 0x9, 0xF, 0x6, 0x3, 0x8, 0xA, 0x2, 0x5, 0x1, 0x0)
"""The pseudo-random mini-box."""


def s_box_entry(x: int) -> int:
    """S of an octet, made of mini-boxes."""
    high, low = E[x >> 4], E_INVERSE[x & 0xF]
    both = R[high ^ low]
    return E[high ^ both] << 4 | E_INVERSE[low ^ both]


S = table([s_box_entry(x) for x in range(256)], 8)


# The block cipher W


def gamma(a: Sequence[BV]) -> list[BV]:
    """The nonlinear layer: S of each octet. "The nonlinear layer"."""
    return [lookup(S, octet) for octet in a]


def pi(a: Sequence[BV]) -> list[BV]:
    """The cyclical permutation: column j goes down by j rows. "The cyclical permutation"."""
    return [a[8 * ((i - j) % 8) + j] for i in range(8) for j in range(8)]


def double(a: BV) -> BV:
    """The product of an octet and x modulo x^8 + x^4 + x^3 + x^2 + 1. "Galois fields"."""
    return (a << 1) ^ scale(a[7], BV.const(0x1D, 8))


def multiples(a: BV) -> dict[int, BV]:
    """The products of an octet and the constants of theta. "Galois fields"."""
    powers = [a]
    for _ in range(3):
        powers.append(double(powers[-1]))
    return {c: reduce(xor, [power for i, power in enumerate(powers) if c >> i & 1]) for c in C}


C = (0x01, 0x01, 0x04, 0x01, 0x08, 0x05, 0x02, 0x09)
"""The first row of the circulant matrix of theta. "The linear diffusion layer"."""


def theta(a: Sequence[BV]) -> list[BV]:
    """The matrix times the circulant one. "The linear diffusion layer"."""
    products = [multiples(octet) for octet in a]
    return [reduce(xor, [products[8 * i + k][C[(j - k) % 8]] for k in range(8)]) for i in range(8) for j in range(8)]


def rho(k: Sequence[BV], a: Sequence[BV]) -> list[BV]:
    """The round function: the layers, then the key added. "The key addition"."""
    return octets.xor(theta(pi(gamma(a))), k)


def round_constant(r: int) -> list[BV]:
    """c^r for r = 1 to R: eight entries of the S-box in the first row. "The round constants"."""
    return octets.from_bytes(bytes([*[S[8 * (r - 1) + j] for j in range(8)], *[0] * 56]))


def key_schedule(k: Sequence[BV]) -> list[Sequence[BV]]:
    """K^0 to K^R. "The key schedule"."""
    keys = [k]
    for r in range(1, ROUNDS + 1):
        keys.append(rho(round_constant(r), keys[-1]))
    return keys


def w(k: Sequence[BV], a: Sequence[BV]) -> list[BV]:
    """W[K] on a matrix. "The internal block cipher W"."""
    first, *others = key_schedule(k)
    state = octets.xor(a, first)
    for key in others:
        state = rho(key, state)
    return state


# The hash function


def compress(h: Sequence[BV], m: Sequence[BV]) -> list[BV]:
    """H_i, of H_{i-1} and a block, 64 octets each: the Miyaguchi-Preneel construction on W. "The compression function"."""
    if len(h) != BLOCK_BYTES or len(m) != BLOCK_BYTES:
        raise ValueError(f"states and blocks are 64 octets, not {len(h)} and {len(m)}")
    return octets.xor(octets.xor(w(h, m), h), m)


def compress_blocks(h: Sequence[BV], data: Sequence[BV]) -> list[BV]:
    """The state after all the blocks in `data`. Raises ValueError when it is no multiple of 64 octets."""
    result = list(h)
    for at in range(0, len(data), BLOCK_BYTES):
        result = compress(result, data[at : at + BLOCK_BYTES])
    return result


def pad(message: bytes) -> list[BV]:
    """The message padded: a one bit, zeros, the length in bits in 32 octets. "Padding and MD-strengthening"."""
    zeros = -(len(message) + 1 + 32) % BLOCK_BYTES
    return octets.from_bytes(message + b"\x80" + bytes(zeros) + (8 * len(message)).to_bytes(32, "big"))


def digest(message: bytes) -> bytes:
    """The hash value, 64 bytes. "Message digest computation"."""
    return octets.to_bytes(compress_blocks(octets.from_bytes(bytes(BLOCK_BYTES)), pad(message)))
