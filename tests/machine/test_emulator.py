"""Unicorn as the second opinion: what it runs, what it watches, how a run ends."""

from __future__ import annotations

import pytest
from assembly import FADD, NOP, RET, add_imm, b, cbz, cmp_imm, ldr, little, movi_d, movz, store

from lnsym.machine.emulator import Emulator, Extent, Registers, Run

CODE, DATA, STACK, CALLER = 0x10000, 0x5000_0010, 0x7000_0000, 0x9000_0000


def run(*words: int, max_steps: int = 100, registers: Registers | None = None) -> tuple[Run, Emulator]:
    """Run code with X0 at 32 writable bytes, X1 at 16 readable ones right after, SP at the end of 64."""
    extents = [
        Extent("code", CODE, bytearray(little(*words)), executable=True),
        Extent("state", DATA, bytearray(range(32)), writable=True),
        Extent("msg", DATA + 32, bytearray(range(100, 116))),
        Extent("stack", STACK - 64, bytearray(64), writable=True),
        Extent("caller", CALLER, bytearray(0x1000), False, False, True),
    ]
    emulator = Emulator(extents)
    if registers is None:
        registers = Registers([DATA, DATA + 32, *range(2, 30), CALLER, STACK], [n << 64 | n for n in range(32)], 0)
    return emulator.run(CODE, CALLER, registers, max_steps), emulator


def test_a_call_that_returns() -> None:
    seen, emulator = run(ldr(2, 1), store(2, 0, 8), add_imm(3, 3, 5), RET)
    value = int.from_bytes(bytes(range(100, 108)), "little")
    assert (seen.ending, seen.steps, seen.pc, seen.access) == ("returned", 4, CALLER, "")
    assert seen.registers.general[2:5] == [value, 8, 4]
    assert emulator.read(DATA, 32) == bytes(range(8)) + bytes(range(100, 108)) + bytes(range(16, 32))


def test_registers_and_flags_go_in_and_come_out() -> None:
    general = [n * 0x0101_0101_0101 for n in range(30)] + [CALLER, STACK]
    vector = [n << 120 | n for n in range(32)]
    seen, _ = run(NOP, RET, registers=Registers(general.copy(), vector.copy(), 0b1010))
    assert (seen.registers.general, seen.registers.vector, seen.registers.nzcv) == (general, vector, 0b1010)
    seen, _ = run(cmp_imm(31, 0), movi_d(8), RET, registers=Registers(general, vector, 0))
    assert seen.registers.nzcv == 0b0010  # SP is not zero: no borrow
    assert seen.registers.vector[8] == 0
    assert seen.registers.vector[9] == vector[9]


@pytest.mark.parametrize(
    ("word", "access"),
    [
        (store(2, 0, 32), "store of 8 bytes"),  # into what may only be read
        (store(2, 0, 25), "store of 8 bytes"),  # over the edge into it
        (ldr(2, 1, 9), "load of 8 bytes"),  # over its end
        (ldr(2, 1, 16, 1), "load of 1 byte "),  # the byte after it
        (ldr(2, 0, -1, 1), "load of 1 byte "),  # the byte before, same page
        (store(2, 30, 0, 1), "store of 1 byte "),  # the caller's page
    ],
)
def test_an_access_outside_is_caught_to_the_byte(word: int, access: str) -> None:
    seen, _ = run(NOP, word, RET)
    assert (seen.ending, seen.pc) == ("outside", CODE + 4)
    assert seen.access.startswith(access)


@pytest.mark.parametrize("word", [ldr(2, 1, 8), ldr(2, 0, 0, 1), store(2, 31, -64), store(2, 0, 24)])
def test_an_access_at_the_edge_is_allowed(word: int) -> None:
    assert run(word, RET)[0].ending == "returned"


@pytest.mark.parametrize("word", [ldr(3, 2), ldr(3, 31, 0, 1), store(3, 31, 8)], ids=["null", "load", "store"])
def test_unmapped_memory_is_outside_or_a_fault(word: int) -> None:
    """Address 0, and what lies above the stack."""
    seen, _ = run(movz(2, 0), word, RET)
    assert seen.ending in ("outside", "fault")
    assert (seen.access != "", seen.pc) == (True, CODE + 4)


@pytest.mark.parametrize(
    ("words", "loops"),
    [
        ((NOP, b(0)), True),
        ((movz(2, 5), store(2, 0), b(-4)), True),
        ((add_imm(2, 2, 1), b(-4)), False),  # a register goes on
        ((ldr(2, 0), add_imm(2, 2, 1), store(2, 0), movz(2, 0), b(-16)), False),  # memory does
        ((ldr(2, 0), add_imm(2, 2, 1), store(2, 0, 0, 1), movz(2, 0), b(-16)), True),  # one byte: 256 states
        ((NOP, NOP, NOP), False),  # into nothing
    ],
)
def test_a_state_that_comes_again_is_noticed(words: tuple[int, ...], loops: bool) -> None:
    seen, _ = run(*words, max_steps=5000)
    assert (seen.ending == "limit", seen.loops) == (words[-1] != NOP, loops)


def test_a_long_loop_that_ends_is_no_endless_one() -> None:
    """Three hundred passes over a byte of memory, the limit at a hundred steps."""
    code = (ldr(2, 0, 0, 1), add_imm(2, 2, 1), store(2, 0, 0, 1), cbz(2, 8), b(-16), RET)
    seen, _ = run(*code, max_steps=100)
    assert (seen.ending, seen.loops) == ("limit", False)


def test_the_step_limit() -> None:
    seen, _ = run(b(0), max_steps=10)
    assert (seen.ending, seen.steps) == ("limit", 10)
    assert run(NOP, RET, max_steps=2)[0].ending == "returned"


def test_running_off_the_code() -> None:
    seen, _ = run(b(0x100000))
    assert seen.ending == "fault"


def test_memory_can_be_changed_between_runs() -> None:
    _, emulator = run(RET)
    emulator.write(DATA + 32, b"abc")
    assert emulator.read(DATA + 31, 5) == bytes([31]) + b"abc" + bytes([103])


def test_simd_is_on() -> None:
    """Floating point, which the model lacks, runs here."""
    assert run(FADD, RET)[0].ending == "returned"
