"""LDAPR/STLR (unscaled immediate): LDAPUR, STLUR and their B, H and sign-extending forms."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.loads_and_stores import addressing, register_transfer

PATTERN = "size 011001 opc 0 imm9 00 Rn Rt"


def mnemonic(f: Fields) -> str | None:
    return register_transfer.general_name(f, "LDAPUR", "STLUR")


def execute(state: State, f: Fields) -> None:
    offset = addressing.signed_immediate(f.imm9, 9)
    address = addressing.base(state, f) + offset
    state.require_alignment(address, 1 << f.size)
    register_transfer.transfer_general(state, f, address)
