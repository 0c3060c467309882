"""Load/store register pair (offset): LDP, LDPSW, STP."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, pair_transfer

PATTERN = "opc 101 V 010 L imm7 Rt2 Rn Rt"

mnemonic = pair_transfer.name


def execute(state: State, f: Fields) -> None:
    pair_transfer.transfer(state, f, addressing.base(state, f) + pair_transfer.offset(f))
