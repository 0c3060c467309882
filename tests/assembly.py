"""Instruction words made of Arm's fields, and images of them, so that tests need no assembler."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from isa.encoding import Encoding, encodings
from lnsym.contract import Contract, Theorem
from lnsym.machine.image import Image, raw_image
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify

sys.path.append(str(Path(__file__).parent / "machine"))

from elf_writer import ALLOC as ALLOC
from elf_writer import UNDEF as UNDEF
from elf_writer import ObjectWriter

SP = ZR = 31
EQ, NE, HS, LO = 0, 1, 2, 3
NOP, RET = 0xD503201F, 0xD65F03C0
FADD = 0x1E622820
"""fadd d0, d1, d2: an instruction that will not be modelled."""
NO_INSTRUCTION = 0xFFFFFFFF


@cache
def _class(module: str) -> Encoding:
    return next(e for e in encodings() if e.module == f"isa.{module}")


def word(module: str, **fields: int) -> int:
    """The word of an encoding class with these fields, the others 0."""
    encoding = _class(module)
    return encoding.assemble(**({slot.name: 0 for slot in encoding.slots} | fields))


def movz(d: int, value: int, hw: int = 0) -> int:
    return word("data_processing.move_wide_immediate", sf=1, opc=2, hw=hw, imm16=value, Rd=d)


def mov(d: int, m: int) -> int:
    return word("data_processing.logical_shifted_register", sf=1, opc=1, Rm=m, Rn=ZR, Rd=d)


def eor(d: int, n: int, m: int) -> int:
    return word("data_processing.logical_shifted_register", sf=1, opc=2, Rm=m, Rn=n, Rd=d)


def add(d: int, n: int, m: int) -> int:
    return word("data_processing.add_subtract_shifted_register", sf=1, Rm=m, Rn=n, Rd=d)


def add_imm(d: int, n: int, value: int) -> int:
    """ADD Xd|SP, Xn|SP, #value; SUB for a negative one."""
    return word("data_processing.add_subtract_immediate", sf=1, op=value < 0, imm12=abs(value), Rn=n, Rd=d)


def subs_imm(d: int, n: int, value: int) -> int:
    return word("data_processing.add_subtract_immediate", sf=1, op=1, S=1, imm12=value, Rn=n, Rd=d)


def cmp(n: int, m: int) -> int:
    return word("data_processing.add_subtract_shifted_register", sf=1, op=1, S=1, Rm=m, Rn=n, Rd=ZR)


def cmp_imm(n: int, value: int) -> int:
    return subs_imm(ZR, n, value)


def _transfer(load: int, t: int, n: int, offset: int, size: int) -> int:
    """LDUR or STUR of an unsigned element of `size` bytes."""
    scale = size.bit_length() - 1
    return word("loads_and_stores.register_unscaled_immediate", size=scale, opc=load, imm9=offset & 0x1FF, Rn=n, Rt=t)


def ldr(t: int, n: int, offset: int = 0, size: int = 8) -> int:
    return _transfer(1, t, n, offset, size)


def store(t: int, n: int, offset: int = 0, size: int = 8) -> int:
    return _transfer(0, t, n, offset, size)


def movi_d(d: int) -> int:
    """MOVI Dd, #0."""
    return word("simd.modified_immediate", op=1, cmode=14, Rd=d)


def b(offset: int) -> int:
    return word("branches.unconditional_branch_immediate", imm26=offset // 4 & 0x3FFFFFF)


def b_cond(condition: int, offset: int) -> int:
    return word("branches.conditional_branch", cond=condition, imm19=offset // 4 & 0x7FFFF)


def cbz(t: int, offset: int) -> int:
    return word("branches.compare_and_branch", sf=1, imm19=offset // 4 & 0x7FFFF, Rt=t)


def adr(d: int, offset: int) -> int:
    return word("data_processing.pc_relative_addressing", immlo=offset & 3, immhi=offset >> 2 & 0x7FFFF, Rd=d)


def br(n: int) -> int:
    return 0xD61F0000 | n << 5


def little(*words: int) -> bytes:
    """The words as they lie in memory."""
    return struct.pack(f"<{len(words)}I", *words)


def image_of(*words: int) -> Image:
    """An image of bare code, the symbol `routine` over it."""
    return raw_image(little(*words), name="routine")


def object_of(*words: int, name: str = "routine") -> bytes:
    """An ELF object of one function."""
    writer = ObjectWriter()
    writer.symbol(name, writer.text(*words), size=4 * len(words))
    return writer.build()


def judge(statement: Callable[..., None], *words: int, options: Options | None = None) -> Verdict:
    """The verdict on code under a contract."""
    return verify(image_of(*words), "routine", Contract("mine", statement), options=options)


def returning(value: int, width: int = 64) -> Callable[[Theorem], None]:
    """A contract that claims a number as the result."""

    def statement(t: Theorem) -> None:
        t.call()
        t.ensure_result(value, width)

    return statement


def judged_to_return(image: Image, value: int, width: int = 64) -> Verdict:
    """The verdict on `routine` of an image under such a contract."""
    return verify(image, "routine", Contract("mine", returning(value, width)))


def returns_its_argument(t: Theorem) -> None:
    """uint64_t f(uint64_t a): a."""
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a)
