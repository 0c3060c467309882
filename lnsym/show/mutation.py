"""A mutation campaign as it runs, and what it found: a line for each mutant, tables, what was not refuted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from lnsym.errors import one_line
from lnsym.mutation.campaign import Campaign, Original, ProvedOriginal
from lnsym.mutation.changes import KINDS
from lnsym.mutation.mutants import Mutant
from lnsym.mutation.trial import Trial, TrialOutcome
from lnsym.session import Events, Failed, Finished, Judged, SessionEvent
from lnsym.show.campaign_report import Report, RoutineReport
from lnsym.show.exit_codes import exit_code_of_campaign
from lnsym.show.running import follow
from lnsym.show.verdicts import case_text

Echo = Callable[[str], None]

KIND_WIDTH = max(map(len, KINDS))
COLUMNS: Mapping[TrialOutcome, str] = {
    "refuted": "refuted",
    "equivalent": "equivalent",
    "wrong": "wrong",
    "unknown": "unknown",
    "fault": "faults",
}
"""The columns of the tables."""

WORDS: Mapping[TrialOutcome, str] = {
    "refuted": "REFUTED",
    "equivalent": "PROVED",
    "wrong": "WRONG",
    "unknown": "UNKNOWN",
    "fault": "FAULT",
}


class Mutating:
    """A campaign as it runs: its events as lines, then its tables."""

    def __init__(self, campaign: Campaign, echo: Echo) -> None:
        self.campaign = campaign
        self.report = Report()
        self._echo = echo
        self._on_terminal = sys.stderr.isatty()

    @property
    def exit_code(self) -> int:
        """What the campaign leaves with."""
        return exit_code_of_campaign(self.report)

    def follow(self, events: Events[Original | Mutant, ProvedOriginal | Trial]) -> None:
        """Print everything as it comes, and at the end, or after Ctrl-C, the tables."""
        try:
            follow(events, self._show)
        finally:
            self._clear()

    def _show(self, event: SessionEvent[Original | Mutant, ProvedOriginal | Trial]) -> None:
        self._clear()
        self.report.take(event)
        match event:
            case Judged(Original(), ProvedOriginal()):
                routine = self.report.routines[-1]
                self._echo(f"{one_line(routine.symbol)}  {case_text(routine.contract, routine.parameters)}")
            case Judged(Mutant(), Trial() as trial):
                self._say(trial, self.report.routines[-1])
            case Failed(Original(symbol), error):
                print(f"lnsym: {one_line(symbol)}: {error}", file=sys.stderr)
            case Finished():
                for line in report_lines(self.report):
                    self._echo(line)
                return
        self._show_state()

    def _say(self, trial: Trial, routine: RoutineReport) -> None:
        self._echo(f"  {WORDS[trial.outcome]:<7}  {trial.seconds:7.2f} s  {mutant_text(trial.mutant, routine)}")
        if trial.outcome != "refuted":
            for line in _explanation(trial):
                self._echo(f"    {line}")
        if trial.outcome == "wrong":
            sys.stdout.flush()
            print(
                f"lnsym: WRONG PROOF: {one_line(routine.symbol)}: {mutant_text(trial.mutant, routine)}", file=sys.stderr
            )

    def _show_state(self) -> None:
        """How far it has come, on a terminal."""
        if self._on_terminal and self.report.routines:
            done, routine = len(self.report.trials), self.report.routines[-1]
            state = f"{done}/{self.campaign.total} mutants, {one_line(routine.symbol)}"
            print(state, end="\r", file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def mutant_text(mutant: Mutant, routine: RoutineReport) -> str:
    """Kind, address, place unless it is none, and what became what: `operand  0x287f4c (+0xc)  add x1, x2, x3 -> add x1, x2, x9`."""
    offset = mutant.place.removeprefix(routine.symbol)
    place = offset if offset[:1] in ("", "+") else mutant.place
    where = f"{mutant.address:#x}{f' ({one_line(place)})' if place else ''}"
    return f"{mutant.kind:<{KIND_WIDTH}}  {where}  {mutant.old_text} -> {mutant.new_text}"


def _explanation(trial: Trial) -> Iterator[str]:
    """Why it is not refuted, and what Unicorn and the specification say."""
    if trial.reason:
        yield trial.reason
    if trial.why:
        yield trial.why
    if trial.outcome == "wrong":
        yield f"!!! WRONG PROOF !!! Unicorn and the specification differ on random input {trial.inputs}: {trial.difference}"
    elif trial.difference:
        yield f"and yet Unicorn and the specification differ on random input {trial.inputs}: {trial.difference}"
    elif trial.inputs:
        yield f"Unicorn and the specification agree on {trial.inputs} random inputs"


def report_lines(report: Report) -> Iterator[str]:
    """The table of routines, that of kinds, what was not refuted, and the sum; nothing where nothing was tried."""
    if not report.routines:
        return
    yield ""
    yield from _table("routine", [(one_line(r.symbol), r.outcomes(), r.seconds) for r in report.routines], report)
    yield ""
    yield from _table("kind of change", [(kind, outcomes, None) for kind, outcomes in report.by_kind().items()], None)
    titles: Mapping[TrialOutcome, str] = {
        "wrong": "PROVED WRONGLY: Unicorn and the specification tell them apart",
        "equivalent": "proved equivalent to the original, as far as the contract goes",
        "unknown": "unknown",
        "fault": "faults",
    }
    for outcome, title in titles.items():
        found = [(routine, t) for routine, t in report.trials if t.outcome == outcome]
        if found:
            yield f"\n{title} ({len(found)}):"
        for routine, trial in found:
            yield f"  {one_line(routine.symbol)}: {mutant_text(trial.mutant, routine)}"
            yield from (f"    {line}" for line in _explanation(trial))
    yield ""
    yield from _sum(report)


def _table(
    title: str, rows: list[tuple[str, Counter[TrialOutcome], float | None]], report: Report | None
) -> Iterator[str]:
    """One row for each name, and one of the totals where a report is given."""
    if report is not None:
        rows = [*rows, ("all", report.outcomes(), report.seconds)]
    width = max(len(name) for name, _, _ in [(title, 0, 0), *rows])
    heads = "".join(f"  {head:>{max(7, len(head))}}" for head in ("mutants", *COLUMNS.values()))
    yield f"{title:<{width}}{heads}{'  seconds' if report is not None else ''}"
    for name, outcomes, seconds in rows:
        counts = [(outcomes.total(), "mutants"), *((outcomes[outcome], head) for outcome, head in COLUMNS.items())]
        cells = "".join(f"  {count:>{max(7, len(head))}}" for count, head in counts)
        yield f"{name:<{width}}{cells}{'' if seconds is None else f'  {seconds:7.1f}'}"


def _sum(report: Report) -> Iterator[str]:
    outcomes = report.outcomes()
    share = report.refuted_share
    others = outcomes.total() - outcomes["equivalent"]
    routines = f"{len(report.routines)} routine{'' if len(report.routines) == 1 else 's'}"
    percentage = "" if share is None else f", {100 * share:.1f} % of the {others} that are not proved equivalent"
    yield (
        f"{outcomes.total()} mutants of {routines}: {outcomes['refuted']} refuted, each with an input "
        f"confirmed on Unicorn{percentage}; {outcomes['equivalent']} equivalent, {outcomes['wrong']} proved wrongly, "
        f"{outcomes['unknown']} unknown, {outcomes['fault']} faults; {report.seconds:.0f} s"
        f"{'; interrupted' if report.interrupted else ''}"
    )
