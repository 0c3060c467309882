"""Traces: one line for each executed instruction, with what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from lnsym.bv import BV, Labels, show, variables
from lnsym.bv.printing import by_label
from lnsym.contract import Statement
from lnsym.contract.checks import ContractError
from lnsym.machine.decode import Instruction
from lnsym.machine.endings import EndOfPath
from lnsym.machine.image import Image
from lnsym.machine.paths import Conditions
from lnsym.machine.recorder import Recorder, Write
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.run.concrete import concrete_start, run_concretely
from lnsym.run.exploration import explore
from lnsym.run.inputs import CORNERS, Sample, complete, holds, samples
from lnsym.run.setup import Setup

TEXT_COLUMNS = 42
VALUE_LENGTH = 72
VALUE_DEPTH = 4
TRIES = 10_000


class Tracer(Recorder):
    """An observer that writes a line for each instruction, and one where another path begins."""

    def __init__(self, labels: Labels, write_line: Callable[[str], None]) -> None:
        super().__init__()
        self._naming = by_label(labels)
        self._write_line = write_line
        self._paths = 0

    def began(self, conditions: Conditions) -> None:
        """Say under which conditions the path runs, unless it is the first."""
        self._paths += 1
        if self._paths > 1:
            self._write_line(f"-- {' and '.join(map(self._shown, conditions)) or 'next call'}")

    def executed(self, instruction: Instruction, writes: list[Write]) -> None:
        """Write the instruction's line."""
        effects = "  ".join(f"{write.place} = {self._value_text(write.value)}" for write in writes)
        self._write_line(f"{instruction.address:8x}  {instruction.text:<{TEXT_COLUMNS}}  {effects}".rstrip())

    def _value_text(self, value: BV) -> str:
        """A value on one line: numbers as zero-filled hexadecimal, terms shortened."""
        return f"{value.value:#0{value.width // 4 + 2}x}" if value.is_const else self._shown(value)

    def _shown(self, term: BV) -> str:
        return show(term, VALUE_DEPTH, VALUE_LENGTH, self._naming)


def trace_routine(
    image: Image, symbol: str, statement: Statement, max_steps: int, seed: int | None, write_line: Callable[[str], None]
) -> None:
    """Trace a routine on symbols or, with a seed, on random numbers. Raises EndOfPath where a path does not return.

    On symbols every feasible path is traced, one after the other, with a line before each one after the first.
    """
    execution = on_feasible_paths(image, symbol, statement, max_steps)
    if seed is not None:
        sample = complete(execution.setup, _random_input(execution.setup, seed), seed=seed)
        state = concrete_start(image, statement, sample)
        run_concretely(execution.setup, state, sample, execution.limits, Tracer(statement.labels, write_line))
        return
    for path in explore(execution.setup, execution.limits, Tracer(statement.labels, write_line)).paths:
        if not path.returned:
            raise EndOfPath(path.ending)


def _random_input(setup: Setup, seed: int) -> Sample:
    """A sample that is no corner and satisfies the preconditions. Raises ContractError where none turns up."""
    statement = setup.statement
    given = variables([*statement.assumptions, *[a for call in statement.calls for a in call.arguments]])
    for sample in islice(samples(setup, given, seed), CORNERS, CORNERS + TRIES):
        if holds(statement.assumptions, sample):
            return sample
    raise ContractError(f"no input that satisfies the preconditions in {TRIES} random ones")
