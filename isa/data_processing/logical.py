"""What the classes of logical instructions share: opc chooses AND, ORR, EOR or ANDS."""

from __future__ import annotations

from lnsym.bv import BV


def logical(opc: int, operand1: BV, operand2: BV) -> BV:
    """AND (and ANDS), ORR or EOR, as the field `opc` says."""
    if opc == 0b01:
        return operand1 | operand2
    if opc == 0b10:
        return operand1 ^ operand2
    return operand1 & operand2
