"""Operands that are a shifted or an extended register."""

from __future__ import annotations

from isa.interface import MachineState
from lnsym.bv import BV


def shifted(value: BV, shift: int, amount: BV | int) -> BV:
    """The value shifted by an amount below its width; `shift` is Arm's DecodeShift: LSL, LSR, ASR, ROR."""
    if shift == 0b00:
        return value << amount
    if shift == 0b01:
        return value >> amount
    if shift == 0b10:
        return value.shift_right_arithmetic(amount)
    return value.rotate_right(amount)


def shift_reg(state: MachineState, n: int, shift: int, amount: int, width: int) -> BV:
    """ShiftReg (Arm ARM, aarch64/instrs/integer/shiftreg): `width` bits of Xn, shifted."""
    return shifted(state.x(n, width), shift, amount)


def extend_reg(state: MachineState, n: int, option: int, amount: int, width: int) -> BV:
    """ExtendReg (Arm ARM, aarch64/instrs/extendreg): `width` bits from the low part of Xn, shifted left.

    option<1:0> says how much of it, byte, halfword, word or doubleword; option<2> that it is signed.
    """
    value = state.x(n, width)
    length = 8 << (option & 0b11)
    if length < width:
        low = value[length - 1 : 0]
        value = low.sign_extend(width) if option & 0b100 else low.zero_extend(width)
    return value << amount
