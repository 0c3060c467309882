"""Where two routines part that begin with the same code: the first instruction of either that does not do what the other's does.

Both run on the model from one input, step by step, with the same registers and stack, as far as they do the same. So a changed
release shows the instruction that was changed; code that was written anew shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from lnsym.errors import LnsymError
from lnsym.machine.decode import Instruction
from lnsym.machine.endings import EndOfPath
from lnsym.machine.image import Image
from lnsym.machine.paths import TimeLimit
from lnsym.machine.recorder import Recorder, Write
from lnsym.prove.equivalence.sides import Side
from lnsym.run.concrete import concrete_start, run_concretely
from lnsym.run.exploration import Execution
from lnsym.run.inputs import Sample

ALIKE = 16
"""How many instructions must be the same before it says something that they are not; less is what all prologues have in common."""

LONGEST = 100_000
"""How many steps of a run are looked at."""


class Parting(NamedTuple):
    """How many instructions do the same, and what either routine does then, in words."""

    steps: int
    first: str
    second: str


class Step(NamedTuple):
    """An executed instruction and what it wrote."""

    instruction: Instruction
    writes: tuple[Write, ...]


class _Trace(Recorder):
    """The steps of a run, as many as are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def executed(self, instruction: Instruction, writes: list[Write]) -> None:
        if len(self.steps) < LONGEST:
            self.steps.append(Step(instruction, tuple(writes)))


def where_they_part(sides: tuple[Side, Side], samples: tuple[Sample, Sample]) -> Parting | None:
    """None where they have too little in common, or time is over. `samples` are complete, by each execution's own names."""
    first, second = samples
    try:
        traces = (_trace(sides[0].execution, first), _trace(sides[1].execution, second | first))
    except EndOfPath:
        return None
    for number, (one, other) in enumerate(zip_longest(*traces)):
        if one is None or other is None or not _alike((one, other), sides):
            return Parting(number, _text(one, sides[0]), _text(other, sides[1])) if number >= ALIKE else None
    return None


def _trace(execution: Execution, sample: Sample) -> list[Step]:
    """The steps up to the return, or up to what stopped the run. Raises TimeLimit."""
    trace = _Trace()
    state = concrete_start(execution.setup.image, execution.setup.statement, sample)
    try:
        run_concretely(execution.setup, state, sample, execution.limits, trace)
    except LnsymError as stop:
        if isinstance(stop, EndOfPath) and isinstance(stop.ending, TimeLimit):
            raise
    return trace.steps


def _alike(steps: tuple[Step, Step], sides: tuple[Side, Side]) -> bool:
    """Whether two instructions have one mnemonic and write the same; addresses in the images count as the same."""
    one, other = steps
    return one.instruction.mnemonic == other.instruction.mnemonic and [
        *_values(one, sides[0].execution.setup.image)
    ] == [*_values(other, sides[1].execution.setup.image)]


def _values(step: Step, image: Image) -> Iterator[tuple[str, int | None]]:
    for write in step.writes:
        value = write.value.value
        is_address = write.value.width == 64 and image.segment_at(value) is not None
        yield write.place, None if is_address else value


def _text(step: Step | None, side: Side) -> str:
    if step is None:
        return "it does not go on"
    wrote = ", ".join(f"{write.place} = {write.value.value:#x}" for write in step.writes)
    at = side.execution.setup.image.describe(step.instruction.address)
    return f"{step.instruction.text} at {step.instruction.address:#x} ({at}){f' gives {wrote}' if wrote else ''}"
