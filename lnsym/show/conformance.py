"""A campaign as it runs, and what it found: progress on a terminal, a table, each mismatch with the line that repeats it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from lnsym.conform.campaign import ConformanceReport, Mismatch, RepeatedComparison
from lnsym.conform.coverage import CoverageReport
from lnsym.conform.random_words import Verdicts
from lnsym.conform.routines import TargetReport
from lnsym.errors import one_line

Echo = Callable[[str], None]
Advance = Callable[[int, str], None]
"""Called with how many steps are done, and a note."""


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """A bar with rate and time left on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    note = TextColumn("{task.fields[note]}")
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), note)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=total or None, note="")
        yield lambda done, note: bars.update(task, completed=done, note=note)


def campaign(reports: Iterator[ConformanceReport], echo: Echo) -> ConformanceReport:
    """Show a campaign to its end, or to Ctrl-C, and print its table; what it found."""
    report = next(reports)
    with progress("encodings", sum(tally.forms for tally in report.classes.values())) as advance:
        for done, report in enumerate(reports, start=1):
            advance(done, f"{rate(report):,.0f} tests/s, {len(report.mismatches)} mismatches")
    _echo_all(campaign_lines(report), echo)
    return report


def repeated(comparison: RepeatedComparison, echo: Echo) -> None:
    """Print what one comparison gave."""
    if comparison.mismatch is not None:
        _echo_all(mismatch_lines(comparison.mismatch), echo)
    else:
        echo(f"{comparison.form}: {'agree' if comparison.comparable else 'not comparable on Unicorn'}")


def words(judged: Iterator[Verdicts], count: int, echo: Echo) -> Verdicts:
    """Show how so many random words are judged, and print what was found; all of it."""
    with progress("words", count) as advance:
        for verdicts in judged:
            advance(verdicts.words, f"{len(verdicts.disagreements)} disagreements")
    _echo_all(words_lines(verdicts), echo)
    return verdicts


def routines(reports: Iterator[TargetReport], echo: Echo) -> TargetReport:
    """Show how the functions of a target run, to their end, or to Ctrl-C, and print what was found; all of it."""
    report = next(reports)
    with progress("functions", 0) as advance:
        try:
            for report in reports:
                advance(report.functions, f"{report.returned} returned, {len(report.mismatches)} mismatches")
        except KeyboardInterrupt:
            print("lnsym: interrupted; what follows is of the functions up to here", file=sys.stderr)
    _echo_all(routine_lines(report), echo)
    return report


def coverage(reports: Iterator[CoverageReport], everything: bool, echo: Echo) -> CoverageReport:
    """Show how the functions of a target are decoded, and print what of them is not modelled; all that was found."""
    with progress("functions", 0) as advance:
        for report in reports:
            advance(report.functions, f"{len(report.incomplete)} not in full")
    _echo_all(coverage_lines(report, everything), echo)
    return report


def _echo_all(lines: Iterable[str], echo: Echo) -> None:
    for line in lines:
        echo(line)


def rate(report: ConformanceReport) -> float:
    """Comparisons with Unicorn a second, all processes together."""
    return report.tests / report.seconds if report.seconds else 0.0


def per_core(report: ConformanceReport) -> float:
    """Comparisons with Unicorn for each second of processor time, everything included."""
    return report.tests / report.processor_seconds if report.processor_seconds else 0.0


