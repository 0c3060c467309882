"""`t.lemma` and `t.label`: what may be said, what is refused, and what a verdict says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from assembly import RET, add, eor, image_of, judge, object_of, word
from click.testing import CliRunner

from lnsym.bv import BV
from lnsym.cli import app
from lnsym.contract import Contract, Theorem
from lnsym.contract.theorem import ContractError
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verdict import LemmaUse
from lnsym.prove.verify import Options


def mul(d: int, n: int, m: int) -> int:
    return word("data_processing.data_processing_3_source", sf=1, Rm=m, Ra=31, Rn=n, Rd=d)


CUBE = (add(0, 0, 1), mul(1, 0, 0), mul(0, 0, 1), RET)
"""(x + y)**3"""

CONTRACT = """
from lnsym.contract import Theorem, contract

@contract("cube-of-sum")
def cube_of_sum(t: Theorem, said: str = "square") -> None:
    x, y = t.value("x", 64), t.value("y", 64)
    total, square = t.label(x + y, "x + y"), x * x + 2 * (x * y) + y * y
    if said == "square":
        t.lemma(total * total, square, "square")
    if said == "false":
        t.lemma(total * total, x * x + y * y)
    t.call(x, y)
    t.ensure_result(x * x * x + 3 * (x * x * y) + 3 * (x * y * y) + y * y * y)
