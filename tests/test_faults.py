"""A crash is never a verdict: its own exit code, one line, a file to reproduce it; and output that cannot be written."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lnsym import cli, faults
from lnsym.bv import BV
from lnsym.errors import ToolFault
from lnsym.prove import refutation
from lnsym.prove.subject import Subject
from lnsym.run.exploration import Execution
from lnsym.show import exit_codes
from lnsym.show.files import FileUnwritable, write_whole

SAMPLES = Path(__file__).parent.parent / "programs" / "samples"
PROVED = ["verify", str(SAMPLES / "sha256_scalar.o"), "sha256_block_scalar"]


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["lnsym", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def file_named(line: str) -> Path:
    return Path(line.split(" is in ")[1].split(";")[0])


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), KeyError("v"), MemoryError(), RecursionError("deep"), AssertionError()]
)
def test_a_crash_of_a_case_has_its_own_exit_code_and_a_file(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(self: Subject, options: object) -> None:
        raise error

    monkeypatch.setattr(Subject, "verify", crash)
    assert run(PROVED, monkeypatch) == 70
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert "no verdict, a fault of lnsym" in err
    assert type(error).__name__ in file_named(err).read_text()


def test_a_contradiction_leaves_what_reproduces_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def contradict(self: Subject, options: object) -> None:
        raise ToolFault("sweep proved x, which is false on an input", "The terms and the input")

    monkeypatch.setattr(Subject, "verify", contradict)
    assert run(PROVED, monkeypatch) == 70
    err = capsys.readouterr().err
    assert "sweep proved x, which is false on an input" in err
    assert "The terms and the input" in file_named(err).read_text()


def test_a_model_that_unicorn_contradicts_is_a_fault_with_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = ["verify", str(SAMPLES / "broken.o"), "max_u64_signed"]
    monkeypatch.setattr(refutation, "_check_model", _contradicted)
    assert run(broken, monkeypatch) == 70
    out, err = capsys.readouterr()
    assert not out
    assert (
        "no verdict, a fault of lnsym: the simulator and Unicorn disagree on result: 0x1 against 0x2; all that" in err
    )
    assert "max_u64_signed of " in file_named(err).read_text()


def _contradicted(execution: Execution, sample: dict[BV, int], seen: object) -> None:
    raise refutation.model_fault(execution, "result", BV.const(1, 64), sample, sample, 2)


def test_a_crash_outside_of_a_case_is_no_verdict_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "_run", lambda: 1 // 0)
    assert run(PROVED, monkeypatch) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_fault_that_cannot_be_written_down_is_still_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults.tempfile, "NamedTemporaryFile", lambda *a, **k: (_ for _ in ()).throw(OSError("full")))
    assert "nothing could be written down" in str(faults.recorded(ValueError("a\nbug")))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_under_stdout_is_no_traceback() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from lnsym.cli import main; main()", *PROVED],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == exit_codes.UNWRITABLE
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_that_lacks_a_sign_gets_its_number() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from lnsym.cli import main; main()",
            "verify",
            str(SAMPLES / "broken.o"),
            "sha256_block_wrong_rotation",
        ],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert b"\\u27e8" in done.stdout


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = tmp_path / "report.json"
    report.write_text("what was there before")
    report.chmod(0o640)
    real = os.fdopen

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def full(handle: int, *rest: object, **more: object) -> io.StringIO:
        os.close(handle)
        return Full()

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(FileUnwritable, match="no space left"):
        write_whole(report, "half")
    assert report.read_text() == "what was there before"
    monkeypatch.setattr(os, "fdopen", real)
    write_whole(report, json.dumps({}))
    assert report.read_text() == "{}"
    assert stat.S_IMODE(report.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [report]


def test_a_report_goes_through_a_link_and_into_a_device(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("")
    link.symlink_to(target)
    write_whole(link, "text")
    assert link.is_symlink()
    assert target.read_text() == "text"
    write_whole(Path(os.devnull), "text")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    ("arguments", "code"), [(["verify", "/no/such/file", "f"], 2), (["nonsense"], 2), (["list", "/no/such/file"], 2)]
)
def test_where_nothing_can_be_said_the_exit_code_says_it(arguments: list[str], code: int) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from lnsym.cli import main; main()", *arguments], stdout=full, stderr=full
        )
    assert done.returncode == code


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_crash(closed: str) -> None:
    command = f'"{sys.executable}" -c "from lnsym.cli import main; main()" isa {closed}'
    assert subprocess.run(["bash", "-c", command], capture_output=True).returncode == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_report_that_does_not_fit_is_not_an_error_of_the_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*PROVED, "--json", "/dev/full"], monkeypatch) == exit_codes.UNWRITABLE
    assert "/dev/full: no space left" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["click", "lnsym.signals", "lnsym.errors"])
def test_a_part_that_cannot_be_loaded_is_no_verdict(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from lnsym.__main__ import run; run()"
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True)
    assert done.returncode == 70
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert missing in done.stderr


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "lnsym", "--version"], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("lnsym")
