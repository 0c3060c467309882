"""Loads and stores: examples, what terms they give, which bytes they touch, and what is not allocated."""

from __future__ import annotations

from types import ModuleType

import pytest
from stopping import stops

from isa.encoding import Fields
from isa.lanes import join, lanes
from isa.loads_and_stores import (
    atomic_memory_operations,
    compare_and_swap,
    exclusive_pair,
    exclusive_register,
    ordered,
    pair_offset,
    pair_post_indexed,
    pair_pre_indexed,
    register_immediate_post_indexed,
    register_immediate_pre_indexed,
    register_literal,
    register_offset,
    register_unscaled_immediate,
    register_unsigned_immediate,
    simd_multiple_structures,
    simd_multiple_structures_post_indexed,
    simd_single_structure,
    simd_single_structure_post_indexed,
)
from lnsym.bv import BV
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.contents import Bytes, Elements
from lnsym.machine.memory import Memory
from lnsym.machine.regions import Region
from lnsym.machine.state import State

BASE = BV.var("base", 64)
PC = 0x10000
RN, SP = 1, 31


def state_on(contents: list[BV] | bytes, size: int | None = None, offset: int = 0) -> State:
    """A symbolic state whose X1 and SP are `offset` bytes into a region of these contents at `base`."""
    if isinstance(contents, bytes):
        region = Region("data", BASE, len(contents) if size is None else size, Bytes(contents), writable=True)
    else:
        whole = len(contents) * contents[0].width // 8
        region = Region("data", BASE, whole if size is None else size, Elements(contents), writable=True)
    state = State.symbolic(Memory([region]), PC)
    state.general[RN] = state.general[SP] = BASE + offset
    return state


def words(count: int, width: int) -> list[BV]:
    return [BV.var(f"m{i}", width) for i in range(count)]


def memory(state: State, offset: int, size: int) -> BV:
    return state.load(BASE + offset, size)


# One register


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"size": 0, "opc": 0b01}, 0x81, id="LDRB"),
        pytest.param({"size": 0, "opc": 0b10}, 0xFFFFFFFFFFFFFF81, id="LDRSB X"),
        pytest.param({"size": 0, "opc": 0b11}, 0xFFFFFF81, id="LDRSB W"),
        pytest.param({"size": 1, "opc": 0b01}, 0x8281, id="LDRH"),
        pytest.param({"size": 1, "opc": 0b10}, 0xFFFFFFFFFFFF8281, id="LDRSH X"),
        pytest.param({"size": 1, "opc": 0b11}, 0xFFFF8281, id="LDRSH W"),
        pytest.param({"size": 2, "opc": 0b01}, 0x84838281, id="LDR W"),
        pytest.param({"size": 2, "opc": 0b10}, 0xFFFFFFFF84838281, id="LDRSW"),
        pytest.param({"size": 3, "opc": 0b01}, 0x8887868584838281, id="LDR X"),
    ],
)
def test_a_load_extends_to_the_whole_register(fields: dict[str, int], expected: int) -> None:
    state = state_on(bytes(range(0x81, 0x91)))
    register_unsigned_immediate.execute(state, Fields(V=0, imm12=0, Rn=RN, Rt=0, **fields))
    assert state.x(0) is BV.const(expected, 64)


@pytest.mark.parametrize("scale", range(5))
def test_simd_register_load_clears_what_is_above(scale: int) -> None:
    data = bytes(range(1, 33))
    state = state_on(data)
    register_unsigned_immediate.execute(
        state, Fields(size=scale & 3, V=1, opc=0b11 if scale == 4 else 0b01, imm12=1, Rn=RN, Rt=0)
    )
    assert state.v(0) is BV.const(int.from_bytes(data[1 << scale : 2 << scale], "little"), 128)


def test_a_load_gives_back_the_word_that_memory_holds() -> None:
    m = words(4, 64)
    state = state_on(m)
    register_unsigned_immediate.execute(state, Fields(size=3, V=0, opc=1, imm12=2, Rn=RN, Rt=0))
    assert state.x(0) is m[2]
    pair_offset.execute(state, Fields(opc=0b10, V=0, L=1, imm7=0, Rt2=3, Rn=SP, Rt=2))
    assert (state.x(2), state.x(3)) == (m[0], m[1])


