"""Integer vector instructions: a few on numbers, and the terms that proofs about cryptographic code count on."""

from __future__ import annotations

import pytest

from isa.encoding import classify
from lnsym.bv import BV, clmul, concat
from lnsym.machine.memory import Memory
from lnsym.machine.state import State


@pytest.fixture
def state() -> State:
    return State.symbolic(Memory(), 0)


def execute(state: State, word: int) -> BV:
    """Execute one instruction that writes V0, and give V0."""
    found = classify(word)
    assert found is not None
    encoding, fields = found
    encoding.execute(state, fields)
    return state.v(0)


def big_endian_words(name: str, width: int) -> tuple[BV, BV]:
    """A vector as a little-endian load gives it of big-endian words, and the vector of the words themselves."""
    words = [BV.var(f"{name}{i}", width) for i in reversed(range(128 // width))]
    return concat(*[word.reverse_bytes() for word in words]), concat(*words)


def test_rev32_of_big_endian_words_is_the_words(state: State) -> None:
    state.vector[1], words = big_endian_words("w", 32)
    assert execute(state, 0x6E200820) is words  # rev32 v0.16b, v1.16b


def test_rev64_of_big_endian_doublewords_is_the_doublewords(state: State) -> None:
    state.vector[1], words = big_endian_words("d", 64)
    assert execute(state, 0x4E200820) is words  # rev64 v0.16b, v1.16b


def test_rbit_twice_is_nothing(state: State) -> None:
    bits = state.v(1)
    state.vector[1] = execute(state, 0x6E605820)  # rbit v0.16b, v1.16b
    assert state.v(1) is not bits
    assert execute(state, 0x6E605820) is bits


def test_bitwise_selections_are_choose(state: State) -> None:
    v0, v1, v2 = state.v(0), state.v(1), state.v(2)
    assert execute(state, 0x6E621C20) is (v0 & v1) ^ (~v0 & v2)  # bsl v0.16b, v1.16b, v2.16b
    state.vector[0] = v0
    assert execute(state, 0x6EA21C20) is (v2 & v1) ^ (~v2 & v0)  # bit v0.16b, v1.16b, v2.16b
    state.vector[0] = v0
    assert execute(state, 0x6EE21C20) is (v2 & v0) ^ (~v2 & v1)  # bif v0.16b, v1.16b, v2.16b


def test_two_register_shifts_make_a_rotation(state: State) -> None:
    low, high = state.v(1).extract(63, 0), state.v(1).extract(127, 64)
    state.vector[2] = BV.const(57 << 64 | 57, 128)
    state.vector[4] = BV.const((-7 & 0xFF) << 64 | (-7 & 0xFF), 128)
    execute(state, 0x6EE24420)  # ushl v0.2d, v1.2d, v2.2d
    execute(state, 0x6EE44423)  # ushl v3.2d, v1.2d, v4.2d
    rotated = execute(state, 0x4EA31C00)  # orr v0.16b, v0.16b, v3.16b
    assert rotated is concat(high.rotate_right(7), low.rotate_right(7))


def test_pmull_takes_lower_halves_and_pmull2_upper_ones(state: State) -> None:
    v1, v2 = state.v(1), state.v(2)
    assert execute(state, 0x0EE2E020) is clmul(v1[63:0], v2[63:0])  # pmull v0.1q, v1.1d, v2.1d
    assert execute(state, 0x4EE2E020) is clmul(v1[127:64], v2[127:64])  # pmull2 v0.1q, v1.2d, v2.2d


def test_xtn_clears_the_upper_half_and_xtn2_keeps_the_lower_one(state: State) -> None:
    v0, v1 = state.v(0), state.v(1)
    narrowed = concat(v1[95:64], v1[31:0])
    assert execute(state, 0x0EA12820) is narrowed.zero_extend(128)  # xtn v0.2s, v1.2d
    state.vector[0] = v0
    assert execute(state, 0x4EA12820) is concat(narrowed, v0[63:0])  # xtn2 v0.4s, v1.2d


def test_addp_adds_neighbours_of_vn_then_of_vm(state: State) -> None:
    state.vector[1] = BV.const(0x00000004_00000003_00000002_00000001, 128)
    state.vector[2] = BV.const(0x00000040_00000030_00000020_00000010, 128)
    assert execute(state, 0x4EA2BC20).value == 0x00000070_00000030_00000007_00000003  # addp v0.4s, v1.4s, v2.4s


def test_umlal_by_element_adds_the_long_products(state: State) -> None:
    state.vector[0] = BV.const(1, 128)
    state.vector[1] = BV.const(0x00000003_FFFFFFFF, 128)
    state.vector[2] = BV.const(0xFFFFFFFF << 96, 128)
    expected = (3 * 0xFFFFFFFF) << 64 | 0xFFFFFFFF**2 + 1
    assert execute(state, 0x2FA22820).value == expected  # umlal v0.2d, v1.2s, v2.s[3]


def test_only_the_product_of_the_lowest_numbers_saturates(state: State) -> None:
    state.vector[1] = BV.const(0x80000000_80000000_7FFFFFFF_FFFFFFFF, 128)
    state.vector[2] = BV.const(0x80000000_7FFFFFFF_7FFFFFFF_00000001, 128)
    result = execute(state, 0x4EA2B420).value  # sqdmulh v0.4s, v1.4s, v2.4s
    assert result == 0x7FFFFFFF_80000001_7FFFFFFE_FFFFFFFF
    state.vector[1] = state.vector[2] = BV.const(0x8000, 128)
    assert execute(state, 0x5E62D020).value == 0x7FFFFFFF  # sqdmull s0, h1, h2
