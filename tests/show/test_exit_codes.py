"""Exit codes: one for each kind of outcome, and which of them speaks for several."""

from __future__ import annotations

from pathlib import Path

import pytest

from lnsym.contract import NoSuchContract
from lnsym.deadline import DeadlinePassed
from lnsym.errors import LnsymError, NoSuchSymbol
from lnsym.faults import Fault, ProcessDied
from lnsym.mutation.campaign import NotProvedItself
from lnsym.mutation.mutants import Mutant
from lnsym.mutation.trial import Trial, TrialOutcome
from lnsym.prove.verdict import Verdict
from lnsym.show import exit_codes
from lnsym.show.campaign_report import Report, RoutineReport
from lnsym.show.exit_codes import SEVERITY, exit_code_of, exit_code_of_all, exit_code_of_campaign
from lnsym.show.files import FileUnwritable

PROVED = Verdict("f", "c", {}, "proved")
REFUTED = Verdict("f", "c", {}, "refuted", exit_code=1)
UNKNOWN = Verdict("f", "c", {}, "unknown", exit_code=3)
STOPPED = Verdict("f", "c", {}, "unknown", exit_code=4)
ABSENT = NoSuchSymbol("file", "f")
DIED = ProcessDied("was killed")


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
