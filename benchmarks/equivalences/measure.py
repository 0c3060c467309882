"""One method on one goal, in a process of its own that is ended when its time is over."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from benchmarks.equivalences.methods import Method


@dataclass(frozen=True)
class Measurement:
    """What came out, and after how many seconds; building the goal's terms is not counted."""

    outcome: str
    """`proved`, `refuted`, `unknown`, `time-out`, or `died` when the process ended without a word."""
    seconds: float

    @property
    def answered(self) -> bool:
        """Whether the method decided the goal."""
        return self.outcome in ("proved", "refuted")

    def charged(self, limit: float) -> float:
        """The seconds that count in a total: the limit where no answer came."""
        return self.seconds if self.answered else limit


def measure(goal: EquivalenceGoal, method: Method, limit: float) -> Measurement:
    """Run a method on a goal in a forked process, `limit` seconds at most."""
    sides = goal.sides()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(goal, sides, method, limit, sender))
    process.start()
    sender.close()
    try:
        if not receiver.poll(limit):
            return Measurement("time-out", limit)
        outcome, seconds = receiver.recv()
        late = outcome == "unknown" and seconds > 0.9 * limit  # a method that heeds the limit itself
        return Measurement("time-out" if late else outcome, seconds)
    except EOFError:
        return Measurement("died", limit)
    finally:
        _end(process)
        receiver.close()


def _end(process: multiprocessing.process.BaseProcess) -> None:
    """End the process and those that it started."""
    assert process.pid is not None
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()  # where it had no time to lead a group
    process.join()


def _report(goal: EquivalenceGoal, sides: Sides, method: Method, limit: float, sender: Connection) -> None:
    os.setpgid(0, 0)
    began = time.perf_counter()
    outcome = method(goal, sides, limit)
    sender.send((outcome, time.perf_counter() - began))
