"""`lnsym mutate` as a user types it: tables, exit codes, the report, one-line errors, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from lnsym import cli
from lnsym.mutation.mutants import Mutant
from lnsym.prove import subject
from lnsym.prove.verdict import Verdict
from lnsym.show.campaign_report import RoutineReport
from lnsym.show.mutation import mutant_text
from programs import sample_path

SCRIPT = "from lnsym.cli import main; main()"
CLASSICS = str(sample_path("classics.o"))
Command: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lnsym(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs the command: its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lnsym", "mutate", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(left.value.code or 0), out, err

    return run


def without_times(text: str) -> str:
    return re.sub(r" +[\d.]+( s\b|$)", "", text, flags=re.MULTILINE)


def test_lines_tables_and_report(lnsym: Command, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    code, out, err = lnsym(CLASSICS, "max_u64", "memcpy_64", "--count", "31", "--checks", "20", "--json", str(file))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "max_u64  max_u64"
    assert re.fullmatch(r"  (REFUTED|PROVED |UNKNOWN) +[\d.]+ s  [a-z]+ +0x[0-9a-f]+( \(.*\))?  .* -> .*", lines[1])
    table = lines.index(next(line for line in lines if line.startswith("routine ")))
    assert lines[table].split() == [
        "routine",
        "mutants",
        "refuted",
        "equivalent",
        "wrong",
        "unknown",
        "faults",
        "seconds",
    ]
    assert [line.split()[:2] for line in lines[table + 1 : table + 4]] == [
        ["max_u64", "16"],
        ["memcpy_64", "15"],
        ["all", "31"],
    ]
    assert lines[-1].startswith("31 mutants of 2 routines: ")
    assert " % of the " in lines[-1]
    written = json.loads(file.read_text())
    assert [len(routine["mutants"]) for routine in written["routines"]] == [16, 15]
    mutants = [mutant for routine in written["routines"] for mutant in routine["mutants"]]
    assert sum(written["outcomes"].values()) == len(mutants) == 31
    assert written["outcomes"]["refuted"] == out.count("  REFUTED ")
    assert all(mutant["old"] and mutant["new"] and mutant["kind"] in written["by_kind"] for mutant in mutants)
    assert (written["seed"], written["checks"], written["interrupted"]) == (0, 20, False)


def test_the_output_does_not_depend_on_jobs(lnsym: Command) -> None:
    arguments = (CLASSICS, "abs64", "--count", "16", "--checks", "20", "--seed", "4")
    assert without_times(lnsym(*arguments)[1]) == without_times(lnsym(*arguments, "--jobs", "3")[1])


def test_a_wrong_proof_is_screamed(lnsym: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "verify", lambda i, s, c, p, o: Verdict(s, c.name, dict(p), "proved"))
    code, out, err = lnsym(CLASSICS, "max_u64", "--count", "8", "--checks", "50")
    assert code == 1
    assert "  WRONG " in out
    assert "!!! WRONG PROOF !!! Unicorn and the specification differ on random input" in out
    assert "PROVED WRONGLY" in out
    assert all(line.startswith("lnsym: WRONG PROOF: max_u64: ") for line in err.splitlines())
    assert err


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("/no/such/file",), 2, "no such file"),
        ((CLASSICS, "sha*"), 2, "no routine that has a contract matches 'sha*'"),
        ((CLASSICS, "max_u46", "--count", "1"), 2, "nearest: max_u64"),
        ((CLASSICS, "max_u64", "--contract", "nothing"), 2, "no contract 'nothing'"),
        ((CLASSICS, "max_u64", "--contract", "abs64", "--count", "1"), 3, "as it is, unchanged, it is REFUTED"),
        ((CLASSICS, "max_u64", "--contract", "abs64", "--blocks", "2", "--count", "1"), 2, "no parameter 'blocks'"),
    ],
)
def test_errors_are_one_line(lnsym: Command, arguments: tuple[str, ...], code: int, text: str) -> None:
    left, _, err = lnsym(*arguments)
    assert left == code
    assert len(err.splitlines()) == 1
    assert err.startswith("lnsym: ")
    assert text in err


@pytest.mark.parametrize(
    "option", [("--count", "0"), ("--jobs", "0"), ("--checks", "0"), ("--timeout", "-1"), ("--json", "/no/such/dir/x")]
)
def test_bad_options(lnsym: Command, option: tuple[str, str]) -> None:
    code, out, err = lnsym(CLASSICS, "abs64", *option)
    assert (code, out) == (2, "")
    assert err


def test_a_file_without_contracts(lnsym: Command, tmp_path: Path) -> None:
    sample = sample_path("classics.o").read_bytes()
    file = tmp_path / "renamed.o"
    for name in (b"popcount", b"abs64", b"max_", b"add_", b"memcpy_", b"reverse_", b"rotate_"):
        sample = sample.replace(name, name.upper())
    file.write_bytes(sample)
    code, out, err = lnsym(str(file))
    assert (code, out) == (2, "")
    assert err == f"lnsym: {file}: no routine has a contract; `lnsym list` shows all\n"


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-c", SCRIPT, "mutate", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_interrupt_prints_the_tables_and_writes_the_report(tmp_path: Path, jobs: str) -> None:
    file = tmp_path / "report.json"
    process = started(CLASSICS, "--count", "5000", "--checks", "20", "--jobs", jobs, "--json", str(file))
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(5)]
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, err = process.communicate(timeout=60)
    lines += out.splitlines()
    assert process.returncode == 130
    assert err == ""
    assert lines[-1].endswith("; interrupted")
    written = json.loads(file.read_text())
    assert written["interrupted"]
    assert 0 < sum(written["outcomes"].values()) < 5000


def test_a_closed_pipe_ends_it_quietly() -> None:
    process = started(CLASSICS, "--count", "5000", "--checks", "20")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""


def test_a_terminated_campaign_leaves_no_process_behind() -> None:
    process = started(CLASSICS, "--count", "5000", "--checks", "20", "--jobs", "2")
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.terminate()
    _, err = process.communicate(timeout=60)  # the children have the pipes too: this waits for them
    assert process.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("", "0x1000"),
        ("aes", "0x1000"),
        ("aes+0x40", "0x1000 (+0x40)"),
        ("aes_batch+0x40", "0x1000 (aes_batch+0x40)"),  # another function whose name only begins alike
        ("sha", "0x1000 (sha)"),
    ],
)
def test_a_place_is_told_by_its_offset_in_the_routine_or_by_its_symbol(place: str, shown: str) -> None:
    mutant = Mutant("operand", 0x1000, b"", b"", "nop", "ret", place)
    assert mutant_text(mutant, RoutineReport("aes", "c", {}, 1)) == f"operand     {shown}  nop -> ret"
