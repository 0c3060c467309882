"""Exit codes of commands, chosen from what came of their questions. A verdict and an error of the input bring their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lnsym.errors import LnsymError
from lnsym.faults import Fault, ProcessDied
from lnsym.machine.endings import Ending, EndOfPath
from lnsym.show.files import FileUnwritable

if TYPE_CHECKING:
    from lnsym.prove.verdict import Verdict
    from lnsym.show.campaign_report import Report

DONE = 0
"""Proved, too."""
REFUTED = 1
INPUT = 2
"""What was asked for is not there, or makes no sense."""
UNKNOWN = 3
NOT_MODELLED = 4
FAULT = 70
"""EX_SOFTWARE of sysexits.h: lnsym is wrong, or a process of it died."""
UNWRITABLE = 74
"""EX_IOERR."""
INTERRUPTED = 130
CLOSED_PIPE = 141

SEVERITY = (FAULT, REFUTED, NOT_MODELLED, INPUT, UNKNOWN, DONE)
"""Which exit code speaks for several questions: the first of these that one of them has."""


def exit_code_of(outcome: Verdict | LnsymError) -> int:
    """The exit code of one question that was judged, or failed."""
    match outcome:
        case Fault() | ProcessDied():
            return FAULT
        case FileUnwritable():
            return UNWRITABLE
        case EndOfPath(ending):
            return _exit_code_of_run(ending)
        case _:
            return outcome.exit_code


def _exit_code_of_run(ending: Ending) -> int:
    """Of a run that was only to be shown: REFUTED where it accesses what it may not, else as where a question is open for it."""
    from lnsym.machine.access_errors import OutsideMemory
    from lnsym.prove.verdict import exit_code_of_ending

    return REFUTED if isinstance(ending, OutsideMemory) else exit_code_of_ending(ending)


def exit_code_of_all(outcomes: Iterable[Verdict | LnsymError]) -> int:
    """The exit code of several questions; UNKNOWN where there are none."""
    codes = {exit_code_of(outcome) for outcome in outcomes}
    return next((code for code in SEVERITY if code in codes), UNKNOWN)


def exit_code_of_campaign(report: Report) -> int:
    """REFUTED for a wrong proof, whatever else there is; UNKNOWN for a fault, and for a routine that is not proved as it is."""
    from lnsym.mutation.campaign import NotProvedItself

    outcomes = report.outcomes()
    if outcomes["wrong"]:
        return REFUTED
    if report.interrupted:
        return INTERRUPTED
    if outcomes["fault"]:
        return UNKNOWN
    codes = [UNKNOWN if isinstance(error, NotProvedItself) else exit_code_of(error) for _, error in report.errors]
    return max(codes, default=DONE)
