"""The command as a user types it: exit codes, one-line errors, and never a traceback."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from assembly import (
    FADD,
    NO_INSTRUCTION,
    NOP,
    RET,
    UNDEF,
    ObjectWriter,
    add_imm,
    b,
    cbz,
    eor,
    little,
    movz,
    object_of,
)
from click.testing import CliRunner

import programs.contracts  # noqa: F401
from lnsym import cli
from lnsym.cli import app
from lnsym.contract import registry
from lnsym.machine.image import load_image
from programs import sample_path

LNSYM = [sys.executable, "-c", "from lnsym.cli import main; main()"]
ROOT = Path(__file__).parents[1]


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **extra}


@dataclass(frozen=True)
class Said:
    """What a run printed and left with."""

    returncode: int
    stdout: str
    stderr: str

    def __post_init__(self) -> None:
        assert "Traceback" not in self.stderr, self.stderr
        assert "Exception ignored" not in self.stderr, self.stderr

    @property
    def error(self) -> str:
        """The one line on stderr."""
        lines = self.stderr.splitlines()
        assert len(lines) == 1, self.stderr
        assert lines[0].startswith("lnsym: ")
        return lines[0].removeprefix("lnsym: ")


def process(*arguments: object, stdin: bytes = b"", **variables: str) -> Said:
    """A run in a process of its own."""
    done = subprocess.run(
        [*LNSYM, *map(str, arguments)], capture_output=True, input=stdin, env=environment(**variables), timeout=300
    )
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))


def lnsym(*arguments: object, stdin: bytes = b"", **variables: str) -> Said:
    """A run in this process, which is quicker: what `main` prints, and the exit code. Other exceptions are bugs."""
    out, err, given = (io.TextIOWrapper(io.BytesIO(data), "utf-8", write_through=True) for data in (b"", b"", stdin))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lnsym", *map(str, arguments)])
        patch.setattr(sys, "unraisablehook", sys.unraisablehook)
        patch.setattr(sys, "stdin", given)
        patch.setattr(registry, "_registry", dict(registry._registry))
        for name, value in ({"COLUMNS": "100"} | variables).items():
            patch.setenv(name, value)
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            cli.main()
    code = ended.value.code
    assert isinstance(code, int)
    return Said(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]


def shell(command: str) -> tuple[int, str, str]:
    """Run a pipeline of bash in which `lnsym` is the command; its own exit code, stdout, stderr."""
    script = f'lnsym() {{ "{sys.executable}" -c "from lnsym.cli import main; main()" "$@"; }}\n{command}\nexit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment(), timeout=300)
    return done.returncode, done.stdout, done.stderr


MINE = """from lnsym.contract import contract
@contract("mine")
def mine(t):
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a)
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def written(directory: Path, data: bytes, name: str = "input.o") -> Path:
    path = directory / name
    path.write_bytes(data)
    return path


# -- help ------------------------------------------------------------------------------------------

VERBS = ("fetch", "list", "disasm", "run", "verify", "trace")


def test_help_names_the_verbs_and_the_exit_codes() -> None:
    said = lnsym("--help")
    assert said.returncode == 0
    assert set(VERBS) <= set(said.stdout.split())
    for line in ("0  proved", "1  refuted", "2  usage", "3  unknown", "4  instruction not modelled"):
        assert line in said.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb(verb: str) -> None:
    said = lnsym(verb, "-h")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("Usage:")


