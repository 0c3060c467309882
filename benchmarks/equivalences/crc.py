"""CRC-32: bit by bit against tables."""

from __future__ import annotations

from functools import partial

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from isa.data_processing.crc32 import CRC32
from lnsym.bv import BV, ite, lookup, table

REVERSED = int(f"{CRC32:032b}"[::-1], 2)


def shifted(register: BV, count: int) -> BV:
    """The register after some shifts to the right, the polynomial XORed in where a 1 falls out."""
    for _ in range(count):
        register = ite(register[0], (register >> 1) ^ REVERSED, register >> 1)
    return register


def crc32(size: int) -> Sides:
    """The register after some bytes: bit by bit with CSEL, against one table of 256 entries, byte by byte."""
    register, data = BV.var("register", 32), BV.var("data", size)
    entries = table([shifted(BV.const(byte, 32), 8).value for byte in range(256)], 32)
    by_bits = shifted(register ^ data.zero_extend(32), size)
    by_table = register
    for low in range(0, size, 8):
        by_table = (by_table >> 8) ^ lookup(entries, by_table[7:0] ^ data[low + 7 : low])
    return Sides(by_bits, by_table)


GOALS = [
    EquivalenceGoal("crc32-by-bits-32", partial(crc32, 32), level=0),
]
