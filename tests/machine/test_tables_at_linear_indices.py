"""Constant tables read at an index that is computed from an octet: the lookup has an entry for each octet, and the right one."""

from collections.abc import Callable

import pytest

from lnsym.bv import BV, evaluate
from lnsym.machine.tables import read_table

OCTET = BV.var("octet", 8)
BASE = 0x1000

INDICES: dict[str, Callable[[BV], BV]] = {
    "zero-extended": lambda x: x.zero_extend(64),
    "scaled": lambda x: x.zero_extend(64) * 8 + 40,
    "sign-extended from 32 bits": lambda x: (x.zero_extend(32) * 8 + 6).sign_extend(64) * 8,
    "shifted and sign-extended": lambda x: (x.zero_extend(32) << 3).sign_extend(64) * 2,
    "scaled twice": lambda x: ((x.zero_extend(32) * 3 + 1).zero_extend(64) * 5) * 4 + 12,
    "a sign": lambda x: (x.sign_extend(32) + 1).sign_extend(64) * 8,
    "a sum that wraps": lambda x: (x.zero_extend(9) * 3 + 7).zero_extend(64) * 8,
    "a sum below zero": lambda x: (x.zero_extend(32) - 1).sign_extend(64) * 8,
}


@pytest.mark.parametrize("name", INDICES)
def test_lookup_gives_what_lies_there(name: str) -> None:
    address = INDICES[name](OCTET) + BASE
    value = read_table(address, lambda at: at * 0x9E3779B97F4A7C15 % 2**64, 8)
    if name in ("a sign", "a sum below zero"):
        assert value is None
        return
    assert value is not None
    samples = [{OCTET: number} for number in range(256)]
    for (found,), (place,) in zip(evaluate([value], samples), evaluate([address], samples), strict=True):
        assert found == place * 0x9E3779B97F4A7C15 % 2**64


@pytest.mark.parametrize("name", ["sign-extended from 32 bits", "shifted and sign-extended", "scaled twice"])
def test_no_more_entries_than_octets(name: str) -> None:
    read: list[int] = []
    read_table(INDICES[name](OCTET) + BASE, lambda at: read.append(at) or at, 8)
    assert len(read) == 256
