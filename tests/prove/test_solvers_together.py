"""No goal rests on one solver alone where a second is installed, and none on a version that is known to be unsound."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lnsym.bv import BV, lookup, table
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.errors import SolverUnsound
from lnsym.prove import smt
from lnsym.prove.evidence import NoModel
from lnsym.prove.method import Budget, Proved, Refuted, Unknown
from lnsym.prove.methods import Z3
from lnsym.prove.race import Finding, race

X = BV.var("x", 8)
UNSATISFIABLE = [X.ult(3), BV.const(9, 8).ult(X)]


def answering(monkeypatch: pytest.MonkeyPatch, answers: dict[str, smt.SolverAnswer]) -> list[str]:
    """Solvers that answer as told; the names of those asked, in order."""
    asked = []

    def solve(conditions: Sequence[BV], seconds: float, solver: smt.SolverName = "z3") -> smt.SolverAnswer:
        asked.append(solver)
        return answers[solver]

    monkeypatch.setattr(smt, "solve", solve)
    monkeypatch.setattr(smt, "installed", lambda: list(answers))
    return asked


@pytest.mark.parametrize("first", ["z3", "bitwuzla"])
def test_unsat_counts_when_both_say_so(monkeypatch: pytest.MonkeyPatch, first: smt.SolverName) -> None:
    asked = answering(monkeypatch, {"z3": smt.SolverAnswer("unsat"), "bitwuzla": smt.SolverAnswer("unsat")})
    assert smt.solve_with_all(UNSATISFIABLE, 5, first).status == "unsat"
    assert asked[0] == first
    assert set(asked) == {"z3", "bitwuzla"}


def test_unsat_of_one_against_sat_of_the_other_is_no_answer_and_keeps_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, {"z3": smt.SolverAnswer("unsat"), "bitwuzla": smt.SolverAnswer("sat", {X: 7})})
    answer = smt.solve_with_all(UNSATISFIABLE, 5)
    assert answer == smt.SolverAnswer("unknown", {X: 7}, "z3 and bitwuzla disagree: unsat against sat")


def test_unsat_of_one_is_no_answer_where_the_other_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"z3": smt.SolverAnswer("unsat"), "bitwuzla": smt.SolverAnswer("unknown")})
    answer = smt.solve_with_all(UNSATISFIABLE, 5)
    assert answer.status == "unknown"
    assert answer.reason == "z3 alone says that it holds; bitwuzla found no answer in time"


def test_sat_needs_no_second_opinion_since_it_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering(monkeypatch, {"z3": smt.SolverAnswer("sat", {X: 1}), "bitwuzla": smt.SolverAnswer("unsat")})
    assert smt.solve_with_all([X.ult(3)], 5).status == "sat"
    assert asked == ["z3"]


def test_a_solver_that_is_alone_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {"z3": smt.SolverAnswer("unsat")})
    assert smt.solve_with_all(UNSATISFIABLE, 5).status == "unsat"


@pytest.mark.skipif("bitwuzla" not in smt.installed(), reason="bitwuzla is not installed")
def test_the_solvers_themselves_agree() -> None:
    assert smt.solve_with_all(UNSATISFIABLE, 60).status == "unsat"
    assert smt.solve_with_all(UNSATISFIABLE, 60, "bitwuzla").status == "unsat"


@pytest.mark.parametrize(
    ("version", "sound"), [("4.15.3", False), ("4.15.3.0", False), ("4.15.30", True), ("4.13.0.0", True)]
)
def test_an_unsound_z3_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, version: str, sound: bool) -> None:
    monkeypatch.setattr(smt, "installed_version", lambda solver: version if solver == "z3" else "")
    if sound:
        smt.require("z3")
        return
    with pytest.raises(SolverUnsound) as caught:
        smt.solve([X.ult(3)], 5)
    assert str(caught.value).startswith(f"z3-solver {version} is unsound (")


def test_an_unsound_bitwuzla_counts_as_not_installed_and_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "find_spec", lambda name: object())
    monkeypatch.setattr(smt, "installed_version", lambda solver: "0.6.0" if solver == "bitwuzla" else "4.13.0.0")
    assert smt.installed() == ["z3"]
    with pytest.raises(SolverUnsound, match=r"^bitwuzla 0\.6\.0 is unsound \(.*issues/131\)"):
        smt.solve([X.ult(3)], 5, "bitwuzla")


@pytest.mark.parametrize("solver", smt.installed())
def test_a_variable_that_the_text_of_a_query_loses_has_a_value_in_the_model(solver: smt.SolverName) -> None:
    index, byte = BV.var("index", 4), BV.var("byte", 8)
    answer = smt.solve([lookup(table([7] * 16, 8), index).eq(byte)], 60, solver)
    assert answer.status == "sat"
    assert answer.model[byte] == 7
    assert index in answer.model


@pytest.mark.parametrize(
    ("second", "answer"),
    [
        (smt.SolverAnswer("unsat"), Proved(NoModel(("z3", "bitwuzla")))),
        (smt.SolverAnswer("unknown"), Unknown("z3 alone says that it holds; bitwuzla found no answer in time")),
        # to be run, not believed
        (smt.SolverAnswer("sat", {X: 7}), Refuted({X: 7}, "z3 and bitwuzla disagree: unsat against sat")),
    ],
)
def test_a_goal_is_proved_only_by_both(
    monkeypatch: pytest.MonkeyPatch, second: smt.SolverAnswer, answer: object
) -> None:
    answering(monkeypatch, {"z3": smt.SolverAnswer("unsat"), "bitwuzla": second})
    asked = Obligation("result", "output", X, X + 1)
    messages = race([asked], Budget(Deadline.after(20)), [(Z3,)])
    (finding,) = [found for found in messages if isinstance(found, Finding)]
    assert (finding.obligation, finding.method, finding.answer) == (0, "z3", answer)
