"""Published check values, and instructions that must come out as the one term that they mean."""

from __future__ import annotations

from functools import reduce

import pytest

from isa.data_processing.bit_masks import decode_bit_masks, is_reserved_immediate
from isa.data_processing.crc32 import CRC32, CRC32C, crc32_step
from isa.data_processing.data_processing_1_source import (
    bit_reverse,
    count_leading_sign_bits,
    count_leading_zero_bits,
)
from isa.encoding import classify
from isa.flags import FlagBits
from lnsym.bv import BV
from lnsym.machine.memory import Memory
from lnsym.machine.origins import general_register
from lnsym.machine.state import State

X1, X2 = general_register(1), general_register(2)


def after(*words: int) -> State:
    """The state of variables after these instructions."""
    state = State.symbolic(Memory([]), 0x1000)
    for word in words:
        found = classify(word)
        assert found is not None
        encoding, fields = found
        encoding.execute(state, fields)
    return state


@pytest.mark.parametrize(("polynomial", "check"), [(CRC32, 0xCBF43926), (CRC32C, 0xE3069283)])
@pytest.mark.parametrize("sizes", [(1,) * 9, (2, 2, 2, 2, 1), (4, 4, 1), (8, 1)])
def test_crc_of_the_nine_digits(polynomial: int, check: int, sizes: tuple[int, ...]) -> None:
    """The check values of CRC-32 and CRC-32C: the checksum of the ASCII digits 1 to 9."""
    message = b"123456789"
    accumulator = BV.const(-1, 32)
    for size in sizes:
        value, message = int.from_bytes(message[:size], "little"), message[size:]
        accumulator = crc32_step(accumulator, BV.const(value, 8 * size), polynomial)
    assert (~accumulator).value == check


def test_crc_is_linear_in_each_of_its_bits() -> None:
    contributions = [crc32_step(BV.const(1 << i, 32), BV.const(0, 32), CRC32).value for i in range(32)]
    number = 0xDEADBEEF
    expected = reduce(lambda a, b: a ^ b, (c for i, c in enumerate(contributions) if number >> i & 1))
    assert crc32_step(BV.const(number, 32), BV.const(0, 32), CRC32).value == expected


def test_there_are_5334_logical_immediates() -> None:
    """The masks of 64 bits: 2, 4, ... 64 bits wide, e rotations of 1 to e - 1 ones each."""
    masks = {
        decode_bit_masks(N, imms, immr, 64)[0]
        for N in range(2)
        for imms in range(64)
        if not is_reserved_immediate(N, imms)
        for immr in range(64)
    }
    assert len(masks) == sum(e * (e - 1) for e in (2, 4, 8, 16, 32, 64)) == 5334
    assert {0x5555555555555555, 0xFF00FF00FF00FF00, 0x8000000000000001} <= masks
    assert not {0, (1 << 64) - 1, 5} & masks


@pytest.mark.parametrize("width", [32, 64])
def test_counts_at_every_leading_bit(width: int) -> None:
    for bit in range(width):
        assert count_leading_zero_bits(BV.const(1 << bit | (1 << bit) // 3, width)).value == width - 1 - bit
        ones = BV.const(-1 << bit, width)
        assert count_leading_sign_bits(ones).value == count_leading_sign_bits(~ones).value == width - 1 - bit
    assert count_leading_zero_bits(BV.const(0, width)).value == width
    assert count_leading_sign_bits(BV.const(0, width)).value == width - 1


def test_shifts_extracts_and_reversals_are_one_term_each() -> None:
    assert after(0xD348FC20).x(0) is X1 >> 8  # lsr x0, x1, #8
    assert after(0x9348FC20).x(0) is X1.shift_right_arithmetic(8)  # asr x0, x1, #8
    assert after(0xD3483C20).x(0) is X1 >> 8 & 0xFF  # ubfx x0, x1, #8, #8
    assert after(0x93C11C20).x(0) is X1.rotate_right(7)  # ror x0, x1, #7
    assert after(0x93C21C20).x(0) is X1 << 57 | X2 >> 7  # extr x0, x1, x2, #7
    assert after(0xDAC00C20, 0xDAC00C00).x(0) is X1  # rev x0, x1; rev x0, x0
    assert bit_reverse(BV.const(0b1011, 4)).value == 0b1101


def test_subtractions_are_differences() -> None:
    assert after(0xCB020C20).x(0) is X1 - 8 * X2  # sub x0, x1, x2, lsl #3
    assert after(0xCB226C20).x(0) is X1 - 8 * X2  # sub x0, x1, x2, uxtx #3


def test_a_conditional_comparison_keeps_the_comparison() -> None:
    """cmp x1, x2; ccmp x1, #5, #0, lo; b.hi: x1 < x2 and 5 < x1, unsigned."""
    flags = after(0xEB02003F, 0xFA453820).flags
    assert flags.holds(0b1000) is X1.ult(X2) & BV.const(5, 64).ult(X1)


def test_flags_are_the_field_where_the_condition_fails() -> None:
    state = State.symbolic(Memory([]), 0x1000)
    state.flags = FlagBits.from_field(0b0000)
    encoding, fields = classify(0xFA450822) or pytest.fail("not modelled")  # ccmp x1, #5, #2, eq
    encoding.execute(state, fields)
    assert [bit.value for bit in (state.flags.n, state.flags.z, state.flags.c, state.flags.v)] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (0x92407C20 | 0xFC00, "and (immediate) of an element of ones only"),
        (0x12400020, "a 32-bit logical immediate with N set"),
        (0x12C00000 | 1 << 22, "movn w0 with a shift of 48"),
        (0x53400020, "a 32-bit bitfield with N set"),
        (0x8BC20020, "add with a shift of type 3"),
        (0x0B028020, "add w0, w1, w2, lsl #32"),
        (0x8B227420, "add (extended register) shifted by 5"),
        (0x9B420020, "smulh with an addend"),
        (0x9AC24020, "crc32b of a doubleword"),
        (0x9AC03020, "pacga"),
    ],
)
def test_what_is_unallocated_or_left_out_has_no_class(word: int, why: str) -> None:
    assert classify(word) is None, why
