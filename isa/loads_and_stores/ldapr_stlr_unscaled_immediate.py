"""LDAPR/STLR (unscaled immediate): LDAPUR, STLUR and their B, H and sign-extending forms."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import addressing, register_transfer
from isa.memory_access import MemoryAccess
from isa.operands import Operands

PATTERN = "size 011001 opc 0 imm9 00 Rn Rt"
OPERANDS = Operands(general=("Rn", "Rt"), immediate=("imm9",))


def mnemonic(f: Fields) -> str | None:
    return register_transfer.general_name(f, "LDAPUR", "STLUR")


feature = always(Feature.LRCPC2)
data_independent_time = always(True)


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(1 << f.size, reads=f.opc != 0b00, writes=f.opc == 0b00, aligned=True)


def execute(state: MachineState, f: Fields) -> None:
    offset = addressing.signed_immediate(f.imm9, 9)
    address = addressing.base(state, f) + offset
    state.require_alignment(address, 1 << f.size)
    register_transfer.transfer_general(state, f, address)
