"""Exit codes of commands, chosen from what came of their questions: of each word, each ending and each error here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lnsym.deadline import DeadlinePassed
from lnsym.errors import LnsymError
from lnsym.faults import Fault, ProcessDied
from lnsym.machine.emulator import UnusableAddress
from lnsym.machine.endings import AtCut, EndOfPath, Exhausted, Forbidden, NotModelled, RefusedInput
from lnsym.show.files import FileUnwritable

if TYPE_CHECKING:
    from lnsym.conform.coverage import CoverageReport
    from lnsym.prove.verdict import Status, Verdict
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

OF_STATUS: Mapping[Status, int] = {"proved": DONE, "refuted": REFUTED, "unknown": UNKNOWN}
"""Of a verdict, unless a path that was stopped leaves it open."""

OF_ENDING: Mapping[type, int] = {
    AtCut: UNKNOWN,
    Forbidden: UNKNOWN,
    NotModelled: NOT_MODELLED,
    RefusedInput: INPUT,
    Exhausted: UNKNOWN,
}
"""Of a question that is open, or of a run that failed, because a path ended so. `Returned` stops no path."""

OF_ERROR: Mapping[type, int] = {
    LnsymError: INPUT,
    DeadlinePassed: UNKNOWN,
    UnusableAddress: UNKNOWN,
    FileUnwritable: UNWRITABLE,
    Fault: FAULT,
    ProcessDied: FAULT,
}
"""Of a question that failed. An error, as an ending, that is not here has the code of the nearest class above it."""


def exit_code_of(outcome: Verdict | LnsymError) -> int:
    """The exit code of one question that was judged, or failed."""
    match outcome:
        case EndOfPath(ending):
            from lnsym.machine.access_errors import OutsideMemory

            # A run that was only to be shown has no other way to say that the code accesses what it may not.
            return REFUTED if isinstance(ending, OutsideMemory) else _nearest(OF_ENDING, type(ending))
        case LnsymError():
            return _nearest(OF_ERROR, type(outcome))
        case _:
            stopped_by = outcome.stopped_by
            return OF_STATUS[outcome.status] if stopped_by is None else _nearest(OF_ENDING, stopped_by)


def _nearest(codes: Mapping[type, int], kind: type) -> int:
    """The code of a class, or of the nearest above it that has one."""
    return next(codes[above] for above in kind.__mro__ if above in codes)


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


def exit_code_of_conformance(passed: bool) -> int:
    """REFUTED for a mismatch, and for what was not tested."""
    return DONE if passed else REFUTED


def exit_code_of_coverage(report: CoverageReport) -> int:
    """NOT_MODELLED too where no function was looked at."""
    return NOT_MODELLED if report.incomplete or not report.functions else DONE
