"""Shifts by register against Arm's pseudocode, which shifts integers without bound."""

from __future__ import annotations

import pytest

from isa.simd.register_shifts import REGISTER_SHIFTS
from lnsym.bv import BV


def signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) else value


def expected(name: str, x: int, shifts: int, esize: int) -> int:
    """The pseudocode of `SSHL` and its family in the Arm ARM, with (value << shift) for both directions."""
    unsigned, saturating, rounding = name.startswith("U"), "Q" in name, "R" in name
    shift = signed(shifts & 0xFF, 8)
    element = x if unsigned else signed(x, esize)
    if rounding and shift < 0:
        element += 1 << (-shift - 1)
    element = element << shift if shift >= 0 else element >> -shift
    if saturating:
        low, high = (0, (1 << esize) - 1) if unsigned else (-1 << (esize - 1), (1 << (esize - 1)) - 1)
        element = max(low, min(high, element))
    return element & ((1 << esize) - 1)


@pytest.mark.parametrize("name", REGISTER_SHIFTS)
@pytest.mark.parametrize("esize", [8, 64])
def test_every_amount_on_corner_values(name: str, esize: int) -> None:
    top = 1 << (esize - 1)
    corners = {0, 1, 2, 3, 0x55, top >> 1, (top >> 1) - 1, top - 1, top, top + 1, top | 0x40, 2 * top - 1, 2 * top - 2}
    for x in sorted(corners):
        for amount in range(256):
            shifts = BV.const(0xA500 | amount, esize)  # only the low byte counts
            result = REGISTER_SHIFTS[name](BV.const(x, esize), shifts)
            assert result.value == expected(name, x, amount, esize), (x, amount)


def test_a_known_amount_is_a_plain_shift() -> None:
    x = BV.var("x", 64)
    assert REGISTER_SHIFTS["USHL"](x, BV.const(57, 64)) is x << 57
    assert REGISTER_SHIFTS["USHL"](x, BV.const(-7, 64)) is x >> 7
    assert REGISTER_SHIFTS["SSHL"](x, BV.const(-7, 64)) is x.shift_right_arithmetic(7)
