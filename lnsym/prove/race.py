"""The costly methods side by side: each chain of methods in a forked process, findings as they come.

A forked process has the terms of its parent, which cannot be sent; what comes back are numbers of goals and serial numbers of
terms. The processes are ended when the receiver stops listening, at the deadline, and on Ctrl-C; they end with their parent.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, repeat
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Literal, TypeAlias

from lnsym import signals
from lnsym.bv import BV, terms_made
from lnsym.contract.goals import Goal
from lnsym.deadline import Deadline
from lnsym.errors import ToolFault
from lnsym.prove import consistency, smt
from lnsym.prove.consistency import Claim

if TYPE_CHECKING:
    from lnsym.prove.rare import Needles
    from lnsym.prove.sweep import Sweep

Chain: TypeAlias = tuple[str, ...]
"""Methods one after the other: "sweep", NEEDLES, or the name of an SMT solver."""

NEEDLES = "the search for rare inputs"
"""What looks for inputs on which rare events come about; it closes no goal."""

GRACE = 0.5
"""Seconds past the deadline for a process to say what it found."""

SHARE_OF_SWEEP = 0.6
"""Which part of the time sweep gets where a solver comes after it in the same process."""

SHARE_OF_NEEDLES = 0.25
"""Which part of the time needles get before the solver in their process."""

LEAST_OF_NEEDLES = 3.0
"""Seconds that they get however short the time is."""

CANDIDATES = 24
"""How many of the inputs that rare events give are run."""

MARGIN = 0.95
"""Which part it gets where it is the last: it says what stayed apart before time is over."""


JOIN_SAMPLES = 256
"""On how many inputs each equality of two words is evaluated before it may close a goal."""

CHECK_INTERVALS = 4
"""How many times as long as a check takes goes by before the next one."""


@dataclass(frozen=True)
class Finding:
    """One method's answer to one goal, by its number."""

    goal: int
    method: str
    status: Literal["proved", "refuted", "unknown"]
    model: dict[BV, int] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Ended:
    """A method is done, or gave up, after so many seconds; two terms that it could not show equal, by serial number."""

    method: str
    seconds: float
    apart: tuple[int, int] | None = None


Message: TypeAlias = Finding | Ended | ToolFault
Send: TypeAlias = Callable[[Message], None]


@dataclass(frozen=True)
class Task:
    """Goals with all that may be assumed for each, and when to stop."""

    goals: Sequence[Goal]
    premises: Sequence[Sequence[BV]]
    deadline: Deadline
    goal_seconds: float | None = None
    rare: Needles | None = None
    """The rare events of the goals, where they have some."""

    def seconds_for_a_goal(self) -> float:
        """What is left for one goal."""
        left = self.deadline.left()
        return left if self.goal_seconds is None else min(left, self.goal_seconds)


def chains(methods: Sequence[str], processes: int, rare: bool = False) -> list[Chain]:
    """What runs side by side: sweep and then a solver on the joined terms, and solvers on the terms as they are.

    Where there are rare events, needles go before the solver that begins at once, or before the one that comes after sweep.
    """
    solvers = list(reversed(smt.installed())) if "smt" in methods else []
    needles = (NEEDLES,) if rare and solvers else ()
    if "sweep" not in methods:
        found: list[Chain] = [(solver,) for solver in solvers[:processes]] if processes > 1 else [tuple(solvers)]
        return [*found[:-1], (*needles, *found[-1])]
    after = solvers[-1:]
    if processes <= 1 or not solvers:
        return [("sweep", *needles, *after)]
    return [("sweep", *after), (*needles, solvers[0]), *[(solver,) for solver in solvers[1:]]][:processes]


def race(task: Task, rivals: Sequence[Chain]) -> Generator[Message, None, None]:
    """What the chains find, as it comes, until all are done or the deadline is over. Closing the iterator ends them."""
    context = multiprocessing.get_context("fork")
    running = {}
    try:
        for chain in rivals:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(chain, task, sender, os.getpid()), daemon=True)
            process.start()
            sender.close()
            running[receiver] = process
        while running:
            ready = wait(list(running), timeout=task.deadline.left() + GRACE)
            if not ready:
                return
            for receiver in [receiver for receiver in running if receiver in ready]:
                try:
                    yield receiver.recv()
                except EOFError:
                    running.pop(receiver).join()
    finally:
        for process in running.values():
            process.kill()
        for receiver, process in running.items():
            process.join()
            receiver.close()


