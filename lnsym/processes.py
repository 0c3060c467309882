"""Work in forked processes: each piece in one of its own, bounded in time, and a crash is an answer like any other.

The work may start processes of its own: each piece is a process group, which is ended as a whole. It ends with its parent
(`signals`), whatever ends that one.

A plan is a generator that yields pieces of work, gets the answer of each sent back, and returns a result. Plans run side by side; their
results come in the order of the plans, however many processes there are.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeAlias, TypeVar

from lnsym import signals
from lnsym.deadline import LONGEST_SECONDS, Deadline

R = TypeVar("R")

ORPHAN_SECONDS = 10
"""A process ends itself so long after its time, should the one that is to end it be no more."""

EXIT_SECONDS = 5.0
"""How long a process that will not answer any more may take to end."""

_CONTEXT = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Work:
    """A function to call in a process of its own, and after how many seconds to give it up, if ever."""

    run: Callable[[], Any]
    seconds: float = math.inf
    quiet: bool = True
    """Whether what it prints is thrown away."""


@dataclass(frozen=True)
class WorkReturned:
    """What the function returned."""

    value: Any


@dataclass(frozen=True)
class Crashed:
    """An exception that left the function, or the end of its process."""

    summary: str
    """One line."""
    details: str = ""
    """The traceback, where there was one."""


@dataclass(frozen=True)
class OutOfTime:
    """The work was given up."""

    seconds: float


WorkAnswer: TypeAlias = WorkReturned | Crashed | OutOfTime
Plan: TypeAlias = Generator[Work, WorkAnswer, R]


@dataclass(frozen=True)
class PlanBegun:
    """The plan of this number, from 0, is under way."""

    number: int


@dataclass(frozen=True)
class PlanEnded(Generic[R]):
    """The plan of this number came to its end with this result."""

    number: int
    result: R


def steps(plans: Iterable[Plan[R]], jobs: int) -> Generator[PlanBegun | PlanEnded[R], None, None]:
    """Run plans, `jobs` pieces of work at a time: when each is begun, and the result of each, in the order of the plans.

    Closing the iterator, or an exception in it, ends all processes.
    """
    pool: _Pool[R] = _Pool()
    waiting = enumerate(plans)
    finished: dict[int, R] = {}
    upcoming = 0
    with signals.obeyed(signal.SIGINT, signal.SIGTERM), closing(pool):
        while True:
            while pool.size < jobs and (numbered := next(waiting, None)) is not None:
                finished.update(pool.advance(*numbered, None))
                yield PlanBegun(numbered[0])
            if not pool.size and upcoming not in finished:
                return
            while upcoming in finished:
                yield PlanEnded(upcoming, finished.pop(upcoming))
                upcoming += 1
            for number, plan, answer in pool.answers():
                finished.update(pool.advance(number, plan, answer))


@dataclass
class _Running(Generic[R]):
    number: int
    plan: Plan[R]
    process: BaseProcess
    work: Work
    deadline: Deadline


class _Pool(Generic[R]):
    """The processes under way, by the connection each answers on."""

    def __init__(self) -> None:
        self._running: dict[Connection[Any, Any], _Running[R]] = {}

    @property
    def size(self) -> int:
        return len(self._running)

    def advance(self, number: int, plan: Plan[R], answer: WorkAnswer | None) -> dict[int, R]:
        """Run a plan on to its next piece of work, which is begun; or to its end: then its result, by number."""
        try:
            work = next(plan) if answer is None else plan.send(answer)
        except StopIteration as end:
            return {number: end.value}
        with signals.held():
            ours, theirs = _CONTEXT.Pipe(duplex=False)
            process = _CONTEXT.Process(target=_work, args=(work, theirs, os.getpid()))
            process.start()
            theirs.close()
            group = process.ident or 0
            with suppress(OSError):  # the child does the same; whoever comes first
                os.setpgid(group, group)
            signals.register(group)
            self._running[ours] = _Running(number, plan, process, work, Deadline.after(work.seconds))
        return {}

    def answers(self) -> Iterator[tuple[int, Plan[R], WorkAnswer]]:
        """Wait for something to happen, and say what did."""
        if not self._running:
            return
        ready = wait(list(self._running), min(r.deadline.left() for r in self._running.values()))
        late = [c for c, r in self._running.items() if c not in ready and r.deadline.passed]
        for connection in [*(c for c in self._running if c in ready), *late]:
            running = self._running.pop(connection)
            answer = OutOfTime(running.work.seconds) if connection in late else _receive(connection, running.process)
            _end(connection, running.process)
            yield running.number, running.plan, answer

    def close(self) -> None:
        """End everything."""
        for connection, running in self._running.items():
            _end(connection, running.process)
        self._running.clear()


def _end(connection: Connection[Any, Any], process: BaseProcess) -> None:
    group = process.ident or 0
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)
    signals.forget(group)
    process.join()
    connection.close()


def _receive(connection: Connection[Any, Any], process: BaseProcess) -> WorkAnswer:
    try:
        answer: WorkAnswer = connection.recv()
    except (EOFError, OSError):  # it ended before the answer, or within it
        process.join(EXIT_SECONDS)
        code = process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"left with exit code {code}"
        return Crashed(f"the process {how} before it answered")
    return answer


def _work(work: Work, answers: Connection[Any, Any], parent: int) -> None:
    """In the child: call the function and send what comes of it."""
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signals.end_with(parent)
    if work.seconds < LONGEST_SECONDS:
        signal.alarm(int(work.seconds) + ORPHAN_SECONDS)
    if work.quiet:
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (as long as the process)
        for stream in (1, 2):
            os.dup2(sys.stdout.fileno(), stream)
    answer: WorkAnswer
    try:
        answer = WorkReturned(work.run())
    except BaseException as error:  # whatever it is, it is the answer
        answer = Crashed(_one_line(error), traceback.format_exc())
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    answers.send(answer)


def _one_line(error: BaseException) -> str:
    """The exception and the place that raised it: `ValueError: ... (smt_terms.py:41, in term)`."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno}, in {frames[-1].name})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:200]}{where}"
