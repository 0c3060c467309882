"""A routine of an archive that calls functions of other members: the contract names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import RET, UNDEF, ObjectWriter, add_imm, b, object_of
from elf_writer import NOTYPE, archive

from lnsym.contract import Contract, Theorem, contract
from lnsym.contract.checks import ContractError
from lnsym.contract.routines import Choice, Images
from lnsym.errors import NoSuchSymbol
from lnsym.prove.subject import Subject
from lnsym.prove.verify import Options
from lnsym.session import Absent, cases
from programs import sample_path

JUMP26 = 282


def successor(t: Theorem) -> None:
    """uint64_t f(uint64_t a): a + 1."""
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a + 1)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An archive whose `wrapper` jumps to the `adds_one` of another member."""
    writer = ObjectWriter()
    text = writer.text(b(0))
    writer.symbol("wrapper", text, 0, 4)
    writer.symbol("adds_one", UNDEF, kind=NOTYPE)
    writer.reloc(text, 0, JUMP26, "adds_one")
    path = tmp_path / "library.a"
    path.write_bytes(
        archive(("wrapper.o", writer.build()), ("adds.o", object_of(add_imm(0, 0, 1), RET, name="adds_one")))
    )
    return path


def only_case(path: Path, *links: str) -> Subject | Absent:
    asked = Contract("successor", successor, links=links)
    (case,) = cases(Images(path), ["wrapper"], Choice({}, asked))
    return case


def test_a_linked_function_is_part_of_the_proof(library: Path) -> None:
    case = only_case(library, "adds_one")
    assert isinstance(case, Subject)
    assert case.image.member == "wrapper.o, adds.o"
    assert case.verify(Options()).status == "proved"


def test_without_the_link_nothing_is_known_of_the_call(library: Path) -> None:
    case = only_case(library)
    assert isinstance(case, Subject)
    verdict = case.verify(Options())
    assert verdict.status == "unknown"
    assert "adds_one" in verdict.reason


def test_a_link_that_no_member_defines_is_an_error(library: Path) -> None:
    case = only_case(library, "adds_two")
    assert isinstance(case, Absent)
    assert isinstance(case.error, NoSuchSymbol)


def test_links_are_of_no_account_outside_archives() -> None:
    image = Images(Path(sample_path("classics.o"))).with_routine("abs64", ["adds_one"])
    assert image.symbol("abs64").size == 12


@pytest.mark.parametrize("links", ["adds_one", [""], [1]])
def test_links_that_mean_nothing_are_refused(links: object) -> None:
    with pytest.raises(ContractError, match="links="):
        contract("linked", links=links)(successor)  # type: ignore[arg-type]
