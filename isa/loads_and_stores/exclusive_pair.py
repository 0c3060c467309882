"""Load/store exclusive pair: LDXP, LDAXP, STXP, STLXP.

Store-exclusives are modelled under `atomic_access.EXCLUSIVES_ALWAYS_SUCCEED`.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import atomic_access
from lnsym.bv import concat

PATTERN = "1 sz 001000 0 L 1 Rs o0 Rt2 Rn Rt"


def mnemonic(f: Fields) -> str | None:
    if f.L:
        if f.Rs != 31 or f.Rt == f.Rt2:
            return None  # should be one; one register loaded twice: CONSTRAINED UNPREDICTABLE
    elif f.Rs in (f.Rt, f.Rt2) or f.Rs == f.Rn != 31:
        return None  # the status goes to a register in use: CONSTRAINED UNPREDICTABLE
    return (("STXP", "STLXP"), ("LDXP", "LDAXP"))[f.L][f.o0]


def execute(state: State, f: Fields) -> None:
    width = 64 if f.sz else 32
    address = atomic_access.aligned_base(state, f, width // 4)
    if f.L:
        state.open_exclusive(address, width // 4)
        data = state.load(address, width // 4)
        state.set_x(f.Rt, data.extract(width - 1, 0))
        state.set_x(f.Rt2, data.extract(2 * width - 1, width))
    else:
        atomic_access.store_exclusive(state, f, address, concat(state.x(f.Rt2, width), state.x(f.Rt, width)))
