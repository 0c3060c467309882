"""Whatever ends lnsym ends its processes too, and nobody waits for one that does not end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from assembly import RET, add_imm, b, object_of

from lnsym import signals

ROOT = Path(__file__).parents[1]
LNSYM = [sys.executable, "-c", "from lnsym.cli import main; main()"]
CONTRACT = """from lnsym.contract import contract
@contract("mine")
def mine(t):
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a)
"""
FACTORING = """from lnsym.contract import contract
@contract("mine")
def mine(t):
    a, b = t.value("a", 64), t.value("b", 64)
    t.call(a, b)
    product = a.zero_extend(128) * b.zero_extend(128)
    t.ensure_result(a + product.eq(2915696333923769447 * 4219262503184953739).zero_extend(64))
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="descendants are looked for in /proc")


def children(pid: int) -> list[int]:
    """The process numbers of all descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = parents.get(pid, [])
    return [*found, *(below for child in found for below in children(child))]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether it comes to hold within the time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def endless(tmp_path: Path) -> list[str]:
    """A command that verifies two loops that do not end, side by side."""
    target, contract = tmp_path / "input.o", tmp_path / "mine.py"
    target.write_bytes(object_of(add_imm(1, 1, 1), b(-4)))
    contract.write_text(CONTRACT)
    return ["verify", str(target), "routine", "routine", "--contract", str(contract), "--max-steps", "100000000"]


def started(command: list[str], descendants: int) -> tuple[subprocess.Popen[str], list[int]]:
    """A run under way, with its descendants once there are so many."""
    process = subprocess.Popen(
        [*LNSYM, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert until(lambda: len(children(process.pid)) >= descendants), "no processes to end"
    return process, children(process.pid)


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_two_signals_a_moment_apart_end_everything(endless: list[str], number: signal.Signals, jobs: str) -> None:
    for gap in (0.0, 0.0003, 0.002, 0.01, random.random() / 20):
        process, below = started([*endless, "--jobs", jobs], int(jobs))
        process.send_signal(number)
        time.sleep(gap)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert process.returncode in (128 + number, -number)
        assert "Traceback" not in err
        assert until(lambda below=below: not any(map(alive, below)), 10)  # type: ignore[misc]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_children_end_with_their_parent(endless: list[str], number: signal.Signals) -> None:
    process, below = started([*endless, "--jobs", "2"], 2)
    process.send_signal(number)
    process.wait(timeout=30)
    assert until(lambda: not any(map(alive, below)), 10)


@pytest.mark.parametrize("who", ["lnsym", "the case"])
def test_solvers_end_with_the_case_that_runs_them(tmp_path: Path, who: str) -> None:
    target, contract = tmp_path / "input.o", tmp_path / "mine.py"
    target.write_bytes(object_of(RET))
    contract.write_text(FACTORING)
    process, below = started(["verify", str(target), "routine", "--contract", str(contract), "--method", "smt"], 2)
    case = next(pid for pid in below if children(pid))
    os.kill(process.pid if who == "lnsym" else case, signal.SIGKILL)
    _, err = process.communicate(timeout=30)
    assert until(lambda: not any(map(alive, below)), 10)
    if who == "the case":
        assert process.returncode == 70
        assert "was killed by SIGKILL" in err


def running(code: str) -> tuple[subprocess.Popen[str], IO[str]]:
    """A process that runs this code, and what it writes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    return process, process.stdout


def test_a_second_signal_ends_at_once_what_does_not_end() -> None:
    """The first is obeyed by cleaning up, which hangs here."""
    code = (
        "import signal, time\n"
        "from lnsym import signals\n"
        "with signals.obeyed(signal.SIGINT):\n"
        "    try:\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(100)\n"
        "    finally:\n"
        "        print('hangs', flush=True)\n"
        "        time.sleep(100)\n"
    )
    process, output = running(code)
    assert output.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert output.readline() == "hangs\n"
    time.sleep(2 * signals.TOGETHER)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_signal_that_is_held_is_obeyed_afterwards() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), signals.obeyed(signal.SIGINT):  # noqa: PT012
        with signals.held():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("the block")
        done.append("what comes after it")
    assert done == ["the block"]


def test_handlers_are_what_they_were_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with signals.obeyed(signal.SIGINT, signal.SIGTERM):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_where_the_kernel_does_not_tell_a_child_looks_for_its_parent() -> None:
    code = (
        "import os, time\n"
        "from lnsym import signals\n"
        "signals._libc = None\n"
        "parent = os.getpid()\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    signals.end_with(parent)\n"
        "    time.sleep(100)\n"
        "print(child, flush=True)\n"
        "time.sleep(100)\n"
    )
    process, output = running(code)
    child = int(output.readline())
    process.kill()
    process.wait(timeout=30)
    assert until(lambda: not alive(child), 10)
