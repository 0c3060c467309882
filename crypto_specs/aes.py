"""The Advanced Encryption Standard. FIPS 197, update 1 (May 2023).

A block, the state and a round key are lists of 16 terms of 8 bits. The standard's state is an array of four rows and
four columns filled column by column: s[r, c] is byte r + 4c of the list. The S-boxes are not copied from the standard's
tables but computed by the definition it gives for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import TypeAlias

from crypto_specs import octets
from crypto_specs.polynomials import scale
from lnsym.bv import BV, Table, lookup, table

Block: TypeAlias = Sequence[BV]


@dataclass(frozen=True)
class Parameters:
    """Key length, block size and number of rounds. Section 5, table 3."""

    name: str
    nk: int
    """Words of 32 bits in the key."""
    nr: int
    """Rounds."""


AES128 = Parameters("AES-128", nk=4, nr=10)
AES192 = Parameters("AES-192", nk=6, nr=12)
AES256 = Parameters("AES-256", nk=8, nr=14)


# The field GF(2^8), section 4


def xtimes(b: BV) -> BV:
    """The product of b and {02} modulo x^8 + x^4 + x^3 + x + 1. Section 4.2."""
    return (b << 1) ^ scale(b[7], BV.const(0b00011011, 8))


def multiply(c: int, b: BV) -> BV:
    """The product c * b: the XOR of those {02}^i * b where bit i of c is set. Section 4.2."""
    product, power = BV.const(0, 8), b
    for i in range(c.bit_length()):
        if c >> i & 1:
            product = product ^ power
        power = xtimes(power)
    return product


def inverses() -> list[BV]:
    """The multiplicative inverse of each byte, and {00} for {00}. Section 4.4.

    The nonzero elements are the powers of {03}, 255 of them, so {03}^(255-i) is the inverse of {03}^i.
    """
    powers = [BV.const(1, 8)]
    while len(powers) < 255:
        powers.append(multiply(0x03, powers[-1]))
    result = [BV.const(0, 8)] * 256
    for i, power in enumerate(powers):
        result[power.value] = powers[-i % 255]
    return result


def multiply_by_matrix(first_row: tuple[int, int, int, int], column: Sequence[BV]) -> list[BV]:
    """A word times a fixed matrix, each row of which is the one above rotated right. Section 4.3."""
    return [reduce(xor, [multiply(first_row[(j - i) % 4], column[j]) for j in range(4)]) for i in range(4)]


# The S-boxes, sections 5.1.1 and 5.3.2


def affine(b: BV) -> BV:
    """Bit i is the XOR of bits i, i + 4, i + 5, i + 6, i + 7 (modulo 8) of b and of {01100011}. Section 5.1.1."""
    rotations = [b.rotate_right(amount) for amount in (0, 4, 5, 6, 7)]
    return reduce(xor, rotations) ^ 0b01100011


SBOX: Table = table([affine(b).value for b in inverses()], 8)
"""SBOX(). Section 5.1.1."""

INV_SBOX: Table = table([SBOX.entries.index(b) for b in range(256)], 8)
"""INVSBOX(), the inverse permutation. Section 5.3.2."""


# The transformations of a round, sections 5.1 and 5.3


def sub_bytes(state: Block) -> list[BV]:
    """SUBBYTES(). Section 5.1.1."""
    return [lookup(SBOX, byte) for byte in state]


def inv_sub_bytes(state: Block) -> list[BV]:
    """INVSUBBYTES(). Section 5.3.2."""
    return [lookup(INV_SBOX, byte) for byte in state]


def shift_rows(state: Block) -> list[BV]:
    """SHIFTROWS(): s'[r, c] = s[r, c + r mod 4]. Section 5.1.2."""
    return [state[r + 4 * ((c + r) % 4)] for c in range(4) for r in range(4)]


def inv_shift_rows(state: Block) -> list[BV]:
    """INVSHIFTROWS(): s'[r, c] = s[r, c - r mod 4]. Section 5.3.1."""
    return [state[r + 4 * ((c - r) % 4)] for c in range(4) for r in range(4)]


def mix_columns(state: Block) -> list[BV]:
    """MIXCOLUMNS(). Section 5.1.3."""
    return [byte for c in range(4) for byte in multiply_by_matrix((0x02, 0x03, 0x01, 0x01), state[4 * c : 4 * c + 4])]


def inv_mix_columns(state: Block) -> list[BV]:
    """INVMIXCOLUMNS(). Section 5.3.3."""
    return [byte for c in range(4) for byte in multiply_by_matrix((0x0E, 0x0B, 0x0D, 0x09), state[4 * c : 4 * c + 4])]


def add_round_key(state: Block, round_key: Block) -> list[BV]:
    """ADDROUNDKEY(). Section 5.1.4."""
    return octets.xor(state, round_key)


# Key expansion, section 5.2


def rot_word(word: Sequence[BV]) -> list[BV]:
    """ROTWORD(). Section 5.2."""
    return [word[1], word[2], word[3], word[0]]


