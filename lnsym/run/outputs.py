"""Outputs: the places in which a routine leaves something for its caller, whatever the contract claims of it."""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.bv import BV
from lnsym.contract import abi
from lnsym.contract.blocks import Block
from lnsym.contract.statement import Statement
from lnsym.machine.state import State
from lnsym.run.setup import element_at


@dataclass(frozen=True)
class Outputs:
    """The outputs of a theorem's calls; what it leaves unspecified is not among them.

    A writable region of which it says nothing is one with all its elements.
    """

    elements: tuple[tuple[Block, int], ...]
    """Elements of regions, by index."""
    registers: tuple[str, ...] = ()
    """`x0` to `x30`, `d0` to `d31`: those of a calling convention of its own."""
    result_width: int = 0
    """Bits of X0; 0 where no result is returned."""

    @staticmethod
    def of(statement: Statement) -> Outputs:
        """Those of a theorem, which may lack claims."""
        found = []
        for block in statement.blocks:
            if "w" in block.access and block.name not in statement.unspecified:
                claimed = statement.ensured.get(block.name, block.listed)
                found += [(block, i) for i, element in enumerate(claimed) if element is not None]
        return Outputs(tuple(found), tuple(statement.ensured_registers), statement.result_width)

    @property
    def widths(self) -> dict[str, int]:
        """Bits by name: `state[3]`, `result`, `x0`."""
        found = {f"{block.name}[{i}]": block.width for block, i in self.elements}
        if self.result_width:
            found["result"] = self.result_width
        return found | dict.fromkeys(self.registers, 64)

    def terms(self, state: State) -> dict[str, BV]:
        """What a state holds there, by name."""
        memory = state.memory
        found = {f"{b.name}[{i}]": element_at(memory.region_at(b.base), b, i) for b, i in self.elements}
        if self.result_width:
            found["result"] = state.x(0).extract(self.result_width - 1, 0)
        return found | {name: abi.register(state, name) for name in self.registers}
