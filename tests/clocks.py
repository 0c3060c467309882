"""Clocks for deadlines in tests: time goes by the number of looks at the clock, the same on every machine."""

from __future__ import annotations

from lnsym.deadline import Deadline


class Ticks:
    """A clock that is a second later each time it is read."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> float:
        self.now += 1
        return float(self.now)


def after_looks(count: int) -> Deadline:
    """A deadline that has passed once its clock was read so many times."""
    return Deadline(count + 1.0, Ticks())
