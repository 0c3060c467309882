"""Salsa20 against its specification, NaCl's examples and the scrypt of hashlib, which is built on it."""

import hashlib
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import chacha, octets, salsa
from lnsym.bv import BV


def words_of(text: str) -> list[BV]:
    """Octets in hexadecimal, as words."""
    return chacha.words(octets.from_bytes(bytes.fromhex(text)))


def numbers(text: str) -> list[BV]:
    return [BV.const(int(word, 16), 32) for word in text.split()]


def octets_of(words: Sequence[BV]) -> bytes:
    return octets.to_bytes([octet for word in words for octet in octets.little_endian_octets(word)])


@pytest.mark.parametrize(
    ("y", "z"),
    [
        ("00000001 00000000 00000000 00000000", "08008145 00000080 00010200 20500000"),
        ("00000000 00000001 00000000 00000000", "88000100 00000001 00000200 00402000"),
        ("e7e8c006 c4f9417d 6479b4b2 68c67137", "e876d72b 9361dfd5 f1460244 948541a3"),
        ("d3917c5b 55f1c407 52a58a7a 8f887a3b", "3e2f308c d90a8f36 6ab2a923 2883524c"),
    ],
)
def test_quarterround(y: str, z: str) -> None:
    # Section 3
    y0, y1, y2, y3 = numbers(y)
    assert list(salsa.quarterround(y0, y1, y2, y3)) == numbers(z)


ONES = "00000001 00000000 00000000 00000000 " * 4


@pytest.mark.parametrize(
    ("function", "z"),
    [
        (
            salsa.rowround,
            "08008145 00000080 00010200 20500000 20100001 00048044 00000080 00010000"
            " 00000001 00002000 80040000 00000000 00000001 00000200 00402000 88000100",
        ),
        (
            salsa.columnround,
            "10090288 00000000 00000000 00000000 00000101 00000000 00000000 00000000"
            " 00020401 00000000 00000000 00000000 40a04001 00000000 00000000 00000000",
        ),
    ],
)
def test_rounds(function: Callable[[Sequence[BV]], list[BV]], z: str) -> None:
    # Sections 4 and 5
    assert function(numbers(ONES)) == numbers(z)


def test_core() -> None:
    # Section 8
    x = words_of(
        "d39f0d734c3752b70375de25bfbbea8831edb330016ab2dbafc7a6305610b3cf"
        "1ff0203f0f535da174933071ee37cc244fc9eb4f03519c2fcb1af4f358766836"
    )
    assert salsa.core(x) == words_of(
        "6d2ab2a89cf0f8eea8c4becb1a6eaa9a1d1d961a961eebf9bea3fb3045903339"
        "7628989db4391b5e6b2aec231b6f7272dbece8876f9b6e1218e85f9eb31330ca"
    )
    assert salsa.core([BV.const(0, 32)] * 16) == [BV.const(0, 32)] * 16


def test_expansion() -> None:
    # Section 9
    key = words_of("".join(f"{n:02x}" for n in [*range(1, 17), *range(201, 217)]))
    n = words_of("".join(f"{n:02x}" for n in range(101, 117)))
    stream = octets_of(salsa.block(key, n))
    assert list(stream[:8] + stream[-8:]) == [69, 37, 68, 39, 41, 15, 107, 193, 192, 195, 132, 236, 234, 103, 246, 74]


@pytest.mark.parametrize(
    ("key", "n", "subkey"),
    [
        (
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
            "00000000000000000000000000000000",
            "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
        ),
        (
            "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
            "69696ee955b62b73cd62bda875fc73d6",
            "dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4",
        ),
    ],
)
def test_hsalsa20(key: str, n: str, subkey: str) -> None:
    # D. J. Bernstein, "Cryptography in NaCl", section 8
    assert octets_of(salsa.hsalsa20(words_of(key), words_of(n))).hex() == subkey


def scrypt(password: bytes, salt: bytes, n: int) -> bytes:
    """scrypt with r = p = 1, RFC 7914, on the core of eight rounds."""

    def block_mix(b: list[list[BV]]) -> list[list[BV]]:
        y0 = salsa.core(octets.xor(b[1], b[0]), 8)
        return [y0, salsa.core(octets.xor(y0, b[1]), 8)]

    words = chacha.words(octets.from_bytes(hashlib.pbkdf2_hmac("sha256", password, salt, 1, 128)))
    x, v = [words[:16], words[16:]], list[list[list[BV]]]()
    for _ in range(n):
        v.append(x)
        x = block_mix(x)
    for _ in range(n):
        chosen = v[x[1][0].value % n]
        x = block_mix([octets.xor(x[0], chosen[0]), octets.xor(x[1], chosen[1])])
    return hashlib.pbkdf2_hmac("sha256", password, octets_of(x[0] + x[1]), 1, 64)


@settings(max_examples=10, deadline=None)
@given(password=st.binary(max_size=20), salt=st.binary(max_size=20))
def test_eight_rounds_against_hashlib(password: bytes, salt: bytes) -> None:
    assert scrypt(password, salt, 4) == hashlib.scrypt(password, salt=salt, n=4, r=1, p=1, dklen=64)


def test_wrong_sizes_are_refused_by_salsa20() -> None:
    with pytest.raises(ValueError, match="a key of 4 words and an input of 4"):
        salsa.expansion(words_of("00" * 16), words_of("00" * 16))
    with pytest.raises(ValueError, match="7 is odd"):
        salsa.core(words_of("00" * 64), 7)