def test_help_fits_a_narrow_terminal() -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        said = lnsym(*arguments, COLUMNS="60")
        assert max(map(len, said.stdout.splitlines())) <= 60


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "sys.argv = ['lnsym', '--help']\n"
        "from lnsym.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'z3', 'unicorn', 'capstone', 'pysat', 'rich', 'elftools'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version() -> None:
    assert re.fullmatch(r"lnsym, version \d+\.\d+\.\d+\n", lnsym("--version").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["verify"],
        ["disasm", "classics.o"],
        ["verify", "x.o", "f", "--nonsense"],
        ["verify", "x.o", "f", "--blocks", "0"],
        ["verify", "x.o", "f", "--blocks", "two"],
        ["verify", "x.o", "f", "--max-steps", "-1"],
        ["verify", "x.o", "f", "--timeout", "-1"],
        ["verify", "x.o", "f", "--timeout", "nan"],
        ["equiv", "x.o", "f", "y.o", "g", "--goal-timeout", "nan"],
        ["mutate", "x.o", "f", "--timeout", "nan"],
        ["run", "x.o", "f"],
        ["run", "x.o", "f", "--message", "/no/such/message"],
        ["run", "x.o", "f", "--message", "."],
    ],
    ids=" ".join,
)
def test_usage_errors(arguments: Sequence[str]) -> None:
    said = lnsym(*arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr


# -- each verb in a process of its own -------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["verify", sample_path("sha512_crypto.o"), "sha512_block_crypto"], 0, r"PROVED +sha512_block_crypto .*", ""),
        (["verify", sample_path("broken.o"), "clobbers_x19"], 1, r"REFUTED(.|\n)*x19(.|\n)*", ""),
        (["verify", sample_path("classics.o"), "add_loop", "--max-steps", "9"], 3, r"UNKNOWN(.|\n)*", ""),
        (["verify", sample_path("classics.o"), "ad_loop"], 2, "", r"lnsym: .*nearest: add_loop.*"),
        (["disasm", sample_path("classics.o"), "abs64"], 0, r"0x(.|\n)*ret", ""),
        (["list", sample_path("broken.o")], 0, r" +\d+ (.|\n)*", ""),
        (["trace", sample_path("classics.o"), "abs64"], 0, r" +[0-9a-f]+  cmp x0, #0(.|\n)*", ""),
        (["run", sample_path("sha256_crypto.o"), "sha256_block_crypto", "--message", "-"], 0,
         f"{hashlib.sha256().hexdigest()}  -", r"\d+ instructions"),
        (["fetch", "nonsense"], 2, "", r"lnsym: nonsense: .*"),
        (["run", "x.o", "f"], 2, "", r"Usage: lnsym run (.|\n)*"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_verb(arguments: list[object], code: int, out: str, err: str) -> None:
    said = process(*arguments)
    assert said.returncode == code
    assert re.fullmatch(out, said.stdout.strip("\n")), said.stdout
    assert re.fullmatch(err, said.stderr.strip()), said.stderr


# -- verify ----------------------------------------------------------------------------------------


def test_proved() -> None:
    said = lnsym("verify", sample_path("sha512_crypto.o"), "sha512_block_crypto")
    assert (said.returncode, said.stderr) == (0, "")
    assert re.fullmatch(
        r"PROVED {3}sha512_block_crypto {2}sha512-blocks\(any number of blocks\) {2}structural\+small +\d+\.\d\d s\n",
        said.stdout,
    )


def test_all_routines_of_a_file() -> None:
    said = lnsym("verify", sample_path("broken.o"))
    assert said.returncode == 1
    assert said.stdout.count("REFUTED") == 7
    assert "7 refuted" in said.stdout.splitlines()[-1]


def test_the_verdicts_do_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    """Verdicts in order, errors once, the report and the test that reproduces what is wrong."""
    symbols = ["max_u64_signed", "no_such_function", "clobbers_x19", "abs64_wrong"]
    said = {}
    for jobs in ("1", "3"):
        report, test = tmp_path / f"{jobs}.json", tmp_path / f"test_{jobs}.py"
        done = lnsym("verify", sample_path("broken.o"), *symbols, "--jobs", jobs, "--json", report, "--emit-test", test)
        lines = re.sub(r"[\d.]+ s\b", "", done.stdout).splitlines()
        verdicts = [v | {"seconds": 0, "methods": 0, "terms": 0} for v in json.loads(report.read_text())["verdicts"]]
        said[jobs] = (done.returncode, done.stderr, lines[:-1], test.read_text(), verdicts)
    assert said["1"] == said["3"]
    assert said["1"][1].count("no_such_function") == 2  # once as the routine, once as the symbol that is not there
    assert "3 at a time" in lines[-1]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_progress_on_a_terminal_leaves_the_verdicts_where_they_are_sent(tmp_path: Path, jobs: str) -> None:
    """Stderr a terminal, stdout a file: the spinner goes to the one, every verdict to the other."""
    reader, terminal = pty.openpty()
    file = tmp_path / "verdicts"
    with file.open("w") as out:
        arguments = ["verify", str(sample_path("broken.o")), "max_u64_signed", "clobbers_x19", "--jobs", jobs]
        done = subprocess.run([*LNSYM, *arguments], stdout=out, stderr=terminal, env=environment() | {"TERM": "xterm"})
    os.close(terminal)
    shown = os.read(reader, 1 << 16).decode()
    os.close(reader)
    assert done.returncode == 1
    assert file.read_text().count("REFUTED") == 2
    assert "REFUTED" not in shown
    assert "max_u64" in shown


def test_a_refutation_shows_the_input_and_both_outputs() -> None:
    said = lnsym("verify", sample_path("broken.o"), "abs64_wrong")
    assert (said.returncode, said.stderr) == (1, "")
    assert re.search(r"^REFUTED +abs64_wrong", said.stdout)
    assert re.search(r"input +x +ffffffffffffffff$", said.stdout, re.M)
    line = r"output +result +specification 0000000000000001 +code, on Unicorn ffffffffffffffff$"
    assert re.search(line, said.stdout, re.M)


def test_several_routines_speak_with_the_worst(tmp_path: Path) -> None:
    sample = sample_path("classics.o")
    assert lnsym("verify", sample, "abs64", "add_loop").returncode == 0
    said = lnsym("verify", sample, "abs64", "no_such_function")
    assert said.returncode == 2
    assert "PROVED" in said.stdout
    assert "not verified" in said.stdout
    assert said.error
    said = lnsym("verify", sample, "memcpy_loop", "abs64", "--max-steps", "10")
    assert said.returncode == 3
    assert "1 proved, 1 unknown" in said.stdout


@pytest.mark.parametrize("blocks", [1, 2])
def test_blocks(blocks: int) -> None:
    said = lnsym("verify", sample_path("sha256_scalar.o"), "sha256_block_scalar", "--blocks", blocks)
    assert said.returncode == 0
    assert f"sha256-blocks(blocks={blocks})" in said.stdout


def test_a_contract_by_name(tmp_path: Path) -> None:
    sample = sample_path("sha256_scalar.o")
    assert lnsym("verify", sample, "sha256_block_scalar", "--contract", "sha256-blocks").returncode == 0
    assert lnsym("verify", sample, "sha256_block_scalar", "--contract", "sha512-blocks").returncode == 1


@pytest.mark.parametrize("name", ["", ":mine"])
def test_a_contract_of_the_users_own(tmp_path: Path, mine: Path, name: str) -> None:
    target = written(tmp_path, object_of(NOP, RET))
    said = lnsym("verify", target, "routine", "--contract", f"{mine}{name}")
    assert (said.returncode, said.stderr) == (0, "")
    wrong = written(tmp_path, object_of(movz(0, 1), RET))
    assert lnsym("verify", wrong, "routine", "--contract", f"{mine}{name}").returncode == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", "invalid syntax"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(0)\n", "SystemExit"),
        (MINE.replace("t.call(a)", "t.call(c)"), "NameError: name 'c' is not defined"),
        (MINE.replace("t.call(a)", "pass"), "it calls nothing"),
        (MINE.replace("t.ensure_result(a)", "pass"), "it ensures nothing"),
        (MINE.replace("t.call(a)", "t.assume(a.ult(0)); t.call(a)"), "contradict each other"),
        (MINE.replace("t.call(a)", "t.assume(a.ult(5)); t.assume(~a.ult(5)); t.call(a)"), "contradict each other"),
    ],
    ids=["syntax", "raises", "exits", "name", "no-call", "no-claim", "false", "contradiction"],
)
def test_a_bad_contract_file(tmp_path: Path, mine: Path, text: str, said: str) -> None:
    mine.write_text(text)
    target = written(tmp_path, object_of(NOP, RET))
    done = lnsym("verify", target, "routine", "--contract", mine)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.error


