"""RIPEMD-160 against its paper and hashlib."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import ripemd160
from lnsym.bv import BV


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        (b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
        (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
        (b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
        (b"abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
        (b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b"),
        (b"1234567890" * 8, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
    ],
)
def test_examples_of_ripemd160(message: bytes, digest: str) -> None:
    # Appendix B
    assert ripemd160.digest(message).hex() == digest


def test_constants_and_orders_of_appendix_a() -> None:
    assert ripemd160.K == (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
    assert ripemd160.K_PRIME == (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)
    assert ripemd160.R[64:] == [4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13]
    assert ripemd160.R_PRIME[:16] == [5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12]
    assert ripemd160.R_PRIME[32:48] == [15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13]


@pytest.mark.skipif("ripemd160" not in hashlib.algorithms_available, reason="this OpenSSL has no RIPEMD-160")
@settings(max_examples=20, deadline=None)
@given(message=st.binary(max_size=200))
def test_random_messages_against_the_ripemd160_of_hashlib(message: bytes) -> None:
    assert ripemd160.digest(message) == hashlib.new("ripemd160", message).digest()


def test_wrong_sizes_are_refused_by_ripemd160() -> None:
    words = [BV.const(0, 32)] * 17
    with pytest.raises(ValueError, match="16 words, not 17"):
        ripemd160.compress(ripemd160.initial_state(), words)
    with pytest.raises(ValueError, match="no multiple"):
        ripemd160.compress_blocks(ripemd160.initial_state(), words)
