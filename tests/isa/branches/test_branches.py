"""Where branches go, on symbols."""

from __future__ import annotations

import pytest

from isa.encoding import classify
from lnsym.bv import BV, ite
from lnsym.machine.memory import Memory
from lnsym.machine.origins import flag, general_register
from lnsym.machine.state import State

PC = 0x1000
NEXT = BV.const(PC + 4, 64)
X0, X30 = general_register(0), general_register(30)


def after(word: int) -> State:
    """The state of variables after this instruction at PC."""
    state = State.symbolic(Memory([]), PC)
    found = classify(word)
    assert found is not None
    encoding, fields = found
    encoding.execute(state, fields)
    return state


def target(offset: int) -> BV:
    return BV.const(PC + offset, 64)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0x14000002, target(8)),  # b +8
        (0x17FFFFFF, target(-4)),  # b -4
        (0xB4000040, ite(X0.eq(0), target(8), NEXT)),  # cbz x0
        (0x35000040, ite(X0[31:0].eq(0), NEXT, target(8))),  # cbnz w0
        (0xB6F80040, ite(X0[63], NEXT, target(8))),  # tbz x0, #63
        (0x37180040, ite(X0[3], target(8), NEXT)),  # tbnz w0, #3
        (0xD61F0000, X0),  # br x0
        (0xD65F03C0, X30),  # ret
        (0xD65F0BFF, X30),  # retaa
        (0xD71F0801, X0),  # braa x0, x1
    ],
)
def test_where_a_branch_goes(word: int, expected: BV) -> None:
    assert after(word).next_pc is expected


def test_calls_leave_the_return_address() -> None:
    assert after(0x94000002).x(30) is NEXT  # bl +8
    state = after(0xD63F03C0)  # blr x30: the target is the old x30
    assert (state.next_pc, state.x(30)) == (X30, NEXT)


@pytest.mark.parametrize("word", [0xD503201F, 0xD503233F, 0xD50323BF, 0xD503245F, 0xD5033BBF, 0xD5033FDF])
def test_hints_and_barriers_change_nothing(word: int) -> None:
    before, state = State.symbolic(Memory([]), PC), after(word)
    assert (state.general, state.vector, state.next_pc) == (before.general, before.vector, None)


def test_nzcv_moves_out_and_back() -> None:
    n, z, c, v = (flag(bit) for bit in "nzcv")
    nzcv = after(0xD53B4200).x(0)  # mrs x0, nzcv
    assert [nzcv[31], nzcv[30], nzcv[29], nzcv[28]] == [n, z, c, v]
    flags = after(0xD51B4200).flags  # msr nzcv, x0
    assert [flags.n, flags.z, flags.c, flags.v] == [X0[31], X0[30], X0[29], X0[28]]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (0xD4000001, "svc"),
        (0xD4200000, "brk"),
        (0x00000000, "udf"),
        (0xD69F03E0, "eret"),
        (0xD53BD040, "mrs of tpidr_el0"),
        (0xD503251F, "hint 40, CHKFEAT, takes X16"),
    ],
)
def test_what_is_left_out_has_no_class(word: int, why: str) -> None:
    assert classify(word) is None, why
