"""ChaCha20 and Poly1305 against RFC 8439 and a well-kept library."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import chacha, octets, poly1305
from lnsym.bv import BV


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


def words(text: str) -> list[BV]:
    return [BV.const(int(word, 16), 32) for word in text.split()]


KEY = chacha.words(octets.from_bytes(bytes(range(32))))


def test_quarter_round() -> None:
    # Section 2.1.1
    result = chacha.quarter_round(*words("11111111 01020304 9b8d6f43 01234567"))
    assert list(result) == words("ea2a92f4 cb1cf8ce 4581472e 5881c4bb")


def test_block_function() -> None:
    # Section 2.3.2
    nonce = chacha.words(terms("000000090000004a00000000"))
    assert chacha.block(KEY, BV.const(1, 32), nonce) == words(
        "e4e7f110 15593bd1 1fdd0f50 c47120a3 c7f4d1c7 0368c033 9aaa2204 4e6cd4c3"
        " 466482d2 09aa9f07 05d7c214 a2028bd9 d19c12b5 b94e16de e883d0cb 4e3c50a2"
    )


def test_encryption() -> None:
    # Section 2.4.2
    nonce = chacha.words(terms("000000000000004a00000000"))
    plaintext = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    ciphertext = terms(
        "6e2e359a2568f980 41ba0728dd0d6981 e97e7aec1d4360c2 0a27afccfd9fae0b f91b65c5524733ab"
        "8f593dabcd62b357 1639d624e65152ab 8f530c359f0861d8 07ca0dbf500d6a61 56a38e088a22b65e"
        "52bc514d16ccf806 818ce91ab7793736 5af90bbf74a35be6 b40b8eedf2785e42 874d"
    )
    assert chacha.encrypt(KEY, BV.const(1, 32), nonce, octets.from_bytes(plaintext)) == ciphertext


@settings(max_examples=15, deadline=None)
@given(
    key=st.binary(min_size=32, max_size=32),
    counter=st.integers(0, 2**32 - 4),
    nonce=st.binary(min_size=12, max_size=12),
    data=st.binary(max_size=200),
)
def test_random_encryption_against_a_library(key: bytes, counter: int, nonce: bytes, data: bytes) -> None:
    reference = Cipher(algorithms.ChaCha20(key, counter.to_bytes(4, "little") + nonce), mode=None).encryptor()
    ciphertext = chacha.encrypt(
        chacha.words(octets.from_bytes(key)),
        BV.const(counter, 32),
        chacha.words(octets.from_bytes(nonce)),
        octets.from_bytes(data),
    )
    assert octets.to_bytes(ciphertext) == reference.update(data)


def test_counter_wraps() -> None:
    nonce = chacha.words(octets.from_bytes(bytes(12)))
    stream = chacha.encrypt(KEY, BV.const(-1, 32), nonce, octets.from_bytes(bytes(128)))
    assert stream[64:] == [
        b for word in chacha.block(KEY, BV.const(0, 32), nonce) for b in octets.little_endian_octets(word)
    ]


# draft-strombergson-chacha-test-vectors-01, TC1 of a key of 256 bits: key and IV of zeros
@pytest.mark.parametrize(
    ("rounds", "keystream"),
    [
        (
            8,
            "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e"
            "984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42",
        ),
        (
            12,
            "9bf49a6a0755f953811fce125f2683d50429c3bb49e074147e0089a52eae155f"
            "0564f879d27ae3c02ce82834acfa8c793a629f2ca0de6919610be82f411326be",
        ),
    ],
)
def test_fewer_rounds(rounds: int, keystream: str) -> None:
    zeros = [BV.const(0, 32)] * 12
    stream = chacha.encrypt(zeros[:8], zeros[8], zeros[9:], octets.from_bytes(bytes(64)), rounds)
    assert stream == terms(keystream)


def test_subkey() -> None:
    # draft-irtf-cfrg-xchacha-03, section 2.2.1
    subkey = chacha.hchacha20(KEY, chacha.words(terms("000000090000004a0000000031415927")))
    assert [octet for word in subkey for octet in octets.little_endian_octets(word)] == terms(
        "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
    )


def test_rounds_come_in_twos() -> None:
    with pytest.raises(ValueError, match="19 is odd"):
        chacha.permute([BV.const(0, 32)] * 16, 19)


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="a key of 8 words and a nonce of 2"):
        chacha.initial_state(KEY, BV.const(0, 32), KEY[:2])
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        poly1305.mac(terms("00" * 16), [])


def test_authenticator() -> None:
    # Section 2.5.2
    key = terms("85d6be7857556d337f4452fe42d506a8 0103808afb0db2fd4abff6af4149f51b")
    tag = poly1305.mac(key, octets.from_bytes(b"Cryptographic Forum Research Group"))
    assert tag == terms("a8061dc1305136c6c22b8baf0c0127a9")


@pytest.mark.parametrize(
    ("r", "s", "message", "tag"),
    [
        ("02" + "00" * 15, "00" * 16, "ff" * 16, "03" + "00" * 15),
        ("02" + "00" * 15, "ff" * 16, "02" + "00" * 15, "03" + "00" * 15),
        ("02" + "00" * 15, "00" * 16, "fd" + "ff" * 15, "fa" + "ff" * 15),
    ],
    ids=["vector 7", "vector 8", "vector 9"],
)
def test_edges_of_the_modulus(r: str, s: str, message: str, tag: str) -> None:
    # Appendix A.3
    assert poly1305.mac(terms(r + s), terms(message)) == terms(tag)


@settings(max_examples=25, deadline=None)
@given(key=st.binary(min_size=32, max_size=32), message=st.binary(max_size=100))
def test_random_tags_against_a_library(key: bytes, message: bytes) -> None:
    tag = poly1305.mac(octets.from_bytes(key), octets.from_bytes(message))
    assert octets.to_bytes(tag) == Poly1305.generate_tag(key, message)
