"""Sessions: which events there are, in which order, and that the last of them comes whatever happens."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from assembly import RET, movz, object_of, returns_its_argument

from lnsym import session
from lnsym.contract import Contract, Theorem
from lnsym.contract.routines import Choice, Images
from lnsym.errors import LnsymError, NoSuchSymbol
from lnsym.faults import Fault, ProcessDied
from lnsym.processes import Plan, Work, WorkAnswer, WorkReturned
from lnsym.prove.subject import Subject
from lnsym.prove.verify import Options
from lnsym.session import Absent, Failed, Finished, Judged, Planned, Started, happenings
from lnsym.show.running import follow


def sized(t: Theorem, size: int = 1, wrong: bool = False) -> None:
    dst, src = t.region("dst", size, 8, access="w"), t.region("src", size, 8)
    t.call(dst, src, size)
    if wrong:
        raise ValueError("wrong")
    t.leave_unspecified(dst)
    t.ensure_result(0)


@pytest.fixture
def zero(tmp_path: Path) -> Images:
    """A routine that returns 0."""
    path = tmp_path / "input.o"
    path.write_bytes(object_of(movz(0, 0), RET))
    return Images(path)


def asked(images: Images, *symbols: str, cases: Iterable[dict[str, object]] = ({},)) -> list[Subject | Absent]:
    return session.cases(images, symbols, Choice({}, Contract("sized", sized, cases=tuple(cases))))


def doing(*work: Callable[[], object]) -> list[Planned[int, Any]]:
    """Tasks whose answers are what their processes return."""

    def plan(one: Callable[[], object]) -> Plan[Any]:
        answer: WorkAnswer = yield Work(one, 30)
        return answer.value if isinstance(answer, WorkReturned) else ProcessDied(str(answer))

    return [Planned(number, lambda one=one: plan(one)) for number, one in enumerate(work)]  # type: ignore[misc]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_case_is_started_and_then_judged_or_failed_once_in_order(zero: Images, jobs: int) -> None:
    cases = [{"size": 1}, {"size": 2, "wrong": True}, {"size": 3}]
    questions = asked(zero, "routine", "no_such", "routine", cases=cases)
    assert len(questions) == 7
    events = list(session.verify(questions, Options(), jobs))
    assert [e.question for e in events if isinstance(e, Started)] == questions
    ends = [e for e in events if isinstance(e, Judged | Failed)]
    assert [e.question for e in ends] == questions
    assert [isinstance(e, Judged) for e in ends] == [True, False, True, False, True, False, True]
    for question, end in zip(questions, ends, strict=True):
        assert events.index(Started(question)) < events.index(end)
    assert isinstance(events[-1], Finished)
    assert not events[-1].interrupted
    assert sum(isinstance(e, Finished) for e in events) == 1


def test_one_process_is_judged_before_the_next_but_one_is_started() -> None:
    kinds = [type(event) for event in happenings(doing(*[lambda: 1] * 3), 1)]
    assert kinds == [Started, Started, Judged, Started, Judged, Judged]


def test_a_routine_that_is_not_there_fails_with_its_error(zero: Images) -> None:
    (absent,) = asked(zero, "no_such")
    assert isinstance(absent, Absent)
    started, failed, finished = session.verify([absent], Options())
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, NoSuchSymbol)
    assert (started, failed.question) == (Started(absent), absent)
    assert isinstance(finished, Finished)


def test_a_session_of_nothing_finishes() -> None:
    (event,) = session.verify([], Options())
    assert isinstance(event, Finished)


def test_events_are_frozen(zero: Images) -> None:
    for event in session.verify(asked(zero, "routine"), Options()):
        with pytest.raises(FrozenInstanceError):
            event.question = None  # type: ignore[union-attr, misc]


@pytest.mark.parametrize(
    ("crash", "kind"),
    [
        (lambda *_: os.kill(os.getpid(), signal.SIGKILL), ProcessDied),
        (lambda *_: os._exit(0), ProcessDied),
        (lambda *_: 1 // 0, Fault),
        (lambda *_: (_ for _ in ()).throw(SystemExit(0)), ProcessDied),
    ],
    ids=["killed", "left", "raises", "exits"],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_crash_fails_and_is_never_a_verdict(
    zero: Images, crash: Callable[..., object], kind: type[LnsymError], jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = Subject.verify

    def crash_at_2(subject: Subject, options: Options) -> object:
        return crash() if subject.case["size"] == 2 else verify(subject, options)

    monkeypatch.setattr(Subject, "verify", crash_at_2)
    questions = asked(zero, "routine", cases=[{"size": size} for size in (1, 2, 3)])
    ends = [e for e in session.verify(questions, Options(), jobs) if isinstance(e, Judged | Failed)]
    assert [type(e) for e in ends] == [Judged, Failed, Judged]
    assert isinstance(ends[1], Failed)
    assert isinstance(ends[1].error, kind)


def test_a_comparison_ends_at_its_first_failure(zero: Images) -> None:
    contract = Contract("sized", sized, cases=({"size": 1}, {"size": 2, "wrong": True}, {"size": 3}))
    pairs = session.pairs((zero, zero), ("routine", "routine"), contract, contract.choices({}))
    kinds = [type(event) for event in session.compare_all(pairs, Options()) if not isinstance(event, Started)]
    assert kinds == [Judged, Failed, Finished]


def interrupt() -> None:
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)


def test_ctrl_c_while_a_process_is_waited_for_finishes_the_session() -> None:
    began = time.monotonic()
    events = list(session.session(happenings(doing(lambda: 1, interrupt, lambda: time.sleep(60)), 1)))
    assert time.monotonic() - began < 30
    assert sum(isinstance(event, Finished) for event in events) == 1
    assert not any(isinstance(event, Failed) for event in events)
    assert isinstance(events[-1], Finished)
    assert events[-1].interrupted


@pytest.mark.parametrize("at", [Started, Judged])
def test_ctrl_c_while_an_event_is_shown_finishes_the_session(at: type) -> None:
    shown: list[object] = []

    def show(event: object) -> None:
        shown.append(event)
        if isinstance(event, at):
            raise KeyboardInterrupt

    follow(session.session(happenings(doing(lambda: 1, lambda: time.sleep(60)), 1)), show)
    *_, last = shown
    assert isinstance(last, Finished)
    assert last.interrupted
    assert sum(isinstance(event, at) for event in shown) == 1


def test_ctrl_c_at_the_very_end_is_handed_on() -> None:
    def show(event: object) -> None:
        if isinstance(event, Finished):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(session.session(happenings(doing(lambda: 1), 1)), show)


def test_whoever_stops_listening_ends_the_processes() -> None:
    import multiprocessing

    events = session.session(happenings(doing(*[lambda: time.sleep(60)] * 3), 3))
    next(events)
    assert multiprocessing.active_children()
    events.close()
    assert not multiprocessing.active_children()


def test_processors_are_shared_out(zero: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    def processes(subject: Subject, options: Options) -> object:
        return options.processes

    monkeypatch.setattr(Subject, "verify", processes)
    questions = asked(zero, "routine", "routine")
    answers = [e.answer for e in session.verify(questions, Options(processes=7), 2) if isinstance(e, Judged)]
    assert answers == [3, 3]


def test_no_more_processes_than_cases(zero: Images) -> None:
    questions = asked(zero, "routine", "no_such", "routine")
    assert [session.jobs_for(questions, jobs) for jobs in (1, 2, 8)] == [1, 2, 2]
    assert session.jobs_for(asked(zero, "no_such"), 8) == 1


def test_a_verdict_that_is_given_up_has_all_parameters(zero: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subject, "verify", lambda *_: time.sleep(60))
    monkeypatch.setattr(Options, "seconds_in_all", 0.5)
    events = session.verify(asked(zero, "routine", cases=[{"size": 2}]), Options())
    (verdict,) = [event.answer for event in events if isinstance(event, Judged)]
    assert (verdict.status, verdict.parameters) == ("unknown", {"size": 2, "wrong": False})
    assert "did not keep its deadline" in verdict.reason


def test_a_contract_of_no_parameters_is_one_case(zero: Images) -> None:
    choice = Choice({}, Contract("mine", returns_its_argument))
    assert len(session.cases(zero, ["routine"], choice)) == 1
