"""Exit codes: one for each kind of outcome, and which of them speaks for several."""

from __future__ import annotations

from pathlib import Path
from pkgutil import walk_packages
from typing import get_args

import pytest

import lnsym
import programs
from lnsym.bv import BV
from lnsym.conform.coverage import CoverageReport, FunctionCoverage
from lnsym.contract import NoSuchContract
from lnsym.deadline import DeadlinePassed
from lnsym.errors import LnsymError, NoSuchSymbol
from lnsym.faults import Fault, ProcessDied
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.decode import NotAnInstruction
from lnsym.machine.emulator import UnusableAddress
from lnsym.machine.endings import (
    AtCut,
    Ending,
    EndOfPath,
    Exhausted,
    Forbidden,
    NotModelled,
    RefusedInput,
    Returned,
)
from lnsym.machine.paths import StepLimit, TimeLimit, UnknownTarget
from lnsym.mutation.campaign import NotProvedItself
from lnsym.mutation.mutants import Mutant
from lnsym.mutation.trial import Trial, TrialOutcome
from lnsym.prove.verdict import Status, Verdict
from lnsym.show import exit_codes
from lnsym.show.campaign_report import Report, RoutineReport
from lnsym.show.exit_codes import (
    OF_ENDING,
    OF_ERROR,
    OF_STATUS,
    SEVERITY,
    exit_code_of,
    exit_code_of_all,
    exit_code_of_campaign,
    exit_code_of_conformance,
    exit_code_of_coverage,
)
from lnsym.show.files import FileUnwritable

PROVED = Verdict("f", "c", {}, "proved")
REFUTED = Verdict("f", "c", {}, "refuted")
UNKNOWN = Verdict("f", "c", {}, "unknown")
STOPPED = Verdict("f", "c", {}, "unknown", stopped_by=NotAnInstruction)
ABSENT = NoSuchSymbol("file", "f")
DIED = ProcessDied("was killed")


def errors_below(kind: type[LnsymError]) -> set[type[LnsymError]]:
    """All errors that derive from one, itself too; of lnsym and programs, not of tests."""
    below = {kind for above in kind.__subclasses__() for kind in errors_below(above)}
    return {error for error in {kind, *below} if error.__module__.split(".")[0] in ("lnsym", "programs")}


def test_each_word_of_a_verdict_has_an_exit_code() -> None:
    assert OF_STATUS == {"proved": 0, "refuted": 1, "unknown": 3}
    assert OF_STATUS.keys() == {*get_args(Status)}


def test_each_family_of_endings_that_stop_a_path_has_an_exit_code() -> None:
    assert {AtCut: 3, Forbidden: 3, NotModelled: 4, RefusedInput: 2, Exhausted: 3} == OF_ENDING
    assert OF_ENDING.keys() == {*get_args(Ending), RefusedInput} - {Returned}


@pytest.mark.parametrize("family", [AtCut, Forbidden, NotModelled, Exhausted])
def test_a_verdict_has_the_code_of_the_ending_that_leaves_it_open(family: type[Ending]) -> None:
    members = [family, *family.__subclasses__()]
    codes = {one: exit_code_of(Verdict("f", "c", {}, "unknown", stopped_by=one)) for one in members}
    assert codes == {one: 2 if one is RefusedInput else OF_ENDING[family] for one in members}


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (OutsideMemory("load", BV.var("x", 64), 8, 4, "why"), 1),
        (UnknownTarget(4, BV.var("x", 64)), 3),
        (NotAnInstruction(4, 0, "f"), 4),
        (RefusedInput(ABSENT), 2),
        (StepLimit(5, 4, "f"), 3),
        (TimeLimit(4, "f", 5), 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_run_that_is_only_shown_has_the_code_of_its_ending(ending: Ending, code: int) -> None:
    """Here alone an access to what is not there is REFUTED: of a verdict the words say it."""
    assert exit_code_of(EndOfPath(ending)) == code


def test_every_error_is_of_the_input_but_those_that_are_named() -> None:
    for package in (lnsym, programs):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if module.name != "lnsym.__main__":
                __import__(module.name)
    codes = {error: exit_code_of(error.__new__(error)) for error in errors_below(LnsymError) - {EndOfPath}}
    others = {DeadlinePassed: 3, UnusableAddress: 3, Fault: 70, ProcessDied: 70, FileUnwritable: 74}
    assert codes == dict.fromkeys(codes, 2) | others
    assert {LnsymError: 2, **others} == OF_ERROR
    assert len(codes) > 40


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (PROVED, 0),
        (REFUTED, 1),
        (UNKNOWN, 3),
        (STOPPED, 4),
        (ABSENT, 2),
        (NoSuchContract("c", []), 2),
        (DeadlinePassed("while it was tested"), 3),
        (DIED, 70),
        (Fault("it is wrong", ""), 70),
        (FileUnwritable(Path("file"), "full"), 74),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, LnsymError) else "",
)
def test_the_exit_code_of_one(outcome: Verdict | LnsymError, code: int) -> None:
    assert exit_code_of(outcome) == code
    assert exit_code_of_all([outcome]) == (code if code in SEVERITY else 3)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 3),
        ([PROVED, PROVED], 0),
        ([PROVED, UNKNOWN], 3),
        ([UNKNOWN, ABSENT], 2),
        ([ABSENT, STOPPED, UNKNOWN], 4),
        ([PROVED, STOPPED, REFUTED, ABSENT], 1),
        ([REFUTED, DIED], 70),
    ],
)
def test_the_exit_code_of_several_is_that_of_the_worst(outcomes: list[Verdict | LnsymError], code: int) -> None:
    assert exit_code_of_all(outcomes) == exit_code_of_all(outcomes[::-1]) == code


def test_a_crash_is_no_verdicts_code() -> None:
    assert exit_codes.FAULT not in {exit_code_of(verdict) for verdict in (PROVED, REFUTED, UNKNOWN, STOPPED)}


def report_of(*outcomes: TrialOutcome, interrupted: bool = False, errors: tuple[LnsymError, ...] = ()) -> Report:
    mutant = Mutant("operand", 0, b"", b"", "nop", "ret", "")
    routine = RoutineReport("f", "c", {}, len(outcomes), trials=[Trial(mutant, outcome) for outcome in outcomes])
    return Report([routine], [("g", error) for error in errors], interrupted=interrupted)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(), 0),
        (report_of("refuted", "equivalent", "unknown"), 0),
        (report_of("refuted", "wrong", "fault", interrupted=True), 1),
        (report_of("fault", interrupted=True), 130),
        (report_of("refuted", "fault", errors=(ABSENT,)), 3),
        (report_of("refuted", errors=(ABSENT,)), 2),
        (report_of("refuted", errors=(NotProvedItself("UNKNOWN", "a crash"), ABSENT)), 3),
    ],
)
def test_the_exit_code_of_a_campaign(report: Report, code: int) -> None:
    assert exit_code_of_campaign(report) == code


def test_a_mismatch_is_refuted() -> None:
    assert [exit_code_of_conformance(passed) for passed in (True, False)] == [0, 1]


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (CoverageReport("f", functions=2), 0),
        (CoverageReport("f", functions=2, incomplete=[FunctionCoverage("g", "", [])]), 4),
        (CoverageReport("f"), 4),
    ],
)
def test_coverage_of_nothing_is_none(report: CoverageReport, code: int) -> None:
    assert exit_code_of_coverage(report) == code
