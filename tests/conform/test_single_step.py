"""The stub around the tested word: what it loads it stores again, and it notices where control went."""

from __future__ import annotations

import struct
from random import Random

import pytest

from lnsym.conform.contents import background
from lnsym.conform.single_step import BLOCK_BYTES, DATA, NOP, NZCV_AT, PAGE, SLOT, VECTOR_AT, SingleStep, StepEnding

ADD_X0_X1_X2 = 0x8B020020
LDR_X0_X1 = 0xF9400020
STR_X0_X1 = 0xF9000020
BLR_X1 = 0xD63F0020
B_BACK = 0x17FF_FFF0
WFI = 0xD503207F
UDF = 0


@pytest.fixture(scope="module")
def machine() -> SingleStep:
    return SingleStep()


def run(machine: SingleStep, word: int, **registers: int) -> StepEnding:
    contents = background(Random(1))
    for name, value in registers.items():
        contents.set_general(int(name[1:]), value)
    machine.load_word(word)
    machine.block[:] = contents.block
    return machine.run()


def x(machine: SingleStep, n: int) -> int:
    return int(struct.unpack_from("<Q", machine.block, 8 * n)[0])


def test_a_nop_leaves_every_register(machine: SingleStep) -> None:
    for seed in range(20):
        contents = background(Random(seed))
        machine.load_word(NOP)
        machine.block[:] = contents.block
        assert machine.run() == "next"
        expected = bytearray(contents.block)
        struct.pack_into("<Q", expected, NZCV_AT, contents.nzcv << 28)
        assert machine.block == expected
        assert len(expected) == BLOCK_BYTES == VECTOR_AT + 512


def test_another_word_is_another_result(machine: SingleStep) -> None:
    assert run(machine, ADD_X0_X1_X2, x1=3, x2=4) == "next"
    assert x(machine, 0) == 7
    assert run(machine, ADD_X0_X1_X2 | 1 << 30, x1=3, x2=4) == "next"
    assert x(machine, 0) == (1 << 64) - 1


@pytest.mark.parametrize("target", [0x12_3400, 0x12_3403, 0xFFFF_8000_0000_0000, SLOT + 12])
def test_branches(machine: SingleStep, target: int) -> None:
    assert run(machine, BLR_X1, x1=target) == "branch"
    assert machine.pc == target
    assert x(machine, 30) == SLOT + 4


def test_a_branch_to_the_next_word_is_none_that_shows(machine: SingleStep) -> None:
    assert run(machine, BLR_X1, x1=SLOT + 4) == "next"


def test_a_branch_inside_the_page(machine: SingleStep) -> None:
    assert run(machine, B_BACK) == "branch"
    assert machine.pc == SLOT - 0x40


@pytest.mark.parametrize("address", [0, DATA - 1, DATA - 8, DATA + PAGE - 7, DATA + PAGE, (1 << 64) - 4])
@pytest.mark.parametrize("word", [LDR_X0_X1, STR_X0_X1])
def test_faults(machine: SingleStep, word: int, address: int) -> None:
    assert run(machine, word, x1=address) == "fault"
    assert run(machine, NOP) == "next"


def test_memory_is_shared(machine: SingleStep) -> None:
    machine.data[16:24] = (0x1122334455667788).to_bytes(8, "little")
    assert run(machine, LDR_X0_X1, x1=DATA + 16) == "next"
    assert x(machine, 0) == 0x1122334455667788
    assert run(machine, STR_X0_X1, x0=0xABCDEF, x1=DATA + PAGE - 8) == "next"
    assert machine.data[PAGE - 8 :] == (0xABCDEF).to_bytes(8, "little")


def test_no_instruction(machine: SingleStep) -> None:
    assert run(machine, UDF) == "undefined"


def test_waiting_ends(machine: SingleStep) -> None:
    assert run(machine, WFI) == "next"