def test_a_narrow_store_writes_the_low_bytes_only() -> None:
    state = state_on(bytes(8))
    value = state.x(5)
    register_unscaled_immediate.execute(state, Fields(size=1, V=0, opc=0, imm9=3, Rn=RN, Rt=5))
    assert memory(state, 3, 2) is value[15:0]
    assert memory(state, 0, 3) is BV.const(0, 24)
    assert memory(state, 5, 3) is BV.const(0, 24)


def test_register_31_is_zero_as_data_and_sp_as_base() -> None:
    state = state_on(bytes(b"\xff" * 16))
    register_unsigned_immediate.execute(state, Fields(size=3, V=0, opc=0, imm12=1, Rn=SP, Rt=31))
    assert memory(state, 8, 8) is BV.const(0, 64)


def test_writeback_of_pre_and_post_index() -> None:
    m = words(4, 64)
    pre, post = state_on(m, offset=16), state_on(m, offset=16)
    fields = Fields(size=3, V=0, opc=1, imm9=-8 & 0x1FF, Rn=RN, Rt=0)
    register_immediate_pre_indexed.execute(pre, fields)
    register_immediate_post_indexed.execute(post, fields)
    assert (pre.x(0), post.x(0)) == (m[1], m[2])
    assert pre.x(RN) is post.x(RN) is BASE + 8


@pytest.mark.parametrize(
    ("option", "S", "index", "element"),
    [
        pytest.param(0b011, 0, 8, 1, id="LSL #0"),
        pytest.param(0b011, 1, 2, 2, id="LSL #3"),
        pytest.param(0b010, 1, 0xFFFFFFFF_00000003, 3, id="UXTW #3 ignores the upper half"),
        pytest.param(0b110, 1, 0x00000000_FFFFFFFF, -1, id="SXTW #3"),
        pytest.param(0b111, 0, -8, -1, id="SXTX #0"),
    ],
)
def test_register_offset(option: int, S: int, index: int, element: int) -> None:
    m = words(8, 64)
    state = state_on(m, offset=32)
    state.set_x(2, BV.const(index, 64))
    register_offset.execute(state, Fields(size=3, V=0, opc=1, Rm=2, option=option, S=S, Rn=RN, Rt=0))
    assert state.x(0) is m[4 + element]


def test_literal_is_relative_to_the_instruction() -> None:
    code = Region("code", PC - 8, 16, Bytes(bytes(range(0xF0, 0x100))))
    state = State.symbolic(Memory([code]), PC)
    register_literal.execute(state, Fields(opc=0b01, V=0, imm19=-2 & 0x7FFFF, Rt=0))
    assert state.x(0) is BV.const(0xF7F6F5F4F3F2F1F0, 64)
    register_literal.execute(state, Fields(opc=0b10, V=0, imm19=1, Rt=0))
    assert state.x(0) is BV.const(0xFFFFFFFF_FFFEFDFC, 64)


def test_prefetches_touch_no_memory() -> None:
    state = State.symbolic(Memory(), PC)
    before = list(state.general)
    register_unsigned_immediate.execute(state, Fields(size=3, V=0, opc=0b10, imm12=9, Rn=RN, Rt=0))
    register_unscaled_immediate.execute(state, Fields(size=3, V=0, opc=0b10, imm9=9, Rn=RN, Rt=0))
    register_offset.execute(state, Fields(size=3, V=0, opc=0b10, Rm=2, option=0b011, S=0, Rn=RN, Rt=0))
    register_literal.execute(state, Fields(opc=0b11, V=0, imm19=9, Rt=0))
    assert state.general == before


# Pairs


def test_pair_of_simd_registers_with_writeback() -> None:
    state = state_on(bytes(64), offset=32)
    push = Fields(opc=0b01, V=1, L=0, imm7=-2 & 0x7F, Rt2=9, Rn=SP, Rt=8)  # stp d8, d9, [sp, #-16]!
    pair_pre_indexed.execute(state, push)
    assert state.x_or_sp(SP) is BASE + 16
    saved = state.v(8)[63:0], state.v(9)[63:0]
    state.set_v(8, BV.const(0, 128))
    pop = Fields(opc=0b01, V=1, L=1, imm7=2, Rt2=9, Rn=SP, Rt=8)  # ldp d8, d9, [sp], #16
    pair_post_indexed.execute(state, pop)
    assert state.x_or_sp(SP) is BASE + 32
    assert (state.v(8), state.v(9)) == (saved[0].zero_extend(128), saved[1].zero_extend(128))


