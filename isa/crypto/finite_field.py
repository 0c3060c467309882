"""The fields GF(2^8) of AES and SM4: products, inverses, and multiplication by a constant as XORs of rotations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from typing import Final

from lnsym.bv import BV

AES_POLYNOMIAL: Final = 0x11B
"""x^8 + x^4 + x^3 + x + 1. FIPS 197, section 4.2."""

SM4_POLYNOMIAL: Final = 0x1F5
"""x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1: the field of which the S-box of GB/T 32907 is an inversion."""


def product(a: int, b: int, polynomial: int) -> int:
    """The product of two bytes modulo the polynomial."""
    result = 0
    while b:
        if b & 1:
            result ^= a
        a <<= 1
        if a & 0x100:
            a ^= polynomial
        b >>= 1
    return result


def inverses(generator: int, polynomial: int) -> list[int]:
    """The inverse of each byte, and 0 for 0; `generator` generates the multiplicative group."""
    powers = [1]
    while len(powers) < 255:
        powers.append(product(powers[-1], generator, polynomial))
    found = [0] * 256
    for exponent, power in enumerate(powers):
        found[power] = powers[-exponent % 255]
    return found


def rotations_xored(byte: int, amounts: Iterable[int]) -> int:
    """The XOR of the byte rotated right by each amount: a circulant matrix times the byte."""
    result = 0
    for amount in amounts:
        result ^= byte >> amount | byte << (8 - amount) & 0xFF
    return result


@cache
def diagonals(constant: int, polynomial: int) -> tuple[tuple[int, int], ...]:
    """Multiplication by a constant as (rotation to the left, mask) pairs.

    The matrix of this linear map has a one in row i, column j where bit i of constant * x^j is set. Its cyclic
    diagonal r holds the rows i with column i - r, and so contributes the byte rotated left by r, masked.
    """
    columns = [product(constant, 1 << j, polynomial) for j in range(8)]
    masks = [sum(columns[(i - r) % 8] & 1 << i for i in range(8)) for r in range(8)]
    return tuple([(r, mask) for r, mask in enumerate(masks) if mask])


def times(constant: int, byte: BV, polynomial: int) -> BV:
    """The product of a constant that is not 0 and a byte as an XOR of masked rotations, with no choice on data."""
    return reduce(BV.__xor__, [byte.rotate_left(r) & mask for r, mask in diagonals(constant, polynomial)])
