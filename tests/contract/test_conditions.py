"""Conditions that a contract ensures of what the calls leave: bounds, relations of outputs, congruences."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from assembly import RET, add, add_imm, image_of, judge, ldr, mov, movz, object_of, store
from click.testing import CliRunner

from lnsym.bv import BV
from lnsym.cli import app
from lnsym.contract import Contract, Theorem
from lnsym.contract.checks import ContractError
from lnsym.mutation.second_opinion import Opinion, second_opinion
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.refutation import ModelFault
from lnsym.show.verdicts import counterexample_lines, report

LOW_THREE = 0x92400800  # and x0, x0, #7


def small(bound: int) -> Callable[[Theorem], None]:
    """uint64_t f(uint64_t a): less than the bound."""

    def statement(t: Theorem) -> None:
        t.call(t.value("a", 64))
        t.ensure_that(t.returns(64).ult(bound))

    return statement


def split(t: Theorem) -> None:
    """void f(uint64_t out[2], uint64_t a): two numbers whose sum is a."""
    out, a = t.region("out", 2, 64, access="w"), t.value("a", 64)
    t.call(out, a)
    first, second = t.after(out)
    t.ensure_that((first + second).eq(a), "sum")


SPLITS = [movz(2, 5), store(2, 0), add_imm(2, 1, -5), store(2, 0, 8), RET]
"""out[0] = 5, out[1] = a - 5."""


def test_a_bound_is_proved() -> None:
    verdict = judge(small(8), LOW_THREE, RET)
    assert verdict.status == "proved", verdict.reason


@pytest.mark.parametrize("bound", [1, 7])
def test_a_bound_that_is_too_small_is_refuted_with_what_was_left(bound: int) -> None:
    verdict = judge(small(bound), LOW_THREE, RET)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    (difference,) = verdict.counterexample.differences
    assert (difference.name, difference.expected, difference.actual) == ("condition 1", 1, 0)
    (left,) = difference.left
    assert left.name == "result"
    assert bound <= left.values[0] < 8
    assert verdict.reason == f"condition 1 does not hold: result is {left.values[0]:#x}"
    assert any(
        line.split()[:2] == ["result", f"{left.values[0]:016x}"]
        for line in counterexample_lines(verdict.counterexample)
    )
    (entry,) = report(image_of(LOW_THREE, RET), [verdict])["verdicts"]
    assert entry["counterexample"]["differences"][0]["left"] == {"result": hex(left.values[0])}


def test_a_bound_that_one_input_breaks_is_refuted() -> None:
    """a for all but one a of 2**32, where it is 8."""

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.ensure_that(t.returns(64).ne(0x12345678))

    assert judge(statement, RET).status == "refuted"


def test_a_relation_of_elements_is_proved_and_its_breach_refuted() -> None:
    verdict = judge(split, *SPLITS)
    assert verdict.status == "proved", verdict.reason
    wrong = judge(split, *SPLITS[:3], store(1, 0, 8), RET)
    assert wrong.status == "refuted"
    assert wrong.counterexample is not None
    (difference,) = wrong.counterexample.differences
    assert [left.name for left in difference.left] == ["out[0]", "out[1]"]


@pytest.mark.parametrize(("byteorder", "status"), [("little", "proved"), ("big", "refuted")])
def test_elements_are_read_in_their_byte_order(byteorder: str, status: str) -> None:
    def statement(t: Theorem) -> None:
        out = t.region("out", 1, 32, access="w", byteorder=byteorder)  # type: ignore[arg-type]
        t.call(out)
        (element,) = t.after(out)
        t.ensure_that(element.ult(256))

    assert judge(statement, movz(1, 5), store(1, 0, size=4), RET).status == status


def test_a_condition_stands_beside_other_claims() -> None:
    def statement(t: Theorem) -> None:
        out, a = t.region("out", 1, 64, access="w"), t.value("a", 64)
        t.call(out, a)
        t.ensure(out, [a])
        t.ensure_that((t.returns(64) ^ t.after(out)[0]).eq(0))

    assert judge(statement, store(1, 0), mov(0, 1), RET).status == "proved"
    assert judge(statement, store(1, 0), RET).status == "refuted"


def test_memory_that_is_only_read_may_be_spoken_of() -> None:
    def statement(t: Theorem) -> None:
        data = t.region("data", 1, 64)
        t.call(data)
        t.ensure_that(t.returns(64).eq(t.after(data)[0]))

    assert judge(statement, ldr(0, 0), RET).status == "proved"
    assert judge(statement, ldr(1, 0), RET).status == "refuted"


def test_a_result_of_fewer_bits_is_those_bits_alone() -> None:
    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.ensure_that(t.returns(16).eq(a[15:0]))

    assert judge(statement, RET).status == "proved"
    assert judge(statement, add(0, 0, 0), RET).status == "refuted"


def test_a_congruence_is_proved() -> None:
    """3 a = 6 (mod 3), whatever a is: 3 * (a + 2) is a multiple of 3 where nothing overflows."""

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.ult(1 << 8))
        t.call(a)
        r = t.returns(64)
        t.ensure_that(r.eq(r.udiv(3) * 3))

    verdict = judge(statement, add(1, 0, 0), add(0, 1, 0), RET)
    assert verdict.status == "proved", verdict.reason
    assert judge(statement, add(0, 0, 0), RET).status == "refuted"


# -- what means nothing is refused -----------------------------------------------------------------


def of_the_input(t: Theorem) -> None:
    a = t.value("a", 64)
    t.call(a)
    t.ensure_that(a.ult(5))


def as_precondition(t: Theorem) -> None:
    t.call(t.value("a", 64))
    t.assume(t.returns(64).ult(5))


def as_element(t: Theorem) -> None:
    out = t.region("out", 1, 64, access="w")
    t.call(out)
    t.ensure(out, [t.returns(64)])


def as_result(t: Theorem) -> None:
    data = t.region("data", 1, 64)
    t.call(data)
    t.ensure_result(t.after(data)[0])


def as_argument(t: Theorem) -> None:
    data = t.region("data", 1, 64)
    t.call(t.after(data)[0])


def of_eight_bits(t: Theorem) -> None:
    t.call(t.value("a", 64))
    t.ensure_that(t.returns(8))


def of_a_number(t: Theorem) -> None:
    t.call(t.value("a", 64))
    t.ensure_that(True)  # type: ignore[arg-type]


def said_twice(t: Theorem) -> None:
    t.call(t.value("a", 64))
    result = t.returns(64)
    t.ensure_that(result.ult(5), "small")
    t.ensure_that(result.ult(6), "small")


def of_another_width(t: Theorem) -> None:
    other = Theorem()
    t.call(t.value("a", 64))
    t.returns(64)
    t.ensure_that(other.returns(32).ult(5))


def before_a_call(t: Theorem) -> None:
    t.call(t.value("a", 64))
    t.ensure_that(t.returns(64).ult(5))
    t.call(1)


def of_a_region_of_another(t: Theorem) -> None:
    t.after(Theorem().region("out", 1, 64))


REFUSED = {
    of_the_input: "speaks of nothing that the calls leave",
    as_precondition: "a precondition speaks of what the calls leave",
    as_element: r"t.ensure\(...\) speaks of what",
    as_result: r"t.ensure_result\(...\) speaks of what",
    as_argument: "an argument speaks of what",
    of_eight_bits: "it has 8 bits",
    of_a_number: "give a term of one bit",
    said_twice: "condition small is ensured twice",
    of_another_width: "a result of another theorem",
    before_a_call: "a call after a claim",
    of_a_region_of_another: "no region of this theorem",
}


@pytest.mark.parametrize("statement", REFUSED, ids=lambda s: s.__name__)
def test_what_means_nothing_is_refused(statement: Callable[[Theorem], None]) -> None:
    with pytest.raises(ContractError, match=REFUSED[statement]):
        judge(statement, RET)


def test_a_region_that_is_asked_for_and_not_spoken_of_still_needs_a_claim() -> None:
    def statement(t: Theorem) -> None:
        out = t.region("out", 1, 64, access="w")
        t.call(out)
        t.after(out)
        t.ensure_that(t.returns(64).ult(5))

    with pytest.raises(ContractError, match="nothing is said of what it holds afterwards"):
        judge(statement, RET)


# -- elsewhere -----------------------------------------------------------------------------------


def test_the_second_opinion_looks_at_conditions() -> None:
    right, wrong = image_of(LOW_THREE, RET), image_of(RET)
    asked = Contract("mine", small(8))
    assert second_opinion(right, "routine", asked, {}, 30, "1", 100) == Opinion(30)
    assert "condition 1" in second_opinion(wrong, "routine", asked, {}, 30, "1", 100).difference
    elements = second_opinion(
        image_of(*SPLITS[:3], store(1, 0, 8), RET), "routine", Contract("mine", split), {}, 30, "1", 100
    )
    assert "condition sum" in elements.difference


def test_two_routines_are_compared_whatever_conditions_say() -> None:
    """A comparison has no specification: what is returned is compared, not what is ensured of it."""
    one, other = RoutineInImage(image_of(LOW_THREE, RET), "routine"), RoutineInImage(image_of(RET), "routine")
    assert compare(one, one, Contract("mine", small(2))).status == "proved"
    assert compare(one, other, Contract("mine", small(2))).status == "refuted"


def test_an_emitted_test_reproduces_the_breach(tmp_path: Path) -> None:
    (tmp_path / "f.o").write_bytes(object_of(LOW_THREE, RET))
    (tmp_path / "mine.py").write_text(
        "from lnsym.contract import Theorem, contract\n\n\n@contract('mine')\ndef mine(t: Theorem) -> None:\n"
        "    t.call(t.value('a', 64))\n    t.ensure_that(t.returns(64).ult(7), 'small')\n"
    )
    test = tmp_path / "test_emitted.py"
    CliRunner().invoke(
        app,
        ["verify", str(tmp_path / "f.o"), "routine", "--contract", str(tmp_path / "mine.py"), "--emit-test", str(test)],
    )
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    seen = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert seen.returncode == 1
    assert "condition small does not hold for [7]" in seen.stdout
    test.write_text(test.read_text().replace("!= [0x7]", "!= [0x6]"))
    assert subprocess.run(run, capture_output=True, cwd=tmp_path, check=False).returncode == 0


def test_an_output_that_is_read_from_the_wrong_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted in what the simulator's condition speaks of: Unicorn contradicts it."""
    from lnsym.run import exploration

    monkeypatch.setattr(exploration, "element_at", lambda region, block, index: BV.const(5, block.width))
    with pytest.raises(ModelFault, match="condition sum"):
        judge(split, *SPLITS)
