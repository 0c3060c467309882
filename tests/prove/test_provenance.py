"""Where terms come from: instructions by address, lines of the specification, and how an UNKNOWN names both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import programs.contracts  # noqa: F401  registers them
from lnsym.bv import BV
from lnsym.contract import Theorem, registered
from lnsym.deadline import NEVER
from lnsym.machine.image import load_image
from lnsym.prove.frontier import Beyond, Frontier
from lnsym.prove.provenance import computed_at, locate_apart, specified_at
from lnsym.run.exploration import Execution, explore
from lnsym.run.setup import Setup

SAMPLES = Path(__file__).parents[2] / "programs" / "samples"


@pytest.fixture(scope="module")
def execution() -> Execution:
    image = load_image(SAMPLES / "sha256_scalar.o", ["sha256_block_scalar"])
    theorem = registered()["sha256-blocks"].statement("sha256_block_scalar", blocks=1)
    return explore(Setup(image, "sha256_block_scalar", theorem))


def labelled(execution: Execution) -> dict[str, BV]:
    return {label: term for term, label in execution.setup.statement.labels.items()}


def test_instructions_come_in_the_order_of_the_rounds(execution: Execution) -> None:
    terms = labelled(execution)
    wanted = [terms[f"a after round {n}"] for n in (0, 1, 20)]
    found = computed_at(execution, wanted, NEVER)
    assert set(found) == set(wanted)
    for term in wanted:
        assert found[term].text.split()[0] in ("add", "ror", "eor")


def test_a_term_that_nothing_computes(execution: Execution) -> None:
    assert computed_at(execution, [BV.var("never", 32) + 1], NEVER) == {}


def test_lines_of_the_specification(execution: Execution) -> None:
    term = labelled(execution)["a after round 5"]

    def state() -> Theorem:
        return registered()["sha256-blocks"].statement("sha256_block_scalar", blocks=1)

    found = specified_at(state, [term])
    assert found[term].startswith("crypto_specs/sha2.py:")
    line = int(found[term].split(":")[1])
    source = (Path(__file__).parents[2] / "crypto_specs" / "sha2.py").read_text().splitlines()
    assert source[line - 1].strip() == found[term].split(": ", 1)[1]


def test_both_sides_of_a_pair_are_told_apart(execution: Execution) -> None:
    terms = labelled(execution)
    never, known = BV.var("never", 32) * 3, terms["a after round 0"]
    found = Frontier(Beyond(never, None), Beyond(known, known), None, Beyond(known, known), {}, {})
    apart = locate_apart(execution, lambda: None, found, NEVER)
    assert apart.actual == "3·never"
    assert apart.computed_at == ""
    assert apart.expected.startswith("⟨a after round 0⟩ = ")
    apart = locate_apart(execution, lambda: None, replace(found, code=found.other), NEVER)
    assert apart.computed_at.startswith("0x")
