"""SipHash against its paper, its designers' vectors, and the hash that Python has of bytes."""

import subprocess
import sys

import pytest

from crypto_specs import octets, siphash
from lnsym.bv import BV

KEY = [BV.const(int.from_bytes(bytes(range(at, at + 8)), "little"), 64) for at in (0, 8)]
NO_KEY = [BV.const(0, 64)] * 2


def counting(length: int) -> list[BV]:
    return octets.from_bytes(bytes(range(length)))


def test_example_of_the_paper() -> None:
    # Appendix A
    assert siphash.siphash(KEY, counting(15)).value == 0xA129CA6149BE45E5


# From vectors.h of the reference implementation: the key 00 to 0f, the message 00, 01, ...
@pytest.mark.parametrize(
    ("length", "digest"),
    [
        (0, "310e0edd47db6f72"),
        (1, "fd67dc93c539f874"),
        (2, "5a4fa9d909806c0d"),
        (3, "2d7efbd796666785"),
        (4, "b7877127e09427cf"),
        (8, "6224939a79f5f593"),
        (63, "724506eb4c328a95"),
    ],
)
def test_designers_vectors(length: int, digest: str) -> None:
    assert siphash.siphash(KEY, counting(length)) == octets.little_endian(octets.from_bytes(bytes.fromhex(digest)))


@pytest.mark.parametrize(
    ("length", "digest"),
    [
        (0, "a3817f04ba25a8e66df67214c7550293"),
        (1, "da87c1d86b99af44347659119b22fc45"),
        (8, "3b62a9ba6258f5610f83e264f31497b4"),
        (63, "5150d1772f50834a503e069a973fbd7c"),
    ],
)
def test_designers_vectors_of_128_bits(length: int, digest: str) -> None:
    words = siphash.siphash_128(KEY, counting(length))
    assert octets.to_bytes([o for word in words for o in octets.little_endian_octets(word)]).hex() == digest


@pytest.mark.skipif(sys.hash_info.algorithm != "siphash13", reason="this Python hashes by another function")
def test_against_the_interpreter() -> None:
    """Python's hash of bytes is SipHash-1-3, under a key of zeros where the seed is 0; that of no bytes is 0."""
    program = "print(*[hash(bytes(range(n))) for n in range(1, 70)])"
    answer = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True
    )
    expected = [int(number) % 2**64 for number in answer.stdout.split()]
    assert [siphash.siphash(NO_KEY, counting(n), c=1, d=3).value for n in range(1, 70)] == expected


def test_length_counts_modulo_256() -> None:
    last = siphash.words(counting(255) + counting(6))[-1]
    assert octets.to_bytes(octets.little_endian_octets(last)) == bytes([1, 2, 3, 4, 5, 0, 0, 261 - 256])


def test_more_than_seven_octets_are_refused() -> None:
    with pytest.raises(ValueError, match="8 octets are left"):
        siphash.last_word(counting(8), BV.const(8, 8))
