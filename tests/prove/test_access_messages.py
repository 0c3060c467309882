"""A bad access is named as the simulator knows it, and never called a branch, wherever the emulator has memory mapped."""

from __future__ import annotations

import pytest

from lnsym.machine.emulator import Emulator, Extent, Registers

CODE = 0x10000
RET_TO = 0x20000
LDR_W0_X0 = 0xB9400000
STR_X1_X0 = 0xF9000001
LDRB_W0_X0 = 0x39400000
BR_X0 = 0xD61F0000

CASES: list[tuple[int, int, str, str]] = [
    (LDR_W0_X0, 0x30010, "outside", "load of 4 bytes at 0x30010: in no region of the contract"),
    (LDR_W0_X0, 0x3000E, "outside", "load of 4 bytes at 0x3000e, 14 bytes into `in`, which has 16"),
    (LDRB_W0_X0, 0x0, "outside", "load of 1 byte at 0x0: in no region of the contract"),
    (LDRB_W0_X0, 0x7_0000_0000, "outside", "load of 1 byte at 0x700000000: in no region of the contract"),
    (STR_X1_X0, 0x30008, "outside", "store of 8 bytes at 0x30008, 8 bytes into `in`, which is read-only"),
    (STR_X1_X0, 0x5_0000_0000, "outside", "store of 8 bytes at 0x500000000: in no region of the contract"),
]


@pytest.mark.parametrize(("word", "address", "ending", "access"), CASES)
def test_an_access_is_named_by_the_emulator(word: int, address: int, ending: str, access: str) -> None:
    code = bytearray(word.to_bytes(4, "little") + (0xD65F03C0).to_bytes(4, "little"))
    emulator = Emulator([Extent("code", CODE, code, executable=True), Extent("in", 0x30000, bytearray(16))])
    registers = Registers([address, *[0] * 29, RET_TO, 0], [0] * 32, 0)
    run = emulator.run(CODE, RET_TO, registers, 10)
    assert (run.ending, run.access, run.pc) == (ending, access, CODE)


def test_a_branch_to_nowhere_is_still_a_fault() -> None:
    code = bytearray(BR_X0.to_bytes(4, "little"))
    emulator = Emulator([Extent("code", CODE, code, executable=True)])
    run = emulator.run(CODE, RET_TO, Registers([64, *[0] * 29, RET_TO, 0], [0] * 32, 0), 10)
    assert (run.ending, run.pc) == ("fault", 64)
