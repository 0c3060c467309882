"""Cyclic redundancy checks of 32 bits that take the least significant bit of an octet first: CRC-32 and CRC-32C.

CRC-32 is the frame check sequence of IEEE Std 802.3-2018, section 3.2.9, as gzip has it (RFC 1952, section 8). CRC-32C is that of iSCSI
(RFC 7143, section 13.1) with Castagnoli's polynomial. Bit 31 - i of the register is the coefficient of x^i. All runs on numbers or
symbols alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs.polynomials import scale
from lnsym.bv import BV


def reflected(*exponents: int) -> BV:
    """The generator polynomial with these terms below x^32, in the register's order of bits."""
    return BV.const(sum(1 << 31 - exponent for exponent in exponents), 32)


CRC32 = reflected(26, 23, 22, 16, 12, 11, 10, 8, 7, 5, 4, 2, 1, 0)
"""The generator polynomial of IEEE Std 802.3-2018, section 3.2.9."""

CRC32C = reflected(28, 27, 26, 25, 23, 22, 20, 19, 18, 14, 13, 11, 10, 9, 8, 6, 0)
"""G. Castagnoli, S. Bräuer and M. Herrmann (IEEE Transactions on Communications 41, 1993); RFC 7143, section 13.1."""


def remainder(generator: BV, register: BV, data: Sequence[BV]) -> BV:
    """The register of 32 bits after the octets, without the complements: for each bit a division step."""
    for octet in data:
        register = register ^ octet.zero_extend(32)
        for _ in range(8):
            register = (register >> 1) ^ scale(register[0], generator)
    return register


def crc(generator: BV, data: Sequence[BV], previous: BV | None = None) -> BV:
    """The check of octets, or of those that have the check `previous` and these: complements on both sides."""
    start = BV.const(0, 32) if previous is None else previous
    return ~remainder(generator, ~start, data)
