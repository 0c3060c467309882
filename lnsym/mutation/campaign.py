"""A campaign: which routines, how many mutants of each, and the work on them.

Each routine has its own random numbers, made from the seed and its name, and each mutant a process of its own that starts from the same
state: what is found does not depend on how many processes there are, nor on which other routines are asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from lnsym.contract import Contract
from lnsym.contract.routines import Choice, Images, routines
from lnsym.errors import LnsymError
from lnsym.mutation.mutants import Mutant, MutantSource
from lnsym.mutation.trial import Survey, Trial, TrialLimits, survey, trial
from lnsym.processes import Crashed, OutOfTime, Plan
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
    limits: TrialLimits = field(default_factory=lambda: TrialLimits(60.0, 1000))


@dataclass(frozen=True)
class Original:
    """A routine as it is, and how many of its mutants are wanted."""

    symbol: str
    asked: int


@dataclass(frozen=True)
class ProvedOriginal:
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

    @property
    def originals(self) -> list[Original]:
        """The routines, in their order, each with how many of its mutants are wanted; none of which none is."""
        return [Original(symbol, count) for symbol, count in self.shares.items() if count]

    def mutants(self, proved: ProvedOriginal) -> Iterator[Mutant]:
        """The mutants of a routine, as many as its share."""
        symbol = proved.subject.symbol
        source = MutantSource(proved.subject.image, proved.survey.places, f"{self.order.seed} {symbol}")
        return source.mutants(self.shares[symbol])

    def trial(self, proved: ProvedOriginal, mutant: Mutant) -> Plan[Trial]:
        """The work on a mutant."""
        return trial(proved.subject, mutant, proved.survey.max_steps, self.order.limits)

    def prove(self, original: Original) -> Plan[ProvedOriginal | LnsymError]:
        """The work on a routine as it is, under its contract's first case that agrees with the parameters asked for."""
        try:
            image = self.images.with_routine(original.symbol)
            contract, (case, *_) = self.choice.for_routine(original.symbol)
            if contract.links:
                image = self.images.with_routine(original.symbol, contract.links)
        except LnsymError as error:
            return error
        subject = Subject(image, original.symbol, contract, case)
        found = yield from survey(subject, self.order.limits)
        match found:
            case Survey(status="proved"):
                return ProvedOriginal(subject, found)
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


def load_once() -> None:
    """Load what all processes need before they are forked."""
    for module in ("z3", "unicorn", "unicorn.arm64_const", "lnsym.prove.smt_terms", "lnsym.prove.gf2"):
        importlib.import_module(module)
