"""MD5, SM3 and SM4 against their documents' examples, hashlib and a well-kept library."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import md5, octets, sm3, sm4
from lnsym.bv import BV


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "d41d8cd98f00b204e9800998ecf8427e"),
        (b"a", "0cc175b9c0f1b6a831c399e269772661"),
        (b"abc", "900150983cd24fb0d6963f7d28e17f72"),
        (b"message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (b"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (b"1234567890" * 8, "57edf4a22be3c955ac49da2e2107b67a"),
    ],
)
def test_md5_test_suite(message: bytes, digest: str) -> None:
    # RFC 1321, appendix A.5
    assert md5.digest(message).hex() == digest


@settings(max_examples=20, deadline=None)
@given(message=st.binary(max_size=200))
def test_md5_of_random_messages_against_hashlib(message: bytes) -> None:
    assert md5.digest(message) == hashlib.md5(message).digest()


def test_md5_constants() -> None:
    # RFC 1321, appendix A.3
    assert (md5.T[0], md5.T[1], md5.T[63]) == (0xD76AA478, 0xE8C7B756, 0xEB86D391)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0"),
        (b"abcd" * 16, "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732"),
    ],
)
def test_sm3_examples(message: bytes, digest: str) -> None:
    # GB/T 32905-2016, appendix A
    assert sm3.digest(message) == bytes.fromhex(digest)


@settings(max_examples=20, deadline=None)
@given(message=st.binary(max_size=200))
def test_sm3_of_random_messages_against_a_library(message: bytes) -> None:
    reference = hashes.Hash(hashes.SM3())
    reference.update(message)
    assert sm3.digest(message) == reference.finalize()


@pytest.mark.parametrize("length", [0, 55, 56, 63, 64, 119, 120])
def test_padding_at_the_edges_of_a_block(length: int) -> None:
    message = bytes(range(length))
    assert md5.digest(message) == hashlib.md5(message).digest()
    reference = hashes.Hash(hashes.SM3())
    reference.update(message)
    assert sm3.digest(message) == reference.finalize()


def test_sm4_example() -> None:
    # GB/T 32907-2016, appendix A.1
    block = terms("0123456789abcdeffedcba9876543210")
    round_keys = sm4.key_expansion(block)
    assert (round_keys[0].value, round_keys[31].value) == (0xF12186F9, 0x9124A012)
    assert sm4.encrypt(block, round_keys) == terms("681edf34d206965e86b3e94f536e4246")


def test_sm4_s_box_is_inversion_between_affine_maps() -> None:
    """F. Liu et al., "Analysis of the SMS4 block cipher" (2007): S(x) = A(1 / A(x)), A a circulant affine map."""

    def affine(x: int) -> int:
        rows = [(0xA7 << i | 0xA7 >> 8 - i) & 0xFF for i in range(8)]
        return sum(((row & x).bit_count() & 1) << i for i, row in enumerate(rows)) ^ 0xD3

    def product(a: int, b: int) -> int:
        result = 0
        for i in range(8):
            result ^= (b >> i & 1) * a
            a = a << 1 ^ (a >> 7) * 0x1F5
        return result

    inverse_of = {a: b for a in range(256) for b in range(256) if product(a, b) == 1} | {0: 0}
    assert sm4.SBOX.entries == tuple(affine(inverse_of[affine(x)]) for x in range(256))


@settings(max_examples=20, deadline=None)
@given(key=st.binary(min_size=16, max_size=16), plaintext=st.binary(min_size=16, max_size=16))
def test_sm4_of_random_blocks_against_a_library(key: bytes, plaintext: bytes) -> None:
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    ciphertext = encryptor.update(plaintext)
    round_keys = sm4.key_expansion(octets.from_bytes(key))
    assert octets.to_bytes(sm4.encrypt(octets.from_bytes(plaintext), round_keys)) == ciphertext
    assert octets.to_bytes(sm4.decrypt(octets.from_bytes(ciphertext), round_keys)) == plaintext


def test_wrong_sizes_are_refused() -> None:
    words = [BV.const(0, 32)] * 17
    for module in (md5, sm3):
        with pytest.raises(ValueError, match="16 words, not 17"):
            module.compress(module.initial_state(), words)
        with pytest.raises(ValueError, match="no multiple"):
            module.compress_blocks(module.initial_state(), words)
    with pytest.raises(ValueError, match="16 bytes, not 15"):
        sm4.key_expansion(terms("00" * 15))
