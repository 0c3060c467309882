"""Keccak, SHA-3 and SHAKE against FIPS 202 and hashlib."""

import hashlib
from collections.abc import Iterable

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


# NIST's example values beside FIPS 202: the messages of 0 and of 1600 bits, the latter the byte a3 200 times
EXAMPLES = {
    "sha3_224": (
        "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7",
        "9376816aba503f72f96ce7eb65ac095deee3be4bf9bbc2a1cb7e11e0",
    ),
    "sha3_256": (
        "a7ffc6f8bf1ed766 51c14756a061d662 f580ff4de43b49fa 82d80a4b80f8434a",
        "79f38adec5c20307 a98ef76e8324afbf d46cfd81b22e3973 c65fa1bd9de31787",
    ),
    "sha3_384": (
        "0c63a75b845e4f7d 01107d852e4c2485 c51a50aaaa94fc61 995e71bbee983a2a c3713831264adb47 fb6bd1e058d5f004",
        "1881de2ca7e41ef9 5dc4732b8f5f002b 189cc1e42b74168e d1732649ce1dbcdd 76197a31fd55ee98 9f2d7050dd473e8f",
    ),
    "sha3_512": (
        "a69f73cca23a9ac5 c8b567dc185a756e 97c982164fe25859 e0d1dcc1475c80a6"
        "15b2123af1f5f94c 11e3e9402c3ac558 f500199d95b6d3e3 01758586281dcd26",
        "e76dfad22084a8b1 467fcf2ffa58361b ec7628edf5f3fdc0 e4805dc48caeeca8"
        "1b7c13c30adf52a3 659584739a2df46b e589c51ca1a4a841 6df6545a1ce8ba00",
    ),
}
HASHES = list(EXAMPLES)


@pytest.mark.parametrize("name", HASHES)
def test_example_messages(name: str) -> None:
    for message, expected in zip((b"", b"\xa3" * 200), EXAMPLES[name], strict=True):
        assert getattr(keccak, name)(message) == bytes.fromhex(expected)


def test_example_messages_of_shake() -> None:
    # NIST's example values beside FIPS 202, the message of 0 bits: the first 32 bytes
    shake128 = "7f9c2ba4e88f827d 616045507605853e d73b8093f6efbc88 eb1a6eacfa66ef26"
    shake256 = "46b9dd2b0ba88d13 233b3feb743eeb24 3fcd52ea62b81b82 b50c27646ed5762f"
    assert keccak.shake128(b"", 32) == bytes.fromhex(shake128)
    assert keccak.shake256(b"", 32) == bytes.fromhex(shake256)


# As NIST's validation suite SHA3VS chooses lengths for functions of bytes (hashlib gives the digests): short messages of every
# length up to the rate, long ones of a multiple of one more than the rate, the latter up to 100 of them


def message_of(length: int) -> bytes:
    """Bytes without a pattern that a block would share with the next."""
    return bytes([(i * i + 7 * i + length) % 251 for i in range(length)])


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("step", [23, pytest.param(1, marks=pytest.mark.slow)])
def test_short_messages(name: str, step: int) -> None:
    rate = hashlib.new(name).block_size
    for length in {*range(0, rate, step), rate - 1, rate, rate + 1}:
        message = message_of(length)
        assert getattr(keccak, name)(message) == hashlib.new(name, message).digest(), length


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("lengths", [(1, 5), pytest.param(range(2, 101, 7), marks=pytest.mark.slow)])
def test_long_messages(name: str, lengths: Iterable[int]) -> None:
    rate = hashlib.new(name).block_size
    for number in lengths:
        message = message_of(number * (rate + 1))
        assert getattr(keccak, name)(message) == hashlib.new(name, message).digest(), number


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize("links", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_monte_carlo_chain(name: str, links: int) -> None:
    """The inner loop of the suite's Monte Carlo test: each digest is the next message; hashlib's chain from the same seed."""
    digest = expected = message_of(hashlib.new(name).digest_size)
    for _ in range(links):
        digest, expected = getattr(keccak, name)(digest), hashlib.new(name, expected).digest()
    assert digest == expected


@pytest.mark.parametrize("name", HASHES)
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
