"""Traces: one line for each executed instruction, with what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from lnsym.bv import BV, show
from lnsym.contract import Theorem
from lnsym.contract.execution import Execution, concrete_start
from lnsym.contract.inputs import CORNERS, complete, samples
from lnsym.contract.run import run_concretely
from lnsym.errors import LnsymError
from lnsym.machine.decode import Instruction
from lnsym.machine.image import Image
from lnsym.machine.recorder import Recorder
from lnsym.machine.state import State
from lnsym.prove.feasibility import Feasibility

TEXT_COLUMNS = 42
VALUE_LENGTH = 72
VALUE_DEPTH = 4


def value_text(value: BV) -> str:
    """A value on one line: numbers as zero-filled hexadecimal, terms shortened."""
    if value.is_const:
        return f"{value.value:#0{value.width // 4 + 2}x}"
    return show(value, VALUE_DEPTH, VALUE_LENGTH)


def tracer(start: State, write_line: Callable[[str], None]) -> Callable[[Instruction, State], None]:
    """An observer that writes a line for each instruction of a run from `start`."""
    recorder = Recorder(start)

    def observe(instruction: Instruction, state: State) -> None:
        recorder(instruction, state)
        effects = "  ".join(f"{write.place} = {value_text(write.value)}" for write in recorder.writes)
        write_line(f"{instruction.address:8x}  {instruction.text:<{TEXT_COLUMNS}}  {effects}".rstrip())

    return observe


def trace_routine(
    image: Image, symbol: str, theorem: Theorem, max_steps: int, seed: int | None, write_line: Callable[[str], None]
) -> LnsymError | None:
    """Trace a routine on symbols or, with a seed, on random numbers; what stopped it short of its return, if anything did.

    On symbols every feasible path is traced, one after the other, with a line before each one after the first.
    """
    execution = Execution(image, symbol, theorem, max_steps)
    if seed is not None:
        sample = complete(execution, next(islice(samples(execution, [], seed), CORNERS, None)), seed)
        state = concrete_start(image, theorem, sample)
        run_concretely(execution, state, sample, tracer(state, write_line))
        return None
    execution.feasible = Feasibility(execution)
    execution.observer = tracer(execution.start, write_line)
    execution.run()
    return next((path.stopped for path in execution.paths if path.stopped is not None), None)
