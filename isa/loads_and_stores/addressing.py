"""Addresses of loads and stores: the base register, signed immediate offsets."""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from lnsym.bv import BV


def signed_immediate(value: int, width: int) -> int:
    """SInt of an immediate field of `width` bits."""
    sign = 1 << (width - 1)
    return (value ^ sign) - sign


def base(state: MachineState, f: Fields) -> BV:
    """X[n], or SP for register 31. SP is not checked for alignment, as no address is."""
    return state.x_or_sp(f.Rn)
