"""The deadline of a case: what is left, when it has passed, and the deadlines that are made from it."""

from __future__ import annotations

import math
import pickle

import pytest
from clocks import Ticks, after_looks

from lnsym.deadline import LONGEST_SECONDS, NEVER, Deadline, DeadlinePassed


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_passes_when_its_seconds_are_over() -> None:
    clock = Hand()
    deadline = Deadline.after(5, clock)
    assert (deadline.left(), deadline.passed) == (5.0, False)
    clock.now += 4.9
    assert not deadline.passed
    clock.now += 0.1
    assert deadline.passed
    clock.now += 1000
    assert (deadline.left(), deadline.passed) == (0.0, True)


def test_no_time_at_all_is_over_at_once() -> None:
    assert Deadline.after(0).passed


def test_a_number_that_is_none_gives_no_time() -> None:
    deadline = Deadline.after(math.nan)
    assert (deadline.passed, deadline.left()) == (True, 0.0)


def test_without_an_end_it_never_passes_and_no_timer_gets_too_much() -> None:
    for deadline in (NEVER, Deadline.after(math.inf), Deadline.after(1e300)):
        assert not deadline.passed
        assert deadline.left() == LONGEST_SECONDS


def test_a_look_raises_once_it_has_passed() -> None:
    deadline = after_looks(1)
    deadline.check("while it was early")
    with pytest.raises(DeadlinePassed, match=r"^the time was over while it was late; raise --timeout") as caught:
        deadline.check("while it was late")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_slice_is_a_part_of_what_is_left() -> None:
    clock = Hand()
    deadline = Deadline.after(8, clock)
    clock.now += 4
    part = deadline.slice(0.25)
    assert part.left() == 1.0
    assert part.slice(0.5).left() == 0.5
    clock.now += 100
    assert deadline.slice(0.75).passed
    assert not NEVER.slice(0.25).passed


def test_an_extended_one_is_never_earlier() -> None:
    clock = Hand()
    deadline = Deadline.after(8, clock)
    assert deadline.extended(5).left() == 8.0
    clock.now += 7
    assert deadline.extended(5).left() == 5.0
    clock.now += 100
    assert deadline.extended(5).left() == 5.0


def test_the_clock_of_tests_counts_looks() -> None:
    deadline = Deadline(4.0, Ticks())
    assert [deadline.passed for _ in range(5)] == [False, False, False, True, True]


def test_a_slice_has_its_least_seconds_where_so_many_are_left() -> None:
    clock = Hand()
    deadline = Deadline.after(10, clock)
    assert deadline.slice(0.05, 3).left() == 3
    assert deadline.slice(0.5, 3).left() == 5
    assert deadline.slice(0.05, 30).left() == 10