@pytest.mark.parametrize("contract", ["sha512-block", "no-such-thing", "no/such.py", "mine.py:other"])
def test_an_unknown_contract(tmp_path: Path, mine: Path, contract: str) -> None:
    target = written(tmp_path, object_of(NOP, RET))
    said = lnsym("verify", target, "routine", "--contract", contract.replace("mine.py", str(mine)))
    assert (said.returncode, said.stdout) == (2, "")
    if contract == "sha512-block":
        assert "nearest: sha512-blocks" in said.error
    assert "routine" not in said.error


def test_a_routine_that_no_contract_is_for(tmp_path: Path) -> None:
    target = written(tmp_path, object_of(NOP, RET))
    assert lnsym("verify", target, "routine").returncode == 2
    assert "routine" in lnsym("verify", target, "routine").error
    said = lnsym("verify", target)
    assert (said.returncode, said.stdout) == (2, "")
    assert "--contract" in said.stderr


def test_a_parameter_that_the_contract_lacks() -> None:
    said = lnsym("verify", sample_path("classics.o"), "abs64", "--contract", "abs64", "--blocks", 2)
    assert said.returncode == 2
    assert "no parameter 'blocks'" in said.error


def test_too_few_steps() -> None:
    said = lnsym("verify", sample_path("sha512_scalar.o"), "sha512_block_scalar", "--max-steps", 100)
    assert said.returncode == 3
    assert said.stdout.startswith("UNKNOWN")
    assert "no return within 100 steps" in said.stdout
    assert "--max-steps" in said.stdout


