"""Load/store register pair (pre-indexed): LDP, LDPSW, STP."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, pair_transfer

PATTERN = "opc 101 V 011 L imm7 Rt2 Rn Rt"


def mnemonic(f: Fields) -> str | None:
    return None if pair_transfer.writeback_overlaps(f) else pair_transfer.name(f)


def execute(state: State, f: Fields) -> None:
    address = addressing.base(state, f) + pair_transfer.offset(f)
    pair_transfer.transfer(state, f, address)
    state.set_x_or_sp(f.Rn, address)
