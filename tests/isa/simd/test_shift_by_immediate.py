"""The two halves of a rotation of lanes, however they are joined, are that rotation."""

from __future__ import annotations

import pytest

from isa.encoding import Fields
from isa.flags import FlagBits
from isa.lanes import lanewise
from isa.simd import shift_by_immediate
from lnsym.bv import BV
from lnsym.machine.memory import Memory
from lnsym.machine.state import State

X, RESULT, OTHER = 0, 1, 2
OPCODES = {"USHR": (1, 0b00000), "SRI": (1, 0b01000), "SHL": (0, 0b01010), "SLI": (1, 0b01010)}


def shift(state: State, name: str, amount: int, esize: int, to: int) -> None:
    """Shift the lanes of V[X] into V[to]."""
    left = name in ("SHL", "SLI")
    immediate = esize + amount if left else 2 * esize - amount
    opcode_u, opcode = OPCODES[name]
    f = Fields(Q=1, U=opcode_u, immh=immediate >> 3, immb=immediate & 0b111, opcode=opcode, Rn=X, Rd=to)
    assert shift_by_immediate.mnemonic(f) == name
    shift_by_immediate.execute(state, f)


@pytest.fixture
def state() -> State:
    return State.symbolic(Memory(), 0)


@pytest.mark.parametrize("esize", [8, 16, 32, 64])
def test_shifts_that_insert_make_a_rotation(state: State, esize: int) -> None:
    for amount in (1, 5, esize - 1):
        rotation = lanewise(lambda x, amount=amount: x.rotate_right(amount), esize, state.v(X))
        shift(state, "SHL", esize - amount, esize, RESULT)
        shift(state, "SRI", amount, esize, RESULT)
        assert state.v(RESULT) is rotation
        shift(state, "USHR", amount, esize, RESULT)
        shift(state, "SLI", esize - amount, esize, RESULT)
        assert state.v(RESULT) is rotation


@pytest.mark.parametrize("esize", [8, 16, 32, 64])
def test_shifts_joined_make_a_rotation(state: State, esize: int) -> None:
    for amount in (1, 3, esize - 1):
        rotation = lanewise(lambda x, amount=amount: x.rotate_right(amount), esize, state.v(X))
        shift(state, "USHR", amount, esize, RESULT)
        shift(state, "SHL", esize - amount, esize, OTHER)
        assert state.v(RESULT) | state.v(OTHER) is rotation
        assert state.v(RESULT) ^ state.v(OTHER) is rotation


def test_a_shift_by_the_element_size_inserts_nothing(state: State) -> None:
    old = state.v(RESULT)
    shift(state, "SRI", 32, 32, RESULT)
    assert state.v(RESULT) is old


def test_a_rotation_of_numbers() -> None:
    """0x01234567 rotated right by 8, in each lane."""
    words = [BV.const(int("01234567" * 4, 16), 128)] + [BV.const(0, 128)] * 31
    state = State([BV.const(0, 64)] * 32, words, FlagBits.from_field(0), Memory(), 0)
    shift(state, "SHL", 24, 32, RESULT)
    shift(state, "SRI", 8, 32, RESULT)
    assert state.v(RESULT).value == int("67012345" * 4, 16)
