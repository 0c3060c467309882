"""Why a proved mutant does what the original does: each reason where it holds, and no reason where it does not."""

from __future__ import annotations

import pytest
from assembly import RET, add, add_imm, b_cond, cmp_imm, eor, image_of, ldr, mov, movz, store, subs_imm, word

from lnsym.bv import concat
from lnsym.contract import Contract, Theorem
from lnsym.machine.image import Image
from lnsym.mutation.equivalence import reason_for
from lnsym.mutation.mutants import Mutant
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.run.exploration import Unexplored


def doubles(t: Theorem) -> None:
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a + a)


def reason(words: list[int], at: int, new: int, statement: object = doubles) -> str:
    """The reason for `new` in the place of word number `at`."""
    image = image_of(*words)
    mutant = Mutant("operand", image.symbol("routine").address + 4 * at, little(words[at]), little(new), "", "", "")
    return reason_for(lambda: unexplored(image, statement), mutant)


def little(word: int) -> bytes:
    return word.to_bytes(4, "little")


def unexplored(image: Image, statement: object) -> Unexplored:
    return on_feasible_paths(image, "routine", Contract("mine", statement).statement("routine"), 100)  # type: ignore[arg-type]


SWAPPED = [add(0, 0, 1), add(0, 1, 0)]
NEVER_TAKEN = [movz(1, 3), cmp_imm(1, 3), b_cond(1, 8), add(0, 0, 0), RET]


@pytest.mark.parametrize(
    ("words", "at", "new", "expected"),
    [
        ([eor(1, 0, 2), add(0, 0, 0), RET], 0, eor(1, 2, 0), "the same operation"),
        ([ldr(1, 0), add(0, 0, 0), RET], 0, ldr(1, 0, size=8), "the same operation"),
        ([movz(1, 0), add(0, 0, 0), RET], 1, add(0, 0, 0) | 1 << 10, ""),
        (
            [movz(1, 0), add(0, 0, 0), add(0, 0, 1), RET],
            2,
            eor(0, 0, 1),
            "the same result in every state in which the routine comes here",
        ),
        (NEVER_TAKEN, 2, 0xD503201F, "the same result in every state in which the routine comes here"),
        ([movz(1, 5), add(0, 0, 0), RET], 0, movz(1, 6), "only x1 differs, on which nothing depends"),
        ([add(0, 0, 0), RET], 0, add(0, 0, 0) | 1 << 29, "only n, z, c, v differ, on which nothing depends"),
        ([mov(2, 0), add(0, 0, 0), RET], 0, mov(3, 0), "only x2, x3 differ, on which nothing depends"),
        ([add(0, 0, 0), RET], 0, add(0, 0, 1), ""),
        ([mov(19, 19), add(0, 0, 0), RET], 0, movz(19, 0), ""),
    ],
)
def test_reasons(words: list[int], at: int, new: int, expected: str) -> None:
    if words[0] == ldr(1, 0):
        assert reason(words, at, new, loads) == expected
    else:
        assert reason(words, at, new) == expected


def loads(t: Theorem) -> None:
    data = t.region("data", 1, 64)
    t.call(data)
    t.ensure_result(data.base + data.base)


def test_half_a_vector_register() -> None:
    """The upper half of V9 belongs to nobody, the lower half to the caller."""
    copy = word("simd.copy", Q=1, imm5=0b11000, imm4=0b0011, Rn=0, Rd=9)  # INS V9.D[1], X0
    low = word("simd.copy", Q=1, imm5=0b01000, imm4=0b0011, Rn=0, Rd=9)
    nop = 0xD503201F
    assert reason([copy, add(0, 0, 0), RET], 0, nop) == "only v9.d[1] differs, on which nothing depends"
    assert reason([low, add(0, 0, 0), RET], 0, nop) == ""


def test_a_changed_store_has_no_reason() -> None:
    def statement(t: Theorem) -> None:
        target = t.region("target", 2, 64, access="rw")
        t.call(target)
        t.ensure(target, [None, target.elements[1]])

    assert reason([store(0, 0), RET], 0, store(1, 0), statement) == ""


def table_contract(t: Theorem) -> None:
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(concat(a[63:8], a[7:0]) * 2)


@pytest.mark.parametrize(("offset", "expected"), [(0, ""), (4, "nothing depends on this byte")])
def test_a_byte_of_a_constant(offset: int, expected: str) -> None:
    """LDR X1 from the words after the code; the low half is added and subtracted, the upper half shifted out."""
    literal = word("loads_and_stores.register_literal", opc=1, imm19=4, Rt=1)
    low_half = word("data_processing.logical_shifted_register", sf=0, opc=1, Rm=1, Rn=31, Rd=1)
    image = image_of(literal, low_half, add(0, 0, 1), RET, 1234, 77)
    address = image.symbol("routine").address + 16 + offset

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.ensure_result(a + 1234)

    mutant = Mutant("constant", address, image.read(address, 1), b"\0", "", "", "")
    assert reason_for(lambda: unexplored(image, statement), mutant) == expected


def test_a_path_that_stops_gives_no_reason() -> None:
    assert reason([movz(1, 5), ldr(2, 1), add(0, 0, 0), RET], 0, movz(1, 6)) == ""
    assert reason([subs_imm(1, 0, 1), add(0, 0, 0), RET], 0, add_imm(1, 0, 1)) != ""
