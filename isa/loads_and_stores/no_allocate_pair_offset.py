"""Load/store no-allocate pair (offset): LDNP, STNP."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, pair_transfer

PATTERN = "opc 101 V 000 L imm7 Rt2 Rn Rt"


def mnemonic(f: Fields) -> str | None:
    return {"LDP": "LDNP", "STP": "STNP"}.get(pair_transfer.name(f) or "")


def execute(state: State, f: Fields) -> None:
    pair_transfer.transfer(state, f, addressing.base(state, f) + pair_transfer.offset(f))
