"""What comes of one source, compiled in one way: built, run once, verified, each in processes of their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.unseen.compilers import Compiler
from lnsym import session
from lnsym.contract import registered
from lnsym.contract.routines import Choice, Images
from lnsym.errors import LnsymError
from lnsym.processes import Plan, Work, WorkReturned
from lnsym.prove.replay import replay
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options
from lnsym.run.exploration import MAX_STEPS
from lnsym.run.inputs import complete, samples
from lnsym.run.setup import Setup

LONG_RUN = 5000
"""An implementation that executes more instructions has twice the time."""

SECONDS_OF_A_RUN = 60.0
"""For one run on Unicorn, its set-up included."""


@dataclass(frozen=True)
class Cell:
    """A source and a way to compile it."""

    source: Path
    compiler: Compiler
    level: str

    @property
    def routine(self) -> str:
        """The function that is verified."""
        return self.source.stem

    @property
    def algorithm(self) -> str:
        """What stands before the first underscore of the source's name."""
        return self.source.stem.partition("_")[0]

    @property
    def column(self) -> str:
        """The way to compile it."""
        return f"{self.compiler.name} -O{self.level}"


@dataclass(frozen=True)
class Measured:
    """A verdict, and how many instructions the routine executes on some input; 0 where it did not return."""

    verdict: Verdict
    instructions: int
    limit: float
    """The seconds it had."""

    @property
    def late(self) -> bool:
        """Whether the verdict came after that."""
        return self.verdict.total_seconds > self.limit


@dataclass(frozen=True)
class SameObject:
    """The object is the same, byte for byte, as that of an earlier cell, and was not verified again."""

    earlier: Cell


Outcome = Measured | SameObject


def measurements(cells: Sequence[Cell], timeout: float, jobs: int, directory: Path) -> session.Events[Cell, Outcome]:
    """Measure cells, `jobs` side by side, `timeout` seconds each or twice that for a long run; objects go to a directory."""
    seen: dict[tuple[Path, bytes], Cell] = {}
    processes = max(1, (os.cpu_count() or 1) // jobs)

    def plan(cell: Cell) -> Plan[Outcome | LnsymError]:
        try:
            made = cell.compiler.build(cell.source, cell.level, directory)
            key = (cell.source, hashlib.sha256(made.read_bytes()).digest())
            earlier = seen.setdefault(key, cell)
            if earlier is not cell:
                return SameObject(earlier)
            subject = _subject(cell.routine, made)
        except LnsymError as error:
            return error
        ran = yield Work(partial(_instructions, subject), SECONDS_OF_A_RUN)
        instructions = ran.value if isinstance(ran, WorkReturned) else 0
        limit = 2 * timeout if instructions > LONG_RUN else timeout
        options = Options(timeout=limit, processes=processes)
        answer = yield from session.verification(subject, options, quiet=True)
        return answer if isinstance(answer, LnsymError) else Measured(answer, instructions, limit)

    return session.session(session.happenings((session.Planned(c, partial(plan, c)) for c in cells), jobs))


def _subject(routine: str, made: Path) -> Subject:
    """The routine of an object under its contract. Raises LnsymError."""
    contract, (case,) = Choice(registered()).for_routine(routine)
    return Subject(Images(made).with_routine(routine), routine, contract, case)


def _instructions(subject: Subject) -> int:
    """How many instructions one run on Unicorn takes; 0 where it does not return."""
    setup = Setup(subject.image, subject.symbol, subject.contract.statement(subject.symbol, **subject.case))
    run = replay(setup, complete(setup, next(samples(setup, []))), MAX_STEPS).run
    return run.steps if run.ending == "returned" else 0
