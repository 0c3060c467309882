"""Paths: running a state from an address to its return, and forking where a branch depends on data.

A branch target that is `ite(condition, there, here)` with a symbolic condition is followed both ways, each under its path condition,
unless the caller's `feasible` shows that one of them cannot be taken. Nothing is ever made concrete silently: a target that is no
known address ends the path.

Where a loop or a routine that is called again and again branches on data, each time doubles the paths. Then both ways of a branch that
soon come to one instruction are joined there (`joins.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from isa.branch_types import BranchType
from lnsym.bv import BV
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import LnsymError
from lnsym.machine.decode import Code, Instruction
from lnsym.machine.endings import (
    AtCut,
    Ending,
    EndOfPath,
    Exhausted,
    Forbidden,
    NotModelled,
    Returned,
    ending_of,
)
from lnsym.machine.events import Began, Branched, Executed, Observer, told_to
from lnsym.machine.joins import joined
from lnsym.machine.landing import land, land_at_caller
from lnsym.machine.stack import check_stack
from lnsym.machine.state import PLATFORM_REGISTER, SP, State

Conditions: TypeAlias = tuple[BV, ...]

CutPoint: TypeAlias = int | tuple[int, int]
"""Where paths stop: an address, or a branch from one address to another."""

MOST_APART = 32
"""Instructions on each way from a branch among which is looked for one that both come to."""

STEPS_BETWEEN_LOOKS = 256
"""After how many instructions without a branch there is a look at the clock."""


@dataclass(frozen=True)
class StepLimit(Exhausted):
    """A path that did not return within the step limit."""

    steps: int
    pc: int
    where: str

    def _message(self) -> str:
        """How far it came, and where it was."""
        return (
            f"no return within {self.steps} steps: at {self.pc:#x} ({self.where}); raise --max-steps if it needs more"
        )


@dataclass(frozen=True)
class EndlessLoop(Forbidden):
    """A path that comes to a state in which it was before, and so never returns."""

    pc: int
    where: str

    def _message(self) -> str:
        """Where the state comes again."""
        return f"it never returns: at {self.pc:#x} ({self.where}) it comes to a state that it was in before"


@dataclass(frozen=True)
class Loop:
    """An address that branches from there or from below go back to, and how often they did."""

    head: int
    where: str
    times: int

    def __str__(self) -> str:
        return f"{self.times} times back at {self.head:#x} ({self.where})"


@dataclass(frozen=True)
class TimeLimit(Exhausted):
    """A path that was not at its end when the time for the simulation was over."""

    pc: int
    where: str
    steps: int
    """Instructions that were executed on the path."""
    loop: Loop | None = None
    """The loop that all paths together went through most often, if any."""

    def _message(self) -> str:
        """What was executed, where it was, and what to do."""
        ran = f"the time for the simulation was over after {self.steps} instructions, at {self.pc:#x} ({self.where})"
        if self.loop is None:
            return f"{ran}; raise --timeout if it needs more"
        return f"{ran}, {self.loop}; bound the count in the contract, or raise --timeout"


@dataclass(frozen=True)
class UnknownTarget(Forbidden):
    """A branch whose target is neither the return address nor a known number."""

    pc: int
    target: BV

    def _message(self) -> str:
        """Where it branches, and to what."""
        return f"the branch at {self.pc:#x} goes to {self.target!r}: neither an address of the code nor the caller's"


@dataclass(frozen=True)
class UndefinedCall(NotModelled):
    """A call of a function that the image does not define."""

    name: str
    pc: int

    def _message(self) -> str:
        """Which function, called from where."""
        return f"call of {self.name} at {self.pc:#x}, which this file does not define: give a file that links it in"


@dataclass(frozen=True)
class ChangesPlatformRegister(Forbidden):
    """X18 is changed, which the platform reserves: its own code may look at it at any time."""

    pc: int
    text: str
    where: str

    def _message(self) -> str:
        """Which instruction."""
        return (
            f"`{self.text}` at {self.pc:#x} ({self.where}) changes X18, the platform's register (--reserve-x18): "
            "use another register"
        )


@dataclass
class PathsMultiply(Exception):
    """A path forked at one address more often than it may: whoever explores may begin anew, and join paths."""

    conditions: Conditions
    """Those of that path."""


@dataclass(frozen=True, eq=False)
class Path:
    """One way through the code: the state it ended in, under which conditions, after how many instructions, and how it ended."""

    state: State
    conditions: Conditions
    steps: int
    ending: Ending
    last: Instruction | None = field(default=None, repr=False)
    """The instruction it ended with; None where it ended before its first."""

    @property
    def returned(self) -> bool:
        """Whether it returned to the caller."""
        return isinstance(self.ending, Returned)


@dataclass
class _Way:
    """A path that is under way."""

    state: State
    conditions: Conditions
    steps: int
    last: Instruction | None = None
    forks: Counter[int] = field(default_factory=Counter)
    """How often it forked, by the address of the branch."""

    def ended(self, ending: Ending) -> Path:
        return Path(self.state, self.conditions, self.steps, ending, self.last)

    def fork(self, conditions: Conditions) -> _Way:
        return _Way(self.state.copy(), conditions, self.steps, self.last, self.forks.copy())


class _Before:
    """An earlier state of a path that runs on without forking: that after the last branch whose number is a power of two.

    A path that comes to one state again and again comes to this one too (R. P. Brent, An improved Monte Carlo factorization
    algorithm, 1980).
    """

    def __init__(self) -> None:
        self._pc = -1
        self._state: State | None = None
        self._branches = 0

    def is_again(self, pc: int, state: State) -> bool:
        """Whether the path, which has just branched to `pc`, was in this state before."""
        if pc == self._pc and self._state is not None and state.same_as(self._state):
            return True
        self._branches += 1
        if self._branches & (self._branches - 1) == 0:
            self._pc, self._state = pc, state.copy()
        return False


def _falls_through(fork: tuple[_Way, BV]) -> bool:
    way, target = fork
    return target.op == "const" and target.value == way.state.pc + 4


def _always(conditions: Conditions) -> bool:
    return True


class Explorer:
    """Runs states over the code of one image.

    `returns_to` is the term that, branched to, ends a path well. `feasible` may answer False for path conditions that
    no input satisfies; True is always sound. `observers` are told of each event. At `deadline` all paths that are under way
    are stopped, at a place of `cuts` each path that comes there. With `joins` both ways of a branch become one path where they
    soon come to one instruction; a path that forks at one address more than `most_forks` times raises PathsMultiply. With `reserve_x18` a
    path that changes X18 is stopped; without it `changed_x18` says whether one did.
    """

    def __init__(
        self,
        code: Code,
        returns_to: BV,
        *,
        max_steps: int = 1_000_000,
        feasible: Callable[[Conditions], bool] = _always,
        observers: Sequence[Observer] = (),
        deadline: Deadline = NEVER,
        reserve_x18: bool = False,
        cuts: Collection[CutPoint] = (),
        joins: bool = False,
        most_forks: int | None = None,
    ) -> None:
        self.code = code
        self.returns_to = returns_to
        self.max_steps = max_steps
        self.feasible = feasible
        self.deadline = deadline
        self.reserve_x18 = reserve_x18
        self.cuts = frozenset(cuts)
        self.joins = joins
        self.most_forks = most_forks
        self.changed_x18 = False
        self._tell = told_to(tuple(observers))
        self._returns: Counter[int] = Counter()

    def paths(self, start: State, conditions: Conditions = (), steps: int = 0) -> Iterator[Path]:
        """All feasible paths from a state, each to its end; fall-through before branch taken.

        `conditions` and `steps` are those of the way up to here. A state that starts at a cut goes on from there.
        """
        waiting = [(_Way(start, conditions, steps), BV.const(start.pc, 64))]
        while waiting:
            way, target = waiting.pop()
            outside: list[Path] = []
            try:
                forks = self._run(way, target, outside)
            except LnsymError as error:
                yield from outside
                yield way.ended(ending_of(error))
                continue
            yield from outside
            if forks is None:
                yield way.ended(Returned())
            else:
                waiting.extend(sorted(forks, key=_falls_through))  # the last one goes first

    def _run(self, way: _Way, target: BV, outside: list[Path]) -> list[tuple[_Way, BV]] | None:
        """Run from `target` until the path returns (None) or splits (the forks and where each goes, if anywhere).

        `outside` gets the paths that stop on the way, at accesses that may lie outside their region.
        """
        way.state.memory.observer = self._tell
        if self._tell is not None:
            self._tell(Began(way.state, way.conditions))
        before = _Before()
        while target is not self.returns_to:
            if target.op == "const":
                target = self._run_straight(way, target.args[0], before, outside)
                continue
            arms = self._arms(way, target)
            if self.joins and self._joined(way, arms):
                target = BV.const(way.state.pc, 64)
                continue
            if len(arms) != 1:
                self._count_fork(way)
                return [(way.fork(conditions), arm) for conditions, arm in arms]
            way.conditions, target = arms[0]
        land_at_caller(self.code, way.state)
        return None

    def _count_fork(self, way: _Way) -> None:
        """Raises PathsMultiply."""
        way.forks[way.state.pc] += 1
        if self.most_forks is not None and way.forks[way.state.pc] > self.most_forks:
            raise PathsMultiply(way.conditions)

    def _joined(self, way: _Way, arms: list[tuple[Conditions, BV]]) -> bool:
        """Whether both ways from a branch come to one instruction in states that can be one; then the path is there."""
        if len(arms) != 2 or any(target.op != "const" for _, target in arms):
            return False
        (there, one), (here, two) = [(conditions, target.args[0]) for conditions, target in arms]
        condition = there[-1]
        if there[:-1] != way.conditions or here != (*way.conditions, ~condition):
            return False
        near, far = self._straight_on(way.fork(there), one), self._straight_on(way.fork(here), two)
        meeting = min(near.keys() & far.keys(), key=lambda pc: (near[pc] + far[pc], pc), default=None)
        if meeting is None:
            return False
        first = self._at_meeting(way.fork(there), one, meeting, None)
        second = self._at_meeting(way.fork(here), two, meeting, None)
        state = joined(condition, first.state, second.state) if first is not None and second is not None else None
        if first is None or second is None or state is None:
            return False
        tell = self._tell
        if tell is not None:
            self._at_meeting(way.fork(there), one, meeting, tell)
            self._at_meeting(way.fork(here), two, meeting, tell)
            tell(Began(state, way.conditions))
            state.memory.observer = tell
        way.state, way.steps, way.last = state, max(first.steps, second.steps), first.last
        return True

    def _straight_on(self, way: _Way, pc: int) -> dict[int, int]:
        """The next instructions from `pc` on, each with how many come before it, up to one that branches on data or may end the path."""
        state, memory = way.state, way.state.memory
        found: dict[int, int] = {}
        while pc not in self.cuts and pc not in found and len(found) < MOST_APART:
            found[pc] = len(found)
            state.pc, stack_pointer = pc, state.general[SP]
            try:
                (self.code.decoded.get(pc) or self._fetch(pc, way)).execute(state)
                if memory.stack_access is not None or state.general[SP] is not stack_pointer:
                    check_stack(state, stack_pointer, lambda condition: False)
            except LnsymError:
                break
            target, state.next_pc, state.btype = state.next_pc, None, BranchType.DIRECT
            if memory.bounds or (target is not None and (target is self.returns_to or target.op != "const")):
                break
            pc = pc + 4 if target is None else target.args[0]
        return found

    def _at_meeting(self, way: _Way, pc: int, meeting: int, tell: Observer | None) -> _Way | None:
        """A way that has run from `pc` up to an instruction that `_straight_on` found.

        None where it ends before, or needs more conditions.
        """
        conditions, outside = way.conditions, list[Path]()
        way.state.memory.observer = tell
        told, self._tell = self._tell, tell
        try:
            if tell is not None:
                tell(Began(way.state, conditions))
            self._run_straight(way, pc, _Before(), outside, self.cuts | {meeting})
        except EndOfPath as end:
            return way if end.ending == AtCut(meeting) and way.conditions == conditions and not outside else None
        finally:
            self._tell = told
        return None

    def _run_straight(
        self, way: _Way, pc: int, before: _Before, outside: list[Path], cuts: frozenset[CutPoint] | None = None
    ) -> BV:
        """Run from `pc`, a branch's target, up to the next branch to the return address or a symbolic target, and return that.

        The path stops at addresses of `cuts`, those of the explorer where none are given.
        """
        state = way.state
        general = state.general
        memory = state.memory
        decoded = self.code.decoded
        tell = self._tell
        returns_to = self.returns_to
        cuts = self.cuts if cuts is None else cuts
        self._check(way, pc, before)
        for steps in range(way.steps, self.max_steps):
            if pc in cuts and way.last is not None:
                state.pc = pc
                raise EndOfPath(AtCut(pc))
            instruction = decoded.get(pc) or self._fetch(pc, way)
            state.pc = pc
            way.last = instruction
            way.steps = steps + 1
            stack_pointer = general[SP]
            platform_register = general[PLATFORM_REGISTER]
            instruction.execute(state)
            if memory.stack_access is not None or general[SP] is not stack_pointer:
                check_stack(state, stack_pointer, self._proves(way.conditions))
            if general[PLATFORM_REGISTER] is not platform_register:
                self._note_platform_register(instruction)
            if memory.bounds:
                outside += self._outside(way)
                self._check_time(way, pc)
            elif not steps % STEPS_BETWEEN_LOOKS:
                self._check_time(way, pc)
            if tell is not None:
                tell(Executed(instruction, state))
            target = state.next_pc
            if target is None:
                pc += 4
                continue
            state.next_pc = None
            if target.op != "const" or target is returns_to:
                return target
            pc = target.args[0]
            self._check(way, pc, before)
        raise EndOfPath(StepLimit(self.max_steps, pc, self.code.image.describe(pc)))

    def _proves(self, conditions: Conditions) -> Callable[[BV], bool]:
        """Whether a condition holds for every input that meets these: no input meets them and not it."""
        return lambda condition: not self.feasible((*conditions, ~condition))

    def _outside(self, way: _Way) -> Iterator[Path]:
        """The path as it stops where an access of its last instruction lies outside; it goes on where all of them lie inside."""
        bounds, way.state.memory.bounds = way.state.memory.bounds or [], []
        for bound in bounds:
            if bound.inside in way.conditions:
                continue
            conditions = (*way.conditions, ~bound.inside)
            yield way.fork(conditions).ended(bound.otherwise)
            way.conditions = (*way.conditions, bound.inside)

    def _check(self, way: _Way, pc: int, before: _Before) -> None:
        """Raises AtCut, NoLandingPad, EndlessLoop and TimeLimit, of a path that has branched to `pc`."""
        if way.state.btype:
            land(self.code, way.state, self.code.decoded.get(pc) or self._fetch(pc, way))
        if way.last is not None:
            if (way.last.address, pc) in self.cuts:
                way.state.pc = pc
                raise EndOfPath(AtCut(pc))
            if pc <= way.last.address:
                self._returns[pc] += 1
        self._check_time(way, pc)
        if before.is_again(pc, way.state):
            raise EndOfPath(EndlessLoop(pc, self.code.image.describe(pc)))

    def _check_time(self, way: _Way, pc: int) -> None:
        """Raises TimeLimit."""
        if self.deadline.passed:
            raise EndOfPath(TimeLimit(pc, self.code.image.describe(pc), way.steps, self._loop()))

    def _loop(self) -> Loop | None:
        """The loop that was gone through most often, twice at least; the first one of several."""
        head, times = max(self._returns.items(), key=lambda seen: (seen[1], -seen[0]), default=(0, 0))
        return Loop(head, self.code.image.describe(head), times) if times > 1 else None

    def _note_platform_register(self, instruction: Instruction) -> None:
        """X18 was changed. Raises ChangesPlatformRegister where the platform reserves it."""
        if self.reserve_x18:
            pc = instruction.address
            raise EndOfPath(ChangesPlatformRegister(pc, instruction.text, self.code.image.describe(pc)))
        self.changed_x18 = True

    def _fetch(self, pc: int, way: _Way) -> Instruction:
        name = self.code.image.undefined_functions.get(pc)
        if name is not None:
            raise EndOfPath(UndefinedCall(name, way.last.address if way.last else pc))
        return self.code[pc]

    def _arms(self, way: _Way, target: BV) -> list[tuple[Conditions, BV]]:
        """Where a symbolic target can lead, each with its path conditions. Raises UnknownTarget."""
        arms = []
        waiting = [(way.conditions, target)]
        while waiting:
            conditions, arm = waiting.pop()
            if arm.op == "const" or arm is self.returns_to:
                arms.append((conditions, arm))
                continue
            if arm.op != "ite":
                name = self.code.external_at(arm)
                if name is not None:
                    raise EndOfPath(UndefinedCall(name, way.state.pc))
                raise EndOfPath(UnknownTarget(way.state.pc, arm))
            condition, then, otherwise = arm.args
            if self._tell is not None:
                self._tell(Branched(way.state.pc, condition, conditions))
            if condition in conditions:
                waiting.append((conditions, then))
            elif ~condition in conditions:
                waiting.append((conditions, otherwise))
            else:
                for choice, chosen in ((condition, then), (~condition, otherwise)):
                    if self.feasible((*conditions, choice)):
                        waiting.append(((*conditions, choice), chosen))
        return arms
