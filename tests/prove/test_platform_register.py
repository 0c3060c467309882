"""X18: free where the platform leaves it to the code, and then an assumption; never changed where the platform reserves it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from assembly import (
    EQ,
    NOP,
    RET,
    SP,
    add_imm,
    b_cond,
    cmp_imm,
    eor,
    image_of,
    ldr,
    mov,
    movz,
    object_of,
    returns_its_argument,
    store,
)

from lnsym.contract import Contract, Theorem
from lnsym.machine.paths import ChangesPlatformRegister, Explorer
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.show.verdicts import ASSUMPTIONS_IN_WORDS, RULES_IN_WORDS, assumption_lines

ROOT = Path(__file__).parents[2]
MOV_W18_W18, LDP_X17_X18, LDR_X1_X18_8, UMOV_X18 = 0x2A1203F2, 0xA9404811, 0xF8408641, 0x4E083C12
LDR_Q0_X18_16 = 0x3CC10640


def judged(*words: int, reserved: bool, statement: Callable[[Theorem], None] = returns_its_argument) -> Verdict:
    return verify(image_of(*words), "routine", Contract("c", statement), {}, Options(timeout=20, reserve_x18=reserved))


CHANGED = {
    "written": [movz(18, 1), RET],
    "written as W": [MOV_W18_W18, RET],
    "used": [mov(18, 0), mov(0, 18), RET],
    "kept and brought back": [mov(9, 18), movz(18, 1), mov(18, 9), RET],
    "kept on the stack": [
        add_imm(SP, SP, -16), store(18, SP), movz(18, 5), ldr(18, SP), add_imm(SP, SP, 16), RET,
    ],
    "counted up and down": [add_imm(18, 18, 1), add_imm(18, 18, -1), RET],
    "of a vector": [UMOV_X18, RET],
    "on one path": [cmp_imm(0, 7), b_cond(EQ, 8), RET, movz(18, 1), RET],
    "the last instruction": [NOP, eor(18, 18, 0), RET],
}  # fmt: skip
"""Each returns its argument."""

LEFT_ALONE = {
    "not touched": [movz(17, 1), RET],
    "read": [mov(9, 18), RET],
    "saved": [add_imm(SP, SP, -16), store(18, SP), add_imm(SP, SP, 16), RET],
    "written with itself": [mov(18, 18), RET],
}

IN_MEMORY = {
    "loaded": ldr(18, 0),
    "loaded in a pair": LDP_X17_X18,
}


@pytest.mark.parametrize("case", CHANGED)
def test_what_changes_it_is_not_proved_where_it_is_reserved(case: str) -> None:
    verdict = judged(*CHANGED[case], reserved=True)
    assert (verdict.status, verdict.stopped_by) == ("unknown", ChangesPlatformRegister)
    assert "changes X18, the platform's register (--reserve-x18): use another register" in verdict.reason
    assert verdict.rules == ("x18-reserved",)


@pytest.mark.parametrize("case", CHANGED)
def test_what_changes_it_rests_on_the_platform_otherwise(case: str) -> None:
    verdict = judged(*CHANGED[case], reserved=False)
    assert verdict.status == "proved"
    words = ASSUMPTIONS_IN_WORDS["x18-scratch"]
    assert list(assumption_lines(verdict)) == [f"  assumes  {words} (x18-scratch)"]
    assert verdict.rules == ()


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_leaves_it_alone_is_proved_and_says_so_where_it_is_reserved(case: str) -> None:
    verdict = judged(*LEFT_ALONE[case], reserved=True)
    assert verdict.status == "proved"
    assert list(assumption_lines(verdict)) == [f"  besides  {RULES_IN_WORDS['x18-reserved']} (x18-reserved)"]
    assert "x18-scratch" not in verdict.assumptions
    assert list(assumption_lines(judged(*LEFT_ALONE[case], reserved=False))) == []


@pytest.mark.parametrize("case", IN_MEMORY)
def test_loads_are_seen(case: str) -> None:
    def loads(t: Theorem) -> None:
        p = t.region("p", 2, 64)
        t.call(p)
        t.ensure_result(p.base)

    assert judged(IN_MEMORY[case], RET, reserved=True, statement=loads).status == "unknown"
    assert "x18-scratch" in judged(IN_MEMORY[case], RET, reserved=False, statement=loads).assumptions


def test_a_base_that_is_written_back_is_seen() -> None:
    def loads(t: Theorem) -> None:
        p = t.region("p", 2, 64)
        t.own_convention({"x18": p.base})
        t.call(p)
        t.ensure_result(p.base)

    assert judged(LDR_X1_X18_8, RET, reserved=True, statement=loads).status == "unknown"
    assert judged(LDR_Q0_X18_16, RET, reserved=True, statement=loads).status == "unknown"
    assert judged(ldr(1, 18), RET, reserved=True, statement=loads).status == "proved"


def test_the_message_names_the_instruction() -> None:
    verdict = judged(NOP, movz(18, 1), RET, reserved=True)
    assert verdict.reason == (
        "`mov x18, #1` at 0x10004 (routine+0x4) changes X18, the platform's register (--reserve-x18): use another register"
    )


def test_a_caller_may_change_it_between_two_calls() -> None:
    def twice(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.call(a)
        t.ensure_result(a)

    assert judged(NOP, RET, reserved=True, statement=twice).status == "proved"
    assert judged(movz(18, 1), RET, reserved=True, statement=twice).status == "unknown"


def test_what_it_holds_is_nobodys() -> None:
    assert judged(mov(0, 18), RET, reserved=True).status == "refuted"


def test_equivalence_knows_the_rule() -> None:
    clean, changed = image_of(NOP, RET), image_of(movz(18, 1), RET)
    contract = Contract("c", returns_its_argument)
    for first, second, reserved, status in (
        (clean, changed, False, "proved"),
        (clean, changed, True, "unknown"),
        (changed, clean, True, "unknown"),
        (clean, clean, True, "proved"),
    ):
        options = Options(timeout=20, reserve_x18=reserved)
        verdict = compare(RoutineInImage(first, "routine"), RoutineInImage(second, "routine"), contract, {}, options)
        assert verdict.status == status
        assert verdict.rules == options.rules
        assert ("x18-scratch" in verdict.assumptions) == (not reserved)


def test_a_change_that_is_overlooked_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: nothing comes of a change."""
    monkeypatch.setattr(Explorer, "_note_platform_register", lambda self, instruction: None)
    assert all(judged(*words, reserved=True).status == "proved" for words in CHANGED.values())


def test_the_command_has_the_option_and_its_report_says_so(tmp_path: Path) -> None:
    target, contract, report = tmp_path / "input.o", tmp_path / "mine.py", tmp_path / "report.json"
    target.write_bytes(object_of(movz(18, 1), RET))
    contract.write_text(
        "from lnsym.contract import contract\n@contract('mine')\ndef mine(t):\n"
        "    a = t.value('a', 64)\n    t.call(a)\n    t.ensure_result(a)\n"
    )
    for arguments in (["verify", target, "routine"], ["equiv", target, "routine", target, "routine"]):
        for option, code, rules in (([], 0, []), (["--reserve-x18"], 3, ["x18-reserved"])):
            command = [*map(str, arguments), "--contract", str(contract), "--json", str(report), *option]
            done = subprocess.run(
                [sys.executable, "-c", "from lnsym.cli import main; main()", *command],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            assert (done.returncode, done.stderr) == (code, "")
            (written,) = json.loads(report.read_text())["verdicts"]
            assert written["rules"] == rules
            assert ("x18-scratch" in written["assumptions"]) == (not option)