def test_ldpsw_sign_extends() -> None:
    state = state_on(words(2, 32))
    pair_offset.execute(state, Fields(opc=0b01, V=0, L=1, imm7=0, Rt2=3, Rn=RN, Rt=2))
    assert (state.x(2), state.x(3)) == (BV.var("m0", 32).sign_extend(64), BV.var("m1", 32).sign_extend(64))


# Structures


def test_ld4_deinterleaves_and_st4_puts_back() -> None:
    m = words(16, 32)
    state = state_on(m)
    fields = Fields(Q=1, L=1, opcode=0b0000, size=0b10, Rn=RN, Rt=30)  # ld4 {v30.4s-v1.4s}, [x1]
    simd_multiple_structures.execute(state, fields)
    for r, t in enumerate((30, 31, 0, 1)):
        assert lanes(state.v(t), 32) == m[r::4]
    fields.L = 0
    simd_multiple_structures.execute(state, fields)
    assert [memory(state, 4 * i, 4) for i in range(16)] == m


def test_ld1_of_four_registers_takes_them_whole() -> None:
    m = words(4, 128)
    state = state_on(m)
    simd_multiple_structures_post_indexed.execute(state, Fields(Q=1, L=1, Rm=31, opcode=0b0010, size=0b00, Rn=RN, Rt=0))
    assert [state.v(t) for t in range(4)] == m
    assert state.x(RN) is BASE + 64


def test_post_index_by_a_register() -> None:
    state = state_on(words(2, 64))
    state.set_x(2, BV.const(48, 64))
    fields = Fields(Q=0, L=1, R=0, Rm=2, opcode=0b000, S=0, size=0b01, Rn=RN, Rt=0)
    simd_single_structure_post_indexed.execute(state, fields)
    assert state.x(RN) is BASE + 48


def test_single_structure_of_three_elements_in_one_lane() -> None:
    m = words(3, 16)
    state = state_on(m)
    before = [lanes(state.v(t), 16) for t in range(3)]
    fields = Fields(Q=1, L=1, R=0, opcode=0b011, S=1, size=0b00, Rn=RN, Rt=0)  # ld3 {v0.h-v2.h}[6], [x1]
    simd_single_structure.execute(state, fields)
    for t in range(3):
        assert state.v(t) is join([*before[t][:6], m[t], before[t][7]])


def test_ld2r_replicates() -> None:
    m = words(2, 32)
    state = state_on(m)
    simd_single_structure.execute(state, Fields(Q=0, L=1, R=1, opcode=0b110, S=0, size=0b10, Rn=RN, Rt=0))
    assert state.v(0) is join([m[0], m[0]]).zero_extend(128)
    assert state.v(1) is join([m[1], m[1]]).zero_extend(128)


@pytest.mark.parametrize(
    ("module", "fields", "size"),
    [
        pytest.param(simd_multiple_structures, {"opcode": 0b0100, "size": 0, "Q": 1}, 48, id="LD3 16B"),
        pytest.param(simd_multiple_structures, {"opcode": 0b1000, "size": 1, "Q": 0}, 16, id="LD2 4H"),
        pytest.param(simd_multiple_structures, {"opcode": 0b0110, "size": 3, "Q": 0}, 24, id="LD1 3 x 1D"),
        pytest.param(simd_single_structure, {"opcode": 0b101, "R": 1, "S": 0, "size": 1, "Q": 1}, 32, id="LD4 D"),
        pytest.param(simd_single_structure, {"opcode": 0b111, "R": 0, "S": 0, "size": 2, "Q": 1}, 12, id="LD3R 4S"),
    ],
)
def test_structures_touch_their_bytes_and_no_more(module: ModuleType, fields: dict[str, int], size: int) -> None:
    module.execute(state_on(bytes(64), size=size), Fields(L=1, Rn=RN, Rt=0, **fields))
    with stops(OutsideMemory):
        module.execute(state_on(bytes(64), size=size - 1), Fields(L=1, Rn=RN, Rt=0, **fields))


# Exclusive, ordered and atomic accesses


def test_load_and_store_exclusive_are_plain_and_succeed() -> None:
    m = words(2, 64)
    state = state_on(m)
    exclusive_register.execute(state, Fields(size=3, L=1, Rs=31, o0=0, Rt2=31, Rn=RN, Rt=0))
    assert state.x(0) is m[0]
    exclusive_register.execute(state, Fields(size=3, L=0, Rs=2, o0=1, Rt2=31, Rn=RN, Rt=5))
    assert memory(state, 0, 8) is state.x(5)
    assert state.x(2) is BV.const(0, 64)


