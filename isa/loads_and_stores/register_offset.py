"""Load/store register (register offset): LDR, STR, their B, H and sign-extending forms, and PRFM."""

from __future__ import annotations

from dataclasses import replace

from isa.data_processing.register_operands import extend_reg
from isa.encoding import Fields
from isa.interface import MachineState
from isa.loads_and_stores import addressing, register_transfer
from isa.memory_access import MemoryAccess
from isa.operands import Operands

PATTERN = "size 111 V 00 opc 1 Rm option S 10 Rn Rt"
OPERANDS = Operands(general=("Rm", "Rn"), either=("Rt",))


def mnemonic(f: Fields) -> str | None:
    if not f.option & 0b010:
        return None  # no extension of bytes and halfwords in addresses
    name = register_transfer.name(f, prefetch="PRFM")
    if name == "PRFM" and f.Rt >= 0b11000:
        return None  # RPRFM
    return name


feature = register_transfer.feature
data_independent_time = register_transfer.data_independent_time


def memory(f: Fields) -> MemoryAccess:
    return replace(register_transfer.memory(f), offset="Rm")


def execute(state: MachineState, f: Fields) -> None:
    offset = extend_reg(state, f.Rm, f.option, register_transfer.scale(f) if f.S else 0, 64)
    register_transfer.transfer(state, f, addressing.base(state, f) + offset)
