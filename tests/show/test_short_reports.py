"""Reports for a person are short, and say what they left out and how to see it."""

from __future__ import annotations

import pytest

from lnsym.conform.coverage import CoverageReport
from lnsym.contract.routines import Routine
from lnsym.prove.refutation import Counterexample, Difference, Input
from lnsym.show.conformance import coverage_lines
from lnsym.show.listing import left_out_line, routine_lines
from lnsym.show.verdicts import counterexample_lines


def differing(count: int) -> list[Difference]:
    return [Difference(f"out[{n}]", 32, n, n + 1) for n in range(count)]


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (8, 0), (9, 1), (16, 8), (1000, 992)])
def test_eight_differences_are_shown_and_the_others_counted(count: int, left_out: int) -> None:
    lines = list(counterexample_lines(Counterexample({}, differing(count))))
    assert sum("specification" in line for line in lines) == count - left_out
    assert any(f"and {left_out} more that differ; --json has them all" in line for line in lines) == bool(left_out)
    assert len(lines) <= 9


def test_the_first_differences_are_those_shown() -> None:
    lines = list(counterexample_lines(Counterexample({}, differing(100))))
    assert [line.split("[")[1].split("]")[0] for line in lines[:8]] == list("01234567")


@pytest.mark.parametrize(("size", "lines"), [(32, 1), (256, 8), (288, 9), (320, 9), (1 << 20, 9)])
def test_a_large_region_is_a_few_lines(size: int, lines: int) -> None:
    found = list(counterexample_lines(Counterexample({}, inputs=(Input("in[]", 8, (0xAB,) * size),))))
    assert len(found) == lines
    assert ("lines more; --json has them all" in found[-1]) == (size > 288)


def test_list_says_what_it_left_out() -> None:
    assert left_out_line(1) == "1 function has no contract of lnsym's; --all lists every function"
    assert left_out_line(7) == "7 functions have no contract of lnsym's; --all lists every function"


def test_control_characters_of_names_never_reach_a_terminal() -> None:
    (line,) = routine_lines([Routine("a\x1b[2J\nb", 8, "m\r.o", "")])
    assert line.isprintable()


@pytest.mark.parametrize("everything", [False, True])
def test_coverage_says_what_it_left_out(everything: bool) -> None:
    lines = list(coverage_lines(CoverageReport("t"), everything))
    assert ("--all" in lines[-1]) != everything