def test_an_instruction_that_is_not_modelled(tmp_path: Path, mine: Path) -> None:
    target = written(tmp_path, object_of(NOP, FADD, RET))
    said = lnsym("verify", target, "routine", "--contract", mine)
    assert said.returncode == 4
    address = load_image(target).symbol("routine").address + 4
    message = f"instruction not modelled at {address:#x} (routine+0x4): 20 28 62 1e  fadd d0, d1, d2"
    assert message in said.stdout + said.stderr


@pytest.mark.corpus
def test_an_instruction_that_is_not_modelled_in_a_real_routine(aws_lc: Path, tmp_path: Path) -> None:
    image = load_image(aws_lc)
    routine = image.symbol("sha512_block_data_order_hw")
    code = image.read(routine.address, routine.size)
    data = bytearray(aws_lc.read_bytes())
    at = data.index(code) + 40
    data[at : at + 4] = little(FADD)
    said = lnsym("verify", written(tmp_path, bytes(data), "copy.so"), routine.name)
    (tmp_path / "copy.so").unlink()
    assert said.returncode == 4
    assert f"{routine.address + 40:#x} ({routine.name}+0x28): 20 28 62 1e  fadd d0, d1, d2" in said.stdout


def test_a_word_that_is_no_instruction(tmp_path: Path, mine: Path) -> None:
    said = lnsym("verify", written(tmp_path, object_of(NO_INSTRUCTION, RET)), "routine", "--contract", mine)
    assert said.returncode == 4
    assert "ff ff ff ff" in said.stdout + said.stderr


@pytest.mark.parametrize("archive", [False, True], ids=["object", "archive"])
def test_a_call_of_an_undefined_function(tmp_path: Path, mine: Path, archive: bool) -> None:
    from elf_writer import archive as archive_of

    writer = ObjectWriter()
    text = writer.text(0x94000000, RET)
    writer.symbol("routine", text, size=8)
    writer.symbol("far_away", UNDEF, kind=0)
    writer.reloc(text, 0, 283, "far_away")
    data = writer.build()
    target = written(tmp_path, archive_of(("member.o", data)) if archive else data, "input.a")
    said = lnsym("verify", target, "routine", "--contract", mine)
    assert said.returncode == 4
    assert "call of far_away" in said.stdout + said.stderr


@pytest.mark.corpus
def test_the_corpora(aws_lc: Path, openssl: Path) -> None:
    said = lnsym("verify", "aws-lc", "sha512_block_data_order_hw", "sha1_block_data_order_nohw", "--blocks", 2)
    assert said.returncode == 0
    assert said.stdout.count("PROVED") == 2
    said = lnsym("verify", "openssl", "sha1_block_data_order")
    assert (said.returncode, said.stdout.count("PROVED")) == (0, 1)


@pytest.mark.corpus
def test_a_changed_copy_of_a_real_file(aws_lc: Path, tmp_path: Path) -> None:
    """One bit of one rotation: the whole way from bytes to the printed counterexample."""
    image = load_image(aws_lc)
    routine = image.symbol("sha256_block_data_order_nohw")
    code = image.read(routine.address, routine.size)
    data = bytearray(aws_lc.read_bytes())
    at = data.index(code) + code.index(0x13981B10.to_bytes(4, "little"))  # ror w16, w24, #6
    data[at + 1] ^= 1 << 2
    report = tmp_path / "report.json"
    said = lnsym("verify", written(tmp_path, bytes(data), "copy.so"), routine.name, "--json", report)
    (tmp_path / "copy.so").unlink()
    assert said.returncode == 1
    assert said.stdout.startswith("REFUTED")
    assert "code, on Unicorn" in said.stdout
    assert "round 0" in said.stdout
    (verdict,) = json.loads(report.read_text())["verdicts"]
    assert verdict["verdict"] == "refuted"
    assert verdict["counterexample"]["confirmed_on"] == "unicorn"
    assert verdict["counterexample"]["inputs"]["state[0]"].startswith("0x")
    assert verdict["counterexample"]["differences"][0]["width"] == 32


# -- the report ------------------------------------------------------------------------------------


