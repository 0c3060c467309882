"""Where Unicorn does not do what the Arm ARM says: what a campaign leaves out of the comparison, and why.

Each entry leaves out as little as it can. What is left out is tested on values worked out by hand from the Arm
pseudocode (tests/conform/test_unicorn_faults.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lnsym.bv import BV
from lnsym.conform.cases import Case
from lnsym.conform.single_step import DATA, PAGE


@dataclass(frozen=True)
class UnicornFault:
    """Words with `value` under `mask`, on contents for which `applies`, run wrongly on Unicorn."""

    mask: int
    value: int
    versions: str
    reason: str
    applies: Callable[[Case], bool]


def _signs_differ(case: Case) -> bool:
    """Whether the register operand and the memory operand of an atomic differ in sign."""
    f = case.fields
    width = 8 << f.size
    contents = case.contents
    at = contents.general[f.Rn].value - DATA
    if not 0 <= at <= PAGE - width // 8:
        return False
    operand: BV | int = 0 if f.Rs == 31 else contents.general[f.Rs].value >> (width - 1) & 1
    return operand != case.data[at + width // 8 - 1] >> 7


UNICORN_FAULTS = (
    UnicornFault(
        mask=0x3F20_EC00,
        value=0x3820_4000,
        versions="2.1",
        reason="LDSMAX and LDSMIN of bytes, halfwords and words compare as unsigned numbers what the Arm ARM compares as "
        "signed ones (Unicorn's QEMU lacks MO_SIGN there); of doublewords they are right",
        applies=lambda case: case.fields.size < 0b11 and _signs_differ(case),
    ),
)


def unicorn_is_wrong(case: Case) -> bool:
    """Whether Unicorn is known to run this case wrongly."""
    return any(case.word & fault.mask == fault.value and fault.applies(case) for fault in UNICORN_FAULTS)
