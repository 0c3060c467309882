"""System register move: MRS and MSR (register) of NZCV; no other system register is modelled."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.flags import FlagBits
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, concat

# o0 op1 CRn CRm op2 are those of NZCV
PATTERN = "1101010100 L 1 1 011 0100 0010 000 Rt"
OPERANDS = Operands(general=("Rt",))


def mnemonic(f: Fields) -> str:
    return "MRS" if f.L else "MSR"


feature = always(Feature.BASE)
data_independent_time = always(False)


def execute(state: MachineState, f: Fields) -> None:
    if f.L:
        flags = state.flags
        nzcv = concat(flags.n, flags.z, flags.c, flags.v, BV.const(0, 28))
        state.set_x(f.Rt, nzcv.zero_extend(64))
    else:
        value = state.x(f.Rt)
        state.flags = FlagBits(value[31], value[30], value[29], value[28])
