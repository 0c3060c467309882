"""Refutation: an input on which the code breaks its contract, confirmed by running the bytes on Unicorn.

Nothing is called refuted on the simulator's word alone. Where Unicorn and the simulator disagree on an input, that is a fault of the
simulator and raises ModelFault.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from lnsym.bv import BV, evaluate, variables
from lnsym.bv.dag import listing
from lnsym.bv.names import values_listed
from lnsym.contract.obligations import Obligation
from lnsym.contract.statement import Statement, outputs_in
from lnsym.deadline import DeadlinePassed
from lnsym.errors import ToolFault, one_line
from lnsym.machine.access_errors import OutsideMemory, OutsideRegion, SymbolicOffset
from lnsym.machine.decode import NotCode
from lnsym.machine.emulator import Run, UnusableAddress
from lnsym.machine.origins import Byte, OpenBits
from lnsym.machine.paths import EndlessLoop, Path, StepLimit, TimeLimit, UnknownTarget
from lnsym.machine.state import SP
from lnsym.prove.divergence import first_divergence, first_without_counterpart
from lnsym.prove.minimise import minimised
from lnsym.prove.replay import Replay, replay
from lnsym.run.exploration import Execution
from lnsym.run.inputs import Sample, complete, holding, holds, samples, small
from lnsym.run.setup import Setup

MORE_STEPS = 100
"""How many steps past those of the simulator show that a path does not return."""


class ModelFault(ToolFault):
    """The simulator and Unicorn computed different things from one input; `reproduction` names the code and gives the input."""

    def __init__(self, name: str, simulated: int, emulated: int, reproduction: str = "") -> None:
        what = f"the simulator and Unicorn disagree on {name}: {simulated:#x} against {emulated:#x}"
        super().__init__(what, reproduction)
        self.name = name
        self.simulated = simulated
        self.emulated = emulated

    def __reduce__(self) -> tuple[type[ModelFault], tuple[str, int, int, str]]:
        return type(self), (self.name, self.simulated, self.emulated, self.reproduction)


def model_fault(
    execution: Execution, name: str, simulated: BV, sample: Mapping[BV, int], own: Mapping[BV, int], emulated: int
) -> ModelFault:
    """The fault that a value shows, a term on a sample of its variables; `own` is the sample by the variables of the execution."""
    image = execution.setup.image
    ((value,),) = evaluate([simulated], [sample], default=0)
    values = values_listed(own)
    return ModelFault(
        name,
        value,
        emulated,
        f"{execution.setup.symbol} of {one_line(str(image.path))}, SHA-256 {image.sha256}, code at {execution.setup.entry(None):#x}\n"
        f"{name}: simulated {value:#x}, on Unicorn {emulated:#x}\n\n"
        f"What was simulated:\n{listing({name: simulated})}\nThe input:\n{values}",
    )


@dataclass(frozen=True)
class Input:
    """An argument or a region of the contract: its elements, unsigned, `width` bits each."""

    name: str
    width: int
    values: tuple[int, ...]
    meaning: str = ""
    """What it is, in words, where the contract does not name it."""


@dataclass(frozen=True)
class Difference:
    """One value that is not what the contract says; unsigned, `width` bits."""

    name: str
    width: int
    expected: int
    actual: int
    left: tuple[Input, ...] = ()
    """Of a condition: what it speaks of, as the code left it."""

    @property
    def summary(self) -> str:
        """What is wrong, in a line."""
        if not self.left:
            return f"{self.name} is {self.actual:#x}, should be {self.expected:#x}"
        first, more = self.left[0], len(self.left) - 1
        return f"{self.name} does not hold: {first.name} is {first.values[0]:#x}{f' (and {more} more values)' if more else ''}"


@dataclass(frozen=True)
class Counterexample:
    """An input, and what the code does with it on Unicorn."""

    sample: Sample
    differences: tuple[Difference, ...] = ()
    violation: str = ""
    """A forbidden access or branch, in words; empty when the code returned."""
    divergence: str = ""
    """Where the computation first leaves the specification, in words, if that could be told."""
    origin: str = ""
    """The first instruction whose result the specification does not have, address and text, if that could be told."""
    inputs: tuple[Input, ...] = ()
    """The part of the sample that the contract gives the routine."""

    @property
    def summary(self) -> str:
        """The violation or else the first difference, and how many more there are, in a line."""
        if self.violation:
            return self.violation
        first, more = self.differences[0], len(self.differences) - 1
        return f"{first.summary} (and {more} more)" if more else first.summary


Stopped: TypeAlias = Mapping[Obligation, tuple[Execution, Path]]
"""The obligations that no input takes a path which does not return, each with the path and the execution that it is of."""


@dataclass(frozen=True, eq=False)
class GivenToOne:
    """What a theorem gives one routine."""

    setup: Setup

    @property
    def assumptions(self) -> Sequence[BV]:
        """What the contract says itself."""
        return self.setup.statement.assumptions

    @property
    def preconditions(self) -> Sequence[BV]:
        """With facts of pointers."""
        return self.setup.preconditions

    @cached_property
    def small(self) -> Sequence[BV]:
        """That regions of open size can be run."""
        return small(self.setup)

    @cached_property
    def pointers(self) -> frozenset[BV]:
        """The bases of regions, SP, and where the pieces of the file lie."""
        bases = [block.base for block in self.setup.statement.blocks]
        return frozenset([*bases, self.setup.start.x_or_sp(SP), *self.bases])

    @property
    def externals(self) -> Mapping[BV, str]:
        """The variables for what other files define."""
        return self.setup.external_variables

    @property
    def bases(self) -> Collection[BV]:
        """The variables for where the pieces of the file lie."""
        return self.setup.addresses.variables

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        """Samples of the variables, regions placed."""
        return samples(self.setup, free)


@dataclass(frozen=True, eq=False)
class OneRoutine:
    """One routine, for the judge."""

    execution: Execution

    @cached_property
    def given(self) -> GivenToOne:
        """What its theorem gives it."""
        return GivenToOne(self.execution.setup)

    def confirm(self, sample: Sample) -> Counterexample | None:
        """A counterexample, if Unicorn shows it."""
        return confirm(self.execution, sample)

    def improvements(self, shown: Counterexample) -> Iterator[Counterexample]:
        """A smaller one, then where it leaves the specification, if it returned and that can be told."""
        execution = self.execution
        found = confirm(execution, minimised(execution, shown.sample)) or shown
        yield found
        if not found.differences:
            return
        found = replace(found, divergence=first_divergence(execution, found.sample))
        yield found
        instruction = first_without_counterpart(execution, found.sample)
        if instruction is not None:
            place = execution.setup.image.describe(instruction.address)
            yield replace(found, origin=f"{instruction.address:#x} ({place})  {instruction.text}")


def external_symbols(known: Mapping[BV, str], obligation: Obligation) -> tuple[str, ...]:
    """The symbols of other files on whose address or contents the two sides hang, or on whose address the path does.

    `known` are the variables for addresses, 64 bits, and bytes of such symbols (`Setup.external_variables`). Nothing that hangs on
    them can be refuted without those files. A path may be taken because of their contents, which are shown then.
    """
    if not known:
        return ()
    found = {known[v]: None for v in variables([obligation.left, obligation.right]) if v in known}
    found.update({known[v]: None for v in variables(obligation.premises) if v in known and v.width == 64})
    return tuple(found)


def may_be_refuted(execution: Execution, path: Path) -> bool:
    """Whether what stopped a path may be the code's doing and can be shown by running it.

    A branch to where memory says that the file leaves open, a slot that the dynamic linker fills say, may be a good one; so may an access
    at an address that hangs on what another file defines.
    """
    stopped = path.ending
    if execution.setup.addresses.externals:
        accessed = [stopped.address] if isinstance(stopped, OutsideMemory) else []
        if isinstance(stopped, SymbolicOffset):
            accessed = [stopped.offset]
        known = execution.setup.external_variables
        if any(v in known and v.width == 64 for v in variables(path.conditions)) or any(
            v in known for v in variables(accessed)
        ):
            return False
    if isinstance(stopped, UnknownTarget):
        left_open = execution.unknown_bytes_read | execution.setup.external_variables.keys()
        return left_open.isdisjoint(variables([stopped.target]))
    possible = OutsideMemory | OutsideRegion | SymbolicOffset | NotCode | EndlessLoop | StepLimit | TimeLimit
    return isinstance(stopped, possible)


def stopped_on(execution: Execution, sample: Sample) -> list[Path]:
    """The paths that do not return and that a sample takes, none or one."""
    return [path for path in execution.paths if not path.returned and holds(path.conditions, sample)]


def steps_to_show(execution: Execution, stopped: Sequence[Path]) -> int:
    """How many instructions show what the paths that a sample takes do."""
    if not stopped or any(isinstance(path.ending, TimeLimit) for path in stopped):
        return execution.limits.max_steps
    return max(path.steps for path in stopped) + MORE_STEPS


def confirm(execution: Execution, sample: Sample) -> Counterexample | None:
    """Run a sample on Unicorn; None when the code does there what the contract says. Raises ModelFault, DeadlinePassed."""
    full = complete(execution.setup, sample, execution.paths)
    stopped = stopped_on(execution, full)
    if not holds(execution.setup.preconditions, full):
        return None  # whatever it shows, no caller gives it
    try:
        seen = replayed(execution, full, stopped)
    except UnusableAddress:
        return None
    if seen is None:
        return None
    expected = _expected(execution, full, seen.call)
    if seen.run.ending != "returned":
        violation = violation_of(execution, stopped, seen.run, full)
        return Counterexample(full, violation=violation, inputs=_inputs(execution, full)) if violation else None
    if stopped:
        return None  # what the emulator did after the simulator stopped is no evidence
    _check_model(execution, full, seen)
    differences = tuple(
        [
            Difference(name, width, value, seen.observed[name], _left_for(execution.setup.statement, name, seen, full))
            for name, (value, width) in expected.items()
            if seen.observed[name] != value
        ]
    )
    if not differences:
        return None
    return Counterexample(full, differences, inputs=_inputs(execution, full))


def replayed(execution: Execution, sample: Sample, stopped: Sequence[Path]) -> Replay | None:
    """What a complete sample does on Unicorn, as far as that shows what the stopped paths do.

    None where it takes more than its part of the time: a run that does not end is no evidence. Raises UnusableAddress, DeadlinePassed.
    """
    try:
        return replay(execution.setup, sample, steps_to_show(execution, stopped), execution.limits.deadline)
    except DeadlinePassed as late:
        execution.limits.deadline.check(late.phase)
        return None


def violation_of(execution: Execution, stopped: Iterable[Path], run: Run, sample: Sample) -> str:
    """What a run on a complete sample that did not return did wrong, in words.

    What the emulator does after the simulator stopped is no evidence: empty unless it ended at the same instruction, in the same way.
    """
    image = execution.setup.image
    for path in stopped:
        if not may_be_refuted(execution, path):
            continue
        fault = path.ending
        if run.ending == "outside" and isinstance(fault, OutsideRegion) and fault.pc == run.pc:
            ((offset, region_size),) = evaluate([fault.offset, fault.region_size], [sample], default=0)
            return f"{fault.access(offset, region_size)}, at {run.pc:#x} ({image.describe(run.pc)})"
        if run.ending == "outside" and isinstance(fault, OutsideMemory | SymbolicOffset) and fault.pc == run.pc:
            access = fault.access if isinstance(fault, OutsideMemory) else run.access
            return f"{access}, at {run.pc:#x} ({image.describe(run.pc)})"
        if run.ending == "fault" and isinstance(fault, NotCode | UnknownTarget) and path.last is not None:
            at = path.last.address
            return f"goes to {run.pc:#x}, which is no code, by the branch at {at:#x} ({image.describe(at)})"
        if run.ending == "limit" and run.loops:
            return f"never returns: the same state comes again and again at {run.pc:#x} ({image.describe(run.pc)})"
    return ""


def meaning_of(variable: BV) -> str:
    """What a variable that the contract's author did not name is, in words; empty for others."""
    origin = variable.origin
    return origin.in_words if isinstance(origin, OpenBits) else ""


