"""Conditional compare (register): CCMN, CCMP."""

from __future__ import annotations

from isa.data_processing.conditional_compare import conditional_compare, conditional_compare_name
from isa.encoding import Fields
from isa.interface import State

PATTERN = "sf op S 11010010 Rm cond 0 o2 Rn o3 nzcv"

mnemonic = conditional_compare_name


def execute(state: State, f: Fields) -> None:
    conditional_compare(state, f, state.x(f.Rm, 64 if f.sf else 32))
