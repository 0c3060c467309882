"""SEED, Camellia and ARIA against the vectors of their RFCs and, the first two, a well-kept library."""

import random
from functools import reduce
from operator import xor

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import SEED, Camellia
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import aria, camellia, octets, seed
from lnsym.bv import BV

KEY_256 = st.binary(min_size=32, max_size=32)
BLOCK = st.binary(min_size=16, max_size=16)


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("key", "plaintext", "ciphertext"),
    [
        ("00" * 16, bytes(range(16)).hex(), "5ebac6e0054e166819aff1cc6d346cdb"),
        (bytes(range(16)).hex(), "00" * 16, "c11f22f20140505084483597e4370f43"),
        ("4706480851e61be85d74bfb3fd956185", "83a2f8a288641fb9a4e9a5cc2f131c7d", "ee54d13ebcae706d226bc3142cd40d4a"),
        ("28dbc3bc49ffd87dcfa509b11d422be7", "b41e6be2eba84a148e2eed84593c5ec7", "9b9b7bfcd1813cb95d0b3618f40f5122"),
    ],
)
def test_seed_vectors(key: str, plaintext: str, ciphertext: str) -> None:
    # RFC 4269, appendix B
    round_keys = seed.key_schedule(terms(key))
    assert seed.encrypt(terms(plaintext), round_keys) == terms(ciphertext)
    assert seed.decrypt(terms(ciphertext), round_keys) == terms(plaintext)


@settings(max_examples=10, deadline=None)
@given(key=BLOCK, plaintext=BLOCK)
def test_seed_of_random_blocks_against_a_library(key: bytes, plaintext: bytes) -> None:
    encryptor = Cipher(SEED(key), modes.ECB()).encryptor()
    ciphertext = octets.from_bytes(encryptor.update(plaintext))
    round_keys = seed.key_schedule(octets.from_bytes(key))
    assert seed.encrypt(octets.from_bytes(plaintext), round_keys) == ciphertext
    assert seed.decrypt(ciphertext, round_keys) == octets.from_bytes(plaintext)


CAMELLIA_KEY = "0123456789abcdeffedcba9876543210"


@pytest.mark.parametrize(
    ("key", "ciphertext"),
    [
        (CAMELLIA_KEY, "67673138549669730857065648eabe43"),
        (CAMELLIA_KEY + "0011223344556677", "b4993401b3e996f84ee5cee7d79b09b9"),
        (CAMELLIA_KEY + "00112233445566778899aabbccddeeff", "9acc237dff16d76c20ef7c919e3a7509"),
    ],
)
def test_camellia_vectors(key: str, ciphertext: str) -> None:
    # RFC 3713, appendix A
    subkeys = camellia.key_schedule(terms(key))
    assert camellia.encrypt(terms(CAMELLIA_KEY), subkeys) == terms(ciphertext)
    assert camellia.decrypt(terms(ciphertext), subkeys) == terms(CAMELLIA_KEY)


@pytest.mark.parametrize("size", [16, 24, 32])
@settings(max_examples=6, deadline=None)
@given(key=KEY_256, plaintext=BLOCK)
def test_camellia_of_random_blocks_against_a_library(size: int, key: bytes, plaintext: bytes) -> None:
    encryptor = Cipher(Camellia(key[:size]), modes.ECB()).encryptor()
    ciphertext = octets.from_bytes(encryptor.update(plaintext))
    subkeys = camellia.key_schedule(octets.from_bytes(key[:size]))
    assert camellia.encrypt(octets.from_bytes(plaintext), subkeys) == ciphertext
    assert camellia.decrypt(ciphertext, subkeys) == octets.from_bytes(plaintext)


def test_camellia_fl_functions_are_inverse() -> None:
    generator = random.Random(3713)
    for _ in range(10):
        x, ke = (BV.const(generator.getrandbits(64), 64) for _ in range(2))
        assert camellia.fl_inverse(camellia.fl(x, ke), ke) == x


