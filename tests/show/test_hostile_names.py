"""Names come from files: what is in them never reaches a terminal, nor the code of a reproducer, as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from assembly import RET, add_imm, ldr, movz, object_of

from lnsym.cli import main
from lnsym.contract import Contract, Theorem, registry
from lnsym.machine.image import load_image
from lnsym.prove.verify import verify
from lnsym.run.exploration import Unexplored
from lnsym.run.setup import Setup
from lnsym.show.reproducer import refutation_test

NAMES = ["f\x1b[2J", "f\ng", "f\x07", "f\u202eexe", "f\x9b31m"]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract here is for every routine: others are not to find it."""
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))


CONTRACT = """
from lnsym.contract import contract

@contract("one", routines=["*"])
def one(t):
    t.call()
    t.ensure_result(1)
"""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "command",
    [["list", "--all"], ["disasm"], ["verify"], ["trace"], ["equiv"], ["isa", "--coverage"]],
    ids=lambda c: c[0],
)
def test_no_control_character_of_a_name_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, command: list[str]
) -> None:
    file, contract = tmp_path / "a.o", tmp_path / "c.py"
    file.write_bytes(object_of(movz(0, 2), ldr(1, 0), RET, name=name))
    contract.write_text(CONTRACT)
    arguments = {
        "list": ["list", "--all", str(file)],
        "isa": ["isa", "--coverage", str(file)],
        "disasm": ["disasm", str(file), name],
        "equiv": ["equiv", str(file), name, str(file), name, "--contract", str(contract)],
    }.get(command[0], [command[0], str(file), name, "--contract", str(contract)])
    monkeypatch.setattr(sys, "argv", ["lnsym", *arguments])
    with pytest.raises(SystemExit):
        main()
    printed = "".join(capfd.readouterr())
    assert printed
    assert all(character.isprintable() for line in printed.split("\n") for character in line)
    if "\n" in name:
        assert name not in printed


@pytest.mark.parametrize("name", ['f"""\nimport os\n"""', '"""', "f\\", *NAMES])
def test_no_name_becomes_code_of_a_reproducer(tmp_path: Path, name: str) -> None:
    file = tmp_path / "a.o"
    file.write_bytes(object_of(movz(0, 2), add_imm(0, 0, 1), RET, name=name))
    image = load_image(file)

    def one(t: Theorem) -> None:
        t.call()
        t.ensure_result(1)

    verdict = verify(image, name, Contract("one", one))
    assert verdict.counterexample is not None
    theorem = Contract("one", one).statement(name)
    text = refutation_test(Unexplored(Setup(image, name, theorem)), verdict.counterexample, 1)
    compile(text, "reproducer", "exec")
    assert "import os" not in text.split("\n")
