"""Conditional select: CSEL, CSINC, CSINV, CSNEG."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import ite

PATTERN = "sf op S 11010100 Rm cond op2:2 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"), immediate=("cond",))
ALIASES = {"CSINC": ("cset", "cinc"), "CSINV": ("csetm", "cinv"), "CSNEG": ("cneg",)}


def mnemonic(f: Fields) -> str | None:
    if f.S or f.op2 > 0b01:
        return None
    return (("CSEL", "CSINC"), ("CSINV", "CSNEG"))[f.op][f.op2]


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    otherwise = state.x(f.Rm, width)
    if f.op:
        otherwise = ~otherwise
    if f.op2:
        otherwise = otherwise + 1
    state.set_x(f.Rd, ite(state.flags.holds(f.cond), state.x(f.Rn, width), otherwise))
