"""The contracts of hashes, checks and stream ciphers say what real routines do, on Unicorn and on numbers: no proof takes part in this."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

import programs.contracts  # noqa: F401  registers them
from crypto_specs import chacha
from lnsym.contract import Contract, Theorem, registered
from lnsym.contract.routines import contract_for
from lnsym.machine.image import Image, load_image
from lnsym.mutation.second_opinion import Opinion, second_opinion

INPUTS = 5

AWS_LC: list[tuple[str, Mapping[str, object]]] = [
    ("md5_block_asm_data_order", {"blocks": 2}),
    ("ripemd160_block_data_order", {}),
    ("blake2b_transform", {"final": True}),
    ("SIPHASH_24", {"length": 24}),
    ("ChaCha20_ctr32_nohw", {"length": 100}),
    ("ChaCha20_ctr32_neon", {"length": 320, "in_place": True}),
    ("ChaCha20_512_neon", {}),
    ("CRYPTO_hchacha20", {}),
    ("jent_keccakp_iota", {}),
    ("aws_checksums_crc32_sw", {"length": 21, "alignment": 1}),
    ("aws_checksums_crc32c_armv8", {"length": 75, "alignment": 1}),
]
OPENSSL: list[tuple[str, Mapping[str, object]]] = [
    ("ossl_sm3_block_data_order", {}),
    ("blake2b_compress", {"blocks": 2}),
    ("blake2s_compress", {"final": True}),
    ("whirlpool_block", {}),
    ("ChaCha20_ctr32", {"length": 200}),
    ("SipHash_Init", {"size": 8}),
    ("SipHash_Update", {"words": 3}),
    ("SipHash_Final", {"rest": 5}),
]


@cache
def image_of(path: Path) -> Image:
    """The file with all routines of a list above."""
    return load_image(path, [symbol for symbol, _ in (OPENSSL if path.suffix == ".a" else AWS_LC)])


def opinion_of(path: Path, symbol: str, case: Mapping[str, object]) -> Opinion:
    contract = registered()[contract_for(symbol, registered())]
    return second_opinion(
        load_image(path, [symbol]), symbol, contract, contract.numbered(case), INPUTS, symbol, 100_000
    )


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "case"), AWS_LC)
def test_routines_of_aws_lc_agree(aws_lc: Path, symbol: str, case: Mapping[str, object]) -> None:
    assert opinion_of(aws_lc, symbol, case) == Opinion(INPUTS)


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "case"), OPENSSL)
def test_routines_of_openssl_agree(openssl: Path, symbol: str, case: Mapping[str, object]) -> None:
    assert opinion_of(openssl, symbol, case) == Opinion(INPUTS)


@pytest.mark.corpus
@pytest.mark.parametrize(("counter", "agrees"), [(2**32 - 2, True), (2**32 - 1, False)])
def test_two_blocks_from_the_last_counters(aws_lc: Path, counter: int, agrees: bool) -> None:
    """Why the contract has a precondition, and that it asks no more than it must: scalar code carries into the nonce."""

    def two_blocks(t: Theorem) -> None:
        source, target = t.region("in", 128, 8), t.region("out", 128, 8, access="w")
        key, words = t.region("key", 8, 32), t.region("counter", 4, 32, fixed={0: counter})
        t.call(target, source, 128, key, words)
        first, *nonce = words.elements
        t.ensure(target, chacha.encrypt(key.elements, first, nonce, source.elements))

    symbol = "ChaCha20_ctr32_nohw"
    opinion = second_opinion(
        load_image(aws_lc, [symbol]), symbol, Contract("mine", two_blocks), {}, INPUTS, "1", 100_000
    )
    assert (opinion.difference == "") == agrees
    assert agrees or opinion.difference.startswith("out[64]")
