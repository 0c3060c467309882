"""CRC-32 against zlib, CRC-32C against the examples of iSCSI."""

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import crc32, octets
from lnsym.bv import BV


def test_polynomials() -> None:
    # RFC 1952, section 8, has the first as a number
    assert (crc32.CRC32.value, crc32.CRC32C.value) == (0xEDB88320, 0x82F63B78)


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=60), start=st.integers(0, 2**32 - 1))
def test_random_octets_against_zlib(data: bytes, start: int) -> None:
    assert crc32.crc(crc32.CRC32, octets.from_bytes(data), BV.const(start, 32)).value == zlib.crc32(data, start)


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (bytes(32), "aa36918a"),
        (b"\xff" * 32, "43aba862"),
        (bytes(range(32)), "4e79dd46"),
        (bytes(range(31, -1, -1)), "5cdb3f11"),
    ],
)
def test_examples_of_iscsi(data: bytes, check: str) -> None:
    # RFC 7143, appendix A.4: the octets of the check in the order in which they are sent
    value = crc32.crc(crc32.CRC32C, octets.from_bytes(data))
    assert octets.to_bytes(octets.little_endian_octets(value)).hex() == check


def test_parts_one_after_the_other() -> None:
    first, second = octets.from_bytes(b"1234"), octets.from_bytes(b"56789")
    check = crc32.crc(crc32.CRC32C, first)
    assert crc32.crc(crc32.CRC32C, second, check) == crc32.crc(crc32.CRC32C, first + second)
    assert crc32.crc(crc32.CRC32C, first + second).value == 0xE3069283