def test_the_report(tmp_path: Path) -> None:
    sample, path = sample_path("classics.o"), tmp_path / "report.json"
    said = lnsym("verify", sample, "abs64", "max_u64", "memcpy_loop", "--json", path)
    assert said.returncode == 0
    report = json.loads(path.read_text())
    assert set(report) == {"lnsym", "python", "dependencies", "file", "verdicts"}
    assert report["file"]["sha256"] == hashlib.sha256(sample.read_bytes()).hexdigest()
    assert report["python"].startswith("3.")
    assert set(report["dependencies"]) >= {"capstone", "unicorn", "z3-solver"}
    assert all(isinstance(v, str) for v in report["dependencies"].values())
    assert [v["routine"] for v in report["verdicts"]] == ["abs64", "max_u64", "memcpy_loop"]
    for verdict in report["verdicts"]:
        assert set(verdict) == {
            "routine", "contract", "parameters", "verdict", "reason", "exit_code", "instructions", "paths", "goals",
            "terms", "seconds", "methods", "assumptions", "rules", "stack_bytes", "lemmas", "invariants", "counterexample",
            "apart",
        }  # fmt: skip
        assert (verdict["verdict"], verdict["exit_code"], verdict["counterexample"]) == ("proved", 0, None)
        assert verdict["goals"] > 19
        assert verdict["assumptions"]
        assert sum(method["goals"] for method in verdict["methods"]) == verdict["goals"]
        assert set(verdict["seconds"]) >= {"specify", "decode", "simulate", "compare"}
    assert report["verdicts"][2]["parameters"] == {"size": 32}


def test_the_assumptions_are_explained() -> None:
    from lnsym.prove.assumptions import ASSUMPTIONS
    from lnsym.prove.methods import METHODS
    from lnsym.show.verdicts import ASSUMPTIONS_IN_WORDS, RULES_IN_WORDS

    soundness = ROOT / "SOUNDNESS.md"
    if not soundness.exists():
        pytest.skip("no SOUNDNESS.md here: not a checkout")
    text = soundness.read_text()
    names = [
        *ASSUMPTIONS,
        *[method.assumption for method in METHODS if method.assumption],
        *ASSUMPTIONS_IN_WORDS,
        *RULES_IN_WORDS,
    ]
    assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.parametrize("place", ["no/such/directory/report.json", "."])
def test_a_report_that_cannot_be_written_is_said_first(tmp_path: Path, place: str) -> None:
    said = lnsym("verify", sample_path("classics.o"), "abs64", "--json", tmp_path / place)
    assert (said.returncode, said.stdout) == (2, "")
    assert "'--json'" in said.stderr.splitlines()[-1]


def test_a_report_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so that the system is made to say no."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    arguments = ["verify", str(sample_path("classics.o")), "abs64", "--json", str(tmp_path / "report.json")]
    said = CliRunner().invoke(app, arguments)
    assert (said.exit_code, said.stdout) == (2, "")
    assert "no permission" in said.stderr


def test_a_report_of_a_contract_with_odd_parameters(tmp_path: Path, mine: Path) -> None:
    mine.write_text(MINE.replace("def mine(t)", "def mine(t, widths=(8, 16), kind={1, 2}, of=object)"))
    target, path = written(tmp_path, object_of(NOP, RET)), tmp_path / "report.json"
    said = lnsym("verify", target, "routine", "--contract", mine, "--json", path)
    assert said.returncode == 0
    assert json.loads(path.read_text())["verdicts"][0]["verdict"] == "proved"


# -- files that cannot be used ---------------------------------------------------------------------

OBJECT = object_of(NOP, RET)


def header_with(offset: int, *values: int) -> bytes:
    return OBJECT[:offset] + bytes(values) + OBJECT[offset + len(values) :]


BAD_FILES = {
    "empty": (b"", "empty"),
    "not-elf": (b"#!/bin/sh\necho hello\n", "not an ELF file"),
    "x86-64": (header_with(18, 62, 0), "AArch64"),
    "big-endian": (header_with(5, 2), "big-endian|little-endian"),
    "32-bit": (header_with(4, 1), "32-bit|64-bit"),
    "magic-only": (b"\x7fELF", "truncated"),
    "empty-archive": (b"!<arch>\n", ""),
    "half-archive": (b"!<arch>\nmember.o/       0  ", "truncated"),
}


@pytest.mark.parametrize("verb", ["verify", "disasm", "list"])
@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_used(tmp_path: Path, verb: str, kind: str) -> None:
    data, why = BAD_FILES[kind]
    target = written(tmp_path, data)
    arguments = [] if verb == "list" else ["sha512_block_mine"]
    said = lnsym(verb, target, *arguments)
    if kind == "empty-archive" and verb == "list":
        assert said.returncode in (0, 2)
        return
    assert (said.returncode, said.stdout) == (2, "")
    assert re.search(why, said.error), said.error
    assert str(target) in said.error


