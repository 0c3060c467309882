"""Octet strings as lists of terms of 8 bits, the first byte first."""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import BV, concat


def from_bytes(data: bytes) -> list[BV]:
    """The bytes as constants."""
    return [BV.const(byte, 8) for byte in data]


def to_bytes(octets: Sequence[BV]) -> bytes:
    """The values of the octets. Raises TypeError when one is not a constant."""
    return bytes([octet.value for octet in octets])


def big_endian(octets: Sequence[BV]) -> BV:
    """The octets as one term, the first one most significant."""
    return concat(*octets)


def big_endian_octets(term: BV) -> list[BV]:
    """The octets of a term, the most significant one first."""
    return [term[low + 7 : low] for low in reversed(range(0, term.width, 8))]


def little_endian(octets: Sequence[BV]) -> BV:
    """The octets as one term, the first one least significant."""
    return concat(*reversed(octets))


def little_endian_octets(term: BV) -> list[BV]:
    """The octets of a term, the least significant one first."""
    return [term[low + 7 : low] for low in range(0, term.width, 8)]


def xor(left: Sequence[BV], right: Sequence[BV]) -> list[BV]:
    """The bitwise XOR of two octet strings of one length. Raises ValueError for different lengths."""
    return [a ^ b for a, b in zip(left, right, strict=True)]
