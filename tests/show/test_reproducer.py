"""Emitted tests: they run without lnsym, fail as the refutation says, and pass on values that are right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lnsym.cli import app

SAMPLES = Path(__file__).parents[2] / "programs" / "samples"


def emit(tmp_path: Path, *symbols: str, file: str = "broken.o") -> Path:
    test = tmp_path / "test_emitted.py"
    CliRunner().invoke(app, ["verify", str(SAMPLES / file), *symbols, "--emit-test", str(test)])
    return test


def outcome(test: Path) -> tuple[int, str]:
    """Exit code and output of pytest in a process that cannot import lnsym."""
    program = "import sys; sys.modules['lnsym'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", str(test)]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=test.parent)
    return done.returncode, done.stdout + done.stderr


def test_each_kind_of_refutation_is_reproduced(tmp_path: Path) -> None:
    test = emit(tmp_path, "max_u64_signed", "memcpy_64_short", "memcpy_64_overrun", "clobbers_x19")
    code, text = outcome(test)
    assert code == 1, text
    assert "4 failed" in text
    assert "result is 0x0, should be 0x8000000000000000" in text
    assert re.search(r"dst\[63\] is 0x0, should be 0x[1-9a-f]", text)
    assert "forbidden access: r of 8 bytes" in text
    assert re.search(r"x19 is 0x[0-9a-f]+, should be 0x", text)


def test_it_passes_where_the_result_is_what_it_should_be(tmp_path: Path) -> None:
    """With the expectation set to what the code does, all else in the file is shown to be right."""
    test = emit(tmp_path, "max_u64_signed")
    test.write_text(test.read_text().replace("assert got == 0x8000000000000000", "assert got == 0x0"))
    code, text = outcome(test)
    assert code == 0, text


def test_a_whole_hash(tmp_path: Path) -> None:
    code, text = outcome(emit(tmp_path, "sha256_block_wrong_rotation"))
    assert code == 1
    assert "state[0] is 0x685fc5c9, should be 0x7ca51614" in text


def test_the_file_is_clean(tmp_path: Path) -> None:
    assert_clean(emit(tmp_path, "memcpy_64_overrun", "max_u64_signed"))


def assert_clean(test: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", str(test)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("max_u64", "max_u64_signed", "result is 0x8000000000000000 and 0x0"),
        ("memcpy_64", "memcpy_64_short", r"dst\[63\] is 0x\w+ and 0x\w+"),
        ("memcpy_64", "memcpy_64_overrun", "forbidden access: r of 8 bytes"),
        ("memcpy_64", "memcpy_64_endless", "did not return"),
        ("max_u64", "clobbers_x19", r"x19 was 0x\w+ and is 0x\w+ on return"),
    ],
)
def test_two_routines_that_differ(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    test = tmp_path / "test_emitted.py"
    files = [str(SAMPLES / name) for name in ("classics.o", "broken.o")]
    result = CliRunner().invoke(app, ["equiv", files[0], right, files[1], wrong, "--emit-test", str(test)])
    assert result.exit_code in (0, 1), result.output  # standalone mode makes 0 of what the verb returns
    code, text = outcome(test)
    assert code == 1, text
    assert re.search(said, text), text
    assert_clean(test)


def test_two_routines_that_agree_pass(tmp_path: Path) -> None:
    """The emitted test with the right routine's bytes on both sides passes: what it demands is no more than that."""
    test = tmp_path / "test_emitted.py"
    files = [str(SAMPLES / name) for name in ("classics.o", "broken.o")]
    CliRunner().invoke(app, ["equiv", files[0], "max_u64", files[1], "max_u64_signed", "--emit-test", str(test)])
    test.write_text(test.read_text().replace("run(memory_2, calls_2)", "run(memory_1, calls_1)"))
    code, text = outcome(test)
    assert code == 0, text


def test_nothing_refuted_nothing_written(tmp_path: Path) -> None:
    test = tmp_path / "test_emitted.py"
    result = CliRunner().invoke(app, ["verify", str(SAMPLES / "classics.o"), "max_u64", "--emit-test", str(test)])
    assert "nothing was refuted" in result.output
    assert not test.exists()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["verify", str(SAMPLES / "broken.o"), "--emit-test", str(tmp_path / "none" / "test.py")]
    )
    assert result.exit_code == 2
    assert "cannot be written" in result.output
