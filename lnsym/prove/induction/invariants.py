"""Invariants: what is so whenever a loop's head is reached, over the number of steps that are done there.

An invariant is a state with a hole in it: each lane of each location holds a term over the inputs, `done` and the specification's
states, or anything. It is only a claim. `transitions.py` makes of it what is to be proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from isa.flags import FlagBits
from lnsym.bv import BV, concat, variables
from lnsym.contract.folds import Fold
from lnsym.contract.statement import Statement
from lnsym.machine.extents import OpenElements, OpenRegion
from lnsym.machine.origins import Anything, Trips
from lnsym.machine.state import State
from lnsym.prove.induction.folding import Unfit, Unfolding, number_of, steps_in
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
    """The initial contents of a region of open size from a boundary on: what lies before it has been written over."""

    def __init__(self, held: OpenElements, boundary: BV) -> None:
        super().__init__(held.region, held.width, held.byteorder)
        self._boundary = boundary

    def has_place(self, offset: BV) -> bool:
        """Whether an offset lies behind the boundary, and its element is known."""
        distance = number_of(offset - self._boundary)
        return distance is not None and distance >= 0 and super().has_place(offset)

    def at(self, offset: BV, size: int) -> BV:
        """`size` bytes from an offset that has a location. Raises Unfit for another."""
        if not self.has_place(offset):
            raise Unfit(f"{self.region} is read where its parts may have been written over")
        return super().at(offset, size)


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
    lanes: Mapping[Location, tuple[Lane, ...]]
    """Of all registers, and of all of memory that is not as it was at the call."""
    ahead: Mapping[str, int]
    """How many parts of each region of open size are written, less `done`."""
    released: frozenset[int]
    """Offsets from SP at the call of bytes of stack that nobody may read."""
    frame: State = field(repr=False)
    """What is in no location: how memory is laid out, and the monitor of exclusives."""

    @property
    def steps_left(self) -> str:
        """How many steps are left, in words."""
        even = f", a multiple of {self.left_multiple}," if self.left_multiple > 1 else ""
        return f"{self.least_left} or more{even}"

    @property
    def done(self) -> BV:
        """How many steps are done, a variable."""
        return done_at(self.head)

    def holds(self, count: BV) -> tuple[BV, ...]:
        """What is so of `done`, terms of one bit."""
        return bounds(self.done, self.least_left, self.left_multiple, count)

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
            if any(isinstance(variable.origin, Anything) for variable in variables(values)):
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
            region.held = AfterParts(region.held, offset_of(statement, name, self.done + ahead))


def bounds(done: BV, least_left: int, left_multiple: int, count: BV) -> tuple[BV, ...]:
    """That `done` steps are no more than there are, that at least so many are left, a multiple of a power of two; terms of one bit."""
    left = count - done
    found = [done.ule(count), ~left.ult(least_left), (left & (left_multiple - 1)).eq(0)]
    return tuple([condition for condition in found if condition is not BV.const(1, 1)])


def offset_of(statement: Statement, region: str, parts: BV) -> BV:
    """How many bytes so many parts of a region are, 64 bits."""
    each = statement.each[region]
    return parts * (each.per * (each.block.width // 8))
