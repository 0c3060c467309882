"""Addresses of which code sets, clears or replaces low bits where it could add: exact below an alignment, and refused above it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from assembly import RET, SP, add, add_imm, image_of, judge, ldr, movz, store, word

from lnsym.bv import BV, ite
from lnsym.contract import Contract, Theorem
from lnsym.machine import memory, stack_parts
from lnsym.machine.pointers import settled
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify

AND, ORR, EOR = 0, 1, 2


def bits(opc: int, d: int, n: int, first: int, count: int = 1) -> int:
    """AND, ORR or EOR of Xd, Xn and a number of which so many bits from `first` up are 1."""
    return word("data_processing.logical_immediate", sf=1, opc=opc, N=1, immr=-first & 63, imms=count - 1, Rn=n, Rd=d)


def clear(d: int, n: int, first: int, count: int = 1) -> int:
    """AND Xd, Xn, # all ones but so many bits from `first` up."""
    return bits(AND, d, n, first + count, 64 - count)


def insert(d: int, n: int, first: int, count: int) -> int:
    """BFI Xd, Xn, #first, #count."""
    return word("data_processing.bitfield", sf=1, opc=1, N=1, immr=-first & 63, imms=count - 1, Rn=n, Rd=d)


FRAME, BACK = [add_imm(SP, SP, -64), add_imm(9, SP, 0)], [add_imm(SP, SP, 64), RET]
"""X9 is SP, 64 bytes lower than at the call."""


def same(t: Theorem) -> None:
    """uint64_t f(uint64_t a, uint64_t n): a."""
    a, n = t.value("a", 64), t.value("n", 64)
    t.call(a, n)
    t.ensure_result(a)


RIGHT = {
    "a bit is set": [store(0, SP, 8), bits(ORR, 10, 9, 3), ldr(0, 10)],
    "and one is subtracted": [store(0, SP, 3), bits(ORR, 10, 9, 2), ldr(0, 10, -1)],
    "bits are set of an address that has some": [add_imm(10, SP, 4), bits(ORR, 10, 10, 2, 2), store(0, 10), ldr(0, SP, 12)],
    "a bit is cleared": [add_imm(10, SP, 24), store(0, 10), clear(11, 10, 3), ldr(0, 11, 8)],
    "bits are cleared of an address that has none": [store(0, SP), clear(10, 9, 2, 2), ldr(0, 10)],
    "a bit is flipped twice": [store(0, SP), bits(EOR, 10, 9, 3), bits(EOR, 10, 10, 3), ldr(0, 10)],
    "a bit is flipped": [store(0, SP, 8), bits(EOR, 10, 9, 3), ldr(0, 10)],
    "a number is inserted": [movz(11, 3), store(0, SP, 12), add_imm(10, SP, 4), insert(10, 11, 2, 2), ldr(0, 10)],
    "a bit is set above a rounding": [add_imm(10, SP, 31), bits(AND, 10, 10, 5, 59), store(0, 10, 8), bits(ORR, 11, 10, 3), ldr(0, 11)],
    "SP itself comes back by a bit": [add_imm(10, SP, -16), bits(ORR, 10, 10, 3), add_imm(SP, 10, 8)],
}  # fmt: skip


def judged(words: Sequence[int]) -> Verdict:
    return verify(image_of(*FRAME, *words, *BACK), "routine", Contract("c", same), {}, Options(timeout=20))


@pytest.mark.parametrize("name", RIGHT)
def test_below_the_alignment_of_sp_bits_are_offsets(name: str) -> None:
    verdict = judged(RIGHT[name])
    assert verdict.status == "proved", verdict.reason


WRONG = {
    "another bit is set": [store(0, SP, 8), store(1, SP, 16), store(1, SP), bits(ORR, 10, 9, 2), ldr(0, 10)],
    "a bit is set that is set": [add_imm(10, SP, 8), store(0, SP, 16), store(1, SP, 8), bits(ORR, 10, 10, 3), ldr(0, 10)],
    "a bit of the alignment is set": [store(0, SP, 16), store(1, SP), bits(ORR, 10, 9, 4), ldr(0, 10)],
    "a bit of the alignment is flipped": [store(0, SP, 16), store(1, SP), bits(EOR, 10, 9, 4), ldr(0, 10)],
    "a bit of the alignment is cleared": [store(0, SP, 16), store(1, SP), add_imm(10, SP, 16), clear(10, 10, 4), ldr(0, 10, 16)],
    "an index is inserted that is larger": [store(0, SP), insert(9, 1, 2, 3), ldr(0, 9)],
    "of an address at no known place": [store(0, SP, 8), add(10, 9, 1), bits(ORR, 10, 10, 3), ldr(0, 10)],
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_other_bits_are_no_offsets(name: str) -> None:
    assert judged(WRONG[name]).status != "proved"


def test_an_alignment_that_is_made_up_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: SP is taken to be a multiple of 32."""

    def generous(address: BV, aligned: dict[BV, int]) -> BV:
        return settled(address, {base: max(32, step) for base, step in aligned.items()})

    for module in (memory, stack_parts):
        monkeypatch.setattr(module, "settled", generous)
    assert judged(WRONG["a bit of the alignment is set"]).status == "proved"


# Regions


def second_of(alignment: int, index: int = 1) -> Verdict:
    """uint64_t f(const uint64_t a[2]): a[1], where X0 with bit 3 set is loaded from."""

    def statement(t: Theorem) -> None:
        a = t.region("a", 2, 64, alignment=alignment)
        t.call(a)
        t.ensure_result(a.elements[index])

    return judge(statement, bits(ORR, 1, 0, 3), ldr(0, 1), RET)


def test_a_bit_below_the_alignment_of_a_region_is_an_offset() -> None:
    assert second_of(16).status == second_of(32).status == "proved"
    assert second_of(16, index=0).status == "refuted"
    assert second_of(8).status != "proved"
    assert second_of(1).status != "proved"


def chosen_by_two_bits(alignment: int, count: int = 4, width: int = 2) -> Verdict:
    """uint32_t f(const uint32_t a[count], uint64_t i): a[i mod 4], where the index is inserted into the pointer."""

    def statement(t: Theorem) -> None:
        a, i = t.region("a", count, 32, alignment=alignment), t.value("i", 64)
        t.call(a, i)
        found = a.elements[0]
        for k, value in enumerate(a.elements[1:4], 1):
            found = ite((i & 3).eq(k), value, found)
        t.ensure_result(found)

    return judge(statement, insert(0, 1, 2, width), ldr(0, 0, 0, 4), RET)


def test_an_index_that_is_inserted_below_the_alignment_of_a_region_chooses_an_element() -> None:
    assert chosen_by_two_bits(16).status == "proved"
    assert chosen_by_two_bits(16, count=3).status == "refuted"
    assert chosen_by_two_bits(8).status != "proved"
    assert chosen_by_two_bits(32, count=8, width=3).status == "refuted"
