"""Keccak, SHA-3 and SHAKE against FIPS 202 and hashlib."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import keccak
from lnsym.bv import BV

# FIPS 202, section 3.2.2, table 2, as rows y = 0 to 4 of x = 0 to 4
RHO_OFFSETS = [
    [0, 1, 190, 28, 91],
    [36, 300, 6, 55, 276],
    [3, 10, 171, 153, 231],
    [105, 45, 15, 21, 136],
    [210, 66, 253, 120, 78],
]


def test_offsets_of_table_2() -> None:
    rotated = keccak.rho([BV.const(1, 64)] * 25)
    assert [lane.value for lane in rotated] == [1 << offset % 64 for row in RHO_OFFSETS for offset in row]


def test_round_constants() -> None:
    # The Keccak reference, version 3.0, section 1.2
    constants = [keccak.round_constant(i_r) for i_r in range(24)]
    assert constants[:4] == [0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000]
    assert constants[-2:] == [0x0000000080000001, 0x8000000080008008]


def test_permutation_of_the_zero_state() -> None:
    # The Keccak team's KeccakF-1600-IntermediateValues.txt
    lanes = keccak.keccak_f1600([BV.const(0, 64)] * 25)
    assert [lane.value for lane in lanes[:3]] == [0xF1258F7940E1DDE7, 0x84D5CCF933C0478A, 0xD598261EA65AA9EE]


def test_fewer_rounds_are_the_last_ones() -> None:
    lanes = [BV.const(i, 64) for i in range(25)]
    last = keccak.keccak_p1600(lanes, 1)
    assert last == keccak.keccak_round(lanes, 23)


def test_empty_message() -> None:
    # NIST's example values beside FIPS 202, the message of 0 bits
    expected = "a7ffc6f8bf1ed766 51c14756a061d662 f580ff4de43b49fa 82d80a4b80f8434a"
    assert keccak.sha3_256(b"") == bytes.fromhex(expected)


@pytest.mark.parametrize("name", ["sha3_224", "sha3_256", "sha3_384", "sha3_512"])
@settings(max_examples=10, deadline=None)
@given(message=st.binary(max_size=300))
def test_random_messages_against_hashlib(name: str, message: bytes) -> None:
    assert getattr(keccak, name)(message) == hashlib.new(name, message).digest()


@pytest.mark.parametrize("name", ["shake128", "shake256"])
@settings(max_examples=10, deadline=None)
@given(message=st.binary(max_size=300), length=st.integers(0, 400))
def test_random_lengths_against_hashlib(name: str, message: bytes, length: int) -> None:
    reference = {"shake128": hashlib.shake_128, "shake256": hashlib.shake_256}[name]
    assert getattr(keccak, name)(message, length) == reference(message).digest(length)


@pytest.mark.parametrize("length", [71, 72, 73, 135, 136, 137])
def test_padding_at_the_edges_of_a_block(length: int) -> None:
    message = bytes(range(length))
    assert keccak.sha3_256(message) == hashlib.sha3_256(message).digest()
    assert keccak.sha3_512(message) == hashlib.sha3_512(message).digest()


def test_wrong_sizes_are_refused() -> None:
    lanes = [BV.const(0, 64)] * 24
    with pytest.raises(ValueError, match="25 lanes, not 24"):
        keccak.keccak_f1600(lanes)
    with pytest.raises(ValueError, match="absorbs 17 lanes"):
        keccak.absorb(keccak.SHA3_256, lanes, lanes)
