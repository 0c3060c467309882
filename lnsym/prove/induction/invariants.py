"""Invariants: what is so whenever a loop's head is reached, over the number of steps that are done there.

An invariant is a state with a hole in it: each lane of each location holds a term over the inputs, `done` and the specification's
states, or anything. It is only a claim. `transitions.py` makes of it what is to be proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from isa.flags import FlagBits
from lnsym.bv import BV, concat, ite, variables
from lnsym.contract.folds import Fold
from lnsym.contract.statement import Statement
from lnsym.machine.extents import OpenElements, OpenRegion
from lnsym.machine.origins import Anything, Overwritten, Trips
from lnsym.machine.state import State
from lnsym.prove.induction.folding import Unfolding, number_of, steps_in
from lnsym.prove.induction.locations import REGISTERS, Location, Reader, elements, width_of


@dataclass(frozen=True)
class Lane:
    """Some bits of a location, and what they hold; None for anything."""

    low: int
    width: int
    value: BV | None

    def of(self, whole: BV) -> BV:
        """These bits of what the location holds."""
        return whole.extract(self.low + self.width - 1, self.low)


class AfterParts(OpenElements):
    """The initial contents of a region of open size from a boundary on: what lies before it has been written over, by whatever."""

    def __init__(self, held: OpenElements, boundary: BV, head: int) -> None:
        super().__init__(held.region, held.width, held.byteorder)
        self._boundary = boundary
        self._head = head

    def _element(self, offset: BV) -> BV:
        element = super()._element(offset)
        distance = number_of(offset - self._boundary)
        if distance is not None and distance >= 0:
            return element
        lost = BV.var(Overwritten(self._head, self.region, offset), self.width)
        return lost if distance is not None else ite(offset.ult(self._boundary), lost, element)


def done_at(head: int) -> BV:
    """How many steps are done when a head is reached, a variable of 64 bits."""
    return BV.var(Trips(head), 64)


@dataclass(frozen=True, eq=False)
class Invariant:
    """What is claimed at one head."""

    head: int
    least_left: int
    """At least so many steps are left."""
    left_multiple: int
    """How many steps are left is a multiple of this, a power of two."""
    least_done: int
    """At least so many steps are done."""
    lanes: Mapping[Location, tuple[Lane, ...]]
    """Of all registers, and of all of memory that is not as it was at the call."""
    ahead: Mapping[str, int]
    """How many parts of each region of open size are written, less `done`."""
    released: frozenset[int]
    """Offsets from SP at the call of bytes of stack that nobody may read."""
    frame: State = field(repr=False)
    """What is in no location: how memory is laid out, and the monitor of exclusives."""

    @property
    def steps(self) -> str:
        """How many steps are done and how many left, in words; empty where nothing is claimed of that."""
        even = f", a multiple of {self.left_multiple}," if self.left_multiple > 1 else ""
        done = [f"{self.least_done} or more are done"] if self.least_done else []
        left = [f"{self.least_left} or more{even} are left"] if self.least_left or even else []
        return " and ".join(done + left)

    @property
    def done(self) -> BV:
        """How many steps are done, a variable."""
        return done_at(self.head)

    def holds(self, count: BV) -> tuple[BV, ...]:
        """What is so of `done`, terms of one bit."""
        return self.bounds(self.done, count)

    def bounds(self, done: BV, count: BV) -> tuple[BV, ...]:
        """What is claimed of `done` steps and of how many are left, terms of one bit."""
        left = count - done
        found = [done.ule(count), ~left.ult(self.least_left), (left & (self.left_multiple - 1)).eq(0)]
        return tuple([each for each in [*found, ~done.ult(self.least_done)] if each is not BV.const(1, 1)])

    @cached_property
    def first(self) -> int:
        """How far the earliest state of a fold of which it speaks lies ahead of `done`. Raises OutOfReach."""
        values = [lane.value for lanes in self.lanes.values() for lane in lanes if lane.value is not None]
        return min(steps_in(values, self.done), default=0)

    def unfolding(self, folds: Mapping[str, Fold]) -> Unfolding:
        """The specification's states from the earliest on of which it speaks."""
        return Unfolding(folds, self.done + self.first)

    def anything(self, location: Location, lane: Lane) -> BV:
        """The variable for a lane that may hold anything."""
        return BV.var(Anything(self.head, f"{location}.{lane.low}"), lane.width)

    def start(self, statement: Statement, reader: Reader) -> State:
        """A state at the head of which nothing is known but what is claimed."""
        self._check(statement)
        state = self.frame.copy()
        state.pc = self.head
        state.flags = FlagBits(*[BV.var(Anything(self.head, f"flag {letter}"), 1) for letter in "nzcv"])
        self._empty_memory(statement, state, reader)
        values = {(p, i): v for p, lanes in self.lanes.items() for i, v in enumerate(self._values(p, lanes))}
        unfolded = dict(zip(values, self.unfolding(statement.folds)(list(values.values())), strict=True))
        for location, lanes in self.lanes.items():
            reader.write(state, location, concat(*[unfolded[location, i] for i in reversed(range(len(lanes)))]))
        return state

    def _check(self, statement: Statement) -> None:
        """Raises ValueError where a register or an element is left out, or some of its bits."""
        missing = {*REGISTERS, *elements(statement)} - self.lanes.keys()
        for location, lanes in self.lanes.items():
            ends = [0, *[lane.low + lane.width for lane in lanes]]
            if [lane.low for lane in lanes] != ends[:-1] or ends[-1] != width_of(location, statement):
                missing.add(location)
            values = [lane.value for lane in lanes if lane.value is not None]
            if any(isinstance(variable.origin, Anything | Overwritten) for variable in variables(values)):
                raise ValueError(f"an invariant at {self.head:#x} says what {location} holds over what may be anything")
        if missing:
            raise ValueError(f"an invariant at {self.head:#x} without {', '.join(map(str, missing))}")

    def _values(self, location: Location, lanes: Sequence[Lane]) -> list[BV]:
        return [lane.value if lane.value is not None else self.anything(location, lane) for lane in lanes]

    def _empty_memory(self, statement: Statement, state: State, reader: Reader) -> None:
        stack = state.memory.stack
        stack.written.clear()
        stack.released = set(self.released)
        for block in reader.written(state):
            reader.region(state, block.name).written.clear()
        for name, ahead in self.ahead.items():
            region = reader.region(state, name)
            assert isinstance(region, OpenRegion)
            region.writes = ()
            region.held = AfterParts(region.held, offset_of(statement, name, self.done + ahead), self.head)


def offset_of(statement: Statement, region: str, parts: BV) -> BV:
    """How many bytes so many parts of a region are, 64 bits."""
    each = statement.each[region]
    return parts * (each.per * (each.block.width // 8))
