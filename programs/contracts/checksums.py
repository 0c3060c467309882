"""Checks of redundancy: uint32_t f(const uint8_t *data, int length, uint32_t previous)."""

from __future__ import annotations

from crypto_specs import crc32
from lnsym.bv import BV
from lnsym.contract import Theorem, contract


def _check(t: Theorem, generator: BV, length: int, alignment: int) -> None:
    data = t.region("data", length, 8, alignment=alignment)
    previous = t.value("previous", 32, secret=True)
    t.call(data, BV.const(length, 32), previous)
    t.ensure_result(crc32.crc(generator, data.elements, previous))


@contract("crc32", routines=["aws_checksums_crc32_sw", "aws_checksums_crc32_armv8"])
def crc32_check(t: Theorem, length: int = 16, alignment: int = 8) -> None:
    """CRC-32 of what has the check `previous` and `length` octets after it. IEEE Std 802.3, section 3.2.9; RFC 1952, section 8."""
    _check(t, crc32.CRC32, length, alignment)


@contract("crc32c", routines=["aws_checksums_crc32c_sw", "aws_checksums_crc32c_armv8"])
def crc32c_check(t: Theorem, length: int = 16, alignment: int = 8) -> None:
    """CRC-32C, the same with Castagnoli's polynomial. RFC 7143, section 13.1."""
    _check(t, crc32.CRC32C, length, alignment)
