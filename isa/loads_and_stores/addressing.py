"""Addresses of loads and stores: the base register, immediate and extended-register offsets, writeback."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from lnsym.bv import BV


def signed_immediate(value: int, width: int) -> int:
    """SInt of an immediate field of `width` bits."""
    sign = 1 << (width - 1)
    return (value ^ sign) - sign


def base(state: State, f: Fields) -> BV:
    """X[n], or SP for register 31. SP is not checked for alignment, as no address is."""
    return state.x_or_sp(f.Rn)


def extended_offset(state: State, f: Fields, shift: int) -> BV:
    """ExtendReg(m, DecodeRegExtend(option), shift) for the options of an address: UXTW, UXTX (LSL), SXTW, SXTX."""
    if f.option & 0b001:
        return state.x(f.Rm) << shift
    offset = state.x(f.Rm, 32)
    return (offset.sign_extend(64) if f.option & 0b100 else offset.zero_extend(64)) << shift
