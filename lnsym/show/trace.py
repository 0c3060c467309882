"""Traces: one line for each executed instruction, with what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from lnsym.bv import BV, show, variables
from lnsym.contract import Theorem
from lnsym.contract.execution import Execution
from lnsym.contract.inputs import CORNERS, Sample, complete, holds, samples
from lnsym.contract.run import concrete_start, run_concretely
from lnsym.contract.theorem import ContractError
from lnsym.errors import LnsymError
from lnsym.machine.decode import Instruction
from lnsym.machine.image import Image
from lnsym.machine.paths import Conditions
from lnsym.machine.recorder import Recorder
from lnsym.machine.state import State
from lnsym.prove.feasibility import on_feasible_paths

TEXT_COLUMNS = 42
VALUE_LENGTH = 72
VALUE_DEPTH = 4
TRIES = 10_000


def value_text(value: BV) -> str:
    """A value on one line: numbers as zero-filled hexadecimal, terms shortened."""
    if value.is_const:
        return f"{value.value:#0{value.width // 4 + 2}x}"
    return show(value, VALUE_DEPTH, VALUE_LENGTH)


class Tracer(Recorder):
    """An observer that writes a line for each instruction, and one where another path begins."""

    def __init__(self, write_line: Callable[[str], None]) -> None:
        super().__init__()
        self._write_line = write_line
        self._paths = 0

    def begin(self, state: State, conditions: Conditions) -> None:
        """Say under which conditions the path runs, unless it is the first."""
        super().begin(state, conditions)
        self._paths += 1
        if self._paths > 1:
            self._write_line(
                f"-- {' and '.join(show(c, VALUE_DEPTH, VALUE_LENGTH) for c in conditions) or 'next call'}"
            )

    def __call__(self, instruction: Instruction, state: State) -> None:
        """Write the instruction's line."""
        super().__call__(instruction, state)
        effects = "  ".join(f"{write.place} = {value_text(write.value)}" for write in self.writes)
        self._write_line(f"{instruction.address:8x}  {instruction.text:<{TEXT_COLUMNS}}  {effects}".rstrip())


def trace_routine(
    image: Image, symbol: str, theorem: Theorem, max_steps: int, seed: int | None, write_line: Callable[[str], None]
) -> LnsymError | None:
    """Trace a routine on symbols or, with a seed, on random numbers; what stopped it short of its return, if anything did.

    On symbols every feasible path is traced, one after the other, with a line before each one after the first.
    """
    execution = on_feasible_paths(image, symbol, theorem, max_steps)
    if seed is not None:
        sample = complete(execution, _random_input(execution, seed), seed)
        state = concrete_start(image, theorem, sample)
        run_concretely(execution, state, sample, Tracer(write_line))
        return None
    execution.observer = Tracer(write_line)
    execution.run()
    return next((path.stopped for path in execution.paths if path.stopped is not None), None)


def _random_input(execution: Execution, seed: int) -> Sample:
    """A sample that is no corner and satisfies the preconditions. Raises ContractError where none turns up."""
    theorem = execution.theorem
    given = variables([*theorem.assumptions, *[a for call in theorem.calls for a in call.arguments]])
    for sample in islice(samples(execution, given, seed), CORNERS, CORNERS + TRIES):
        if holds(theorem.assumptions, sample):
            return sample
    raise ContractError(f"no input that satisfies the preconditions in {TRIES} random ones")
