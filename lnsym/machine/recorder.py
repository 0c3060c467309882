"""Recording what each instruction wrote: registers by name, memory by region and offset."""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.bv import BV
from lnsym.machine.decode import Instruction
from lnsym.machine.events import Began, Branched, Event, Executed, Places, Read, Wrote
from lnsym.machine.extents import OpenRegion
from lnsym.machine.state import SP, State


@dataclass(frozen=True)
class Write:
    """A register, or bytes of a region, and the value they now hold."""

    place: str
    """`x3`, `sp`, `v17`, `state+0x10`."""
    value: BV


class Recorder:
    """An observer of a run, for its subclasses: `began` where a path begins, `executed` with what each instruction wrote."""

    def __init__(self) -> None:
        self._general: list[BV] = []
        self._vector: list[BV] = []
        self._stored: list[tuple[Places, int]] = []

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case Began(state, conditions):
                self._general = state.general.copy()
                self._vector = state.vector.copy()
                self._stored.clear()
                self.began(conditions)
            case Wrote(places=places, size=size):
                self._stored.append((places, size))
            case Executed(instruction, state):
                self.executed(instruction, self._writes(state))
            case Read() | Branched():
                pass

    def began(self, conditions: tuple[BV, ...]) -> None:
        """A path begins, or goes on after a fork."""

    def executed(self, instruction: Instruction, writes: list[Write]) -> None:
        """An instruction has been executed, and has written this."""

    def _writes(self, state: State) -> list[Write]:
        writes = []
        for n, (old, new) in enumerate(zip(self._general, state.general, strict=True)):
            if old is not new:
                name = "sp" if n == SP else f"{'w' if new.width == 32 else 'x'}{n}"
                writes.append(Write(name, new))
                self._general[n] = new
        for n, (old, new) in enumerate(zip(self._vector, state.vector, strict=True)):
            if old is not new:
                writes.append(Write(f"v{n}", new))
                self._vector[n] = new
        for places, size in self._stored:
            for region, offset in places:
                if isinstance(region, OpenRegion) and isinstance(offset, BV):
                    writes.append(Write(f"{region.name}+({offset!r})", region.read_at(offset, size)))
                    continue
                assert isinstance(offset, int)
                sign = "-" if offset < 0 else "+"
                writes.append(Write(f"{region.name}{sign}{abs(offset):#x}", region.read(offset, size)))
        self._stored.clear()
        return writes
