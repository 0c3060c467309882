"""The round of SM4 that SM4E and SM4EKEY share: its S-box and its linear maps (GB/T 32907)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from isa.crypto.finite_field import SM4_POLYNOMIAL, inverses, rotations_xored
from isa.lanes import join, lanes, lanewise
from lnsym.bv import BV, lookup, table


def _sbox() -> list[int]:
    """A(inverse(A(x) + 0xD3)) + 0xD3, A circulant: the algebraic form of the published table."""
    inverse = inverses(2, SM4_POLYNOMIAL)

    def affine(byte: int) -> int:
        return rotations_xored(byte, (0, 1, 2, 5, 7)) ^ 0xD3

    return [affine(inverse[affine(byte)]) for byte in range(256)]


SBOX: Final = table(_sbox(), 8)


def encryption_map(x: BV) -> BV:
    """L: the linear map of the encryption rounds."""
    return x ^ x.rotate_left(2) ^ x.rotate_left(10) ^ x.rotate_left(18) ^ x.rotate_left(24)


def key_map(x: BV) -> BV:
    """L': the linear map of the key expansion."""
    return x ^ x.rotate_left(13) ^ x.rotate_left(23)


def four_rounds(words: BV, constants: BV, linear_map: Callable[[BV], BV]) -> BV:
    """Four rounds on the words in lanes 0 to 3, each with the constant (or round key) of its lane."""
    x0, x1, x2, x3 = lanes(words, 32)
    for constant in lanes(constants, 32):
        substituted = lanewise(lambda byte: lookup(SBOX, byte), 8, x1 ^ x2 ^ x3 ^ constant)
        x0, x1, x2, x3 = x1, x2, x3, x0 ^ linear_map(substituted)
    return join([x0, x1, x2, x3])
