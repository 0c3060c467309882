"""Boolean functions of up to MAX_DIM coordinates, as truth tables held in ints.

Bit a of a table is the function's value at the point a, and bit j of a point is coordinate j. All work is on whole
tables: the Moebius transform by masks, a composition by `bytes.translate`, one byte for each point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MAX_DIM: Final = 8
"""A byte: the widest space whose truth tables, of 2**8 entries, are worth holding."""

FULL: Final = [(1 << (1 << dim)) - 1 for dim in range(MAX_DIM + 1)]
"""By dimension: the function that is 1 everywhere."""

COORDINATES: Final = [
    [sum(1 << point for point in range(1 << dim) if point >> j & 1) for j in range(dim)] for dim in range(MAX_DIM + 1)
]
"""By dimension: the coordinates as functions."""

NONLINEAR: Final = [FULL[dim] & ~sum([1 << (1 << j) for j in range(dim)], 1) for dim in range(MAX_DIM + 1)]
"""By dimension: the monomials of two and more coordinates, as bits of an algebraic normal form."""

QUADRATIC: Final = [
    sum([1 << point for point in range(1 << dim) if point.bit_count() <= 2]) for dim in range(MAX_DIM + 1)
]
"""By dimension: the monomials of at most two coordinates."""

_WITHOUT: Final = [[(1 << j, FULL[dim] & ~COORDINATES[dim][j]) for j in range(dim)] for dim in range(MAX_DIM + 1)]
_ONES: Final = [int.from_bytes(b"\1" * (1 << dim), "big") for dim in range(MAX_DIM + 1)]
_PICK: Final = [bytes([ord("0") + (value >> j & 1) for value in range(256)]) for j in range(8)]


def moebius(table: int, dim: int) -> int:
    """Truth table to algebraic normal form, and back: bit m is the coefficient of the product of the coordinates in m."""
    for shift, without in _WITHOUT[dim]:
        table ^= (table & without) << shift
    return table


def points(tables: Sequence[int], dim: int) -> bytes:
    """Up to eight functions side by side: byte a holds their values at the point a, the first one's in bit 0."""
    size = 1 << dim
    ones = _ONES[dim]
    packed = 0
    for j, table in enumerate(tables):
        packed |= (int.from_bytes(f"{table:0{size}b}".encode(), "big") & ones) << j
    return packed.to_bytes(size, "little")


def bit_of_points(values: bytes, j: int) -> int:
    """Bit j of the byte at each point, as a truth table."""
    return int(values[::-1].translate(_PICK[j]), 2)


def compose(table: int, inner: bytes) -> int:
    """The function `table` of what `inner` says of each point (see `points`)."""
    outer = f"{table:0256b}".encode()[::-1]
    return int(inner[::-1].translate(outer), 2)
