"""PC-rel. addressing: ADR, ADRP."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "op immlo 10000 immhi Rd"
OPERANDS = Operands(general=("Rd",), immediate=("immlo", "immhi"))


def mnemonic(f: Fields) -> str:
    return "ADRP" if f.op else "ADR"


feature = always(Feature.BASE)
data_independent_time = always(False)


def execute(state: MachineState, f: Fields) -> None:
    offset = BV.const(f.immhi << 2 | f.immlo, 21).sign_extend(64)
    state.set_x(f.Rd, state.page() + (offset << 12) if f.op else state.address(state.pc) + offset)
