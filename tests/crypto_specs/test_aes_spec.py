"""AES against the vectors of FIPS 197 and a well-kept library."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import aes, octets
from lnsym.bv import BV

VARIANTS = [aes.AES128, aes.AES192, aes.AES256]


def terms(text: str) -> list[BV]:
    return octets.from_bytes(bytes.fromhex(text))


def text(block: list[BV]) -> str:
    return octets.to_bytes(block).hex()


def text_of_words(round_keys: list[list[BV]], first: int, last: int) -> str:
    words = [text(round_key[at : at + 4]) for round_key in round_keys for at in range(0, 16, 4)]
    return " ".join(words[first : last + 1])


# The field and the S-boxes


def test_products_of_the_standard() -> None:
    # FIPS 197, section 4.2
    b = BV.const(0x57, 8)
    assert aes.multiply(0x83, b).value == 0xC1
    assert aes.multiply(0x13, b).value == 0xFE
    assert aes.xtimes(b).value == 0xAE
    assert aes.xtimes(aes.xtimes(b)).value == 0x47


def test_inverses_are_inverse() -> None:
    zero, *inverses = aes.inverses()
    assert zero.value == 0
    assert all(aes.multiply(b, inverse).value == 1 for b, inverse in enumerate(inverses, 1))


def test_s_box_has_the_rows_of_table_4() -> None:
    assert bytes(aes.SBOX.entries[:16]).hex() == "637c777bf26b6fc53001672bfed7ab76"
    assert bytes(aes.SBOX.entries[-16:]).hex() == "8ca1890dbfe6426841992d0fb054bb16"
    assert aes.SBOX[0x53] == 0xED  # the example of section 5.1.1


def test_inverse_s_box_has_the_rows_of_table_6() -> None:
    assert bytes(aes.INV_SBOX.entries[:16]).hex() == "52096ad53036a538bf40a39e81f3d7fb"
    assert bytes(aes.INV_SBOX.entries[-16:]).hex() == "172b047eba77d626e169146355210c7d"
    assert all(aes.INV_SBOX[aes.SBOX[b]] == b for b in range(256))


# Key expansion: appendix A


def test_key_expansion_of_128_bits() -> None:
    round_keys = aes.key_expansion(aes.AES128, terms("2b7e151628aed2a6abf7158809cf4f3c"))
    assert len(round_keys) == 11
    assert text_of_words(round_keys, 0, 7) == (
        "2b7e1516 28aed2a6 abf71588 09cf4f3c a0fafe17 88542cb1 23a33939 2a6c7605"
    )
    assert text_of_words(round_keys, 40, 43) == "d014f9a8 c9ee2589 e13f0cc8 b6630ca6"


def test_key_expansion_of_192_bits() -> None:
    round_keys = aes.key_expansion(aes.AES192, terms("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"))
    assert len(round_keys) == 13
    assert text_of_words(round_keys, 6, 11) == "fe0c91f7 2402f5a5 ec12068e 6c827f6b 0e7a95b9 5c56fec2"
    assert text_of_words(round_keys, 48, 51) == "e98ba06f 448c773c 8ecc7204 01002202"


def test_key_expansion_of_256_bits() -> None:
    key = terms("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    round_keys = aes.key_expansion(aes.AES256, key)
    assert len(round_keys) == 15
    assert text_of_words(round_keys, 8, 15) == (
        "9ba35411 8e6925af a51a8b5f 2067fcde a8b09c1a 93d194cd be49846e b75d5b9a"
    )
    assert text_of_words(round_keys, 56, 59) == "fe4890d1 e6188d0b 046df344 706c631e"


def test_round_constants_of_table_5() -> None:
    constants = [aes.rcon(j)[0].value for j in range(1, 11)]
    assert bytes(constants).hex() == "01020408102040801b36"


# The cipher: appendix B, and appendix C of the edition of 2001


def test_cipher_example_of_appendix_b() -> None:
    round_keys = aes.key_expansion(aes.AES128, terms("2b7e151628aed2a6abf7158809cf4f3c"))
    block = aes.cipher(aes.AES128, terms("3243f6a8885a308d313198a2e0370734"), round_keys)
    assert text(block) == "3925841d02dc09fbdc118597196a0b32"


def test_first_round_of_appendix_c_1() -> None:
    state = terms("00102030405060708090a0b0c0d0e0f0")
    state = aes.sub_bytes(state)
    assert text(state) == "63cab7040953d051cd60e0e7ba70e18c"
    state = aes.shift_rows(state)
    assert text(state) == "6353e08c0960e104cd70b751bacad0e7"
    state = aes.mix_columns(state)
    assert text(state) == "5f72641557f5bc92f7be3b291db9f91a"
    state = aes.inv_sub_bytes(aes.inv_shift_rows(aes.inv_mix_columns(state)))
    assert text(state) == "00102030405060708090a0b0c0d0e0f0"


@pytest.mark.parametrize(
    ("parameters", "ciphertext"),
    [
        (aes.AES128, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (aes.AES192, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (aes.AES256, "8ea2b7ca516745bfeafc49904b496089"),
    ],
)
def test_vectors_of_appendix_c(parameters: aes.Parameters, ciphertext: str) -> None:
    key = octets.from_bytes(bytes(range(4 * parameters.nk)))
    plaintext = "00112233445566778899aabbccddeeff"
    round_keys = aes.key_expansion(parameters, key)
    inverse_keys = aes.equivalent_inverse_key_schedule(parameters, key)
    assert text(aes.cipher(parameters, terms(plaintext), round_keys)) == ciphertext
    assert text(aes.inverse_cipher(parameters, terms(ciphertext), round_keys)) == plaintext
    assert text(aes.equivalent_inverse_cipher(parameters, terms(ciphertext), inverse_keys)) == plaintext


def test_equivalent_inverse_keys_of_appendix_c_1() -> None:
    first, *_, before_last, last = aes.equivalent_inverse_key_schedule(aes.AES128, octets.from_bytes(bytes(range(16))))
    assert text(first) == "000102030405060708090a0b0c0d0e0f"
    assert text(before_last) == "13aa29be9c8faff6f770f58000f7bf03"
    assert text(last) == "13111d7fe3944a17f307a78b4d2b30c5"


# Random inputs


@pytest.mark.parametrize("parameters", VARIANTS, ids=lambda p: p.name)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_random_inputs_against_a_library(parameters: aes.Parameters, data: st.DataObject) -> None:
    size = 4 * parameters.nk
    key, plaintext = data.draw(st.binary(min_size=size, max_size=size)), data.draw(st.binary(min_size=16, max_size=16))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    ciphertext = encryptor.update(plaintext) + encryptor.finalize()
    key_terms = octets.from_bytes(key)
    assert octets.to_bytes(aes.encryption(parameters, key_terms)(octets.from_bytes(plaintext))) == ciphertext
    assert octets.to_bytes(aes.decryption(parameters, key_terms)(octets.from_bytes(ciphertext))) == plaintext
    inverse_keys = aes.equivalent_inverse_key_schedule(parameters, key_terms)
    block = aes.equivalent_inverse_cipher(parameters, octets.from_bytes(ciphertext), inverse_keys)
    assert octets.to_bytes(block) == plaintext


def test_wrong_sizes_are_refused() -> None:
    block = octets.from_bytes(bytes(16))
    with pytest.raises(ValueError, match="a key of AES-192 is 24 bytes, not 16"):
        aes.key_expansion(aes.AES192, block)
    round_keys = aes.key_expansion(aes.AES128, block)
    with pytest.raises(ValueError, match="AES-256 has 15 round keys, not 11"):
        aes.cipher(aes.AES256, block, round_keys)
    with pytest.raises(ValueError, match="a block is 16 bytes, not 15"):
        aes.inverse_cipher(aes.AES128, block[:15], round_keys)
