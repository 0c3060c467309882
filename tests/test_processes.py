"""Work in forked processes: order, crashes, time limits, and nobody left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lnsym.processes import Crashed, OutOfTime, Plan, PlanBegun, PlanEnded, Work, WorkAnswer, WorkReturned, steps


def plan(*pieces: Callable[[], object], seconds: float = 30.0) -> Plan[list[WorkAnswer]]:
    answers = []
    for piece in pieces:
        answers.append((yield Work(piece, seconds)))
    return answers


def results(plans: Iterable[Plan[Any]], jobs: int) -> Generator[Any, None, None]:
    """What the plans came to, and nothing of how."""
    with closing(steps(plans, jobs)) as found:
        for step in found:
            if isinstance(step, PlanEnded):
                yield step.result


def slow_for(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_the_order_of_the_plans(jobs: int) -> None:
    plans = [plan(lambda s=s: slow_for(s)) for s in (0.3, 0.0, 0.1, 0.0)]  # type: ignore[misc]
    found = list(results(plans, jobs))
    assert found == [[WorkReturned(0.3)], [WorkReturned(0.0)], [WorkReturned(0.1)], [WorkReturned(0.0)]]


def test_every_plan_is_begun_once_before_it_ends() -> None:
    found = list(steps([plan(lambda s=s: slow_for(s)) for s in (0.2, 0.0, 0.0)], 2))  # type: ignore[misc]
    assert found[:2] == [PlanBegun(0), PlanBegun(1)]
    assert [step.number for step in found if isinstance(step, PlanBegun)] == [0, 1, 2]
    assert [step.number for step in found if isinstance(step, PlanEnded)] == [0, 1, 2]
    assert found.index(PlanBegun(2)) < found.index(PlanEnded(2, [WorkReturned(0.0)]))


def test_a_plan_gets_the_answer_of_each_piece() -> None:
    def sums() -> Plan[int]:
        total = 0
        for n in range(4):
            answer = yield Work(lambda n=n, total=total: n + total, 30)  # type: ignore[misc]
            assert isinstance(answer, WorkReturned)
            total = answer.value
        return total

    assert list(results([sums(), sums()], 2)) == [6, 6]


def test_each_piece_has_a_process_of_its_own() -> None:
    ((first, second),) = results([plan(os.getpid, os.getpid)], 1)
    assert isinstance(first, WorkReturned)
    assert isinstance(second, WorkReturned)
    assert len({first.value, second.value, os.getpid()}) == 3


def fails() -> None:
    raise ValueError("no\nsuch thing")


def test_an_exception_is_an_answer_in_one_line() -> None:
    (((answer),),) = results([plan(fails)], 1)
    assert isinstance(answer, Crashed)
    assert answer.summary.startswith("ValueError: no such thing (test_processes.py:")
    assert answer.details.startswith("Traceback")


@pytest.mark.parametrize("error", [KeyboardInterrupt, RecursionError, MemoryError])
def test_no_exception_ends_the_campaign(error: type[BaseException]) -> None:
    def raises() -> None:
        raise error

    (((answer),),) = results([plan(raises)], 1)
    assert isinstance(answer, Crashed)
    assert answer.summary.startswith(error.__name__)


def test_a_process_that_dies_is_an_answer() -> None:
    kills, leaves = (lambda: os.kill(os.getpid(), signal.SIGKILL)), (lambda: os._exit(7))
    ((first, second),) = results([plan(kills, leaves)], 1)
    assert first == Crashed("the process was killed by SIGKILL before it answered")
    assert second == Crashed("the process left with exit code 7 before it answered")


def test_what_cannot_be_sent_is_a_crash() -> None:
    (((answer),),) = results([plan(lambda: lambda: 0)], 1)
    assert isinstance(answer, Crashed)


def test_work_out_of_time_is_given_up_and_the_plan_goes_on() -> None:
    began = time.monotonic()
    ((first, second),) = results([plan(lambda: slow_for(100), lambda: 1, seconds=0.5)], 1)
    assert first == OutOfTime(0.5)
    assert second == WorkReturned(1)
    assert time.monotonic() - began < 50


def test_a_child_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    def talks() -> None:
        os.write(1, b"out")
        print("err", file=sys.stderr, flush=True)

    list(results([plan(talks)], 1))
    assert capfd.readouterr() == ("", "")


def test_closing_ends_all_processes() -> None:
    found = results([plan(lambda: 1), *(plan(lambda: slow_for(100)) for _ in range(3))], 3)
    assert next(found) == [WorkReturned(1)]
    assert multiprocessing.active_children()
    found.close()
    assert not multiprocessing.active_children()


def test_processes_of_the_work_are_ended_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    def parent() -> None:
        child = multiprocessing.get_context("fork").Process(target=slow_for, args=(100,), daemon=True)
        child.start()
        file.write_text(str(child.pid))
        child.join()

    (((answer),),) = results([plan(parent, seconds=2.0)], 1)
    assert answer == OutOfTime(2.0)
    assert ended(int(file.read_text()))


def ended(pid: int) -> bool:
    """Whether the process is gone, or will be within a few seconds."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_plans_are_begun_as_they_are_needed() -> None:
    begun = []

    def plans() -> object:
        for n in range(5):
            begun.append(n)
            yield plan(lambda: 0)

    found = results(plans(), 1)  # type: ignore[arg-type]
    next(found)
    assert begun == [0, 1]  # the next one runs while the result is looked at
    found.close()


def test_no_plans() -> None:
    assert list(results([], 2)) == []


def test_a_child_that_is_not_quiet_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    def loud() -> Plan[WorkAnswer]:
        return (yield Work(lambda: print("a contract's own words"), 30, quiet=False))

    assert list(results([loud()], 1)) == [WorkReturned(None)]
    assert capfd.readouterr().out == "a contract's own words\n"


@pytest.mark.parametrize("seconds", [1e6, 1e12, float("inf")])
def test_no_limit_is_too_long_for_the_system(seconds: float) -> None:
    assert list(results([plan(lambda: 1, seconds=seconds)], 1)) == [[WorkReturned(1)]]
