"""The locations of a state in which an invariant says something: registers, words of the stack, elements of regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lnsym.bv import BV
from lnsym.contract.blocks import Block
from lnsym.contract.statement import Statement
from lnsym.machine.regions import Region
from lnsym.machine.state import SP, State
from lnsym.run.setup import element_at

WORD = 8
"""Bytes of a word of the stack."""

PlaceKind: TypeAlias = Literal["general", "vector", "stack", "element"]


@dataclass(frozen=True)
class Location:
    """A general-purpose or vector register, eight bytes of the stack at an offset from SP at the call, or an element of a region."""

    kind: PlaceKind
    number: int
    """Of the register, from 0 and 31 for SP; the offset, a multiple of 8; the index."""
    region: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "general":
                return "sp" if self.number == SP else f"x{self.number}"
            case "vector":
                return f"v{self.number}"
            case "stack":
                return f"[sp{self.number:+d}]"
            case "element":
                return f"{self.region}[{self.number}]"


REGISTERS = (*[Location("general", n) for n in range(32)], *[Location("vector", n) for n in range(32)])


def stack_words(offsets: Iterable[int]) -> list[Location]:
    """The words of the stack in which these bytes lie."""
    return [Location("stack", offset) for offset in sorted({offset // WORD * WORD for offset in offsets})]


def width_of(location: Location, statement: Statement) -> int:
    """Bits of a location."""
    match location.kind:
        case "general" | "stack":
            return 64
        case "vector":
            return 128
        case "element":
            return next(block.width for block in statement.blocks if block.name == location.region)


def elements(statement: Statement) -> list[Location]:
    """The elements of regions of known size that may be written."""
    blocks = [block for block in statement.blocks if "w" in block.access and not block.is_open]
    return [Location("element", i, block.name) for block in blocks for i in range(len(block.listed))]


class Reader:
    """Reads locations of states whose regions lie where `bases` says, SP at the call among them: terms, or numbers in a run on numbers."""

    def __init__(self, statement: Statement, bases: dict[str, BV | int], below: int = 0) -> None:
        self._blocks: dict[str, Block] = {block.name: block for block in statement.blocks}
        self._bases = bases
        self._below = below
        """How far the stack's region starts below SP at the call, where it is not based on that."""

    def read(self, state: State, location: Location) -> BV:
        """What a state holds in a location. Raises EndOfPath where nobody knows."""
        match location.kind:
            case "general":
                return state.x_or_sp(location.number)
            case "vector":
                return state.v(location.number)
            case "stack":
                return state.memory.stack.read(location.number + self._below, WORD)
            case "element":
                region = state.memory.region_at(self._bases[location.region])
                return element_at(region, self._blocks[location.region], location.number)

    def write(self, state: State, location: Location, value: BV) -> None:
        """Let a state hold a value in a location, as wide as that is."""
        match location.kind:
            case "general":
                state.general[location.number] = value
            case "vector":
                state.vector[location.number] = value
            case "stack":
                state.memory.stack.write(location.number + self._below, value)
            case "element":
                block = self._blocks[location.region]
                stored = value.reverse_bytes() if block.byteorder == "big" and block.width > 8 else value
                self.region(state, location.region).write(location.number * (block.width // 8), stored)

    def region(self, state: State, name: str) -> Region:
        """The region of that name in a state."""
        return state.memory.region_at(self._bases[name])

    def written(self, state: State) -> Iterator[Block]:
        """The regions of known size in which something may have been written."""
        yield from (block for block in self._blocks.values() if "w" in block.access and not block.is_open)
