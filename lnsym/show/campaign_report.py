"""What a mutation campaign found, counted by routine and by kind of change, and as JSON for a program."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import lnsym
from lnsym.errors import LnsymError
from lnsym.mutation.campaign import Campaign, Original, ProvedOriginal
from lnsym.mutation.changes import KINDS
from lnsym.mutation.mutants import Mutant
from lnsym.mutation.trial import Trial, TrialOutcome
from lnsym.session import Failed, Finished, Judged, SessionEvent, Started


@dataclass
class RoutineReport:
    """A routine, its theorem, and the trials of its mutants."""

    symbol: str
    contract: str
    parameters: Mapping[str, object]
    asked: int
    """How many mutants were wanted."""
    original_seconds: float = 0.0
    """What it takes to prove the original."""
    seconds: float = 0.0
    trials: list[Trial] = field(default_factory=list)

    def outcomes(self) -> Counter[TrialOutcome]:
        """How many trials ended how."""
        return Counter(t.outcome for t in self.trials)


@dataclass
class Report:
    """What the events of a campaign say up to now."""

    routines: list[RoutineReport] = field(default_factory=list)
    errors: list[tuple[str, LnsymError]] = field(default_factory=list)
    """Routines that could not be tried, and why."""
    seconds: float = 0.0
    interrupted: bool = False
    _began: float = 0.0
    """When the last routine was begun."""

    def take(self, event: SessionEvent[Original | Mutant, ProvedOriginal | Trial]) -> None:
        """Add what an event says."""
        match event:
            case Started(Original()):
                self._began = time.perf_counter()
            case Judged(Original(symbol, asked), ProvedOriginal(subject, survey)):
                shown = subject.contract.completed(subject.case)
                self.routines.append(RoutineReport(symbol, subject.contract.name, shown, asked, survey.seconds))
            case Judged(Mutant(), Trial() as trial):
                self.routines[-1].trials.append(trial)
                self.routines[-1].seconds = time.perf_counter() - self._began
            case Failed(Original(symbol), error):
                self.errors.append((symbol, error))
            case Finished(seconds, interrupted):
                self.seconds, self.interrupted = seconds, interrupted

    @property
    def trials(self) -> list[tuple[RoutineReport, Trial]]:
        """All trials, each with its routine."""
        return [(routine, t) for routine in self.routines for t in routine.trials]

    def outcomes(self) -> Counter[TrialOutcome]:
        """How many trials ended how."""
        return Counter(t.outcome for _, t in self.trials)

    def by_kind(self) -> dict[str, Counter[TrialOutcome]]:
        """The same for each kind of change that occurred."""
        found = {kind: Counter(t.outcome for _, t in self.trials if t.mutant.kind == kind) for kind in KINDS}
        return {kind: outcomes for kind, outcomes in found.items() if outcomes}

    @property
    def refuted_share(self) -> float | None:
        """Refuted ones among those that are not equivalent, 0 to 1; None where there are none."""
        outcomes = self.outcomes()
        others = outcomes.total() - outcomes["equivalent"]
        return outcomes["refuted"] / others if others else None


def as_json(campaign: Campaign, report: Report) -> dict[str, Any]:
    """What `--json` writes: the order, and every mutant with what came of it."""
    order = campaign.order
    return {
        "lnsym": lnsym.__version__,
        "file": {"path": str(campaign.images.path), "sha256": campaign.images.sha256},
        "seed": order.seed,
        "timeout": order.limits.timeout,
        "checks": order.limits.checks,
        "stack_bytes": campaign.choice.stack_bytes,
        "interrupted": report.interrupted,
        "seconds": report.seconds,
        "outcomes": dict(report.outcomes()),
        "by_kind": {kind: dict(outcomes) for kind, outcomes in report.by_kind().items()},
        "refuted_share": report.refuted_share,
        "errors": [{"routine": symbol, "error": str(error)} for symbol, error in report.errors],
        "routines": [_routine_json(routine) for routine in report.routines],
    }


def _routine_json(routine: RoutineReport) -> dict[str, Any]:
    return {
        "routine": routine.symbol,
        "contract": routine.contract,
        "parameters": dict(routine.parameters),
        "original_seconds": routine.original_seconds,
        "seconds": routine.seconds,
        "asked": routine.asked,
        "outcomes": dict(routine.outcomes()),
        "mutants": [_trial_json(trial) for trial in routine.trials],
    }


def _trial_json(trial: Trial) -> dict[str, Any]:
    mutant = trial.mutant
    return {
        "kind": mutant.kind,
        "address": hex(mutant.address),
        "place": mutant.place,
        "before": mutant.before.hex(),
        "after": mutant.after.hex(),
        "old": mutant.old_text,
        "new": mutant.new_text,
        "outcome": trial.outcome,
        "method": trial.method,
        "reason": trial.reason,
        "why": trial.why,
        "seconds": trial.seconds,
        "random_inputs": trial.inputs,
        "difference": trial.difference,
        "details": trial.details,
    }
