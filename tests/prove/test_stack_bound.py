"""The bound on the stack: assumed, named by a frame beyond it, raised by `--stack`, and said with the verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from assembly import RET, SP, image_of, ldr, object_of, returns_its_argument, store, word

from lnsym.contract import Contract, abi
from lnsym.machine.access_errors import StackTooSmall
from lnsym.machine.memory import Memory
from lnsym.machine.regions import Region
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.run.setup import Setup
from lnsym.show.verdicts import assumption_lines

ROOT = Path(__file__).parents[2]
CONTRACT = Contract("c", returns_its_argument)


def pages(count: int) -> int:
    """SUB or, for a negative count, ADD SP, SP, #count * 4096."""
    return word("data_processing.add_subtract_immediate", sf=1, op=count > 0, sh=1, imm12=abs(count), Rn=SP, Rd=SP)


def framed(count: int) -> list[int]:
    """A frame of so many pages, the argument stored at its bottom and loaded again."""
    return [pages(count), store(0, SP), ldr(0, SP), pages(-count), RET]


def judged(words: list[int], stack_bytes: int = abi.STACK_BYTES) -> Verdict:
    contract = replace(CONTRACT, stack_bytes=stack_bytes)
    return verify(image_of(*words), "routine", contract, {}, Options(timeout=20))


@pytest.mark.parametrize(("count", "stack"), [(16, 16), (17, 17), (25, 25), (25, 32), (1, 1), (64, 64)])
def test_a_frame_within_the_bound_is_proved(count: int, stack: int) -> None:
    assert judged(framed(count), stack << 12).status == "proved"


@pytest.mark.parametrize(("count", "stack"), [(17, 16), (25, 16), (25, 24), (2, 1), (64, 63)])
def test_a_frame_beyond_the_bound_is_unknown_and_names_it(count: int, stack: int) -> None:
    """It is right where more stack is there, so it is not refuted."""
    verdict = judged(framed(count), stack << 12)
    assert (verdict.status, verdict.stopped_by) == ("unknown", StackTooSmall)
    assert f"access {count << 12} bytes below the first stack pointer" in verdict.reason
    assert f"only {stack << 12} bytes of stack are assumed to be there; --stack" in verdict.reason


def test_a_deep_frame_that_nothing_is_stored_in_needs_no_stack() -> None:
    assert judged([pages(100), pages(-100), RET]).status == "proved"


@pytest.mark.parametrize("words", [[ldr(1, SP, 16), RET], [store(0, SP), RET], [store(0, SP, 8), RET]])
def test_the_callers_part_of_the_stack_is_refuted_as_ever_under_any_bound(words: list[int]) -> None:
    for stack in (abi.STACK_BYTES, 1 << 20):
        assert judged(words, stack).status == "refuted"


def test_another_bound_is_said_with_the_verdict_and_the_usual_one_is_not() -> None:
    verdict = judged(framed(25), 100 << 10)
    assert "stack-100KiB" in verdict.assumptions
    assert "stack-64KiB" not in verdict.assumptions
    assert list(assumption_lines(verdict)) == ["  assumes  102400 bytes of stack below SP are there (stack-100KiB)"]
    usual = judged(framed(1))
    assert "stack-64KiB" in usual.assumptions
    assert list(assumption_lines(usual)) == []


def test_the_regions_lie_apart_from_all_of_the_stack() -> None:
    for stack in (1 << 12, 1 << 20):
        setup = Setup(image_of(RET), "routine", replace(CONTRACT, stack_bytes=stack).statement())
        bottom = setup.start.x_or_sp(SP) - stack
        assert bottom.ule((1 << 64) - 1 - stack) in setup.preconditions


def test_both_routines_of_a_comparison_get_the_bound() -> None:
    deep, plain = (RoutineInImage(image_of(*words), "routine") for words in (framed(25), [RET]))
    assert compare(deep, plain, CONTRACT, {}, Options(timeout=20)).status == "unknown"
    verdict = compare(deep, plain, replace(CONTRACT, stack_bytes=100 << 10), {}, Options(timeout=20))
    assert verdict.status == "proved"
    assert "stack-100KiB" in verdict.assumptions


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-c", "from lnsym.cli import main; main()", *arguments]
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


STATEMENT = """
from lnsym.contract import Theorem, contract

@contract("same")
def same(t: Theorem) -> None:
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a)
"""


@pytest.fixture
def deep(tmp_path: Path) -> tuple[str, str]:
    """An object whose routine has a frame of 100 KiB, and a contract."""
    (tmp_path / "deep.o").write_bytes(object_of(*framed(25)))
    (tmp_path / "c.py").write_text(STATEMENT)
    return str(tmp_path / "deep.o"), str(tmp_path / "c.py")


def test_the_option_raises_the_bound_and_the_report_holds_it(deep: tuple[str, str], tmp_path: Path) -> None:
    target, contract = deep
    report = tmp_path / "report.json"
    asked = ("verify", target, "routine", "--contract", contract)
    assert command(*asked).returncode == 3
    for size in ("100KiB", "102400"):
        done = command(*asked, "--stack", size, "--json", str(report))
        assert (done.returncode, "102400 bytes of stack" in done.stdout) == (0, True)
        (verdict,) = json.loads(report.read_text())["verdicts"]
        assert verdict["stack_bytes"] == 102400
        assert "stack-100KiB" in verdict["assumptions"]


def test_equiv_and_mutate_take_the_option_too(deep: tuple[str, str]) -> None:
    target, contract = deep
    both = ("equiv", target, "routine", target, "routine", "--contract", contract)
    assert command(*both).returncode == 3
    assert command(*both, "--stack", "128KiB").returncode == 0
    mutants = ("mutate", target, "routine", "--contract", contract, "--count", "2", "--checks", "2")
    assert "only 65536 bytes of stack" in command(*mutants).stderr
    assert command(*mutants, "--stack", "128KiB").returncode == 0


@pytest.mark.parametrize("size", ["", "KiB", "-16", "17", "0", "1.5KiB", "64MiB", "1e5", "9999999999", "8192KiB", "²"])
def test_a_bound_that_is_no_size_is_refused(deep: tuple[str, str], size: str) -> None:
    done = command("verify", deep[0], "routine", "--contract", deep[1], "--stack", size)
    assert done.returncode == 2
    assert "--stack" in done.stderr


def test_a_bound_that_is_not_kept_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: the simulator's stack is larger than what is assumed."""
    add = Memory.add

    def larger(self: Memory, region: Region) -> None:
        if region.start < 0:
            region.start, region.size = region.start * 2, region.size * 2
        add(self, region)

    assert judged(framed(17)).status == "unknown"
    monkeypatch.setattr(Memory, "add", larger)
    assert judged(framed(17)).status == "proved"
