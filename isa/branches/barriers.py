"""Barriers: CLREX, DMB, DSB, ISB, SB.

CLREX clears the exclusives monitor. The others have no effect: one thread runs in program order, speculation is not modelled.
"""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "11010101000000110011 CRm op2 11111"
OPERANDS = Operands()
ALIASES = {"DSB": ("ssbb", "pssbb", "dfb")}  # DSB of option 0, 4 and 12

_NAMES = {0b010: "CLREX", 0b100: "DSB", 0b101: "DMB", 0b110: "ISB", 0b111: "SB"}


def mnemonic(f: Fields) -> str | None:
    return None if f.op2 == 0b111 and f.CRm else _NAMES.get(f.op2)


data_independent_time = always(False)


def feature(f: Fields) -> Feature:
    return Feature.SB if f.op2 == 0b111 else Feature.BASE


def execute(state: MachineState, f: Fields) -> None:
    if mnemonic(f) == "CLREX":
        state.clear_exclusive()
