"""A campaign: mutants of many routines, one routine after the other, told as the events of a session; and what came of them.

Each routine has its own random numbers, made from the seed and its name, and each mutant a process of its own that starts from the same
state: what is found does not depend on how many processes there are, nor on which other routines are asked for.
"""

from __future__ import annotations

import importlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from lnsym.contract import Contract
from lnsym.contract.routines import Choice, Images, routines
from lnsym.errors import LnsymError
from lnsym.mutation.changes import KINDS
from lnsym.mutation.mutants import Mutant, MutantSource
from lnsym.mutation.trial import Limits, Outcome, Survey, Trial, survey, trial
from lnsym.processes import Crashed, OutOfTime, Plan
from lnsym.prove.subject import Subject
from lnsym.session import Event, Events, Failed, Finished, Happenings, Judged, Started, Task, happenings, session

EACH = 20
"""Mutants of each routine where no total is asked for."""


@dataclass(frozen=True)
class Order:
    """What a campaign is to do."""

    symbols: tuple[str, ...] = ()
    """Names, and patterns as fnmatch takes them; none means every routine that has a contract."""
    count: int | None = None
    """Mutants in all, shared out evenly; None for EACH."""
    seed: int = 0
    jobs: int = 1
    limits: Limits = field(default_factory=lambda: Limits(60.0, 1000))


@dataclass(frozen=True)
class Original:
    """A routine as it is, and how many of its mutants are wanted."""

    symbol: str
    asked: int


@dataclass(frozen=True)
class Proved:
    """A routine that is proved as it is: its mutants can be tried."""

    subject: Subject
    survey: Survey


@dataclass(eq=False)
class NoSuchRoutines(LnsymError):
    """A pattern that no routine with a contract matches."""

    target: str
    pattern: str

    def _message(self) -> str:
        """The pattern, and where to look."""
        what = (
            f"no routine that has a contract matches {self.pattern!r}" if self.pattern else "no routine has a contract"
        )
        return f"{self.target}: {what}; `lnsym list` shows all"


@dataclass(eq=False)
class NotProvedItself(LnsymError):
    """A routine that is not proved as it is: its mutants would tell nothing of the prover."""

    verdict: str
    reason: str

    def _message(self) -> str:
        """What became of the original."""
        return f"as it is, unchanged, it is {self.verdict}: {self.reason}; no mutants were made"


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

    def outcomes(self) -> Counter[Outcome]:
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

    def take(self, event: Event[Original | Mutant, Proved | Trial]) -> None:
        """Add what an event says."""
        match event:
            case Started(Original()):
                self._began = time.perf_counter()
            case Judged(Original(symbol, asked), Proved(subject, survey)):
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

    def outcomes(self) -> Counter[Outcome]:
        """How many trials ended how."""
        return Counter(t.outcome for _, t in self.trials)

    def by_kind(self) -> dict[str, Counter[Outcome]]:
        """The same for each kind of change that occurred."""
        found = {kind: Counter(t.outcome for _, t in self.trials if t.mutant.kind == kind) for kind in KINDS}
        return {kind: outcomes for kind, outcomes in found.items() if outcomes}

    @property
    def refuted_share(self) -> float | None:
        """Refuted ones among those that are not equivalent, 0 to 1; None where there are none."""
        outcomes = self.outcomes()
        others = outcomes.total() - outcomes["equivalent"]
        return outcomes["refuted"] / others if others else None


def chosen_symbols(path: Path, symbols: Sequence[str], contracts: Mapping[str, Contract]) -> list[str]:
    """The routines that names and patterns stand for, in their order, none twice. Raises NoSuchRoutines."""
    chosen: dict[str, None] = {}
    with_contract: list[str] | None = None
    for symbol in symbols or ("*",):
        if not any(c in symbol for c in "*?["):
            chosen[symbol] = None
            continue
        if with_contract is None:
            with_contract = [routine.name for routine in routines(path, contracts) if routine.contract]
        found = [name for name in with_contract if fnmatchcase(name, symbol)]
        if not found:
            raise NoSuchRoutines(str(path), symbol if symbols else "")
        chosen |= dict.fromkeys(found)
    return list(chosen)


def shares(count: int | None, routines: int) -> list[int]:
    """How many mutants each of some routines gets; the first ones get one more where it does not come out even."""
    if count is None:
        return [EACH] * routines
    each, more = divmod(count, routines)
    return [each + (i < more) for i in range(routines)]


class Campaign:
    """What a campaign does: which routines, how many mutants of each, and the work on them."""

    def __init__(self, path: Path, order: Order, choice: Choice) -> None:
        """Raises NoSuchRoutines, NoSuchParameter, and errors of the file."""
        symbols = chosen_symbols(path, order.symbols, choice.known)
        choice.check_names(symbols)
        self.order = order
        self.choice = choice
        self.images = Images(path)
        self.shares = dict(zip(symbols, shares(order.count, len(symbols)), strict=True))

    @property
    def total(self) -> int:
        """How many mutants are wanted."""
        return sum(self.shares.values())

    def events(self) -> Events[Original | Mutant, Proved | Trial]:
        """Try everything: each routine as it is, and each of its mutants if it is proved."""
        return session(self._all())

    def _all(self) -> Happenings[Original | Mutant, Proved | Trial]:
        _load_once()
        for symbol, count in self.shares.items():
            if count:
                yield from self._routine(Original(symbol, count))

    def _routine(self, original: Original) -> Happenings[Original | Mutant, Proved | Trial]:
        proved = None
        task: Task[Original | Mutant, Proved | Trial] = Task(original, partial(self._prove, original))
        with closing(happenings([task], 1)) as surveyed:
            for event in surveyed:
                yield event
                if isinstance(event, Judged) and isinstance(event.answer, Proved):
                    proved = event.answer
        if proved is not None:
            source = MutantSource(proved.subject.image, proved.survey.places, f"{self.order.seed} {original.symbol}")
            yield from happenings(
                (self._task(proved, mutant) for mutant in source.mutants(original.asked)), self.order.jobs
            )

    def _task(self, proved: Proved, mutant: Mutant) -> Task[Original | Mutant, Proved | Trial]:
        return Task(mutant, partial(trial, proved.subject, mutant, proved.survey.max_steps, self.order.limits))

    def _prove(self, original: Original) -> Plan[Proved | LnsymError]:
        """The routine with its contract's first case that agrees with the parameters asked for."""
        try:
            image = self.images.with_routine(original.symbol)
            contract, (case, *_) = self.choice.for_routine(original.symbol)
        except LnsymError as error:
            return error
        subject = Subject(image, original.symbol, contract, case)
        found = yield from survey(subject, self.order.limits)
        match found:
            case Survey(status="proved"):
                return Proved(subject, found)
            case Survey():
                return NotProvedItself(found.status.upper(), found.reason)
            case LnsymError():
                return found
            case Crashed():
                return NotProvedItself("UNKNOWN", f"a crash: {found.summary}")
            case OutOfTime():
                return NotProvedItself("UNKNOWN", f"no answer within {found.seconds:.0f} s")
            case _:
                raise AssertionError(found)


def _load_once() -> None:
    """Load what all processes need before they are forked."""
    for module in ("z3", "unicorn", "unicorn.arm64_const", "lnsym.prove.smt_terms", "lnsym.prove.gf2"):
        importlib.import_module(module)
