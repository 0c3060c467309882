"""What a proof rests on beyond what every one does: in the report, and in words under the verdict."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from assembly import NOP, RET, b_cond, cmp_imm, judge, movz, object_of, returns_its_argument

from isa.assumptions import IN_WORDS
from lnsym.contract import Theorem
from lnsym.prove.assumptions import ASSUMPTIONS
from lnsym.show.verdicts import assumption_lines

ROOT = Path(__file__).parents[2]

PACIASP, AUTIASP = 0xD503233F, 0xD50323BF
LDAXR_X1_X0, STLXR_W2_X1_X0, MOV_X0_X1 = 0xC85FFC01, 0xC802FC01, 0xAA0103E0
SWP_X0_X0_X0, LDADD_X1_X0_X0, CAS_X2_X2_X0 = 0xF8208000, 0xF8210000, 0xC8A27C02

LO, LS = 3, 9


def loads(t: Theorem) -> None:
    """uint64_t f(uint64_t *p): *p."""
    p = t.region("p", 1, 64, access="rw", alignment=8)
    t.call(p)
    t.ensure(p, p.elements)
    t.ensure_result(p.elements[0])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ([LDAXR_X1_X0, STLXR_W2_X1_X0, MOV_X0_X1, RET], "EXCLUSIVES_ALWAYS_SUCCEED"),
        ([movz(1, 0), LDADD_X1_X0_X0, RET], "ATOMICS_UNDISTURBED"),
        ([movz(2, 0), CAS_X2_X2_X0, 0xF9400000, RET], "ATOMICS_UNDISTURBED"),
    ],
)
def test_accesses_that_others_could_disturb(words: list[int], name: str) -> None:
    verdict = judge(loads, *words)
    assert verdict.status == "proved"
    assert name in verdict.assumptions
    assert list(assumption_lines(verdict)) == [f"  assumes  {IN_WORDS[name]} ({name})"]


def test_signed_pointers() -> None:
    verdict = judge(returns_its_argument, PACIASP, AUTIASP, RET)
    assert verdict.status == "proved"
    assert ["POINTER_AUTHENTICATION_AS_PLAIN" in line for line in assumption_lines(verdict)] == [True]


def test_nothing_is_said_of_what_every_proof_assumes_nor_under_other_verdicts() -> None:
    verdict = judge(returns_its_argument, NOP, RET)
    assert verdict.assumptions == ASSUMPTIONS
    assert list(assumption_lines(verdict)) == []
    signed = judge(returns_its_argument, PACIASP, AUTIASP, RET)
    assert list(assumption_lines(replace(signed, status="unknown"))) == []


TAKEN_BY_NOBODY = [cmp_imm(0, 10), b_cond(LO, 20), cmp_imm(0, 9), b_cond(LS, 8), RET, movz(0, 7), RET]
"""Returns x0 where x0 >= 10 unless x0 <= 9, which only a solver can tell; its argument is at least 10."""


def at_least_ten(t: Theorem) -> None:
    """uint64_t f(uint64_t a): a, for a >= 10."""
    a = t.value("a", 64)
    t.assume(~a.ult(10))
    t.call(a)
    t.ensure_result(a)


def test_a_path_that_a_solver_dropped_makes_its_word_an_assumption() -> None:
    verdict = judge(at_least_ten, *TAKEN_BY_NOBODY)
    assert verdict.status == "proved"
    assert verdict.paths == 1
    assert "solver" in verdict.assumptions


def test_the_command_prints_it_under_the_verdict(tmp_path: Path) -> None:
    target, contract = tmp_path / "input.o", tmp_path / "mine.py"
    target.write_bytes(object_of(PACIASP, AUTIASP, RET))
    contract.write_text(
        "from lnsym.contract import contract\n@contract('mine')\ndef mine(t):\n"
        "    a = t.value('a', 64)\n    t.call(a)\n    t.ensure_result(a)\n"
    )
    for arguments in (["verify", target, "routine"], ["equiv", target, "routine", target, "routine"]):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "from lnsym.cli import main; main()",
                *map(str, arguments),
                "--contract",
                str(contract),
            ],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines()[1].startswith("  assumes  a pointer that is signed and authenticated")