def campaign_lines(report: ConformanceReport) -> Iterator[str]:
    """The table of classes, the mismatches, and what was not tested."""
    width = max((len(tally.title) for tally in report.classes.values()), default=0)
    yield f"{'class':<{width}}  encodings    tests  symbolic  left out  mismatches"
    for tally in report.classes.values():
        covered = f"{tally.tested}/{tally.forms}" if tally.untested else f"{tally.forms}"
        counts = f"{covered:>9}  {tally.tests:>7}  {tally.symbolic:>8}  {tally.left_out:>8}  {tally.mismatches:>10}"
        yield f"{tally.title:<{width}}  {counts}"
    for mismatch in report.mismatches:
        yield ""
        yield from mismatch_lines(mismatch)
    untested = [(tally, name) for tally in report.classes.values() for name in tally.untested]
    for tally, name in untested[:10]:
        yield f"not tested: {name} ({tally.title})"
    if len(untested) > 10:
        yield f"not tested: {len(untested) - 10} more"
    forms, symbolic = (sum(getattr(t, name) for t in report.classes.values()) for name in ("forms", "symbolic"))
    total = sum(tally.mismatches for tally in report.classes.values())
    yield (
        f"{len(report.classes)} classes, {forms} encodings, {report.tests} comparisons with Unicorn, {symbolic} of symbols "
        f"with numbers; {total} mismatches, {len(untested)} encodings not tested; "
        f"{report.seconds:.1f} s, {rate(report):,.0f} comparisons/s, {per_core(report):,.0f} for each second of processor "
        f"time{'; interrupted' if report.interrupted else ''}"
    )


def mismatch_lines(mismatch: Mismatch) -> Iterator[str]:
    """A mismatch: the word, its text, its inputs, what differs, and how to repeat it."""
    yield f"{mismatch.word:08x}  {mismatch.text}    {mismatch.form} ({mismatch.module})"
    inputs = mismatch.replay.split()[1:]
    if inputs:
        yield f"  inputs, all others 0: {' '.join(inputs)}"
    for difference in mismatch.differences:
        before = f"was {difference.before}, " if difference.before else ""
        results = f"model {difference.model}" + (f", Unicorn {difference.unicorn}" if difference.unicorn else "")
        yield f"  {difference.where}: {before}{results}"
    yield f"  again: lnsym conform --replay {shlex.quote(mismatch.replay)}"


def words_lines(verdicts: Verdicts) -> Iterator[str]:
    """What asking about random words gave."""
    for reason, count in verdicts.explained.most_common():
        yield f"{count:>8}  {reason}"
    for found in verdicts.disagreements:
        unicorn = f", Unicorn {found.unicorn}" if found.unicorn else ""
        yield f"{found.word:08x}  {found.question}: model {found.model}, Capstone {found.capstone}{unicorn}"
    yield (
        f"{verdicts.words} random words, {verdicts.claimed} of them modelled; {len(verdicts.disagreements)} disagreements "
        f"that no list explains, {verdicts.explained.total()} explained"
    )


def routine_lines(report: TargetReport) -> Iterator[str]:
    """What running the functions of a target gave."""
    for mismatch in report.mismatches:
        yield f"{mismatch.function} (run {mismatch.run}): after {mismatch.steps} instructions, at {mismatch.address:#x}"
        yield f"  {mismatch.text}"
        yield from (f"  {difference}" for difference in mismatch.differences[:8])
    endings = ", ".join(f"{count} {ending}" for ending, count in report.endings.most_common())
    yield f"runs ended, on both sides alike: {endings}"
    yield (
        f"{report.functions} functions in {report.runs} runs, {report.compared} compared, {report.returned} of them up to "
        f"their return; {report.instructions} instructions; {len(report.mismatches)} mismatches; {report.seconds:.1f} s"
    )


def coverage_lines(report: CoverageReport, everything: bool) -> Iterator[str]:
    """What of a target's functions is not modelled."""
    for function in report.incomplete:
        yield one_line(f"{function.member + ': ' if function.member else ''}{function.name}")
        for error in function.missing if everything else function.missing[:3]:
            yield f"  {error}"
        if not everything and len(function.missing) > 3:
            yield f"  and {len(function.missing) - 3} more; --all prints them"
    yield (
        f"{report.functions} functions, {report.instructions} instructions of {len(report.mnemonics)} mnemonics; "
        f"{len(report.incomplete)} functions not modelled in full; {len(report.indirect)} jump through a register, "
        "past which they are not followed"
    )
    if not everything:
        yield "left out: functions whose names do not say symmetric cryptography; --all takes every function"