@pytest.mark.parametrize("verb", ["verify", "disasm", "list", "trace", "run"])
def test_a_path_that_is_no_file(tmp_path: Path, verb: str) -> None:
    arguments = {"list": [], "run": ["sha512_block_x", "--message", "-"]}.get(verb, ["sha512_block_x"])
    for path in (tmp_path, tmp_path / "none.o", tmp_path / "none"):
        said = lnsym(verb, path, *arguments, stdin=b"")
        assert (said.returncode, said.stdout) == (2, "")
        assert str(path) in said.error


def test_a_target_that_is_nothing() -> None:
    said = lnsym("list", "aws-lcc")
    assert said.returncode == 2
    assert "nearest: aws-lc" in said.error


def test_a_corpus_that_is_not_fetched(tmp_path: Path) -> None:
    said = lnsym("verify", "aws-lc", "sha512_block_data_order_hw", LNSYM_CACHE=str(tmp_path))
    assert said.returncode == 2
    assert "lnsym fetch aws-lc" in said.error


@pytest.mark.parametrize("verb", ["verify", "disasm", "trace"])
def test_no_such_symbol(verb: str) -> None:
    arguments = [] if verb == "disasm" else ["--contract", "sha512-blocks"]
    said = lnsym(verb, sample_path("sha512_crypto.o"), "sha512_block_crypt", *arguments)
    assert (said.returncode, said.stdout) == (2, "")
    assert "nearest: sha512_block_crypto" in said.error


def test_a_symbol_that_is_data(tmp_path: Path, mine: Path) -> None:
    writer = ObjectWriter()
    writer.symbol("routine", writer.text(RET), size=4)
    writer.symbol("table", writer.section(".rodata", bytes(64)), size=64, kind=1)
    said = lnsym("verify", written(tmp_path, writer.build()), "table", "--contract", mine)
    assert said.returncode == 2
    assert "is not code" in said.error


def test_names_are_escaped(tmp_path: Path) -> None:
    target = written(tmp_path, object_of(NOP, RET, name="evil\x1b[2Jname"))
    assert "\x1b" not in lnsym("list", target, "--all").stdout
    assert "\x1b" not in lnsym("disasm", target, "evil\x1b[2Jname").stdout
    assert "\x1b" not in lnsym("verify", target, "evil\x1b[2Jnam").stderr


# -- listings --------------------------------------------------------------------------------------


def test_list() -> None:
    said = lnsym("list", sample_path("classics.o"))
    assert said.returncode == 0
    rows = [line.split() for line in said.stdout.splitlines()]
    assert [row[1] for row in rows][:2] == ["popcount64", "popcount64_simd"]
    assert ["12", "abs64", "abs64"] in rows


def test_list_all(tmp_path: Path) -> None:
    target = written(tmp_path, OBJECT)
    assert lnsym("list", target).stdout == ""
    assert lnsym("list", target, "--all").stdout.split() == ["8", "routine", "-"]


@pytest.mark.corpus
def test_list_an_archive(openssl: Path) -> None:
    rows = [line.split() for line in lnsym("list", "openssl").stdout.splitlines()]
    (row,) = [row for row in rows if row[1] == "sha512_block_armv8"]
    assert row[2] == "sha512-blocks"
    assert row[3].endswith(".o")


def test_disasm() -> None:
    said = lnsym("disasm", sample_path("classics.o"), "abs64")
    lines = said.stdout.splitlines()
    assert re.fullmatch(r"0x[0-9a-f]+ <abs64>, 12 bytes", lines[0])
    assert lines[3].split() == [lines[3].split()[0], "d65f03c0", "ret"]
    assert len(lines) == 4


def test_disasm_says_what_is_not_modelled(tmp_path: Path) -> None:
    lines = lnsym("disasm", written(tmp_path, object_of(NOP, FADD, NO_INSTRUCTION, RET)), "routine").stdout.splitlines()
    assert [line.endswith("; not modelled") for line in lines[1:]] == [False, True, True, False]
    assert "fadd d0, d1, d2" in lines[2]
    assert ".word" in lines[3]


@pytest.mark.corpus
def test_a_symbol_without_a_size(aws_lc: Path) -> None:
    lines = lnsym("disasm", "aws-lc", "md5_block_asm_data_order").stdout.splitlines()
    assert len(lines) > 500
    assert int(re.search(r"(\d+) bytes", lines[0])[1]) // 4 == len(lines) - 1  # type: ignore[index]
    assert any(line.split()[2:] == ["ret"] for line in lines[1:])


# -- run and trace ---------------------------------------------------------------------------------

