"""AAPCS64: what every routine must bring back, whatever its contract says."""

from __future__ import annotations

import pytest
from assembly import RET, SP, ZR, add_imm, br, judge, ldr, mov, movi_d, movz, returns_its_argument, store, word

from lnsym.contract import abi
from lnsym.prove.verdict import Verdict


def clobbered(verdict: Verdict) -> set[str]:
    assert verdict.status == "refuted", verdict.reason
    assert verdict.counterexample is not None
    return {difference.name for difference in verdict.counterexample.differences}


@pytest.mark.parametrize("n", range(19, 30))
def test_every_callee_saved_general_register(n: int) -> None:
    assert clobbered(judge(returns_its_argument, movz(n, 1), RET)) == {f"x{n}"}


@pytest.mark.parametrize("n", range(8, 16))
def test_every_callee_saved_vector_register(n: int) -> None:
    assert clobbered(judge(returns_its_argument, movi_d(n), RET)) == {f"d{n}"}


@pytest.mark.parametrize("change", [16, -16])
def test_the_stack_pointer(change: int) -> None:
    assert clobbered(judge(returns_its_argument, add_imm(SP, SP, change), RET)) == {"sp"}


@pytest.mark.parametrize("word", [movz(n, 1) for n in range(1, 19)] + [movi_d(n) for n in (*range(8), *range(16, 32))])
def test_the_others_are_free(word: int) -> None:
    assert judge(returns_its_argument, word, RET).status == "proved"


@pytest.mark.parametrize("n", range(8, 16))
def test_only_the_low_half_of_a_vector_register_is_saved(n: int) -> None:
    """INS Vn.D[1], XZR; INS Vn.D[0], XZR."""
    ins = word("simd.copy", Q=1, imm4=3, Rn=ZR, Rd=n)
    assert judge(returns_its_argument, ins | 0b11000 << 16, RET).status == "proved"
    assert clobbered(judge(returns_its_argument, ins | 0b01000 << 16, RET)) == {f"d{n}"}


def test_saved_and_restored_is_fine() -> None:
    words = [add_imm(SP, SP, -16), store(19, SP, 8), movz(19, 7), ldr(19, SP, 8), add_imm(SP, SP, 16), RET]
    assert judge(returns_its_argument, *words).status == "proved"
    words[3] = ldr(19, SP, 0)
    assert judge(returns_its_argument, *words).status == "refuted"


def test_the_link_register_need_not_survive() -> None:
    assert judge(returns_its_argument, mov(9, 30), movz(30, 0), br(9)).status == "proved"


def test_the_return_goes_to_the_caller() -> None:
    verdict = judge(returns_its_argument, add_imm(30, 30, 4), RET)
    assert verdict.status != "proved"


def test_the_result_register_is_the_contracts() -> None:
    assert clobbered(judge(returns_its_argument, add_imm(0, 0, 1), RET)) == {"result"}


@pytest.mark.parametrize(
    ("offset", "status"), [(0, "proved"), (8, "proved"), (16, "refuted"), (24, "refuted"), (-8, "unknown")]
)
def test_a_frame_lies_between_sp_and_the_callers(offset: int, status: str) -> None:
    """A frame of 16 bytes: what lies above is the caller's, what lies below is nobody's."""
    words = [add_imm(SP, SP, -16), store(1, SP, offset), add_imm(SP, SP, 16), RET]
    assert judge(returns_its_argument, *words).status == status


@pytest.mark.parametrize(("pages", "status"), [(16, "proved"), (17, "unknown")])
def test_the_stack_has_an_end(pages: int, status: str) -> None:
    """SUB SP, SP, #pages * 4096, and a store there."""
    assert abi.STACK_BYTES == 16 << 12
    sub, add = (add_imm(SP, SP, change) | 1 << 22 for change in (-pages, pages))
    assert judge(returns_its_argument, sub, store(1, SP), add, RET).status == status


def test_what_the_stack_held_is_unknown() -> None:
    words = [add_imm(SP, SP, -16), ldr(0, SP, 8), add_imm(SP, SP, 16), RET]
    assert judge(returns_its_argument, *words).status == "refuted"


def test_the_names_of_what_is_preserved() -> None:
    assert tuple(range(19, 30)) == abi.CALLEE_SAVED_GENERAL
    assert tuple(range(8, 16)) == abi.CALLEE_SAVED_VECTOR
