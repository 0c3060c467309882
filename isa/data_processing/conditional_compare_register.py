"""Conditional compare (register): CCMN, CCMP."""

from __future__ import annotations

from isa.data_processing.conditional_compare import conditional_compare, conditional_compare_name
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf op S 11010010 Rm cond 0 o2 Rn o3 nzcv"
OPERANDS = Operands(general=("Rm", "Rn"), immediate=("cond", "nzcv"))

mnemonic = conditional_compare_name


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    conditional_compare(state, f, state.x(f.Rm, 64 if f.sf else 32))
