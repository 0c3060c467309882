"""Addresses that are made of choices: how many are followed."""

from __future__ import annotations

import pytest

from lnsym.bv import BV, ite
from lnsym.machine.memory import MOST_CHOICES, _choices_in

BASE = BV.var("base", 64)


def chosen(number: int) -> BV:
    return ite(BV.var(f"x{number}", 64).ult(BV.var(f"y{number}", 64)), BV.const(16, 64), BV.const(number, 64))


@pytest.mark.parametrize("choices", range(8))
def test_choices_beside_each_other_are_counted(choices: int) -> None:
    address = BASE
    for number in range(choices):
        address = address + chosen(number)
    assert _choices_in(address, 99) == choices


@pytest.mark.parametrize("choices", range(8))
def test_choices_inside_each_other_are_counted(choices: int) -> None:
    address = BASE
    for number in range(choices):
        address = ite(BV.var(f"c{number}", 1), address + 8, BASE + 24 + number)
    assert _choices_in(address, 99) == choices


def test_deep_ones_are_told_at_once() -> None:
    address = BASE
    for number in range(400):
        address = ite(BV.var(f"d{number}", 1), address + 8, address + 16 + number) + chosen(number)
    assert _choices_in(address, MOST_CHOICES) > MOST_CHOICES
