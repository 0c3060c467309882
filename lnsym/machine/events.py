"""What a run tells those who watch it: an observer is a function of an event, and gets every event in the order of the run.

    def watch(event: Event) -> None:
        match event:
            case Wrote(pc=pc, address=address):
                print(f"{pc:#x} writes at {show(address)}")

The states in events go on with the run: what is to be kept of one is copied. Nothing is made where nobody watches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lnsym.bv import BV

if TYPE_CHECKING:
    from lnsym.machine.decode import Instruction
    from lnsym.machine.regions import Region
    from lnsym.machine.state import State

Places: TypeAlias = "tuple[tuple[Region, int | BV], ...]"
"""Regions, each with an offset from its base in bytes: a term in a region whose size is one."""


@dataclass(frozen=True, eq=False)
class Began:
    """A path starts, or goes on after a fork, in this state and under these path conditions."""

    state: State
    conditions: tuple[BV, ...]


@dataclass(frozen=True, eq=False)
class Read:
    """A load, of `size` bytes; it comes before the `Executed` of its instruction."""

    pc: int
    address: BV
    """64 bits; a term for a pointer, and for a table at an index that is no number."""
    size: int
    places: Places
    """Where it may lie; one place, but for an offset that is no number."""


@dataclass(frozen=True, eq=False)
class Wrote:
    """A store, of `size` bytes; memory holds them already."""

    pc: int
    address: BV
    size: int
    places: Places
    """As in `Read`: the others of several places keep what they held."""


@dataclass(frozen=True, eq=False)
class Executed:
    """An instruction has been executed, and the state is what it left."""

    instruction: Instruction
    state: State


@dataclass(frozen=True, eq=False)
class Branched:
    """A branch on data: where it leads hangs on `condition`, a term of one bit, whether or not both ways can be taken."""

    pc: int
    condition: BV
    conditions: tuple[BV, ...]
    """Those of the path up to here."""


Event: TypeAlias = Began | Read | Wrote | Executed | Branched
Observer: TypeAlias = Callable[[Event], None]


def told_to(observers: tuple[Observer, ...]) -> Observer | None:
    """One observer that passes on to these, in their order; None where there are none."""
    if len(observers) <= 1:
        return observers[0] if observers else None

    def tell(event: Event) -> None:
        for observer in observers:
            observer(event)

    return tell
