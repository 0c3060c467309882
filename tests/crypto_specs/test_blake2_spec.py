"""BLAKE2 against RFC 7693 and hashlib."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import blake2
from crypto_specs.blake2 import BLAKE2B, BLAKE2S
from lnsym.bv import BV


def test_blake2b_of_abc() -> None:
    # Appendix A
    assert blake2.digest(BLAKE2B, b"abc", 64) == bytes.fromhex(
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    )


def test_blake2s_of_abc() -> None:
    # Appendix B
    assert blake2.digest(BLAKE2S, b"abc", 32) == bytes.fromhex(
        "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"
    )


@pytest.mark.parametrize(
    ("parameters", "digest_sizes", "message_sizes", "result"),
    [
        (
            BLAKE2B,
            (20, 32, 48, 64),
            (0, 3, 128, 129, 255, 1024),
            "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475",
        ),
        (
            BLAKE2S,
            (16, 20, 28, 32),
            (0, 3, 64, 65, 255, 1024),
            "6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe",
        ),
    ],
)
def test_self_test(
    parameters: blake2.Parameters, digest_sizes: tuple[int, ...], message_sizes: tuple[int, ...], result: str
) -> None:
    # Appendix E: a digest of digests, without a key and with one, of bytes from a Fibonacci generator

    def sequence(length: int, seed: int) -> bytes:
        a, b, out = 0xDEAD4BAD * seed % 2**32, 1, bytearray()
        for _ in range(length):
            a, b = b, (a + b) % 2**32
            out.append(b >> 24)
        return bytes(out)

    digests = b""
    for nn in digest_sizes:
        for size in message_sizes:
            digests += blake2.digest(parameters, sequence(size, size), nn)
            digests += blake2.digest(parameters, sequence(size, size), nn, key=sequence(nn, nn))
    assert blake2.digest(parameters, digests, 32).hex() == result


@settings(max_examples=20, deadline=None)
@given(message=st.binary(max_size=300), key=st.binary(max_size=32), nn=st.integers(1, 32))
def test_random_messages_against_hashlib(message: bytes, key: bytes, nn: int) -> None:
    assert blake2.digest(BLAKE2B, message, nn, key) == hashlib.blake2b(message, digest_size=nn, key=key).digest()
    assert blake2.digest(BLAKE2S, message, nn, key) == hashlib.blake2s(message, digest_size=nn, key=key).digest()


def test_high_half_of_the_counter_counts() -> None:
    h, m = [BV.const(0, 32)] * 8, [BV.const(0, 32)] * 16
    low, high = (blake2.compress(BLAKE2S, h, m, BV.const(t, 64), f=False) for t in (1, 1 << 32))
    assert low != high


def test_wrong_sizes_are_refused_by_blake2() -> None:
    with pytest.raises(ValueError, match="digests of 1 to 64 bytes"):
        blake2.digest(BLAKE2B, b"", 65)
    with pytest.raises(ValueError, match="keys of up to 32"):
        blake2.digest(BLAKE2S, b"", 32, key=bytes(33))
    with pytest.raises(ValueError, match="16 words and t has 64 bits, not 15 and 64"):
        blake2.compress(BLAKE2S, [BV.const(0, 32)] * 8, [BV.const(0, 32)] * 15, BV.const(0, 64), f=False)
