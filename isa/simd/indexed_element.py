"""The element of Vm that the by-element classes multiply with."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from lnsym.bv import BV


def indexed_element(state: MachineState, f: Fields) -> BV:
    """Elem[Vm, index, esize]: halfword H:L:M of V<Rm>, V0 to V15, or word H:L of V<M:Rm>."""
    if f.size == 0b01:
        esize, index, m = 16, f.H << 2 | f.L << 1 | f.M, f.Rm
    else:
        esize, index, m = 32, f.H << 1 | f.L, f.M << 4 | f.Rm
    return state.v(m).extract(esize * index + esize - 1, esize * index)