def _run(chain: Chain, task: Task, sender: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signals.end_with(parent)
    answered: set[int] = set()

    def send(message: Message) -> None:
        if isinstance(message, Finding) and message.status == "proved":
            answered.add(message.goal)
        sender.send(message)

    sweep: Sweep | None = None
    with suppress(BrokenPipeError):
        try:
            for n, method in enumerate(chain):
                left = [number for number in range(len(task.goals)) if number not in answered]
                if method == NEEDLES:
                    _seek(task, send)
                elif method == "sweep":
                    sweep = _sweep(task, left, SHARE_OF_SWEEP if n + 1 < len(chain) else MARGIN, send)
                else:
                    _solve(task, left, method, sweep.merged if sweep else lambda term: term, send)
        except ToolFault as fault:
            send(fault)


class _Checks:
    """The words that sweep declared equal, evaluated on fresh inputs before anything that rests on them is said."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._checked = 0
        self._cost = 0.0
        self._last = time.perf_counter()

    def due(self) -> bool:
        """Whether the last check is so long ago that another takes a small part of the time."""
        return time.perf_counter() - self._last > CHECK_INTERVALS * self._cost

    def run(self) -> None:
        """Raises ToolFault for an equality that fails on an input."""
        began = time.perf_counter()
        new = self._sweep.equalities[self._checked :]
        self._checked += len(new)
        claims = [Claim("two words joined", "sweep", e.term, e.other.rotate_right(e.rotation) ^ e.flips) for e in new]
        consistency.check(claims, repeat({}), JOIN_SAMPLES)
        self._last = time.perf_counter()
        self._cost = self._last - began


def _sweep(task: Task, numbers: Sequence[int], share: float, send: Send) -> Sweep:
    from lnsym.prove.sweep import Query, Sweep

    began = time.perf_counter()
    terms = terms_made()
    queries = [Query(task.goals[n].actual, task.goals[n].expected, task.premises[n]) for n in numbers]
    sweep = Sweep(queries, task.deadline.slice(share))
    pending: list[Finding] = []
    checks = _Checks(sweep)
    for found in sweep.run():
        answer = sweep.answers[found]
        pending.append(Finding(numbers[found], "sweep", answer.status, answer.model))
        if answer.status == "refuted" or checks.due():
            checks.run()
            while pending:
                send(pending.pop(0))
    checks.run()
    for finding in pending:
        send(finding)
    for number, answer in zip(numbers, sweep.answers, strict=True):
        if answer.status == "unknown":
            send(Finding(number, "sweep", "unknown", reason="sweep joined neither it nor all below it in time"))
    apart = sweep.apart(terms)
    serials = (apart[0].serial, apart[1].serial) if apart else None
    send(Ended("sweep", time.perf_counter() - began, serials))
    return sweep


def _seek(task: Task, send: Send) -> None:
    """Inputs on which rare events come about that only a solver reaches, and on which goals fail by evaluation."""
    began = time.perf_counter()
    assert task.rare is not None
    candidates = task.rare.by_solver(task.deadline.slice(SHARE_OF_NEEDLES, LEAST_OF_NEEDLES))
    for number, sample in islice(candidates, CANDIDATES):
        send(Finding(number, NEEDLES, "refuted", sample))
    send(Ended(NEEDLES, time.perf_counter() - began))


def _solve(task: Task, numbers: Sequence[int], method: str, merged: Callable[[BV], BV], send: Send) -> None:
    began = time.perf_counter()
    for number in numbers:
        goal = task.goals[number]
        different = merged(goal.actual).ne(merged(goal.expected))
        conditions = [*[merged(condition) for condition in task.premises[number]], different]
        seconds = task.seconds_for_a_goal()
        if seconds <= 0:
            break
        solver: smt.SolverName = "bitwuzla" if method == "bitwuzla" else "z3"
        answer = smt.solve_with_all(conditions, seconds, solver)
        if answer.status == "unknown" and answer.model:  # solvers disagree; running the model tells more
            send(Finding(number, method, "refuted", answer.model, answer.reason))
        elif answer.status == "unknown":
            send(Finding(number, method, "unknown", reason=answer.reason or f"{method} found no answer in time"))
        else:
            send(Finding(number, method, "proved" if answer.status == "unsat" else "refuted", answer.model))
    send(Ended(method, time.perf_counter() - began))