SIZES = (0, 3, 55, 64, 119, 200)
HASHED = [(f"sha{bits}_{style}.o", f"sha{bits}_block_{style}") for bits in (256, 512) for style in ("scalar", "crypto")]


@pytest.mark.parametrize(("sample", "symbol"), HASHED)
def test_run_gives_the_digest(tmp_path: Path, sample: str, symbol: str) -> None:
    data = Random(symbol).randbytes(150)
    message = written(tmp_path, data, "message")
    said = lnsym("run", sample_path(sample), symbol, "--message", message)
    assert said.returncode == 0
    assert said.stdout == f"{hashlib.new(symbol[:6], data).hexdigest()}  {message}\n"
    assert re.fullmatch(r"\d+ instructions\n", said.stderr)


@pytest.mark.parametrize("size", SIZES)
def test_run_any_size_from_standard_input(size: int) -> None:
    data = Random(size).randbytes(size)
    said = lnsym("run", sample_path("sha256_crypto.o"), "sha256_block_crypto", "--message", "-", stdin=data)
    assert said.stdout.split()[0] == hashlib.sha256(data).hexdigest()


def test_every_routine_that_hashes(aws_lc: Path, openssl: Path) -> None:
    """Through the library: one process for all of them."""
    from lnsym.contract import registered
    from lnsym.contract.routines import Images, routines
    from programs.digests import HASHES, digest

    seen = 0
    for path in (aws_lc, openssl):
        images, contracts = Images(path), registered()
        for routine in routines(path, contracts):
            if routine.contract not in HASHES:
                continue
            algorithm = routine.contract.split("-")[0]
            data = Random(routine.name).randbytes(100)
            image = images.with_routine(routine.name)
            found = digest(image, routine.name, contracts[routine.contract], data)
            assert found.value == hashlib.new(algorithm, data).digest(), routine.name
            seen += 1
    assert seen >= 18


def test_run_needs_a_hash() -> None:
    said = lnsym("run", sample_path("classics.o"), "abs64", "--message", "-", stdin=b"")
    assert said.returncode == 2
    assert "abs64" in said.error


@pytest.mark.parametrize(
    "mode", [[], ["--concrete"], ["--concrete", "--seed", "5"]], ids=["symbols", "numbers", "seed"]
)
def test_trace(mode: list[str]) -> None:
    said = lnsym("trace", sample_path("sha256_scalar.o"), "sha256_block_scalar", *mode)
    assert (said.returncode, said.stderr) == (0, "")
    lines = said.stdout.splitlines()
    assert len(lines) > 1000
    assert all(re.match(r" *[0-9a-f]+  \w", line) for line in lines)
    assert max(map(len, lines)) < 400
    text = said.stdout
    if mode:
        assert re.search(r"= 0x[0-9a-f]{8}\b", text)
        assert "msg[" not in text
    else:
        assert "state[3]" in text
        assert "msg[0]" in text
        assert "⟨" in text


def test_concrete_traces_differ_by_seed_only() -> None:
    def trace(*seed: str) -> str:
        return lnsym("trace", sample_path("classics.o"), "popcount64", "--concrete", *seed).stdout

    assert trace() == trace("--seed", "0") != trace("--seed", "1")


def test_a_trace_shows_each_path(tmp_path: Path, mine: Path) -> None:
    target = written(tmp_path, object_of(cbz(0, 8), RET, eor(1, 1, 1), RET))
    said = lnsym("trace", target, "routine", "--contract", mine)
    assert said.returncode == 0
    assert len([line for line in said.stdout.splitlines() if line.startswith("--")]) == 2
    assert said.stdout.count("ret") == 2


def test_a_trace_says_what_stopped_it(tmp_path: Path, mine: Path) -> None:
    target = written(tmp_path, object_of(NOP, FADD, RET))
    for mode in ([], ["--concrete"]):
        said = lnsym("trace", target, "routine", "--contract", mine, *mode)
        assert said.returncode == 4
        assert "nop" in said.stdout
        assert "fadd" in said.error
    target = written(tmp_path, object_of(add_imm(1, 1, 1), b(-4)))
    assert lnsym("trace", target, "routine", "--contract", mine, "--max-steps", "10").returncode == 3


# -- fetch -----------------------------------------------------------------------------------------


def test_fetch_of_nothing_known() -> None:
    said = lnsym("fetch", "nonsense")
    assert (said.returncode, said.stdout) == (2, "")
    assert "known: aws-lc, aws-lc-2023, openssl" in said.error


@pytest.mark.corpus
def test_fetch_of_what_is_there(aws_lc: Path) -> None:
    said = lnsym("fetch", "aws-lc")
    assert (said.returncode, said.stdout, said.stderr) == (0, f"{aws_lc}\n", "")