def _inputs(execution: Execution, sample: Sample) -> tuple[Input, ...]:
    """The pointers and values that the calls get, then the regions they may read, in the order of the contract."""
    statement = execution.setup.statement
    arguments = {v: None for call in statement.calls for v in variables(call.arguments)}
    arguments.update(dict.fromkeys(variables(statement.registers.values())))
    found = [Input(str(v.origin), v.width, (sample[v],), meaning_of(v)) for v in arguments if v in sample]
    for block in execution.setup.statement.blocks:
        if "r" in block.access:
            found.append(Input(f"{block.name}[]", block.width, block.values(sample)))
    return (*found, *_of_other_files(execution, sample))


def _of_other_files(execution: Execution, sample: Sample) -> Iterator[Input]:
    """The bytes that were chosen for what other files define, as far as the path of this sample hangs on them."""
    if not execution.setup.addresses.externals:
        return
    taken = [path.conditions for path in execution.paths if holds(path.conditions, sample)]
    known = execution.setup.external_variables
    for variable in variables([condition for conditions in taken for condition in conditions]):
        origin = variable.origin
        if variable in known and isinstance(origin, Byte):
            yield Input(f"{known[variable]}[{origin.offset}], of another file", 8, (sample.get(variable, 0),))


def _expected(execution: Execution, sample: Sample, call: int) -> dict[str, tuple[int, int]]:
    """What the contract says of each name that is observed after a call: value and width."""
    terms = execution.setup.preserved(call)
    if call + 1 == len(execution.setup.statement.calls):
        terms = _claimed(execution.setup.statement) | terms
    (values,) = evaluate(list(terms.values()), [sample], default=0)
    return {name: (value, term.width) for (name, term), value in zip(terms.items(), values, strict=True)}


