"""A deadline: one object for each case, made from `--timeout` when the case begins, and asked by everything that may run long."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from lnsym.errors import LnsymError

LONGEST_SECONDS = 1e6
"""More is never said to be left: timers of the system and of solvers hold no more."""


@dataclass(eq=False)
class DeadlinePassed(LnsymError):
    """The time of a case was over before what was under way had an answer."""

    phase: str

    def _message(self) -> str:
        return f"the time was over {self.phase}; raise --timeout if it needs more"


@dataclass(frozen=True)
class Deadline:
    """When to stop: a reading, in seconds, of a clock that only goes forward. Without an end it never passes."""

    end: float = math.inf
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Deadline:
        """So many seconds from now."""
        return cls(clock() + seconds, clock)

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return not self.clock() < self.end

    def left(self) -> float:
        """Seconds that are left, from 0 to LONGEST_SECONDS."""
        return min(max(0.0, self.end - self.clock()), LONGEST_SECONDS)

    def check(self, phase: str) -> None:
        """Raise DeadlinePassed if the time is over; `phase` says, after "the time was over", what was under way."""
        if self.passed:
            raise DeadlinePassed(phase)

    def slice(self, fraction: float, least: float = 0.0) -> Deadline:
        """An earlier one, at which this part of what is left now is used, and so many seconds where so many are left."""
        now = self.clock()
        left = max(0.0, self.end - now)
        return Deadline(now + min(left, max(least, fraction * left)), self.clock)

    def within(self, seconds: float) -> Deadline:
        """This one, or one so many seconds from now if that is earlier."""
        return Deadline(min(self.end, self.clock() + seconds), self.clock)

    def extended(self, seconds: float) -> Deadline:
        """This one, or one so many seconds from now if that is later: for what must not be left out at the end."""
        return Deadline(max(self.end, self.clock() + seconds), self.clock)


NEVER = Deadline()