# -- pipes and signals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        f"trace {sample_path('sha512_scalar.o')} sha512_block_scalar",
        f"trace {sample_path('sha512_scalar.o')} sha512_block_scalar --concrete",
        f"disasm {sample_path('sha512_scalar.o')} sha512_block_scalar",
        f"verify {sample_path('broken.o')}",
        f"list {sample_path('classics.o')} --all",
        "--help",
    ],
    ids=lambda command: command.split()[0],
)
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_closed_pipe(command: str, reader: str) -> None:
    code, out, err = shell(f"lnsym {command} | {reader}")
    assert err == ""
    assert len(out.splitlines()) == (reader != "true")
    verify = command.startswith("verify")
    assert code in ((1, 141) if verify else (0, 141)), "a reader that goes away is no verdict"


@pytest.mark.parametrize(
    "arguments", [["verify", "routine"], ["verify", "routine", "routine", "--jobs", "2"], ["trace", "routine"]]
)
def test_ctrl_c(tmp_path: Path, mine: Path, arguments: list[str]) -> None:
    verb, *rest = arguments
    target = written(tmp_path, object_of(add_imm(1, 1, 1), b(-4)))
    process = subprocess.Popen(
        [*LNSYM, verb, str(target), *rest, "--contract", str(mine), "--max-steps", "100000000"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.strip() == "lnsym: interrupted"


FACTORING = """from lnsym.contract import contract
@contract("mine")
def mine(t):
    a, b = t.value("a", 64), t.value("b", 64)
    t.assume((a.zero_extend(128) * b.zero_extend(128)).eq(2915696333923769447 * 4219262503184953739))
    t.call(a, b)
    t.ensure_result(a)
"""


def test_ctrl_c_while_a_solver_runs(tmp_path: Path, mine: Path) -> None:
    """z3 catches the signal first; the run must end all the same."""
    mine.write_text(FACTORING)
    target = written(tmp_path, object_of(NOP, RET))
    process = subprocess.Popen(
        [*LNSYM, "verify", str(target), "routine", "--contract", str(mine), "--timeout", "60"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    time.sleep(3.0)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert "Traceback" not in err
    assert process.returncode == 130, out + err
    assert time.monotonic() - began < 10


def test_ctrl_c_is_not_lost_in_a_callback() -> None:
    """Python drops an exception raised while an object dies, and terms die all the time."""
    code = (
        "import sys, time, weakref\n"
        "from lnsym import cli\n"
        "def unlucky():\n"
        "    class Term: pass\n"
        "    def forget(reference): raise KeyboardInterrupt\n"
        "    term = Term()\n"
        "    reference = weakref.ref(term, forget)\n"
        "    del term\n"
        "    for _ in range(500): time.sleep(0.01)\n"
        "cli._run = unlucky\n"
        "cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=60)
    assert (done.returncode, done.stderr) == (130, "lnsym: interrupted\n")


# -- damaged files ---------------------------------------------------------------------------------


def arguments_for(target: Path, symbol: str, contract: str) -> list[list[object]]:
    return [
        ["verify", target, symbol, "--contract", contract, "--max-steps", 5000, "--timeout", 0.2],
        ["disasm", target, symbol],
        ["list", target, "--all"],
    ]


DAMAGED = [("classics.o", "abs64", "abs64"), ("classics.o", "memcpy_loop", "memcpy_loop"),
           ("broken.o", "max_u64_signed", "max_u64"), ("sha256_crypto.o", "sha256_block_crypto", "sha256-blocks")]  # fmt: skip


@pytest.mark.parametrize("seed", range(50))
def test_flipped_bytes_never_traceback(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    for sample, symbol, contract in DAMAGED:
        data = bytearray(sample_path(sample).read_bytes())
        for _ in range(random.choice([1, 1, 2, 8])):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        target = written(tmp_path, bytes(data))
        for arguments in arguments_for(target, symbol, contract):
            code = lnsym(*arguments).returncode
            assert code in ((0, 1, 2, 3, 4) if arguments[0] == "verify" else (0, 2))


def test_truncated_anywhere_never_traceback(tmp_path: Path) -> None:
    data = sample_path("classics.o").read_bytes()
    for size in [*range(70), *range(70, len(data), 97), len(data) - 1]:
        target = written(tmp_path, data[:size])
        for arguments in arguments_for(target, "abs64", "abs64"):
            said = lnsym(*arguments)
            assert (said.returncode, said.stdout) == (2, "")
            assert said.error
