"""Exploring a set-up: its calls run one after the other on all paths, and the goals that the theorem comes down to on each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from isa.branch_types import BranchType
from lnsym.bv import BV, substitute
from lnsym.contract import abi
from lnsym.contract.obligations import Obligation, holds
from lnsym.contract.statement import Statement
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import LnsymError
from lnsym.machine.contents import UnknownBytes
from lnsym.machine.events import Observer
from lnsym.machine.image import Segment
from lnsym.machine.landing import needs_direct_calls
from lnsym.machine.origins import Afterwards, AfterwardsAt
from lnsym.machine.paths import Conditions, CutPoint, Explorer, Path, PathsMultiply
from lnsym.machine.state import SP, State
from lnsym.run.setup import Setup, element_afterwards, element_at, forget_globals, unknown_contents

MAX_STEPS = 1_000_000

MOST_FORKS = 8
"""Where a path forks at one address more often than this, all is explored anew, and paths are joined."""


def _always(conditions: Conditions) -> bool:
    return True


@dataclass(frozen=True)
class RunLimits:
    """What keeps an exploration from going on."""

    max_steps: int = MAX_STEPS
    deadline: Deadline = NEVER
    """For all that is done with what was explored. The paths that are under way when the share of `explore` is over are stopped."""
    feasible: Callable[[Conditions], bool] = _always
    """May answer False for path conditions that no input satisfies."""
    reserve_x18: bool = False
    """Whether the platform reserves X18: paths that change it are stopped."""
    cuts: frozenset[CutPoint] = frozenset()
    """Where paths stop, at the heads of loops say."""
    joins: bool = False
    """Whether both ways of a branch become one path where they soon come to one instruction; else only where paths multiply."""


@dataclass(frozen=True, eq=False)
class Unexplored:
    """A set-up, and the limits within which it is to be explored."""

    setup: Setup
    limits: RunLimits = RunLimits()

    def explored(self, *observers: Observer, share: float = 1.0) -> Execution:
        """What `explore` finds."""
        return explore(self.setup, self.limits, *observers, share=share)


@dataclass(frozen=True, eq=False)
class Execution:
    """What an exploration found: all paths of a theorem's calls. Terms are as long as it lives."""

    setup: Setup
    limits: RunLimits
    paths: tuple[Path, ...]
    goals: tuple[Obligation, ...]
    """Of the paths that return, and of each call before the last."""
    changed_x18: bool
    """Whether a path changed X18, and was not stopped for it."""
    called_directly: bool
    """Whether a routine was called that only direct branches may reach (`landing.needs_direct_calls`)."""
    unknown_contents: tuple[tuple[Segment, UnknownBytes], ...]
    """Of segments that other code may write, or another file defines, at each call."""
    seconds: float

    @property
    def unknown_bytes_read(self) -> frozenset[BV]:
        """The variables that paths read from the image where its contents are not known: other code may write there, or defines it."""
        return frozenset([byte for _, contents in self.unknown_contents for byte in contents.bytes_read])

    @property
    def reads_external_objects(self) -> bool:
        """Whether a path read what another file defines."""
        return any(segment.external is not None and contents.bytes_read for segment, contents in self.unknown_contents)


def explore(setup: Setup, limits: RunLimits | None = None, *observers: Observer, share: float = 1.0) -> Execution:
    """Run all calls, one after the other, on every path, in a share of the time that is left.

    Where paths multiply all is run anew with paths joined, as the limits of the answer say; observers see the first attempt too. With
    cuts that is left to the caller, who may have missed a loop: raises PathsMultiply where a path forks twice at one address.
    """
    began = time.perf_counter()
    limits = limits or RunLimits()
    deadline = limits.deadline.slice(share)
    try:
        return _explored(setup, limits, observers, deadline, began)
    except PathsMultiply:
        if limits.cuts:
            raise
        return _explored(setup, replace(limits, joins=True), observers, deadline, began)


def _explored(
    setup: Setup, limits: RunLimits, observers: tuple[Observer, ...], deadline: Deadline, began: float
) -> Execution:
    under_way = _Exploration(setup, limits, observers, deadline)
    paths: list[Path] = []
    goals: list[Obligation] = []
    for path in under_way.calls(setup.start.copy(), (), 0, 0, goals):
        paths.append(path)
        if path.returned:
            goals.extend(goals_of(setup, path, len(paths) - 1))
    return Execution(
        setup,
        limits,
        tuple(paths),
        tuple(goals),
        under_way.changed_x18,
        under_way.called_directly,
        (*setup.unknown_contents, *under_way.unknown_contents),
        time.perf_counter() - began,
    )


