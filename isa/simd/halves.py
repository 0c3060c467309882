"""Halves of a vector register: what the second ("2") form of a long, wide or narrowing instruction reads and writes."""

from __future__ import annotations

from isa.interface import MachineState
from lnsym.bv import BV, concat


def half(state: MachineState, n: int, part: int) -> BV:
    """Vpart[n, part]: the lower (0) or upper (1) 64 bits of Vn."""
    return state.v(n).extract(127, 64) if part else state.v(n, 64)


def set_half(state: MachineState, n: int, part: int, value: BV) -> None:
    """Vpart[n, part] = value: a write of the lower half clears the upper one, a write of the upper keeps the lower."""
    state.set_v(n, concat(value, state.v(n, 64)) if part else value)
