"""What README and docs show is what the commands print: every block of code is run, and every command that is named exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from assembly import RET, ZR, add, object_of, store, word

from lnsym.cli import app
from programs import sample_path

ROOT = Path(__file__).parents[1]
DOCUMENTS = [str(path.relative_to(ROOT)) for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])]


@dataclass(frozen=True)
class Block:
    """Fenced text of a document, the language it names, and its line."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def fenced(document: str) -> Iterator[Block]:
    text = (ROOT / document).read_text()
    for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield Block(document, text.count("\n", 0, found.start()) + 1, found[1], found[2])


BLOCKS = [block for document in DOCUMENTS for block in fenced(document)]
CONTRACTS = [block for block in BLOCKS if block.language == "python"]


@dataclass(frozen=True)
class Session:
    """A command after a prompt, and what is printed below it."""

    block: Block
    command: str
    output: str

    def __str__(self) -> str:
        return f"{self.block} {self.command}"


def sessions() -> Iterator[Session]:
    for block in BLOCKS:
        if block.language == "":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield Session(block, command, output)


def indented() -> Iterator[tuple[str, str]]:
    """The commands that stand in indented lines, without what is said of them."""
    for document in DOCUMENTS:
        for found in re.finditer(r"^    (lnsym|make) (.*)$", (ROOT / document).read_text(), re.MULTILINE):
            yield document, f"{found[1]} {re.split('   +', found[2])[0]}"


def without_numbers(text: str) -> str:
    """The text, times and other measured numbers left out, and the spaces that align them."""
    text = text.replace(str(Path.home()), "~")
    text = re.sub(r"\b\d+\.\d+( s\b|(?= |$))", "T", text, flags=re.MULTILINE)
    return re.sub(r" +", " ", text).strip()


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "lnsym"] if command.startswith("lnsym ") else [sys.executable]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*words, *command.split()[1:]], cwd=place, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with what the documents speak of: the samples, and an object of one's own with its contract."""
    (tmp_path / "samples").symlink_to(sample_path("classics.o").parent)
    code = Path(sample_path("sha512_scalar.o")).read_bytes()
    mine = b"my_sha512".ljust(len(b"sha512_block_scalar"), b"\0")
    last = word("data_processing.add_subtract_shifted_register", sf=1, Rm=1, imm6=3, Rn=0, Rd=9)
    (tmp_path / "my_arrays.o").write_bytes(object_of(last, store(2, 9, -8), RET, name="set_last"))
    squared = word("data_processing.data_processing_3_source", sf=1, Rm=0, Ra=ZR, Rn=0, Rd=1)
    cubed = word("data_processing.data_processing_3_source", sf=1, Rm=1, Ra=ZR, Rn=0, Rd=0)
    (tmp_path / "my_cubes.o").write_bytes(object_of(add(0, 0, 1), squared, cubed, RET, name="cube_of_sum"))
    (tmp_path / "my_sha.o").write_bytes(code.replace(b"sha512_block_scalar", mine))
    return tmp_path


def test_there_is_something_to_run() -> None:
    assert len(list(sessions())) >= 7
    assert len(CONTRACTS) >= 2
    assert len(list(indented())) >= 15


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_block_is_a_session_or_a_contract(block: Block) -> None:
    assert block.language == "python" or block.text.startswith("$ "), f"{block} is run by no test"


@pytest.mark.parametrize("session", list(sessions()), ids=str)
def test_a_command_prints_what_the_document_shows(session: Session, place: Path, aws_lc: Path, openssl: Path) -> None:
    command = session.command
    done = run(command, place)
    shown, printed = without_numbers(session.output), without_numbers(done.stdout)
    if command.startswith("python -m benchmarks"):  # nothing but measurements: the rows are what can be told
        shown, printed = ("\n".join(line.split()[0] for line in text.splitlines()) for text in (shown, printed))
    assert printed == shown


@pytest.mark.parametrize("block", CONTRACTS, ids=str)
def test_a_contract_is_proved_by_the_commands_beside_it(block: Block, place: Path) -> None:
    named = re.match(r"# (\w+\.py)\n", block.text)
    file = named[1] if named else "mine.py"
    (place / file).write_text(block.text)
    commands = [command for document, command in indented() if document == block.document and file in command]
    assert commands
    for command in commands:
        done = run(command, place)
        assert (done.returncode, done.stdout[:6]) == (0, "PROVED"), command


@pytest.mark.parametrize(("document", "command"), list(indented()))
def test_commands_targets_and_options_exist(document: str, command: str) -> None:
    program, name, *words = command.split()
    if program == "make":
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    known = {option for parameter in app.commands[name].params for option in parameter.opts}
    assert {word.strip("[]") for word in words if word.strip("[").startswith("--")} <= known


def test_a_changed_output_is_noticed(place: Path) -> None:
    """A fault planted: another symbol than the one whose output is shown."""
    session = next(s for s in sessions() if "sha256_block_scalar" in s.command)
    done = run(
        session.command.replace("sha256_block_scalar", "sha256_block_wrong").replace("sha256_scalar", "broken"), place
    )
    assert without_numbers(done.stdout) != without_numbers(session.output)
