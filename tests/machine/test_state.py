"""Registers as instructions see them."""

from __future__ import annotations

import pytest

from lnsym.bv import BV
from lnsym.machine.memory import Memory
from lnsym.machine.origins import GeneralRegister, VectorRegister, vector_register
from lnsym.machine.state import SP, State

A, W = BV.var("a", 64), BV.var("w", 32)


@pytest.fixture
def state() -> State:
    return State.symbolic(Memory(), 0x1000)


def test_a_symbolic_state_is_all_variables(state: State) -> None:
    assert [state.x(n).origin for n in range(31)] == [GeneralRegister(n) for n in range(31)]
    assert str(state.x_or_sp(SP).origin) == "sp"
    assert [state.v(n).origin for n in range(32)] == [VectorRegister(n) for n in range(32)]
    assert (state.pc, state.next_pc) == (0x1000, None)


def test_a_w_write_zero_extends(state: State) -> None:
    state.set_x(3, W)
    assert state.x(3) is W.zero_extend(64)
    assert state.x(3, 32) is W
    assert state.x(3)[63:32] is BV.const(0, 32)


def test_an_x_write_is_read_in_both_widths(state: State) -> None:
    state.set_x(3, A)
    assert (state.x(3), state.x(3, 32)) == (A, A[31:0])
    state.set_x(3, W)
    state.set_x(3, A)
    assert state.x(3) is A


def test_register_31_is_zero_or_sp(state: State) -> None:
    sp = state.x_or_sp(SP)
    state.set_x(31, A)
    assert (state.x(31), state.x(31, 32)) == (BV.const(0, 64), BV.const(0, 32))
    assert state.x_or_sp(31) is sp
    state.set_x_or_sp(31, A)
    assert (state.x_or_sp(31), state.x(31)) == (A, BV.const(0, 64))
    state.set_x_or_sp(31, W)
    assert (state.x_or_sp(31), state.x_or_sp(31, 32)) == (W.zero_extend(64), W)


@pytest.mark.parametrize("width", [8, 31, 33, 128])
def test_only_words_and_doublewords_are_general(state: State, width: int) -> None:
    with pytest.raises(ValueError, match=f"^{width} bits"):
        state.set_x(0, BV.const(0, width))


@pytest.mark.parametrize("width", [8, 16, 32, 64, 128])
def test_a_vector_write_zero_extends(state: State, width: int) -> None:
    value = BV.var(f"value{width}", width)
    state.set_v(31, value)
    assert state.v(31) is value.zero_extend(128)
    assert state.v(31, width) is value
    assert state.v(31, 8) is value[7:0]
    assert state.v(30) is vector_register(30)


def test_a_copy_goes_its_own_way(state: State) -> None:
    twin = state.copy()
    twin.set_x(0, A)
    twin.set_v(0, BV.const(0, 128))
    twin.branch(A)
    twin.pc = 0
    assert (str(state.x(0).origin), str(state.v(0).origin), state.next_pc, state.pc) == ("x0", "v0", None, 0x1000)
    assert twin.copy().next_pc is A
