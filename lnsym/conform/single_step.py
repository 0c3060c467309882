"""One instruction at a time on Unicorn, quickly.

Reading and writing 65 registers through Unicorn's interface costs far more than running an instruction. So the machine
itself does it: emulated loads bring the whole state from a block of memory that Python shares with the emulator, then
the tested word runs, and emulated stores put the state back. One test is one copy into the block and one start.

    STUB    X30 = BLOCK; load V0-V31, SP, NZCV, X0-X30; branch to SLOT - 4
    SLOT-4  a prelude, NOP or a load-exclusive that arms the monitor
    SLOT    the tested word
    SLOT+4  branch to STORE; every other word of the page is undefined
    STORE   save X30 in TPIDR_EL0; X30 = BLOCK; store everything; END
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, Literal, TypeAlias

PAGE = 0x1000

DATA = 0x8000
"""The page that tested loads and stores may touch; its neighbours are not mapped. Low, so that immediates wrap around 0."""

SLOT = 0x14A5C
"""Where the tested word lies, within the reach of literals from DATA."""

SLOT_PAGE = SLOT // PAGE * PAGE

STUB = 0x7F0_0000
"""Far from SLOT: no conditional branch reaches it."""

BLOCK = STUB + PAGE
_STORE = STUB + PAGE // 2
_END = STUB + PAGE - 4

NOP = 0xD503201F

# The state block: X0-X30, SP, NZCV, padding, V0-V31, little-endian.
SP_AT = 8 * 31
NZCV_AT = 8 * 32
VECTOR_AT = NZCV_AT + 16
BLOCK_BYTES = VECTOR_AT + 16 * 32

PENDING = 1
"""A bit beside NZCV that the stores clear: it tells a word that stopped the machine from one that ran."""

StepEnding: TypeAlias = Literal["next", "branch", "fault", "undefined", "stopped"]
"""Went on to the next word; went elsewhere (see `pc`); failed to reach memory; no instruction; never came to an end."""


def _adr(rd: int, at: int, target: int) -> int:
    offset = target - at
    return (offset & 3) << 29 | 0b10000 << 24 | (offset >> 2 & 0x7FFFF) << 5 | rd


def _b(at: int, target: int) -> int:
    return 0b000101 << 26 | (target - at) // 4 & 0x3FF_FFFF


def _pair(load: int, vector: int, first: int, second: int, offset: int) -> int:
    """LDP or STP of X or Q registers at X30 + offset."""
    head, scale = (0b1010110100, 16) if vector else (0b1010100100, 8)
    return head << 22 | load << 22 | (offset // scale & 0x7F) << 15 | second << 10 | 30 << 5 | first


def _single(load: int, register: int, offset: int) -> int:
    """LDR or STR of an X register at X30 + offset."""
    return 0xF900_0000 | load << 22 | offset // 8 << 10 | 30 << 5 | register


_MSR_NZCV_X1, _MRS_X2_NZCV = 0xD51B4201, 0xD53B4202
_MSR_TPIDR_X30, _MRS_X0_TPIDR = 0xD51BD05E, 0xD53BD040
_MOV_SP_X0, _MOV_X1_SP = 0x9100001F, 0x910003E1


def _loads() -> list[int]:
    code = [_adr(30, STUB, BLOCK)]
    code += [_pair(1, 1, n, n + 1, VECTOR_AT + 16 * n) for n in range(0, 32, 2)]
    code += [_pair(1, 0, 0, 1, SP_AT), _MOV_SP_X0, _MSR_NZCV_X1]
    code += [_pair(1, 0, n, n + 1, 8 * n) for n in range(0, 30, 2)]
    code += [_single(1, 30, 8 * 30)]
    return [*code, _b(STUB + 4 * len(code), SLOT - 4)]


def _stores() -> list[int]:
    code = [_MSR_TPIDR_X30, _adr(30, _STORE + 4, BLOCK)]
    code += [_pair(0, 1, n, n + 1, VECTOR_AT + 16 * n) for n in range(0, 32, 2)]
    code += [_pair(0, 0, n, n + 1, 8 * n) for n in range(0, 30, 2)]
    code += [_MRS_X0_TPIDR, _MOV_X1_SP, _MRS_X2_NZCV, _pair(0, 0, 0, 1, 8 * 30), _single(0, 2, NZCV_AT)]
    return [*code, _b(_STORE + 4 * len(code), _END)]


def _words(code: list[int]) -> bytes:
    return struct.pack(f"<{len(code)}I", *code)


class SingleStep:
    """A Unicorn machine (CPU model `max`) that runs single instructions.

    Write the state to `block` and the tested memory to `data`, both shared with the machine, then `run`; they then hold
    what the instruction left. After an ending other than "next" and "branch" they hold nothing of use.
    """

    def __init__(self) -> None:
        import unicorn
        import unicorn.arm64_const as arm64

        self._error: Any = unicorn.UcError
        self._unicorn: Any = unicorn
        self._pc = arm64.UC_ARM64_REG_PC
        self._uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)
        self._uc.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, 3 << 20)  # SIMD on
        self._uc.mem_map(STUB, PAGE)
        self._uc.mem_map(SLOT_PAGE, PAGE)
        self._uc.mem_write(STUB, _words(_loads()))
        self._uc.mem_write(_STORE, _words(_stores()))
        self._pages = [self._share(BLOCK), self._share(DATA)]
        block, data = (memoryview(page).cast("B") for page in self._pages)
        self.block, self.data = block[:BLOCK_BYTES], data
        self.pc = 0
        """After "branch": where it went."""
        self._loaded: tuple[int, int] | None = None

    def _share(self, address: int) -> Any:
        """Map a page of Python's own memory."""
        room = ctypes.create_string_buffer(2 * PAGE)
        start = -ctypes.addressof(room) % PAGE
        page = (ctypes.c_char * PAGE).from_buffer(room, start)
        self._uc.mem_map_ptr(address, PAGE, self._unicorn.UC_PROT_READ | self._unicorn.UC_PROT_WRITE, page)
        return page

    def load_word(self, word: int, prelude: int = NOP) -> None:
        """Put a word, and one that runs before it, in place."""
        if (word, prelude) != self._loaded:
            self._uc.mem_write(SLOT - 4, struct.pack("<3I", prelude, word, _b(SLOT + 4, _STORE)))
            self._uc.ctl_remove_cache(SLOT - 4, SLOT + 8)
            self._loaded = word, prelude

    def run(self) -> StepEnding:
        """Run the word on the state in `block`."""
        try:
            self._uc.emu_start(STUB, _END)
        except self._error as error:
            return self._trap(error.errno)
        if not self.block[NZCV_AT] & PENDING:
            return "next"
        if self._uc.reg_read(self._pc) == SLOT + 4:  # WFI: it waits, for nothing here
            self._uc.emu_start(_STORE, _END)
            return "next"
        return "stopped"

    def _trap(self, number: int) -> StepEnding:
        unicorn = self._unicorn
        if number in (unicorn.UC_ERR_READ_UNMAPPED, unicorn.UC_ERR_WRITE_UNMAPPED):
            return "fault"
        self.pc = self._uc.reg_read(self._pc)
        if number != unicorn.UC_ERR_FETCH_UNMAPPED and self.pc == SLOT:
            return "undefined"
        self._uc.emu_start(_STORE, _END)
        return "branch"
