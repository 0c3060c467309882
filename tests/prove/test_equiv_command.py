"""`lnsym equiv` as a user types it: verdicts, exit codes, the report, one-line errors, Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from assembly import FADD, RET, movz, object_of, word

from lnsym import cli
from programs import sample_path

CLASSICS, BROKEN = str(sample_path("classics.o")), str(sample_path("broken.o"))
SCALAR, CRYPTO = str(sample_path("sha256_scalar.o")), str(sample_path("sha256_crypto.o"))
SHA256 = (SCALAR, "sha256_block_scalar", CRYPTO, "sha256_block_crypto")
MINE = """from lnsym.contract import contract
@contract("mine")
def mine(t):
    t.call(t.value("a", 64))
    t.returns()
"""

Command: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def equiv(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs the command: its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lnsym", "equiv", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert isinstance(left.value.code, int)
        return left.value.code, out, err

    return run


def test_proved(equiv: Command) -> None:
    code, out, err = equiv(*SHA256, "--blocks", "2")
    assert (code, err) == (0, "")
    line = r"PROVED   sha256_block_scalar = sha256_block_crypto  sha256-blocks\(blocks=2\)  structural +\d+\.\d\d s\n"
    assert re.fullmatch(line, out)


def test_refuted_with_its_report(equiv: Command, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    code, out, err = equiv(CLASSICS, "max_u64", BROKEN, "max_u64_signed", "--json", str(file))
    assert (code, err) == (1, "")
    assert out.startswith("REFUTED  max_u64 = max_u64_signed")
    written = json.loads(file.read_text())
    assert [Path(entry["path"]).name for entry in written["files"]] == ["classics.o", "broken.o"]
    assert written["verdicts"][0]["disagreement"]["differences"][0]["name"] == "result"


def test_a_contract_of_ones_own_needs_no_claim(equiv: Command, tmp_path: Path) -> None:
    contract, one, other = tmp_path / "mine.py", tmp_path / "one.o", tmp_path / "other.o"
    contract.write_text(MINE)
    one.write_bytes(object_of(movz(0, 7), RET))
    other.write_bytes(object_of(movz(0, 8), RET))
    code, out, _ = equiv(str(one), "routine", str(one), "routine", "--contract", str(contract))
    assert (code, out.split()[0]) == (0, "PROVED")
    code, out, _ = equiv(str(one), "routine", str(other), "routine", "--contract", str(contract))
    assert (code, out.split()[0]) == (1, "REFUTED")
    assert "result is 0x7 by routine of one.o, 0x8 by routine of other.o" in out


def test_methods_and_queries(equiv: Command, tmp_path: Path) -> None:
    two = (CLASSICS, "popcount64", CLASSICS, "popcount64_simd")
    code, out, _ = equiv(*two, "--method", "structural")
    assert (code, out.split()[0]) == (3, "UNKNOWN")
    code, out, _ = equiv(*two, "--method", "sweep", "--dump-smt", str(tmp_path))
    assert (code, out.split()[0]) == (0, "PROVED")
    assert {path.suffix for path in tmp_path.iterdir()} == {".smt2", ".aig", ".cnf"}
    assert all(path.name.startswith("popcount64-popcount64_simd.result") for path in tmp_path.iterdir())


def test_an_instruction_that_is_not_modelled(equiv: Command, tmp_path: Path) -> None:
    path = tmp_path / "float.o"
    path.write_bytes(object_of(FADD, RET))
    code, out, _ = equiv(str(path), "routine", CLASSICS, "max_u64", "--contract", "max_u64")
    assert code == 4
    assert "routine: instruction not modelled" in out


ERRORS: dict[str, tuple[tuple[str, ...], str]] = {
    "two contracts": (
        (CLASSICS, "max_u64", CLASSICS, "max_s32"),
        "max_u64 has the contract max_u64, max_s32 has max_s32",
    ),
    "no contract": ((CLASSICS, "foo", CLASSICS, "bar"), "no bundled contract is for foo or bar"),
    "no such contract": ((*SHA256, "--contract", "sha256-block"), "no contract 'sha256-block'"),
    "no such symbol": ((CLASSICS, "max_u64", BROKEN, "max_u64"), "no symbol 'max_u64'; nearest: max_u64_signed"),
    "no such file": ((CLASSICS, "max_u64", "gone.o", "max_u64"), "gone.o: no such file"),
    "no such corpus": (("nothing", "max_u64", CLASSICS, "max_u64"), "no such corpus"),
    "no binary": ((__file__, "max_u64", CLASSICS, "max_u64"), "not an ELF file"),
    "no such parameter": ((CLASSICS, "abs64", CLASSICS, "abs64", "--blocks", "2"), "'abs64' has no parameter 'blocks'"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_errors_are_one_line(equiv: Command, kind: str) -> None:
    arguments, said = ERRORS[kind]
    code, out, err = equiv(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert err.startswith("lnsym: ")
    assert said in err


def test_usage(equiv: Command) -> None:
    code, _, err = equiv(CLASSICS, "max_u64", CLASSICS)
    assert code == 2
    assert "Missing argument 'SYMBOL2'" in err


LNSYM = [sys.executable, "-c", "from lnsym.cli import main; main()", "equiv"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_structural_proof_imports_no_solver_and_no_emulator() -> None:
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(sorted({'z3', 'unicorn', 'pysat', 'rich'} & set(sys.modules))))\n"
        "from lnsym.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "equiv", *SHA256], capture_output=True, text=True, env=ENVIRONMENT, timeout=120
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "[]")


def mul(d: int, n: int, m: int) -> int:
    return word("data_processing.data_processing_3_source", sf=1, Rm=m, Ra=31, Rn=n, Rd=d)


def test_interrupted_while_methods_run_side_by_side(tmp_path: Path) -> None:
    """(a b) c against a (b c), of 64 bits: not for SAT. The queries are written out when the processes start."""
    contract, one, other, queries = (tmp_path / name for name in ("mine.py", "one.o", "other.o", "queries"))
    contract.write_text(MINE.replace('t.value("a", 64)', "*[t.value(name, 64) for name in 'abc']"))
    one.write_bytes(object_of(mul(0, 0, 1), mul(0, 0, 2), RET))
    other.write_bytes(object_of(mul(1, 1, 2), mul(0, 0, 1), RET))
    command = [
        *LNSYM,
        one,
        "routine",
        other,
        "routine",
        "--contract",
        contract,
        "--method",
        "sweep",
        "--dump-smt",
        queries,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as running:
        while not (queries.exists() and any(queries.iterdir())):
            assert running.poll() is None
            time.sleep(0.05)
        time.sleep(0.3)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "lnsym: interrupted\n")
