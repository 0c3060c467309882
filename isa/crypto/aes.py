"""Cryptographic AES: AESE, AESD, AESMC, AESIMC."""

from __future__ import annotations

from functools import reduce
from typing import Final

from isa.crypto.finite_field import AES_POLYNOMIAL, inverses, rotations_xored, times
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV, Table, lookup, table

PATTERN = "01001110 size 10100 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))

_NAMES = {0b00100: "AESE", 0b00101: "AESD", 0b00110: "AESMC", 0b00111: "AESIMC"}


def mnemonic(f: Fields) -> str | None:
    return None if f.size else _NAMES.get(f.opcode)


def _sbox() -> list[int]:
    """SBOX(): the inverse in the field, then the affine map. FIPS 197, section 5.1.1."""
    return [0x63 ^ rotations_xored(inverse, (0, 4, 5, 6, 7)) for inverse in inverses(3, AES_POLYNOMIAL)]


def _inverse_permutation(permutation: list[int]) -> list[int]:
    inverse = [0] * len(permutation)
    for index, image in enumerate(permutation):
        inverse[image] = index
    return inverse


SBOX: Final = table(_sbox(), 8)
INVERSE_SBOX: Final = table(_inverse_permutation(_sbox()), 8)

# Byte 4c + r of a vector is row r of column c of the state.
SHIFT_ROWS: Final = [(i + 4 * (i % 4)) % 16 for i in range(16)]
"""From which byte each byte comes in AESShiftRows: row r moves r columns to the left."""

INVERSE_SHIFT_ROWS: Final = [(i - 4 * (i % 4)) % 16 for i in range(16)]
"""From which byte each byte comes in AESInvShiftRows."""


def substitute_shifted(vector: BV, rows: list[int], box: Table) -> BV:
    """AESSubBytes(AESShiftRows(vector)), or with the inverse tables AESInvSubBytes(AESInvShiftRows(vector))."""
    state = lanes(vector, 8)
    return join([lookup(box, state[source]) for source in rows])


def mix_columns(vector: BV, coefficients: tuple[int, int, int, int]) -> BV:
    """AESMixColumns, AESInvMixColumns: row r of a column is the sum of coefficients[k] times row r + k.

    The bits of the coefficients say which of the products with 1, 2, 4 and 8 enter the sum.
    """
    state = lanes(vector, 8)
    multiples = [state]
    for bit in range(1, max(coefficients).bit_length()):
        multiples.append([times(1 << bit, byte, AES_POLYNOMIAL) for byte in state])
    rows = [(k, multiples[bit]) for k in range(4) for bit in range(4) if coefficients[k] >> bit & 1]
    mixed = []
    for i in range(16):
        column, row = i & ~3, i & 3
        mixed.append(reduce(BV.__xor__, [multiple[column + (row + k & 3)] for k, multiple in rows]))
    return join(mixed)


feature = always(Feature.AES)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    n = state.v(f.Rn)
    match f.opcode:
        case 0b00100:
            result = substitute_shifted(state.v(f.Rd) ^ n, SHIFT_ROWS, SBOX)
        case 0b00101:
            result = substitute_shifted(state.v(f.Rd) ^ n, INVERSE_SHIFT_ROWS, INVERSE_SBOX)
        case 0b00110:
            result = mix_columns(n, (2, 3, 1, 1))
        case _:
            result = mix_columns(n, (14, 11, 13, 9))
    state.set_v(f.Rd, result)
