"""Whether any input meets the preconditions: no solver says alone that none does, and a false answer is a fault."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import pytest
from assembly import RET, judge

from lnsym.bv import BV, substitute
from lnsym.contract import Contract, Theorem
from lnsym.contract.checks import ContractError
from lnsym.deadline import Deadline
from lnsym.errors import ToolFault
from lnsym.prove import smt
from lnsym.prove.vacuity import has_inputs

A = BV.var("a", 64)
RARE = [(A * A).eq(0x1234567**2), A.ult(1 << 30)]
"""Few inputs meet it, no sample does."""

NONE = [A.ult(5), BV.const(9, 64).ult(A)]


def asks(t: Theorem) -> None:
    """A contract."""


def answered(
    monkeypatch: pytest.MonkeyPatch, preconditions: Sequence[BV], **answers: smt.SolverAnswer
) -> tuple[bool, list[str]]:
    """What comes of these answers of the solvers, and which were asked."""
    asked = []

    def solve(conditions: Sequence[BV], seconds: float, solver: smt.SolverName = "z3") -> smt.SolverAnswer:
        asked.append(solver)
        return answers[solver]

    monkeypatch.setattr(smt, "solve", solve)
    monkeypatch.setattr(smt, "installed", lambda: list(answers))
    return has_inputs(Contract("mine", asks), preconditions, repeat({A: 7}), Deadline.after(20)), asked


UNSAT, UNKNOWN = smt.SolverAnswer("unsat"), smt.SolverAnswer("unknown")
MET = smt.SolverAnswer("sat", {A: 0x1234567})
NOT_MET = smt.SolverAnswer("sat", {A: 8})


def test_none_is_said_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ContractError, match="contradict each other"):
        answered(monkeypatch, NONE, z3=UNSAT, bitwuzla=UNSAT)
    with pytest.raises(ContractError, match="contradict each other"):
        answered(monkeypatch, NONE, z3=UNSAT)


@pytest.mark.parametrize("second", [MET, NOT_MET])
def test_a_disagreement_is_a_fault(monkeypatch: pytest.MonkeyPatch, second: smt.SolverAnswer) -> None:
    with pytest.raises(ToolFault, match="disagree: unsat against sat") as caught:
        answered(monkeypatch, RARE, z3=UNSAT, bitwuzla=second)
    assert "precondition 0" in caught.value.reproduction
    assert f"a = {second.model[A]:#x}" in caught.value.reproduction


def test_an_input_that_does_not_meet_them_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolFault, match="does not meet them"):
        answered(monkeypatch, RARE, z3=NOT_MET, bitwuzla=UNSAT)
    with pytest.raises(ToolFault, match="does not meet them"):
        answered(monkeypatch, NONE, z3=NOT_MET)


@pytest.mark.parametrize("answers", [{"z3": UNSAT, "bitwuzla": UNKNOWN}, {"z3": UNKNOWN, "bitwuzla": UNSAT}])
def test_what_one_alone_says_leaves_it_open(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, smt.SolverAnswer]
) -> None:
    assert not answered(monkeypatch, NONE, **answers)[0]


def test_an_input_needs_no_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, RARE, z3=MET, bitwuzla=UNSAT) == (True, ["z3"])


def test_a_sample_needs_no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answered(monkeypatch, [A.eq(7)], z3=UNSAT) == (True, [])


@pytest.mark.parametrize("preconditions", [RARE, NONE])
def test_the_solvers_themselves(preconditions: list[BV]) -> None:
    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        for condition in substitute(preconditions, {A: a}):
            t.assume(condition)
        t.call(a)
        t.ensure_result(a)

    if preconditions is RARE:
        assert judge(statement, RET).status == "proved"
    else:
        with pytest.raises(ContractError, match="contradict each other"):
            judge(statement, RET)


def test_a_fault_has_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "solve", lambda conditions, seconds, solver="z3": UNSAT if solver == "z3" else NOT_MET)
    monkeypatch.setattr(smt, "installed", lambda: ["z3", "bitwuzla"])

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.eq(0x123456789))
        t.call(a)
        t.ensure_result(a)

    with pytest.raises(ToolFault):
        judge(statement, RET)
