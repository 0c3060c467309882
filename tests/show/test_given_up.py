"""The last resort: whoever waits for a verdict ends a process that does not keep its deadline, and says so."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from assembly import RET, object_of, returns_its_argument

from lnsym import session
from lnsym.contract import Contract
from lnsym.contract.routines import Choice, Images
from lnsym.prove import verify as verification_module
from lnsym.prove.equivalence import comparison
from lnsym.prove.judge import AFTERWARDS
from lnsym.prove.subject import Subject
from lnsym.prove.verify import Options
from lnsym.show.equivalence import Comparing
from lnsym.show.verification import Verifying

CONTRACT = Contract("mine", returns_its_argument)
FOR_EVER = 1000.0


def verified(target: Images, symbols: list[str], contract: Contract, options: Options, jobs: int = 1) -> Verifying:
    asked = session.cases(target, symbols, Choice({}, contract))
    shown = Verifying(asked, jobs)
    shown.follow(session.verify(asked, options, jobs))
    return shown


def compared(target: Images, options: Options) -> Comparing:
    symbols = ("routine", "routine")
    asked = session.pairs((target, target), symbols, *Choice({}, CONTRACT).for_both(symbols))
    shown = Comparing(asked)
    shown.follow(session.compare_all(asked, options))
    return shown


@pytest.fixture
def target(tmp_path: Path) -> Images:
    path = tmp_path / "input.o"
    path.write_bytes(object_of(RET))
    return Images(path)


def test_the_last_resort_comes_after_the_deadline_and_all_that_may_follow_it() -> None:
    assert Options(timeout=5).seconds_in_all == 5 + AFTERWARDS + verification_module.GRACE


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_verification_that_does_not_end(
    target: Images, jobs: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verification_module, "GRACE", 1.0)
    monkeypatch.setattr(Subject, "verify", lambda *a: time.sleep(FOR_EVER))
    began = time.monotonic()
    outcome = verified(target, ["routine"] * jobs, CONTRACT, Options(timeout=0.1), jobs)
    assert outcome.exit_code == 3
    assert [verdict.status for _, verdict in outcome.verdicts] == ["unknown"] * jobs
    assert "did not keep its deadline" in capsys.readouterr().out
    assert time.monotonic() - began < FOR_EVER / 2


def test_a_comparison_that_does_not_end(
    target: Images, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verification_module, "GRACE", 1.0)
    monkeypatch.setattr(comparison, "compare", lambda *a: time.sleep(FOR_EVER))
    outcome = compared(target, Options(timeout=0.1))
    assert outcome.exit_code == 3
    assert "did not keep its deadline" in capsys.readouterr().out


def test_a_case_that_is_given_up_does_not_take_the_others_with_it(
    target: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification_module, "GRACE", 5.0)
    verify = Subject.verify

    def slow_if_asked(subject: Subject, options: Options) -> object:
        return time.sleep(FOR_EVER) if subject.case["slow"] else verify(subject, options)

    monkeypatch.setattr(Subject, "verify", slow_if_asked)
    contract = Contract("mine", lambda t, slow=False: returns_its_argument(t), (), ({"slow": True}, {"slow": False}))
    outcome = verified(target, ["routine"], contract, Options(timeout=0.5))
    assert [verdict.status for _, verdict in outcome.verdicts] == ["unknown", "proved"]
    assert outcome.exit_code == 3


@pytest.mark.parametrize("error", [SystemExit(0), KeyboardInterrupt(), MemoryError()])
def test_a_comparison_that_crashes_is_no_verdict(
    target: Images, error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(comparison, "compare", crash)
    outcome = compared(target, Options(timeout=5))
    assert outcome.exit_code == 70
    assert capsys.readouterr().err.count("\n") == 1
