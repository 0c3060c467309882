"""`lnsym conform` and `lnsym isa` from the command line: tables, exit codes, the report, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isa.encoding import encodings
from lnsym import cli

SCRIPT = "import sys; from lnsym.cli import main; sys.argv[0] = 'lnsym'; main()"


@pytest.fixture
def lnsym(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> object:
    """A function that runs the command: its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lnsym", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_a_campaign_prints_its_table_and_writes_its_report(lnsym, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    report = tmp_path / "report.json"
    code, out, err = lnsym("conform", "extract", "XAR", "--count", "5", "--json", str(report))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].split() == ["class", "encodings", "tests", "symbolic", "left", "out", "mismatches"]
    assert [line.split("  ")[0] for line in lines[1:-1]] == ["Extract", "XAR"]
    assert lines[-1].startswith("2 classes, 3 encodings, 15 comparisons with Unicorn")
    written = json.loads(report.read_text())
    assert (written["passed"], written["tests"], written["interrupted"]) == (True, 15, False)
    assert {entry["module"].rpartition(".")[2] for entry in written["classes"]} == {"extract", "xar"}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("extract", "Extract"),
        ("EXTR", "Extract"),
        ("extract_vector", "Advanced SIMD extract"),
        ("EXT", "Advanced SIMD extract"),
    ],
)
def test_a_name_is_that_of_one_class(lnsym, name: str, title: str) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("conform", name, "--count", "1")
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()[1:-1]] == [title]


def test_a_mismatch_is_printed_with_the_line_that_repeats_it(lnsym, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    encoding = next(e for e in encodings() if e.module == "isa.data_processing.extract")
    original = encoding.execute
    monkeypatch.setitem(encoding.__dict__, "execute", lambda s, f: (original(s, f), s.set_x(f.Rd, s.x(f.Rd) ^ 1)))
    code, out, _ = lnsym("conform", "isa.data_processing.extract", "--count", "3")
    assert code == 1
    assert "mismatches" in out
    assert "model 0x" in out
    assert "Unicorn 0x" in out
    again = next(line for line in out.splitlines() if line.startswith("  again: "))
    text = again.partition("--replay ")[2].strip("'")
    code, out, _ = lnsym("conform", "--replay", text)
    assert code == 1
    assert again in out
    monkeypatch.undo()


def test_replay_of_what_agrees(lnsym) -> None:  # type: ignore[no-untyped-def]
    assert lnsym("conform", "--replay", "8b020020 x1=1 x2=ff")[:2] == (0, "ADD sf=1 op=0 S=0 shift=0: agree\n")


@pytest.mark.parametrize(
    "arguments", [("no_such_class",), ("--replay", "xyz"), ("--count", "0"), ("--routines", "/no/such/file")]
)
def test_errors_are_one_line_and_exit_code_2(lnsym, arguments: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    code, out, err = lnsym("conform", *arguments)
    assert (code, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err


def test_random_words(lnsym) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("conform", "--words", "2000")
    assert code == 0
    assert "2000 random words" in out
    assert "0 disagreements that no list explains" in out


def test_the_table_of_classes(lnsym) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("isa")
    assert code == 0
    for encoding in encodings():
        assert f"\n{encoding.name}: {encoding.title}\n  {encoding.pattern}\n" in f"\n{out}"
    assert out.splitlines()[-1].startswith(f"{len(encodings())} classes, ")


def test_the_details_of_classes(lnsym) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("isa", "--details")
    assert code == 0
    assert "  need FEAT_SHA1: SHA1C SHA1P SHA1M SHA1SU0\n  need FEAT_SHA256: SHA256H SHA256H2 SHA256SU1\n" in out
    assert "  need FEAT_AES: all\n  independent of data in time under PSTATE.DIT: all\n" in out
    two_sources = out.partition("\ndata_processing_2_source: ")[2].partition("\ndata_processing_3_source")[0]
    assert "  need FEAT_CRC32: CRC32B CRC32H" in two_sources
    assert "  independent of data in time under PSTATE.DIT: LSLV" in two_sources
    assert "  rest on an assumption: all\n" in out
    plain = lnsym("isa")[1].splitlines()
    assert [line for line in out.splitlines() if line in set(plain)] == plain


@pytest.mark.corpus
def test_coverage_of_a_library(lnsym, aws_lc: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("isa", "--coverage", str(aws_lc))
    assert code == 0
    assert "0 functions not modelled in full" in out


@pytest.mark.slow
@pytest.mark.corpus
def test_coverage_of_everything_is_incomplete(lnsym, openssl: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = lnsym("isa", "--coverage", str(openssl), "--all")
    assert code == 4
    assert "instruction not modelled at" in out


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupt_prints_the_table_and_writes_the_report(tmp_path: Path, jobs: str) -> None:
    report = tmp_path / "report.json"
    command = [
        sys.executable,
        "-c",
        SCRIPT,
        "conform",
        "simd",
        "--count",
        "2000",
        "--jobs",
        jobs,
        "--json",
        str(report),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in err
    assert "interrupted" in out.splitlines()[-1]
    written = json.loads(report.read_text())
    assert written["interrupted"]
    assert not written["passed"]
    assert written["tests"] == sum(entry["tests"] for entry in written["classes"])
    assert any(entry["untested"] for entry in written["classes"])
