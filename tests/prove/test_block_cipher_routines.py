"""The libraries' block ciphers and their modes under the bundled contracts, and one routine that is known to be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import programs.contracts  # noqa: F401  registers them
from lnsym.contract import registered
from lnsym.contract.routines import Choice, Images
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options
from lnsym.session import cases

Case = tuple[str, Mapping[str, str]]


def verdicts(path: Path, symbol: str, parameters: Mapping[str, str]) -> list[Verdict]:
    found = cases(Images(path), [symbol], Choice(registered(), given=parameters))
    assert found
    return [case.verify(Options()) for case in found if isinstance(case, Subject)]


def assert_proved(path: Path, symbol: str, parameters: Mapping[str, str]) -> None:
    assert {verdict.status for verdict in verdicts(path, symbol, parameters)} == {"proved"}


def slowly(*symbols: str) -> list[object]:
    return [pytest.param(symbol, {}, marks=pytest.mark.slow) for symbol in symbols]


AWS_LC: list[Case] = [
    ("DES_set_key_ex", {}),
    ("DES_encrypt1", {"decrypt": "false"}),
    ("aes_hw_xts_encrypt", {"size": "24"}),
]
AWS_LC_SLOW = [
    "DES_encrypt2",
    "DES_encrypt3",
    "DES_decrypt3",
    "DES_set_key",
    "DES_ecb_encrypt_ex",
    "DES_ecb3_encrypt_ex",
]
AWS_LC_SLOW += ["DES_ncbc_encrypt", "DES_ede3_cbc_encrypt", "aes_hw_xts_encrypt", "aes_hw_xts_decrypt"]

OPENSSL: list[Case] = [
    ("DES_encrypt2", {"decrypt": "true"}),
    ("DES_ecb_encrypt", {"decrypt": "false"}),
    ("SEED_set_key", {}),
    ("Camellia_Ekeygen", {"bits": "192"}),
    ("ossl_aria_set_encrypt_key", {"bits": "128", "refused": ""}),
    ("ossl_sm4_encrypt", {"in_place": "false"}),
    ("aes_v8_ecb_encrypt", {"bits": "128", "blocks": "6", "decrypt": "false"}),
]
OPENSSL_SLOW = ["DES_set_key_unchecked", "DES_encrypt1", "DES_encrypt3", "DES_decrypt3", "DES_ede3_cbc_encrypt"]
OPENSSL_SLOW += ["SEED_encrypt", "SEED_decrypt", "SEED_cbc_encrypt", "SEED_cfb128_encrypt", "SEED_ofb128_encrypt"]
OPENSSL_SLOW += ["Camellia_set_key", "Camellia_EncryptBlock", "Camellia_DecryptBlock", "Camellia_EncryptBlock_Rounds"]
OPENSSL_SLOW += ["Camellia_DecryptBlock_Rounds", "Camellia_encrypt", "Camellia_decrypt", "Camellia_cbc_encrypt"]
OPENSSL_SLOW += ["ossl_aria_set_decrypt_key", "ossl_aria_encrypt", "ossl_sm4_set_key", "ossl_sm4_decrypt"]
OPENSSL_SLOW += ["aes_v8_ecb_encrypt", "aes_v8_xts_encrypt", "aes_v8_xts_decrypt", "vpaes_ecb_encrypt"]
OPENSSL_SLOW += ["AES_ecb_encrypt", "AES_cbc_encrypt", "AES_cfb128_encrypt", "AES_ofb128_encrypt"]


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "parameters"), [*AWS_LC, *slowly(*AWS_LC_SLOW)])
def test_block_ciphers_of_aws_lc(aws_lc: Path, symbol: str, parameters: Mapping[str, str]) -> None:
    assert_proved(aws_lc, symbol, parameters)


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "parameters"), [*OPENSSL, *slowly(*OPENSSL_SLOW)])
def test_block_ciphers_of_openssl(openssl: Path, symbol: str, parameters: Mapping[str, str]) -> None:
    assert_proved(openssl, symbol, parameters)


@pytest.mark.corpus
def test_a_wrong_routine_of_openssl_is_refuted(openssl: Path) -> None:
    """openssl/openssl#30341: of an odd number of blocks the first is encrypted under the schedule for decryption."""
    (verdict,) = verdicts(openssl, "vpaes_ecb_decrypt", {"blocks": "1"})
    assert verdict.status == "refuted"