"""


def cube_of_sum(t: Theorem) -> None:
    x, y = t.value("x", 64), t.value("y", 64)
    t.lemma((x + y) * (x + y), x * x + 2 * (x * y) + y * y)
    t.call(x, y)
    t.ensure_result(x * x * x + 3 * (x * x * y) + 3 * (x * y * y) + y * y * y)


def test_one_step_proves_what_nothing_proves_without_it() -> None:
    verdict = judge(cube_of_sum, *CUBE, options=Options(timeout=60))
    assert verdict.status == "proved"
    assert verdict.lemmas == (LemmaUse("1", "words"),)
    assert verdict.goals == 22


def test_wrong_code_is_refuted_whatever_its_contract_says_to_help() -> None:
    verdict = judge(cube_of_sum, eor(0, 0, 1), *CUBE[1:], options=Options(timeout=60))
    assert verdict.status == "refuted"


def test_a_false_lemma_leaves_the_verdict_open_and_is_named() -> None:
    def statement(t: Theorem) -> None:
        x, y = t.value("x", 64), t.value("y", 64)
        t.lemma(x + y, x | y, "no_carries")
        t.call(x, y)
        t.ensure_result(x + y)

    verdict = judge(statement, add(0, 0, 1), RET)
    assert verdict.status == "unknown"
    assert verdict.reason.startswith("lemma no_carries: it is false where x = 0x")
    assert verdict.lemmas == (LemmaUse("no_carries", ""),)


def test_a_false_lemma_proves_no_wrong_code() -> None:
    def statement(t: Theorem) -> None:
        x, y = t.value("x", 64), t.value("y", 64)
        t.lemma(x + y, x | y)
        t.call(x, y)
        t.ensure_result(x | y)

    assert judge(statement, add(0, 0, 1), RET).status == "refuted"


def test_a_lemma_rests_on_what_the_contract_assumes_and_not_on_a_path() -> None:
    def statement(assumed: bool) -> Callable[[Theorem], None]:
        def said(t: Theorem) -> None:
            x, y = t.value("x", 64), t.value("y", 64)
            if assumed:
                t.assume(x.ult(8))
            t.lemma(x & 7, x)
            t.call(x, y)
            t.ensure_result(x + y)

        return said

    assert judge(statement(True), add(0, 0, 1), RET).status == "proved"
    assert judge(statement(False), add(0, 0, 1), RET).status == "unknown"


def test_two_routines_are_compared_without_the_lemmas() -> None:
    image = image_of(*CUBE)
    routine = RoutineInImage(image, "routine")
    assert compare(routine, routine, Contract("mine", cube_of_sum)).status == "proved"


# -- what is said of it ---------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "cube.o").write_bytes(object_of(*CUBE, name="cube_of_sum"))
    (tmp_path / "cube.py").write_text(CONTRACT)
    return str(tmp_path / "cube.o"), str(tmp_path / "cube.py")


def test_the_verdict_lists_lemmas(files: tuple[str, str], tmp_path: Path) -> None:
    target, contract = files
    report = tmp_path / "report.json"
    done = CliRunner().invoke(app, ["verify", target, "cube_of_sum", "--contract", contract, "--json", str(report)])
    assert done.exit_code == 0, done.output
    assert "  lemmas   square (words)" in done.output.splitlines()
    assert json.loads(report.read_text())["verdicts"][0]["lemmas"] == [{"name": "square", "method": "words"}]


def test_unknown_shows_labels(files: tuple[str, str]) -> None:
    target, contract = files
    command = ["verify", target, "cube_of_sum", "--contract", contract, "-p", "said=", "--method", "words"]
    done = CliRunner().invoke(app, command, standalone_mode=False)
    assert done.return_value == 3, done.output
    assert "⟨x + y⟩ · (⟨x + y⟩ · ⟨x + y⟩)" in done.output


def test_unknown_says_which_lemma_is_false(files: tuple[str, str]) -> None:
    target, contract = files
    command = ["verify", target, "cube_of_sum", "--contract", contract, "-p", "said=false", "--method", "words"]
    done = CliRunner().invoke(app, command, standalone_mode=False)
    assert done.return_value == 3, done.output
    assert "lemma 1: it is false where x = 0x" in done.output
    assert "  lemmas   1 (not proved)" in done.output.splitlines()


# -- refused ----------------------------------------------------------------------------------------------


def says(say: Callable[[Theorem, BV], object]) -> Callable[[Theorem], None]:
    def statement(t: Theorem) -> None:
        x = t.value("x", 64)
        a = t.region("a", 4, 64, access="rw")
        t.call(a, x)
        t.ensure(a, a.elements)
        t.returns()
        say(t, x)

    return statement


REFUSED: dict[str, tuple[Callable[[Theorem, BV], object], str]] = {
    "no term": (lambda t, x: t.lemma(5, x), "give a term"),  # type: ignore[arg-type]
    "two widths": (lambda t, x: t.lemma(x, x[31:0]), "64 bits are equal to 32 bits"),
    "a number that does not fit": (lambda t, x: t.lemma(x[7:0], 256), "does not fit"),
    "a name of two lemmas": (lambda t, x: [t.lemma(x, x, "s"), t.lemma(x + 1, x + 1, "s")], "lemma s is said twice"),
    "a number as a name": (lambda t, x: [t.lemma(x, x, "2"), t.lemma(x, x)], "lemma 2 is said twice"),
    "no name": (lambda t, x: t.lemma(x, x, "a b"), "name"),
    "an output": (lambda t, x: t.lemma(BV.var(t.after(t._blocks[0])[0].origin, 64), x), "what the calls leave"),
    "a pointer": (lambda t, x: t.lemma(t._blocks[0].base, x), "where a lies"),
    "a variable of its own": (lambda t, x: t.lemma(BV.var("mine", 64), x), "is no input"),
    "a label of no term": (lambda t, x: t.label(5, "five"), "give a term"),  # type: ignore[arg-type]
    "an empty label": (lambda t, x: t.label(x + 1, " "), "not empty"),
    "a label of two lines": (lambda t, x: t.label(x + 1, "one\ntwo"), "can be printed"),
    "a label of a pointer": (lambda t, x: t.label(t._blocks[0].base + 1, "next"), "where a lies"),
    "a label of a variable of its own": (lambda t, x: t.label(BV.var("mine", 64) + 1, "mine"), "is no input"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_means_nothing_is_refused(name: str) -> None:
    say, why = REFUSED[name]
    with pytest.raises(ContractError, match=why):
        Contract("mine", says(say)).statement()


def test_an_element_at_an_open_index_is_refused() -> None:
    def statement(t: Theorem) -> None:
        n, k = t.value("n", 64), t.value("k", 64)
        a = t.region("a", n, 64)
        t.call(a, n)
        t.lemma(a.at(k), a.at(k) + 0 * n)
        t.ensure_result(n)

    with pytest.raises(ContractError, match="open index"):
        Contract("mine", statement).statement()


def test_nothing_is_said_after_the_end() -> None:
    kept: list[Theorem] = []
    Contract("mine", lambda t: [kept.append(t), t.call(), t.ensure_result(1)]).statement()  # type: ignore[arg-type]
    for late in (lambda t: t.lemma(BV.const(1, 8), 1), lambda t: t.label(BV.const(1, 8), "one")):
        with pytest.raises(ContractError, match="frozen"):
            late(kept[0])


def test_a_label_is_the_term_itself() -> None:
    labelled: list[BV] = []

    def statement(t: Theorem) -> None:
        x = t.value("x", 64)
        labelled.append(t.label(x * 77, "77 times"))
        t.call(x)
        t.ensure_result(labelled[0])

    stated = Contract("mine", statement).statement()
    assert stated.result is labelled[0]
    assert stated.labelled == (labelled[0],)
    assert stated.labels[labelled[0]] == "77 times"
    assert (stated.without_claims().labelled, stated.without_claims().lemmas) == ((), ())