def _left_for(statement: Statement, name: str, seen: Replay, sample: Sample) -> tuple[Input, ...]:
    """The outputs of which a condition speaks, as a run left them; none for what is no condition."""
    condition = statement.conditions.get(name)
    spoken_of = outputs_in([] if condition is None else [condition])
    left = {statement.place_of(output, sample): (v.width, output) for v, output in spoken_of.items()}
    held = {place: (width, statement.left_at(output, seen.observed, sample)) for place, (width, output) in left.items()}
    return tuple([Input(place, width, (value,)) for place, (width, value) in held.items()])


def _claimed(statement: Statement) -> dict[str, BV]:
    """What is ensured after the last call, by name."""
    terms: dict[str, BV] = {}
    for name, elements in statement.ensured.items():
        for i, element in enumerate(elements):
            if element is not None:
                terms[f"{name}[{i}]"] = element
    if statement.result is not None:
        terms["result"] = statement.result
    return terms | dict.fromkeys(statement.conditions, BV.const(1, 1)) | dict(statement.ensured_registers)


def _check_model(execution: Execution, sample: Sample, seen: Replay) -> None:
    asked = [obligation for obligation in execution.goals if obligation.name in seen.observed]
    (values,) = evaluate([obligation.left for obligation in asked], [sample], default=0)
    for obligation, taken, value in zip(asked, holding([o.premises for o in asked], sample), values, strict=True):
        name = obligation.name
        if taken and value != seen.observed[name]:
            raise model_fault(execution, name, obligation.left, sample, sample, seen.observed[name])
