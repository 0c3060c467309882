"""Bugs of shipped code that are public: the contract alone refutes them, and is proved where they were mended."""

from __future__ import annotations

from pathlib import Path

import pytest

import programs.contracts  # noqa: F401
from lnsym.contract import registered
from lnsym.contract.routines import Images
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import verify

pytestmark = pytest.mark.corpus


def xts_decryption(library: Path, size: int) -> Verdict:
    symbol = "aes_hw_xts_decrypt"
    image = Images(library).with_routine(symbol)
    return verify(image, symbol, registered()["aes-xts-decrypt"], {"size": size})


@pytest.mark.parametrize("size", [144, 224])
def test_a_read_past_the_input_is_refuted(aws_lc_2023: Path, size: int) -> None:
    """CVE-2023-1255: where four blocks are left after rounds of five."""
    verdict = xts_decryption(aws_lc_2023, size)
    assert verdict.status == "refuted"
    assert f"load of 16 bytes {size} bytes into `in`, which has {size}" in verdict.reason
    assert verdict.counterexample is not None


def test_other_lengths_of_that_code_are_right(aws_lc_2023: Path) -> None:
    assert xts_decryption(aws_lc_2023, 32).status == "proved"


def test_the_mended_code_is_proved(aws_lc: Path) -> None:
    assert xts_decryption(aws_lc, 144).status == "proved"


def test_a_default_case_is_such_a_length() -> None:
    assert {"size": 144} in registered()["aes-xts-decrypt"].cases