def sub_word(word: Sequence[BV]) -> list[BV]:
    """SUBWORD(). Section 5.2."""
    return [lookup(SBOX, byte) for byte in word]


def rcon(j: int) -> list[BV]:
    """Round constant j >= 1, [{02}^(j-1), {00}, {00}, {00}]. Section 5.2, table 5."""
    power = BV.const(1, 8)
    for _ in range(j - 1):
        power = xtimes(power)
    return [power, *octets.from_bytes(bytes(3))]


def key_expansion(parameters: Parameters, key: Sequence[BV]) -> list[list[BV]]:
    """KEYEXPANSION(): the nr + 1 round keys of 16 bytes from a key of 4 * nk bytes. Section 5.2, algorithm 2."""
    nk, nr = parameters.nk, parameters.nr
    if len(key) != 4 * nk:
        raise ValueError(f"a key of {parameters.name} is {4 * nk} bytes, not {len(key)}")
    w = [list(key[4 * i : 4 * i + 4]) for i in range(nk)]
    for i in range(nk, 4 * nr + 4):
        temp = w[i - 1]
        if i % nk == 0:
            temp = octets.xor(sub_word(rot_word(temp)), rcon(i // nk))
        elif nk > 6 and i % nk == 4:
            temp = sub_word(temp)
        w.append(octets.xor(w[i - nk], temp))
    return [w[i] + w[i + 1] + w[i + 2] + w[i + 3] for i in range(0, 4 * nr + 4, 4)]


def equivalent_inverse_key_schedule(parameters: Parameters, key: Sequence[BV]) -> list[list[BV]]:
    """KEYEXPANSIONEIC(): the nr + 1 round keys of EQINVCIPHER(). Section 5.3.5, algorithm 5.

    They stand in the order of encryption; software often stores them in the order of use, the last one first.
    """
    first, *middle, last = key_expansion(parameters, key)
    return [first, *[inv_mix_columns(round_key) for round_key in middle], last]


# The cipher and its inverse


def cipher(parameters: Parameters, block: Block, round_keys: Sequence[Block]) -> list[BV]:
    """CIPHER(). Section 5.1, algorithm 1."""
    check_schedule(parameters, block, round_keys)
    state = add_round_key(block, round_keys[0])
    for round_number in range(1, parameters.nr):
        state = sub_bytes(state)
        state = shift_rows(state)
        state = mix_columns(state)
        state = add_round_key(state, round_keys[round_number])
    state = sub_bytes(state)
    state = shift_rows(state)
    return add_round_key(state, round_keys[parameters.nr])


def inverse_cipher(parameters: Parameters, block: Block, round_keys: Sequence[Block]) -> list[BV]:
    """INVCIPHER(), with the round keys of CIPHER() in the same order. Section 5.3, algorithm 3."""
    check_schedule(parameters, block, round_keys)
    state = add_round_key(block, round_keys[parameters.nr])
    for round_number in range(parameters.nr - 1, 0, -1):
        state = inv_shift_rows(state)
        state = inv_sub_bytes(state)
        state = add_round_key(state, round_keys[round_number])
        state = inv_mix_columns(state)
    state = inv_shift_rows(state)
    state = inv_sub_bytes(state)
    return add_round_key(state, round_keys[0])


def equivalent_inverse_cipher(parameters: Parameters, block: Block, round_keys: Sequence[Block]) -> list[BV]:
    """EQINVCIPHER(), with the round keys of KEYEXPANSIONEIC(). Section 5.3.5, algorithm 4."""
    check_schedule(parameters, block, round_keys)
    state = add_round_key(block, round_keys[parameters.nr])
    for round_number in range(parameters.nr - 1, 0, -1):
        state = inv_sub_bytes(state)
        state = inv_shift_rows(state)
        state = inv_mix_columns(state)
        state = add_round_key(state, round_keys[round_number])
    state = inv_sub_bytes(state)
    state = inv_shift_rows(state)
    return add_round_key(state, round_keys[0])


def check_schedule(parameters: Parameters, block: Block, round_keys: Sequence[Block]) -> None:
    """Raise ValueError unless the block is 16 bytes and there are nr + 1 round keys."""
    if len(block) != 16:
        raise ValueError(f"a block is 16 bytes, not {len(block)}")
    if len(round_keys) != parameters.nr + 1:
        raise ValueError(f"{parameters.name} has {parameters.nr + 1} round keys, not {len(round_keys)}")


def encryption(parameters: Parameters, key: Sequence[BV]) -> Callable[[Block], list[BV]]:
    """AES-128, AES-192 or AES-256 under this key: a function from block to block. Section 5."""
    round_keys = key_expansion(parameters, key)
    return lambda block: cipher(parameters, block, round_keys)


def decryption(parameters: Parameters, key: Sequence[BV]) -> Callable[[Block], list[BV]]:
    """The inverse of `encryption` under the same key. Section 5.3."""
    round_keys = key_expansion(parameters, key)
    return lambda block: inverse_cipher(parameters, block, round_keys)
