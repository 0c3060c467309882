"""Contents: what registers, flags and memory hold before a test.

Registers that an instruction does not name hold different random values, so that a stray read or write shows. Those it
names get corner cases: 0, 1, all ones, sign bits, small numbers, equal and nearly equal registers, lanes of all these.
"""

from __future__ import annotations

import struct
from random import Random

from lnsym.bv import BV
from lnsym.conform.single_step import BLOCK_BYTES, NZCV_AT, PAGE, PENDING, VECTOR_AT

SP = 31


class RegisterContents:
    """The registers and flags, as terms and as the state block that Unicorn loads."""

    __slots__ = ("block", "general", "nzcv", "vector")

    def __init__(self, general: list[BV], vector: list[BV], nzcv: int, block: bytearray) -> None:
        self.general = general
        """X0-X30 and SP."""
        self.vector = vector
        self.nzcv = nzcv
        self.block = block

    @staticmethod
    def of(general: list[int], vector: list[int], nzcv: int) -> RegisterContents:
        """Contents of 32 general-purpose values, SP last, 32 vectors and the flags."""
        contents = RegisterContents([], [], nzcv, bytearray(BLOCK_BYTES))
        contents.general = [BV.const(value, 64) for value in general]
        contents.vector = [BV.const(value, 128) for value in vector]
        struct.pack_into("<32Q", contents.block, 0, *general)
        for n, value in enumerate(vector):
            contents.set_vector(n, value)
        contents.set_flags(nzcv)
        return contents

    def copy(self) -> RegisterContents:
        """The same contents, to be changed on their own."""
        return RegisterContents(self.general.copy(), self.vector.copy(), self.nzcv, self.block.copy())

    def set_general(self, n: int, value: int) -> None:
        """Set Xn, or SP for 31, to 64 bits."""
        self.general[n] = BV.const(value, 64)
        struct.pack_into("<Q", self.block, 8 * n, value)

    def set_vector(self, n: int, value: int) -> None:
        """Set Vn to 128 bits."""
        self.vector[n] = BV.const(value, 128)
        self.block[VECTOR_AT + 16 * n : VECTOR_AT + 16 * n + 16] = value.to_bytes(16, "little")

    def set_flags(self, nzcv: int) -> None:
        """Set NZCV to a 4-bit field."""
        self.nzcv = nzcv
        struct.pack_into("<Q", self.block, NZCV_AT, nzcv << 28 | PENDING)


def general_value(random: Random) -> int:
    """A 64-bit value, often a corner case of 64 or 32 bits."""
    kind = random.getrandbits(8) % 12
    if kind < 5:
        return random.getrandbits(64)
    if kind == 5:
        return (0, 1, (1 << 64) - 1, 1 << 63, (1 << 63) - 1)[random.randrange(5)]
    if kind == 6:
        low = (0, 1, (1 << 32) - 1, 1 << 31, (1 << 31) - 1)[random.randrange(5)]
        return random.getrandbits(32) << 32 | low
    if kind == 7:
        return random.randrange(128)
    if kind == 8:
        return (1 << 64) - 1 - random.randrange(128)
    if kind == 9:
        return random.getrandbits(32)
    if kind == 10:
        return 1 << random.randrange(64)
    return (1 << random.randrange(65)) - 1


def vector_value(random: Random) -> int:
    """A 128-bit value, often made of lanes of corner cases."""
    kind = random.getrandbits(3)
    if kind < 3:
        return random.getrandbits(128)
    if kind == 3:
        return (0, 1, (1 << 128) - 1, 1 << 127, (1 << 64) - 1, random.getrandbits(64))[random.randrange(6)]
    bits = random.getrandbits
    esize = 8 << bits(2)
    ones = (1 << esize) - 1
    value = 0
    if kind < 6:
        corners = (0, 1, ones, ones >> 1, (ones >> 1) + 1, (ones >> 1) + 2, bits(esize), bits(esize))
        for _ in range(128 // esize):
            value = value << esize | corners[bits(3)]
    elif kind == 6:  # shift amounts of either sign, counts
        for _ in range(128 // esize):
            value = value << esize | bits(8) % (2 * esize + 5) - esize - 2 & ones
    else:  # table indices
        for byte in random.randbytes(16):
            value = value << 8 | byte % 72
    return value


def near(random: Random, value: int, width: int) -> int:
    """A value of `width` bits that is, or nearly is, another one."""
    kind = random.getrandbits(8) % 5
    ones = (1 << width) - 1
    if kind == 0:
        return value
    if kind == 1:
        return value + random.choice((-1, 1, 2)) & ones
    if kind == 2:
        return value ^ ones
    if kind == 3:
        return -value & ones
    return value ^ 1 << random.randrange(width)


def background(random: Random) -> RegisterContents:
    """Random contents."""
    return RegisterContents.of(
        [random.getrandbits(64) for _ in range(32)], [random.getrandbits(128) for _ in range(32)], random.randrange(16)
    )


def memory_contents(random: Random) -> bytes:
    """A page of memory, random bytes between stretches of lanes."""
    data = bytearray(random.randbytes(PAGE))
    for at in range(0, PAGE, 64):
        if random.random() < 0.5:
            data[at : at + 16] = vector_value(random).to_bytes(16, "little")
    return bytes(data)
