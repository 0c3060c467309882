"""Claims for any count: a specification that goes on step by step, and one that says what each part of a region holds.

    n = t.count("blocks", blocks, least=1)
    message = t.region("msg", 16 * n, 32)
    hash_value = t.fold("H", n, lambda h, k: compress(h, message.part(k, 16)), state.elements)
    t.ensure(state, hash_value.after(n))

Where the count is a number all is unrolled, and the contract says what it would say if it were written out. Where it is open,
`after` gives variables, and induction (`prove.induction`) takes one step at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lnsym.bv import BV
from lnsym.contract.blocks import Block
from lnsym.contract.checks import ContractError, is_number, shown
from lnsym.machine.origins import Folded


class AnyCount(str):
    """What a contract's parameter is that stands for every number."""

    __slots__ = ()


ANY = AnyCount("any")

Count: TypeAlias = int | AnyCount
"""A number, or every number: `blocks: Count = ANY` makes a contract that is proved for every number of blocks."""

StepFunction: TypeAlias = Callable[[Sequence[BV], BV], Sequence[BV]]
"""From a state and the number of steps before it, 64 bits, to the next state."""

PartFunction: TypeAlias = Callable[[BV], Sequence["BV | int"]]
"""From a part's number, 64 bits, to its elements."""


@dataclass(frozen=True, eq=False)
class Fold:
    """A value of the specification that is made step by step: a hash value, a chaining value."""

    name: str
    count: BV
    """How many steps there are, 64 bits."""
    start: tuple[BV, ...]
    step: StepFunction
    _values: list[tuple[BV, ...]] = field(default_factory=list, repr=False)
    _steps: dict[BV, tuple[BV, ...]] = field(default_factory=dict, repr=False)

    def after(self, steps: int | BV) -> tuple[BV, ...]:
        """The value after so many steps, not more than there are: variables where that is no number. Raises ContractError."""
        if isinstance(steps, BV) and steps.is_const:
            steps = steps.value
        if isinstance(steps, BV):
            if steps.width != 64:
                raise ContractError(f"{steps!r} steps of {self.name!r}, a term of {steps.width} bits: give one of 64")
            return tuple([BV.var(Folded(self.name, i, steps), e.width) for i, e in enumerate(self.start)])
        if not is_number(steps) or steps < 0 or (self.count.is_const and steps > self.count.value):
            raise ContractError(f"{shown(steps)} steps of {self.name!r}, which has {self.count!r}")
        values = self._values or [self.start]
        while len(values) <= steps:
            values.append(self.next(values[-1], BV.const(len(values) - 1, 64)))
        self._values[:] = values
        return values[steps]

    def next(self, state: Sequence[BV], number: BV) -> tuple[BV, ...]:
        """The state after the step of this number, 64 bits from 0. Raises ContractError for one of another shape."""
        found = self.step(list(state), number)
        if not isinstance(found, Sequence) or not all(isinstance(element, BV) for element in found):
            raise ContractError(f"a step of {self.name!r} gives {shown(found)}: give a list of terms")
        if [element.width for element in found] != [element.width for element in self.start]:
            raise ContractError(f"a step of {self.name!r} gives a state of another shape than it starts with")
        return tuple(found)

    def symbolic_step(self, number: BV) -> tuple[BV, ...]:
        """The state after the step of this number, a term, over the variables for the state before it."""
        if number not in self._steps:
            self._steps[number] = self.next(self.after(number), number)
        return self._steps[number]


@dataclass(frozen=True, eq=False)
class Each:
    """What a region of open size holds afterwards: its parts of `per` elements, each given by its number. The last may be cut short."""

    block: Block
    per: int
    value: PartFunction
    _parts: dict[BV, tuple[BV, ...]] = field(default_factory=dict, repr=False)

    def part(self, number: BV) -> tuple[BV, ...]:
        """The elements of a part. Raises ContractError."""
        if number not in self._parts:
            self._parts[number] = self._made(number)
        return self._parts[number]

    def _made(self, number: BV) -> tuple[BV, ...]:
        found = self.value(number)
        if not isinstance(found, Sequence) or isinstance(found, str) or len(found) != self.per:
            raise ContractError(f"a part of {self.block.name!r} is {shown(found)}: give a list of {self.per} elements")
        width = self.block.width
        elements = [element if isinstance(element, BV) else BV.const(element, width) for element in found]
        if any(element.width != width for element in elements):
            raise ContractError(f"an element of another width than {width} bits in a part of {self.block.name!r}")
        return tuple(elements)
