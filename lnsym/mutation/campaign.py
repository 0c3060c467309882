"""A campaign: mutants of many routines, one after the other, and what came of them.

Each routine has its own random numbers, made from the seed and its name, and each mutant a process of its own that starts from the same
state: what is found does not depend on how many processes there are, nor on which other routines are asked for.
"""

from __future__ import annotations

import importlib
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

from lnsym.contract import Contract, NoContractFor
from lnsym.contract.abi import STACK_BYTES
from lnsym.contract.routines import Images, contract_for, routines
from lnsym.errors import LnsymError
from lnsym.machine.image import Image
from lnsym.mutation.changes import KINDS
from lnsym.mutation.mutants import MutantSource
from lnsym.mutation.trial import Limits, Outcome, Survey, Trial, survey, trial
from lnsym.processes import Answer, Crashed, OutOfTime, results
from lnsym.prove.subject import Subject

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
    parameters: Mapping[str, object] = field(default_factory=dict)
    stack_bytes: int = STACK_BYTES
    """How much stack below SP is assumed to be there."""


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

    exit_code = 3
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
    """What a campaign found; of an interrupted one, what it found until then."""

    order: Order
    routines: list[RoutineReport] = field(default_factory=list)
    errors: list[tuple[str, LnsymError]] = field(default_factory=list)
    """Routines that could not be tried, and why."""
    image: Image | None = None
    """The last one."""
    seconds: float = 0.0
    interrupted: bool = False

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

    @property
    def exit_code(self) -> int:
        """1 for a wrong proof; 130 when interrupted; 3 for a fault or a routine that could not be tried; else 0."""
        outcomes = self.outcomes()
        if outcomes["wrong"]:
            return 1
        if self.interrupted:
            return 130
        if outcomes["fault"]:
            return 3
        return max((error.exit_code for _, error in self.errors), default=0)


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
    """A campaign under way: `run` yields after each trial, `report` is valid at any time."""

    def __init__(
        self, path: Path, order: Order, contracts: Mapping[str, Contract], contract: Contract | None = None
    ) -> None:
        """`contract` is used for all routines; None lets each have its own. Raises NoSuchRoutines, and errors of the file."""
        self._contracts = contracts
        self._contract = contract
        self._images = Images(path)
        symbols = chosen_symbols(path, order.symbols, contracts)
        self.shares = dict(zip(symbols, shares(order.count, len(symbols)), strict=True))
        self.report = Report(order)

    @property
    def total(self) -> int:
        """How many mutants are wanted."""
        return sum(self.shares.values())

    def run(self) -> Generator[tuple[RoutineReport, Trial | None], None, None]:
        """Try everything. Yields each routine when its original has been proved, with None, and then after each trial.

        Closing it ends all processes, and so does Ctrl-C, which is handed on.
        """
        began = time.perf_counter()
        _load_once()
        try:
            for symbol, count in self.shares.items():
                if count:
                    yield from self._routine(symbol, count)
        finally:
            self.report.seconds = time.perf_counter() - began

    def _routine(self, symbol: str, count: int) -> Iterator[tuple[RoutineReport, Trial | None]]:
        began = time.perf_counter()
        order = self.report.order
        try:
            subject = self._subject(symbol)
            found = _surveyed(subject, order.limits)
        except LnsymError as error:
            self.report.errors.append((symbol, error))
            return
        shown = {**subject.contract.parameters, **subject.case}
        routine = RoutineReport(symbol, subject.contract.name, shown, count, found.seconds)
        self.report.routines.append(routine)
        yield routine, None
        source = MutantSource(subject.image, found.places, f"{order.seed} {symbol}")
        plans = (trial(subject, mutant, found.max_steps, order.limits) for mutant in source.mutants(count))
        trials = results(plans, order.jobs)
        try:
            for done in trials:
                routine.trials.append(done)
                routine.seconds = time.perf_counter() - began
                yield routine, done
        finally:
            trials.close()

    def _subject(self, symbol: str) -> Subject:
        """The routine with its contract's first case that agrees with the parameters asked for. Raises LnsymError."""
        image = self.report.image = self._images.with_routine(symbol)
        parameters = self.report.order.parameters
        contract = self._contract
        if contract is None:
            contract = self._contracts.get(contract_for(symbol, self._contracts))
            if contract is None:
                raise NoContractFor(symbol, sorted(self._contracts))
            parameters = {name: value for name, value in parameters.items() if name in contract.parameters}
        contract = replace(contract, stack_bytes=self.report.order.stack_bytes)
        return Subject(image, symbol, contract, contract.choices(parameters)[0])


def _surveyed(subject: Subject, limits: Limits) -> Survey:
    """The survey of an original that is proved. Raises LnsymError otherwise."""
    found: Survey | LnsymError | Answer
    (found,) = results([survey(subject, limits)], 1)
    match found:
        case Survey(status="proved"):
            return found
        case Survey():
            raise NotProvedItself(found.status.upper(), found.reason)
        case LnsymError():
            raise found
        case Crashed():
            raise NotProvedItself("UNKNOWN", f"a crash: {found.summary}")
        case OutOfTime():
            raise NotProvedItself("UNKNOWN", f"no answer within {found.seconds:.0f} s")
        case _:
            raise AssertionError(found)


def _load_once() -> None:
    """Load what all processes need before they are forked."""
    for module in ("z3", "unicorn", "unicorn.arm64_const", "lnsym.prove.smt_terms", "lnsym.prove.gf2"):
        importlib.import_module(module)
