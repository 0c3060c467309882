"""The CRC-32 step of the CRC32 and CRC32C instructions.

The step is linear over GF(2), so it is an XOR of one table lookup for each byte that it takes in: few terms, whatever
the operands are made of. Written bit by bit it is a chain of 32 choices, or hundreds of slices.
"""

from __future__ import annotations

from functools import cache

from lnsym.bv import BV, Table, lookup, table

CRC32 = 0x04C11DB7
"""The polynomial of CRC32B, CRC32H, CRC32W, CRC32X, without its leading term."""

CRC32C = 0x1EDC6F41
"""That of CRC32CB, CRC32CH, CRC32CW, CRC32CX."""


@cache
def _byte_tables(polynomial: int, size: int) -> tuple[Table, ...]:
    """What `size` shifts make of a bit-reversed register that holds one byte; table k for a byte at bit 8 * k."""
    reversed_polynomial = int(f"{polynomial:032b}"[::-1], 2)

    def shifts(register: int) -> int:
        for _ in range(size):
            register = register >> 1 ^ (reversed_polynomial if register & 1 else 0)
        return register

    return tuple([table([shifts(byte << low) for byte in range(256)], 32) for low in range(0, size, 8)])


def crc32_step(accumulator: BV, value: BV, polynomial: int) -> BV:
    """The 32-bit accumulator after the bits of `value`, 8, 16, 32 or 64 of them, least significant first.

    BitReverse(Poly32Mod2(BitReverse(acc) : Zeros EOR BitReverse(value) : Zeros(32), polynomial)) (Arm ARM, CRC32B,
    CRC32H, CRC32W, CRC32X): the reversals cancel against a register that shifts right.
    """
    size = value.width
    if size == 64:
        return crc32_step(crc32_step(accumulator, value[31:0], polynomial), value[63:32], polynomial)
    taken = accumulator[size - 1 : 0] ^ value
    result = accumulator >> size
    for k, entries in enumerate(_byte_tables(polynomial, size)):
        result = result ^ lookup(entries, taken[8 * k + 7 : 8 * k])
    return result
