"""DES and TDEA against their standards' examples and a well-kept library."""

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import des
from lnsym.bv import BV, evaluate


def block(value: int) -> BV:
    return BV.const(value, 64)


# FIPS 81, table B1: the key 0123456789abcdef in ECB mode on "Now is the time for all "
FIPS_81 = [
    (0x4E6F772069732074, 0x3FA40E8A984D4815),
    (0x68652074696D6520, 0x6A271787AB8883F9),
    (0x666F7220616C6C20, 0x893D51EC4B563B53),
]

# NIST SP 800-17, tables of known answers: one bit of the plaintext set, one bit of the key set, and other keys
KNOWN_ANSWERS = [  # key, plaintext, ciphertext
    (0x0101010101010101, 0x8000000000000000, 0x95F8A5E5DD31D900),
    (0x0101010101010101, 0x4000000000000000, 0xDD7F121CA5015619),
    (0x0101010101010101, 0x0000000000000001, 0x166B40B44ABA4BD6),
    (0x8001010101010101, 0x0000000000000000, 0x95A8D72813DAA94D),
    (0x0101010101010102, 0x0000000000000000, 0x869EFD7F9F265A09),
    (0x7CA110454A1A6E57, 0x01A1D6D039776742, 0x690F5B0D9A26939B),
    (0x0131D9619DC1376E, 0x5CD54CA83DEF57DA, 0x7A389D10354BD271),
]


@pytest.mark.parametrize(("plaintext", "ciphertext"), FIPS_81)
def test_des_examples_of_fips_81(plaintext: int, ciphertext: int) -> None:
    round_keys = des.key_schedule(block(0x0123456789ABCDEF))
    assert des.encrypt(block(plaintext), round_keys) == block(ciphertext)
    assert des.decrypt(block(ciphertext), round_keys) == block(plaintext)


@pytest.mark.parametrize(("key", "plaintext", "ciphertext"), KNOWN_ANSWERS)
def test_des_known_answers(key: int, plaintext: int, ciphertext: int) -> None:
    assert des.encrypt(block(plaintext), des.key_schedule(block(key))) == block(ciphertext)


@pytest.mark.parametrize(
    ("plaintext", "ciphertext"),
    [
        (0x5468652071756663, 0xA826FD8CE53B855F),
        (0x6B2062726F776E20, 0xCCE21C8112256FE6),
        (0x666F78206A756D70, 0x68D5C05DD9B6B900),
    ],
)
def test_tdea_examples_of_sp_800_67(plaintext: int, ciphertext: int) -> None:
    # Appendix B.1
    keys = [0x0123456789ABCDEF, 0x23456789ABCDEF01, 0x456789ABCDEF0123]
    schedules = [des.key_schedule(block(key)) for key in keys]
    assert des.tdea_encrypt(block(plaintext), schedules) == block(ciphertext)
    assert des.tdea_decrypt(block(ciphertext), schedules) == block(plaintext)


def test_des_tables_as_the_standard_prints_them() -> None:
    assert des.IP[:9] == (58, 50, 42, 34, 26, 18, 10, 2, 60)
    assert des.IP_INVERSE[:9] == (40, 8, 48, 16, 56, 24, 64, 32, 39)
    assert des.E[:7] + des.E[-6:] == (32, 1, 2, 3, 4, 5, 4, 28, 29, 30, 31, 32, 1)
    assert sorted(des.P) == list(range(1, 33))
    assert sorted(des.PC1) == [bit for bit in range(1, 65) if bit % 8]
    assert des.S[0][0b011011] == 5  # the standard's example: row 01, column 1101


def test_des_s_boxes_have_permutations_for_rows() -> None:
    for box in des.S:
        for row in range(4):
            entries = [box[row >> 1 << 5 | column << 1 | row & 1] for column in range(16)]
            assert sorted(entries) == list(range(16))


def test_des_weak_keys_come_in_pairs_of_inverses() -> None:
    """SP 800-67, section 3.3.2: a weak key is its own inverse, of a pair of semi-weak keys one is that of the other."""
    plaintext = block(0x0123456789ABCDEF)
    pairs = [(key, key) for key in des.WEAK_KEYS[:4]] + list(zip(des.WEAK_KEYS[4::2], des.WEAK_KEYS[5::2], strict=True))
    assert len({key for pair in pairs for key in pair}) == 16
    for pair in pairs:
        first, second = (des.key_schedule(block(key)) for key in pair)
        assert des.encrypt(des.encrypt(plaintext, first), second) == plaintext
        assert all(des.is_weak(block(key)).value and des.has_odd_parity(block(key)).value for key in pair)
    assert not des.is_weak(block(0x0123456789ABCDEF)).value
    assert not des.has_odd_parity(block(0x0101010101010100)).value


def test_des_of_complements() -> None:
    """What FIPS 74 and SP 800-67 note: DES of the complements of key and block is the complement of DES."""
    key, plaintext = BV.var("key", 64), BV.var("plaintext", 64)
    ciphertext = des.encrypt(plaintext, des.key_schedule(key))
    ones = (1 << 64) - 1
    values = {key: 0x133457799BBCDFF1, plaintext: 0x0123456789ABCDEF}
    complements = {name: value ^ ones for name, value in values.items()}
    (one,), (other,) = evaluate([ciphertext], [values, complements])
    assert (one, other) == (0x85E813540F0AB405, 0x85E813540F0AB405 ^ ones)


@settings(max_examples=10, deadline=None)
@given(keys=st.binary(min_size=24, max_size=24), plaintext=st.binary(min_size=8, max_size=8))
def test_tdea_of_random_blocks_against_a_library(keys: bytes, plaintext: bytes) -> None:
    encryptor = Cipher(TripleDES(keys), modes.ECB()).encryptor()
    ciphertext = block(int.from_bytes(encryptor.update(plaintext), "big"))
    schedules = [des.key_schedule(block(int.from_bytes(keys[at : at + 8], "big"))) for at in (0, 8, 16)]
    assert des.tdea_encrypt(block(int.from_bytes(plaintext, "big")), schedules) == ciphertext
    assert des.tdea_decrypt(ciphertext, schedules) == block(int.from_bytes(plaintext, "big"))