def test_exclusive_pair_has_the_first_register_below() -> None:
    state = state_on(bytes(8))
    exclusive_pair.execute(state, Fields(sz=0, L=0, Rs=2, o0=0, Rt2=6, Rn=RN, Rt=5))
    assert (memory(state, 0, 4), memory(state, 4, 4)) == (state.x(5, 32), state.x(6, 32))


def test_store_release_and_load_acquire() -> None:
    state = state_on(bytes(8))
    ordered.execute(state, Fields(size=0, L=0, Rs=31, o0=1, Rt2=31, Rn=RN, Rt=5))
    ordered.execute(state, Fields(size=0, L=1, Rs=31, o0=1, Rt2=31, Rn=RN, Rt=6))
    assert state.x(6) is state.x(5)[7:0].zero_extend(64)


@pytest.mark.parametrize(("opc", "expected"), [(0b100, 0x01), (0b101, 0x80), (0b110, 0x80), (0b111, 0x01)])
def test_narrow_minima_and_maxima_are_of_the_narrow_numbers(opc: int, expected: int) -> None:
    """LDSMAXB and LDSMINB as the Arm ARM has them; Unicorn 2.1 compares unsigned below 64 bits."""
    state = state_on(b"\x80")
    state.set_x(2, BV.const(0xFFFFFF01, 64))
    atomic_memory_operations.execute(state, Fields(size=0, A=0, R=0, Rs=2, o3=0, opc=opc, Rn=RN, Rt=3))
    assert memory(state, 0, 1) is BV.const(expected, 8)
    assert state.x(3) is BV.const(0x80, 64)


@pytest.mark.parametrize("equal", [True, False])
def test_compare_and_swap_on_numbers(equal: bool) -> None:
    state = state_on(b"\x11\x22\x33\x44")
    new = state.x(3)
    state.set_x(2, BV.const(0x44332211 if equal else 0x44332210, 64))
    compare_and_swap.execute(state, Fields(size=2, L=0, Rs=2, o0=0, Rt2=31, Rn=RN, Rt=3))
    assert memory(state, 0, 4) is (new[31:0] if equal else BV.const(0x44332211, 32))
    assert state.x(2) is BV.const(0x44332211, 64)


# What is CONSTRAINED UNPREDICTABLE is not modelled


@pytest.mark.parametrize(
    ("module", "fields", "name"),
    [
        (register_immediate_pre_indexed, {"size": 3, "V": 0, "opc": 0, "Rn": 1, "Rt": 1}, None),
        (register_immediate_pre_indexed, {"size": 3, "V": 0, "opc": 0, "Rn": 31, "Rt": 31}, "STR"),
        (register_immediate_post_indexed, {"size": 3, "V": 1, "opc": 1, "Rn": 1, "Rt": 1}, "LDR"),
        (pair_pre_indexed, {"opc": 0b10, "V": 0, "L": 0, "Rn": 2, "Rt": 1, "Rt2": 2}, None),
        (pair_pre_indexed, {"opc": 0b10, "V": 0, "L": 0, "Rn": 2, "Rt": 1, "Rt2": 1}, "STP"),
        (pair_offset, {"opc": 0b10, "V": 0, "L": 1, "Rn": 2, "Rt": 1, "Rt2": 1}, None),
        (pair_offset, {"opc": 0b01, "V": 0, "L": 0, "Rn": 2, "Rt": 1, "Rt2": 3}, None),
        (exclusive_register, {"size": 3, "L": 0, "o0": 0, "Rs": 1, "Rn": 1, "Rt": 2, "Rt2": 31}, None),
        (exclusive_register, {"size": 3, "L": 0, "o0": 0, "Rs": 3, "Rn": 1, "Rt": 1, "Rt2": 31}, "STXR"),
        (exclusive_pair, {"sz": 1, "L": 1, "o0": 1, "Rs": 31, "Rn": 1, "Rt": 2, "Rt2": 2}, None),
    ],
)
def test_registers_that_must_differ(module: ModuleType, fields: dict[str, int], name: str | None) -> None:
    assert module.mnemonic(Fields(**fields)) == name
