"""Load/store exclusive pair: LDXP, LDAXP, STXP, STLXP.

Store-exclusives are modelled under `Assumption.EXCLUSIVES_ALWAYS_SUCCEED`.
"""

from __future__ import annotations

from isa.assumptions import Assumption
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands
from lnsym.bv import concat

PATTERN = "1 sz 001000 0 L 1 Rs o0 Rt2 Rn Rt"
OPERANDS = Operands(general=("Rs", "Rt2", "Rn", "Rt"))


def mnemonic(f: Fields) -> str | None:
    if f.L:
        if f.Rs != 31 or f.Rt == f.Rt2:
            return None  # should be one; one register loaded twice: CONSTRAINED UNPREDICTABLE
    elif f.Rs in (f.Rt, f.Rt2) or f.Rs == f.Rn != 31:
        return None  # the status goes to a register in use: CONSTRAINED UNPREDICTABLE
    return (("STXP", "STLXP"), ("LDXP", "LDAXP"))[f.L][f.o0]


feature = always(Feature.BASE)
data_independent_time = always(True)


def assumption(f: Fields) -> Assumption | None:
    return None if f.L else Assumption.EXCLUSIVES_ALWAYS_SUCCEED


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(16 if f.sz else 8, reads=bool(f.L), writes=not f.L, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sz else 32
    address = atomic_access.aligned_base(state, f, width // 4)
    if f.L:
        state.open_exclusive(address, width // 4)
        data = state.load(address, width // 4)
        state.set_x(f.Rt, data.extract(width - 1, 0))
        state.set_x(f.Rt2, data.extract(2 * width - 1, width))
    else:
        atomic_access.store_exclusive(state, f, address, concat(state.x(f.Rt2, width), state.x(f.Rt, width)))
