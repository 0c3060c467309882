"""Minimised counterexamples: still failing, with pointers kept, and as small as single bits can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

import programs.contracts  # noqa: F401  registers them
from lnsym.contract import registered
from lnsym.contract.routines import contract_for
from lnsym.machine.image import load_image
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import verify

BROKEN = Path(__file__).parents[2] / "programs" / "samples" / "broken.o"


def refuted(symbol: str) -> Verdict:
    contracts = registered()
    contract = contracts[contract_for(symbol, contracts)]
    verdict = verify(load_image(BROKEN, [symbol]), symbol, contract, contract.choices({})[0])
    assert verdict.status == "refuted"
    return verdict


def inputs(verdict: Verdict) -> dict[str, tuple[int, ...]]:
    assert verdict.counterexample is not None
    return {given.name: given.values for given in verdict.counterexample.inputs}


def test_one_bit_is_left_where_one_is_enough() -> None:
    given = inputs(refuted("max_u64_signed"))
    assert sum(value.bit_count() for values in given.values() for value in values) == 1


def test_an_array_is_zero_but_for_what_matters() -> None:
    given = inputs(refuted("memcpy_64_short"))
    assert sum(value.bit_count() for value in given["src[]"]) == 1
    assert given["src"] != (0,)
    assert given["dst"] != (0,)


def test_a_violation_that_comes_on_any_input() -> None:
    given = inputs(refuted("memcpy_64_overrun"))
    assert set(given["src[]"]) == {0}


@pytest.mark.parametrize("symbol", ["abs64_wrong", "clobbers_x19", "sha256_block_wrong_rotation"])
def test_the_smaller_input_was_run(symbol: str) -> None:
    verdict = refuted(symbol)
    assert verdict.counterexample is not None
    assert verdict.counterexample.differences


@pytest.mark.parametrize(
    ("symbol", "instruction"),
    [("max_u64_signed", "csel"), ("abs64_wrong", "cneg"), ("sha256_block_wrong_rotation", "ror")],
)
def test_the_first_instruction_without_a_counterpart(symbol: str, instruction: str) -> None:
    """The wrong condition of the selection, of the negation, and the rotation that completes the wrong Sigma1."""
    counterexample = refuted(symbol).counterexample
    assert counterexample is not None
    assert counterexample.origin.startswith("0x")
    assert f")  {instruction} " in counterexample.origin
