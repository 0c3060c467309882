"""Recording what each instruction wrote: registers by name, memory by region and offset."""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.bv import BV
from lnsym.machine.decode import Instruction
from lnsym.machine.memory import Region
from lnsym.machine.paths import Conditions
from lnsym.machine.state import SP, State


@dataclass(frozen=True)
class Write:
    """A register, or bytes of a region, and the value they now hold."""

    place: str
    """`x3`, `sp`, `v17`, `state+0x10`."""
    value: BV


class Recorder:
    """An observer of a run; `writes` is what the last instruction wrote."""

    def __init__(self) -> None:
        self._general: list[BV] = []
        self._vector: list[BV] = []
        self._stored: list[tuple[Region, int, int]] = []
        self.writes: list[Write] = []

    def begin(self, state: State, conditions: Conditions) -> None:
        """Take this state as what is there before the next instruction."""
        self._general = state.general.copy()
        self._vector = state.vector.copy()
        state.memory.on_access = self._access

    def _access(self, kind: str, region: Region, offset: int, size: int, pc: int) -> None:
        if kind == "store":
            self._stored.append((region, offset, size))

    def __call__(self, instruction: Instruction, state: State) -> None:
        """Take note of what the instruction changed."""
        self.writes = []
        for n, (old, new) in enumerate(zip(self._general, state.general, strict=True)):
            if old is not new:
                name = "sp" if n == SP else f"{'w' if new.width == 32 else 'x'}{n}"
                self.writes.append(Write(name, new))
                self._general[n] = new
        for n, (old, new) in enumerate(zip(self._vector, state.vector, strict=True)):
            if old is not new:
                self.writes.append(Write(f"v{n}", new))
                self._vector[n] = new
        for region, offset, size in self._stored:
            sign = "-" if offset < 0 else "+"
            self.writes.append(Write(f"{region.name}{sign}{abs(offset):#x}", region.read(offset, size)))
        self._stored.clear()
