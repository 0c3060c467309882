"""SHA-1 and SHA-2 against NIST's examples and hashlib."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto_specs import sha1, sha2
from lnsym.bv import BV

VARIANTS = {
    "sha224": sha2.SHA224,
    "sha256": sha2.SHA256,
    "sha384": sha2.SHA384,
    "sha512": sha2.SHA512,
    "sha512_224": sha2.SHA512_224,
    "sha512_256": sha2.SHA512_256,
}

ABC = b"abc"
BITS_448 = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
BITS_896 = (
    b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
)

# The one-block and two-block messages of the examples that NIST publishes beside FIPS 180-4.
EXAMPLES = {
    ("sha1", ABC): "a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d",
    ("sha1", BITS_448): "84983e44 1c3bd26e baae4aa1 f95129e5 e54670f1",
    ("sha224", ABC): "23097d22 3405d822 8642a477 bda255b3 2aadbce4 bda0b3f7 e36c9da7",
    ("sha224", BITS_448): "75388b16 512776cc 5dba5da1 fd890150 b0c6455c b4f58b19 52522525",
    ("sha256", ABC): "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad",
    ("sha256", BITS_448): "248d6a61 d20638b8 e5c02693 0c3e6039 a33ce459 64ff2167 f6ecedd4 19db06c1",
    ("sha384", ABC): (
        "cb00753f45a35e8b b5a03d699ac65007 272c32ab0eded163 1a8b605a43ff5bed 8086072ba1e7cc23 58baeca134c825a7"
    ),
    ("sha384", BITS_896): (
        "09330c33f71147e8 3d192fc782cd1b47 53111b173b3b05d2 2fa08086e3b0f712 fcc7c71a557e2db9 66c3e9fa91746039"
    ),
    ("sha512", ABC): (
        "ddaf35a193617aba cc417349ae204131 12e6fa4e89a97ea2 0a9eeee64b55d39a"
        "2192992a274fc1a8 36ba3c23a3feebbd 454d4423643ce80e 2a9ac94fa54ca49f"
    ),
    ("sha512", BITS_896): (
        "8e959b75dae313da 8cf4f72814fc143f 8f7779c6eb9f7fa1 7299aeadb6889018"
        "501d289e4900f7e4 331b99dec4b5433a c7d329eeb6dd2654 5e96e55b874be909"
    ),
    ("sha512_224", ABC): "4634270f 707b6a54 daae7530 460842e2 0e37ed26 5ceee9a4 3e8924aa",
    ("sha512_256", ABC): "53048e2681941ef9 9b2e29b76b4c7dab e4c2d0c634fc6d46 e0e2f13107e7af23",
}

MILLION = {
    "sha1": "34aa973c d4c4daa4 f61eeb2b dbad2731 6534016f",
    "sha256": "cdc76e5c 9914fb92 81a1c7e2 84d73e67 f1809a48 a497200e 046d39cc c7112cd0",
    "sha512": (
        "e718483d0ce76964 4e2e42c7bc15b463 8e1f98b13b204428 5632a803afa973eb"
        "de0ff244877ea60a 4cb0432ce577c31b eb009c5c2c49aa2e 4eadb217ad8cc09b"
    ),
}


def digest(name: str, message: bytes) -> bytes:
    return sha1.digest(message) if name == "sha1" else sha2.digest(VARIANTS[name], message)


@pytest.mark.parametrize(("name", "message"), EXAMPLES)
def test_nist_examples(name: str, message: bytes) -> None:
    assert digest(name, message) == bytes.fromhex(EXAMPLES[name, message])


@pytest.mark.slow
@pytest.mark.parametrize("name", MILLION)
def test_a_million_times_the_letter_a(name: str) -> None:
    assert digest(name, b"a" * 1_000_000) == bytes.fromhex(MILLION[name])


@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
@settings(max_examples=15, deadline=None)
@given(message=st.binary(max_size=300))
def test_random_messages_against_hashlib(name: str, message: bytes) -> None:
    assert digest(name, message) == hashlib.new(name, message).digest()


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512"])
def test_padding_at_the_edges_of_a_block(name: str) -> None:
    block_bytes = sha1.BLOCK_BYTES if name == "sha1" else VARIANTS[name].block_bytes
    for length in (0, block_bytes - block_bytes // 8 - 1, block_bytes - block_bytes // 8, block_bytes - 1, block_bytes):
        message = bytes(range(length))
        assert digest(name, message) == hashlib.new(name, message).digest(), length


def test_constants_are_those_of_the_tables() -> None:
    assert (len(sha2.SHA256.k), len(sha2.SHA512.k)) == (64, 80)
    assert sha2.SHA256.k[:4] == (0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5)
    assert sha2.SHA256.k[-2:] == (0xBEF9A3F7, 0xC67178F2)
    assert sha2.SHA512.k[:2] == (0x428A2F98D728AE22, 0x7137449123EF65CD)
    assert sha2.SHA512.k[-2:] == (0x5FCB6FAB3AD6FAEC, 0x6C44198C4A475817)
    assert sha2.SHA224.initial[0] == 0xC1059ED8
    assert sha2.SHA256.initial[0] == 0x6A09E667
    assert sha2.SHA384.initial[0] == 0xCBBB9D5DC1059ED8
    assert sha2.SHA512.initial[-1] == 0x5BE0CD19137E2179
    assert sha2.SHA512_224.initial[0] == 0x8C3D37C819544DA2
    assert sha2.SHA512_256.initial[0] == 0x22312194FC2BF72C


@pytest.mark.parametrize("name", ["sha256", "sha512"])
@pytest.mark.parametrize("field", ["big_sigma0", "big_sigma1", "small_sigma0", "small_sigma1"])
def test_each_rotation_amount_matters(name: str, field: str) -> None:
    for position in range(3):
        amounts = list(getattr(VARIANTS[name], field))
        amounts[position] += 1
        changed: dict[str, Any] = {field: tuple(amounts)}
        wrong = replace(VARIANTS[name], **changed)
        assert sha2.digest(wrong, ABC) != hashlib.new(name, ABC).digest()


def test_a_part_of_a_block_is_refused() -> None:
    words = [BV.const(0, 32)] * 17
    for compress in (sha1.compress, lambda state, block: sha2.compress(sha2.SHA256, state, block)):
        with pytest.raises(ValueError, match="16 words"):
            compress(sha1.initial_state(), words)
    with pytest.raises(ValueError, match="no multiple"):
        sha1.compress_blocks(sha1.initial_state(), words)
    with pytest.raises(ValueError, match="no multiple"):
        sha2.compress_blocks(sha2.SHA256, sha2.initial_state(sha2.SHA256), words)
