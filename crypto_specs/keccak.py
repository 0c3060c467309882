"""Keccak, SHA-3 and SHAKE. FIPS 202 (August 2015).

The state of Keccak-p[1600] is 25 lanes of 64 bits, Lane(x, y) at index 5y + x; bit z of a lane has weight 2^z, and the
lane is 8 bytes in little-endian order (section 3.1 and appendix B.1). The permutation runs on terms, numbers or symbols
alike. Messages are whole bytes, where the standard allows any number of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor

from crypto_specs import octets
from lnsym.bv import BV

W = 64
"""Bits of a lane, for b = 1600. Section 3.1, table 1."""

ELL = 6
"""The binary logarithm of W."""


# Step mappings, section 3.2


def theta(a: Sequence[BV]) -> list[BV]:
    """XOR two columns' parities into each bit. Section 3.2.1, algorithm 1."""
    c = [reduce(xor, [a[5 * y + x] for y in range(5)]) for x in range(5)]
    d = [c[(x - 1) % 5] ^ c[(x + 1) % 5].rotate_left(1) for x in range(5)]
    return [a[5 * y + x] ^ d[x] for y in range(5) for x in range(5)]


def rho(a: Sequence[BV]) -> list[BV]:
    """Rotate each lane by its offset: A'[x, y, z] = A[x, y, z - offset]. Section 3.2.2, algorithm 2."""
    result = list(a)
    x, y = 1, 0
    for t in range(24):
        result[5 * y + x] = a[5 * y + x].rotate_left((t + 1) * (t + 2) // 2 % W)
        x, y = y, (2 * x + 3 * y) % 5
    return result


def pi(a: Sequence[BV]) -> list[BV]:
    """Rearrange the lanes: A'[x, y] = A[x + 3y, x]. Section 3.2.3, algorithm 3."""
    return [a[5 * x + (x + 3 * y) % 5] for y in range(5) for x in range(5)]


def chi(a: Sequence[BV]) -> list[BV]:
    """The nonlinear step, row by row. Section 3.2.4, algorithm 4."""
    return [a[5 * y + x] ^ (~a[5 * y + (x + 1) % 5] & a[5 * y + (x + 2) % 5]) for y in range(5) for x in range(5)]


def rc(t: int) -> int:
    """Bit t of the sequence that the round constants are made of. Section 3.2.5, algorithm 5."""
    r = [1, 0, 0, 0, 0, 0, 0, 0]
    for _ in range(t % 255):
        r = [0, *r]
        for tap in (0, 4, 5, 6):
            r[tap] ^= r[8]
        r = r[:8]
    return r[0]


def round_constant(i_r: int) -> int:
    """RC, bit 2^j - 1 of which is rc(j + 7 i_r). Section 3.2.5, algorithm 6, steps 2 and 3."""
    return sum(rc(j + 7 * i_r) << (2**j - 1) for j in range(ELL + 1))


def iota(a: Sequence[BV], i_r: int) -> list[BV]:
    """XOR the constant of round i_r into Lane(0, 0). Section 3.2.5, algorithm 6."""
    return [a[0] ^ round_constant(i_r), *a[1:]]


# The permutation, sections 3.3 and 3.4


def keccak_round(a: Sequence[BV], i_r: int) -> list[BV]:
    """Rnd(A, i_r) on 25 lanes. Section 3.3."""
    return iota(chi(pi(rho(theta(a)))), i_r)


def keccak_p1600(lanes: Sequence[BV], rounds: int) -> list[BV]:
    """Keccak-p[1600, rounds] on 25 lanes of 64 bits. Section 3.3, algorithm 7."""
    if len(lanes) != 25:
        raise ValueError(f"the state is 25 lanes, not {len(lanes)}")
    result = list(lanes)
    for i_r in range(12 + 2 * ELL - rounds, 12 + 2 * ELL):
        result = keccak_round(result, i_r)
    return result


def keccak_f1600(lanes: Sequence[BV]) -> list[BV]:
    """Keccak-f[1600] on 25 lanes of 64 bits. Section 3.4."""
    return keccak_p1600(lanes, 12 + 2 * ELL)


# The sponge and the functions on it, sections 4 to 6


@dataclass(frozen=True)
class Parameters:
    """A function of the family. Sections 6.1 and 6.2."""

    name: str
    capacity: int
    """The c of the standard, in bits; the rate is 1600 - c."""
    suffix: int
    """The bits appended to a message and the first 1 of pad10*1, least significant bit first. Appendix B.2."""

    @property
    def rate_bytes(self) -> int:
        """Bytes absorbed or squeezed by one permutation."""
        return (1600 - self.capacity) // 8


SHA3_224 = Parameters("SHA3-224", capacity=448, suffix=0x06)
SHA3_256 = Parameters("SHA3-256", capacity=512, suffix=0x06)
SHA3_384 = Parameters("SHA3-384", capacity=768, suffix=0x06)
SHA3_512 = Parameters("SHA3-512", capacity=1024, suffix=0x06)
SHAKE128 = Parameters("SHAKE128", capacity=256, suffix=0x1F)
SHAKE256 = Parameters("SHAKE256", capacity=512, suffix=0x1F)


def pad(parameters: Parameters, message: bytes) -> list[BV]:
    """The message with its suffix and pad10*1, as lanes. Section 5.1, algorithm 9, and appendix B.2."""
    padded = bytearray(message)
    padded.append(parameters.suffix)
    padded.extend(bytes(-len(padded) % parameters.rate_bytes))
    padded[-1] |= 0x80
    return [octets.little_endian(octets.from_bytes(bytes(padded[at : at + 8]))) for at in range(0, len(padded), 8)]


def absorb(parameters: Parameters, lanes: Sequence[BV], padded: Sequence[BV]) -> list[BV]:
    """The state after all blocks of rate lanes in `padded`. Section 4, algorithm 8, step 6."""
    rate = parameters.rate_bytes // 8
    if len(padded) % rate:
        raise ValueError(f"{parameters.name} absorbs {rate} lanes at a time, and {len(padded)} is no multiple of that")
    state = list(lanes)
    for first in range(0, len(padded), rate):
        block = padded[first : first + rate]
        state = keccak_f1600(octets.xor(state[:rate], block) + state[rate:])
    return state


def squeeze(parameters: Parameters, lanes: Sequence[BV], length: int) -> list[BV]:
    """The first `length` bytes that a state gives out. Section 4, algorithm 8, steps 7 to 10."""
    state, z = list(lanes), list[BV]()
    while True:
        for lane in state[: parameters.rate_bytes // 8]:
            z += octets.little_endian_octets(lane)
        if len(z) >= length:
            return z[:length]
        state = keccak_f1600(state)


def keccak(parameters: Parameters, message: bytes, length: int) -> bytes:
    """KECCAK[c] of the message and its suffix, `length` bytes of output. Section 5.2."""
    state = absorb(parameters, [BV.const(0, W)] * 25, pad(parameters, message))
    return octets.to_bytes(squeeze(parameters, state, length))


def sha3_224(message: bytes) -> bytes:
    """SHA3-224. Section 6.1."""
    return keccak(SHA3_224, message, 28)


def sha3_256(message: bytes) -> bytes:
    """SHA3-256. Section 6.1."""
    return keccak(SHA3_256, message, 32)


def sha3_384(message: bytes) -> bytes:
    """SHA3-384. Section 6.1."""
    return keccak(SHA3_384, message, 48)


def sha3_512(message: bytes) -> bytes:
    """SHA3-512. Section 6.1."""
    return keccak(SHA3_512, message, 64)


def shake128(message: bytes, length: int) -> bytes:
    """SHAKE128, `length` bytes of it. Section 6.2."""
    return keccak(SHAKE128, message, length)


def shake256(message: bytes, length: int) -> bytes:
    """SHAKE256, `length` bytes of it. Section 6.2."""
    return keccak(SHAKE256, message, length)
