"""Data-processing (1 source): RBIT, REV16, REV, REV32, CLZ, CLS, and the pointer authentication of one register.

The assumption POINTER_AUTHENTICATION_AS_PLAIN: pointers carry no authentication code. PAC*, AUT* and XPAC* leave their
register as it is, which is what they do where the system has not enabled the keys, on canonical pointers.
"""

from __future__ import annotations

from isa.assumptions import Assumption
from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import lanewise
from isa.operands import Operands
from lnsym.bv import BV, concat, ite

PATTERN = "sf 1 S 11010110 opcode2:5 opcode:6 Rn Rd"
OPERANDS = Operands(general=("Rn", "Rd"))

_NAMES = {
    0b000000: "RBIT",
    0b000001: "REV16",
    0b000100: "CLZ",
    0b000101: "CLS",
}

_POINTER_AUTHENTICATION = (
    "PACIA", "PACIB", "PACDA", "PACDB", "AUTIA", "AUTIB", "AUTDA", "AUTDB",
    "PACIZA", "PACIZB", "PACDZA", "PACDZB", "AUTIZA", "AUTIZB", "AUTDZA", "AUTDZB",
    "XPACI", "XPACD",
)  # fmt: skip
"""By opcode, where opcode2 is 00001."""


def mnemonic(f: Fields) -> str | None:
    if f.S:
        return None
    if f.opcode2 == 0b00001:
        if not f.sf or f.opcode >= len(_POINTER_AUTHENTICATION) or (f.opcode >= 0b001000 and f.Rn != 0b11111):
            return None
        return _POINTER_AUTHENTICATION[f.opcode]
    if f.opcode2:
        return None
    if f.opcode == 0b000010:
        return "REV32" if f.sf else "REV"
    if f.opcode == 0b000011:
        return "REV" if f.sf else None
    return _NAMES.get(f.opcode)


def bit_reverse(value: BV) -> BV:
    """BitReverse."""
    return concat(*[value[i] for i in range(value.width)])


def count_leading_zero_bits(value: BV) -> BV:
    """CountLeadingZeroBits, as wide as the value, whose width is a power of two.

    A binary search: where the upper half is empty its width is counted and the search goes on in the lower half.
    """
    width = value.width
    count = []
    while value.width > 1:
        half = value.width // 2
        upper = value[2 * half - 1 : half]
        empty = upper.eq(0)
        count.append(empty)
        value = ite(empty, value[half - 1 : 0], upper)
    return concat(*count).zero_extend(width) + (~value).zero_extend(width)


def count_leading_sign_bits(value: BV) -> BV:
    """CountLeadingSignBits: how many bits below the top one equal it."""
    width = value.width
    differences = value[width - 1 : 1] ^ value[width - 2 : 0]
    return count_leading_zero_bits(concat(differences, BV.const(1, 1)))


def _authenticate(state: MachineState, f: Fields) -> None:
    """PAC*, AUT* and XPAC* of Xd, with the modifier in Xn or SP, or zero."""
    name, pointer = _POINTER_AUTHENTICATION[f.opcode], state.x(f.Rd)
    if name.startswith("XPAC"):
        state.set_x(f.Rd, state.strip(pointer))
        return
    modifier = BV.const(0, 64) if f.opcode >= 0b001000 else state.x_or_sp(f.Rn)
    change = state.sign if name.startswith("PAC") else state.authenticate
    state.set_x(f.Rd, change(name[3] + name[-1], pointer, modifier))


def feature(f: Fields) -> Feature:
    return Feature.P_AUTH if f.opcode2 else Feature.BASE


def data_independent_time(f: Fields) -> bool:
    return not f.opcode2


def assumption(f: Fields) -> Assumption | None:
    return Assumption.POINTER_AUTHENTICATION_AS_PLAIN if f.opcode2 else None


def execute(state: MachineState, f: Fields) -> None:
    if f.opcode2:
        _authenticate(state, f)
        return
    operand = state.x(f.Rn, 64 if f.sf else 32)
    if f.opcode == 0b000000:
        result = bit_reverse(operand)
    elif f.opcode == 0b000100:
        result = count_leading_zero_bits(operand)
    elif f.opcode == 0b000101:
        result = count_leading_sign_bits(operand)
    else:
        container = 8 << f.opcode  # REV16, REV32 (or REV of a word), REV of a doubleword
        result = lanewise(BV.reverse_bytes, container, operand)
    state.set_x(f.Rd, result)