@pytest.mark.parametrize(
    ("size", "ciphertext"),
    [
        (16, "d718fbd6ab644c739da95f3be6451778"),
        (24, "26449c1805dbe7aa25a468ce263a9e79"),
        (32, "f92bd7c79fb72e2f2b8f80c1972d24fc"),
    ],
)
def test_aria_vectors(size: int, ciphertext: str) -> None:
    # RFC 5794, appendix A
    plaintext = "00112233445566778899aabbccddeeff"
    round_keys = aria.encryption_keys(octets.from_bytes(bytes(range(size))))
    assert aria.crypt(terms(plaintext), round_keys) == terms(ciphertext)
    assert aria.crypt(terms(ciphertext), aria.decryption_keys(round_keys)) == terms(plaintext)


def test_aria_layers_are_involutions() -> None:
    block = terms("f0e1d2c3b4a5968778695a4b3c2d1e0f")
    assert aria.a(aria.a(block)) == block
    assert aria.sl2(aria.sl1(block)) == block
    assert all(sorted(summands) == list(summands) and len(summands) == 7 for summands in aria.SUMMANDS)


# The S-boxes are powers in GF(2^8) followed by an affine map


def product(a: int, b: int, modulus: int) -> int:
    result = 0
    for i in range(8):
        result ^= (b >> i & 1) * a
        a = a << 1 ^ (a >> 7) * modulus
    return result


def power(x: int, exponent: int, modulus: int) -> int:
    return reduce(lambda value, _: product(value, x, modulus), range(exponent), 1)


@pytest.mark.parametrize(
    ("entries", "exponent", "modulus", "constant"),
    [
        (seed.S1.entries, 247, 0x163, 169),  # SEED's design: S_1(x) = A_1 x^247 + 169, S_2(x) = A_2 x^251 + 56
        (seed.S2.entries, 251, 0x163, 56),
        (aria.SB2.entries, 247, 0x11B, 0xE2),  # Kwon et al., "New Block Cipher: ARIA" (2003), section 2.1
    ],
    ids=["SEED S1", "SEED S2", "ARIA SB2"],
)
def test_s_box_is_a_power_and_an_affine_map(
    entries: tuple[int, ...], exponent: int, modulus: int, constant: int
) -> None:
    powers = [power(x, exponent, modulus) for x in range(256)]
    linear = {y: entry ^ constant for y, entry in zip(powers, entries, strict=True)}
    assert len(linear) == 256
    assert all(linear[y] == reduce(xor, [linear[1 << i] for i in range(8) if y >> i & 1], 0) for y in range(256))


def test_camellia_s_box_is_as_uniform_as_inversion() -> None:
    """It is inversion in GF(2^8) between affine maps, which keep the counts of differences: one 4, else 2, for every input difference."""
    entries = camellia.SBOX1.entries
    assert sorted(entries) == list(range(256))
    for difference in range(1, 256):
        outputs = [entries[x] ^ entries[x ^ difference] for x in range(256)]
        counts = sorted([outputs.count(value) for value in set(outputs)])
        assert counts == [2] * 126 + [4]


@pytest.mark.parametrize("schedule", [camellia.key_schedule, aria.encryption_keys])
def test_keys_of_wrong_sizes_are_refused(schedule: object) -> None:
    assert callable(schedule)
    with pytest.raises(ValueError, match="not 17"):
        schedule(terms("00" * 17))


def test_blocks_of_wrong_sizes_are_refused() -> None:
    zeros = terms("00" * 16)
    for crypt in (
        lambda block: seed.encrypt(block, seed.key_schedule(zeros)),
        lambda block: camellia.encrypt(block, camellia.key_schedule(zeros)),
        lambda block: aria.crypt(block, aria.encryption_keys(zeros)),
    ):
        with pytest.raises(ValueError, match="16 bytes, not 15"):
            crypt(zeros[1:])
