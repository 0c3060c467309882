"""Data-processing (2 source): UDIV, SDIV, LSLV, LSRV, ASRV, RORV, CRC32B/H/W/X, CRC32CB/H/W/X.

PACGA, SUBP, SUBPS, IRG and GMI are not modelled.
"""

from __future__ import annotations

from isa.data_processing.crc32 import CRC32, CRC32C, crc32_step
from isa.data_processing.register_operands import shifted
from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands

PATTERN = "sf 0 S 11010110 Rm opcode:6 Rn Rd"
OPERANDS = Operands(general=("Rm", "Rn", "Rd"))
ALIASES = {"LSLV": ("lsl",), "LSRV": ("lsr",), "ASRV": ("asr",), "RORV": ("ror",)}

_NAMES = {
    0b000010: "UDIV",
    0b000011: "SDIV",
    0b001000: "LSLV",
    0b001001: "LSRV",
    0b001010: "ASRV",
    0b001011: "RORV",
    0b010000: "CRC32B",
    0b010001: "CRC32H",
    0b010010: "CRC32W",
    0b010011: "CRC32X",
    0b010100: "CRC32CB",
    0b010101: "CRC32CH",
    0b010110: "CRC32CW",
    0b010111: "CRC32CX",
}


def mnemonic(f: Fields) -> str | None:
    if f.S:
        return None
    if f.opcode & 0b010000 and f.sf != (f.opcode & 0b11 == 0b11):
        return None  # sf is set for the doubleword, CRC32X and CRC32CX, and for no other size
    return _NAMES.get(f.opcode)


def feature(f: Fields) -> Feature:
    return Feature.CRC32 if f.opcode & 0b010000 else Feature.BASE


def data_independent_time(f: Fields) -> bool:
    return f.opcode not in (0b000010, 0b000011)  # the divisions


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    operand2 = state.x(f.Rm, width)
    if f.opcode & 0b010000:
        size = 8 << (f.opcode & 0b11)
        polynomial = CRC32C if f.opcode & 0b100 else CRC32
        state.set_x(f.Rd, crc32_step(state.x(f.Rn, 32), operand2[size - 1 : 0], polynomial))
        return
    operand1 = state.x(f.Rn, width)
    if f.opcode == 0b000010:
        result = operand1.udiv(operand2)
    elif f.opcode == 0b000011:
        result = operand1.sdiv(operand2)
    else:
        result = shifted(operand1, f.opcode & 0b11, operand2 & (width - 1))
    state.set_x(f.Rd, result)
