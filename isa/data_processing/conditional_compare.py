"""What the two classes of conditional comparisons share."""

from __future__ import annotations

from isa.encoding import Fields
from isa.flags import ChosenFlags, FlagBits, add_with_carry
from isa.interface import MachineState
from lnsym.bv import BV


def conditional_compare_name(f: Fields) -> str | None:
    """CCMN or CCMP; None where the fields are unallocated."""
    if not f.S or f.o2 or f.o3:
        return None
    return "CCMP" if f.op else "CCMN"


def conditional_compare(state: MachineState, f: Fields, operand2: BV) -> None:
    """Where the condition holds, the flags of Xn - operand2 (CCMP) or Xn + operand2 (CCMN), else the field nzcv."""
    if f.op:
        operand2 = ~operand2
    _, flags = add_with_carry(state.x(f.Rn, operand2.width), operand2, carry_in=f.op)
    state.flags = ChosenFlags(state.flags.holds(f.cond), flags, FlagBits.from_field(f.nzcv))