class _Exploration:
    """One exploration while it goes on, and what it has seen so far."""

    def __init__(self, setup: Setup, limits: RunLimits, observers: tuple[Observer, ...], deadline: Deadline) -> None:
        self._setup = setup
        self._limits = limits
        self._observers = observers
        self._deadline = deadline
        self.changed_x18 = False
        self.called_directly = False
        self.unknown_contents: list[tuple[Segment, UnknownBytes]] = []
        """Of segments that other code may write, at each call after the first."""

    def calls(
        self, state: State, conditions: Conditions, steps: int, number: int, goals: list[Obligation]
    ) -> Iterator[Path]:
        """The paths from the call of this number on; `goals` gets those of the calls before the last."""
        setup, statement = self._setup, self._setup.statement
        call = statement.calls[number]
        if number:
            abi.forget(state, number, statement.lasting_registers)
            state.set_x_or_sp(SP, setup.start.x_or_sp(SP))  # the goal for the call before says that it is the same
            if not statement.globals_kept:
                forget_globals(state.memory, setup.image, lambda segment: self._unknown(segment, number), setup.base_of)
        returns_to = setup.returns_to(number)
        abi.enter(state, call.arguments, setup.entry(call.symbol), returns_to)
        state.btype = self._branch_to(state.pc)
        explorer = Explorer(
            setup.code,
            returns_to,
            max_steps=self._limits.max_steps,
            feasible=self._limits.feasible,
            observers=self._observers,
            deadline=self._deadline,
            reserve_x18=self._limits.reserve_x18,
            cuts=self._limits.cuts,
            joins=self._limits.joins,
            most_forks=None if self._limits.joins else 1 if self._limits.cuts else MOST_FORKS,
        )
        for path in explorer.paths(state, conditions, steps):
            self.changed_x18 |= explorer.changed_x18
            if not path.returned or number + 1 == len(statement.calls):
                yield path
                continue
            goals.extend(preserved_goals(setup, path, number))
            yield from self.calls(path.state, path.conditions, path.steps, number + 1, goals)

    def _unknown(self, segment: Segment, call: int) -> UnknownBytes:
        contents = UnknownBytes(unknown_contents(segment, call))
        self.unknown_contents.append((segment, contents))
        return contents

    def _branch_to(self, entry: int) -> BranchType:
        """How a routine is called: indirectly, unless it has no landing pad and the file does not show that its address is used."""
        setup = self._setup
        try:
            if entry not in setup.image.indirect_targets and needs_direct_calls(setup.code, entry):
                self.called_directly = True
                return BranchType.DIRECT
        except LnsymError:
            pass  # the path ends there, with that error
        return BranchType.CALL


def goals_of(setup: Setup, path: Path, number: int) -> Iterator[Obligation]:
    """What the theorem comes down to on a path that returned from the last call, the `number`th of all paths."""
    statement, conditions = setup.statement, path.conditions
    specified = statement.under_assumptions
    for block in statement.blocks:
        region = path.state.memory.region_at(block.base)
        for i, claimed in enumerate(statement.ensured.get(block.name, ())):
            if claimed is None:
                continue
            (expected,) = specified([claimed])
            name = f"{block.name}[{i}]"
            yield Obligation(name, "output", element_at(region, block, i), expected, conditions, number)
    if statement.result is not None:
        (expected,) = specified([statement.result])
        yield Obligation("result", "output", path.state.x(0, 64)[expected.width - 1 : 0], expected, conditions, number)
    for name, claim in zip(statement.conditions, _conditions(statement, path.state), strict=True):
        yield holds(name, "output", claim, conditions, number)
    for name, expected in zip(
        statement.ensured_registers, specified(list(statement.ensured_registers.values())), strict=True
    ):
        yield Obligation(name, "output", abi.register(path.state, name), expected, conditions, number)
    yield from preserved_goals(setup, path, len(statement.calls) - 1, number)


def _conditions(statement: Statement, state: State) -> list[BV]:
    """What is ensured by conditions, outputs as a state has them in the place of their variables."""
    blocks = {block.name: block for block in statement.blocks}
    left: dict[BV, BV] = {}
    for variable, origin in statement.outputs_in_conditions.items():
        if isinstance(origin, Afterwards):
            block = blocks[origin.region]
            left[variable] = element_at(state.memory.region_at(block.base), block, origin.index)
        elif isinstance(origin, AfterwardsAt):
            block = blocks[origin.region]
            left[variable] = element_afterwards(state.memory.region_at(block.base), block, origin.index)
        else:
            left[variable] = state.x(0).extract(variable.width - 1, 0)
    return statement.under_assumptions(substitute(list(statement.conditions.values()), left))


def preserved_goals(setup: Setup, path: Path, call: int, number: int = 0) -> Iterator[Obligation]:
    """That a call brought the callee-saved registers back."""
    now = dict(abi.preserved(path.state, setup.statement.changed_registers))
    for register, (name, before) in zip(now.values(), setup.preserved(call).items(), strict=True):
        yield Obligation(name, "abi", register, before, path.conditions, number)
