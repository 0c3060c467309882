"""FPCR and FPSR: nothing of the model reads or writes them, and no result hangs on them."""

from __future__ import annotations

import pytest
from assembly import RET, judge, returns_its_argument
from stopping import stops

from isa import classify
from isa.encoding import encodings
from lnsym.conform.forms import forms
from lnsym.machine.decode import UnmodelledInstruction, decode_word

MOVES = {"FMOV", "FCSEL"}
"""They copy bits, whatever FPCR says."""

STATUS_AND_CONTROL = {
    "msr fpcr, x0": 0xD51B4400,
    "mrs x0, fpcr": 0xD53B4400,
    "msr fpsr, x0": 0xD51B4420,
    "mrs x0, fpsr": 0xD53B4420,
}
ARITHMETIC = {
    "fadd d0, d1, d2": 0x1E622820,
    "fmul s0, s1, s2": 0x1E220820,
    "fmla v0.4s, v1.4s, v2.4s": 0x4E22CC20,
    "fmla v0.4s, v1.4s, v2.s[1]": 0x4FA21020,
    "fdiv d0, d1, d2": 0x1E621820,
    "fsqrt d0, d1": 0x1E61C020,
    "fmadd d0, d1, d2, d3": 0x1F420C20,
    "fadd h0, h1, h2": 0x1EE22820,
    "fcvt s0, d1": 0x1E624020,
    "fcvtzs x0, d0": 0x9E780000,
    "scvtf d0, x0": 0x9E620000,
    "ucvtf v0.2d, v0.2d": 0x6E61D800,
    "frintn d0, d0": 0x1E644000,
    "fcmp d0, d1": 0x1E612000,
    "fabs d0, d1": 0x1E60C020,
    "fneg d0, d1": 0x1E614020,
    "fmaxnm d0, d1, d2": 0x1E626820,
    "frecpe d0, d1": 0x5EE1D820,
    "frsqrte d0, d1": 0x7EE1D820,
    "fcmeq v0.4s, v1.4s, v2.4s": 0x4E22E420,
    "bfdot v0.4s, v1.8h, v2.8h": 0x6E42FC20,
    "fcmla v0.4s, v1.4s, v2.4s, #90": 0x6E82CC20,
}
"""FPCR chooses rounding, flushing to zero, default NaNs and, with FEAT_AFP, more."""


@pytest.mark.parametrize("text", STATUS_AND_CONTROL)
def test_the_control_and_status_registers_are_not_modelled(text: str) -> None:
    with stops(UnmodelledInstruction) as error:
        decode_word(STATUS_AND_CONTROL[text], 0x1000)
    assert isinstance(error.value.ending, UnmodelledInstruction)
    assert error.value.ending.text == text


@pytest.mark.parametrize("text", ARITHMETIC)
def test_arithmetic_that_hangs_on_them_is_not_modelled(text: str) -> None:
    assert classify(ARITHMETIC[text]) is None


@pytest.mark.parametrize("word", [STATUS_AND_CONTROL["msr fpcr, x0"], ARITHMETIC["fadd d0, d1, d2"]])
def test_a_routine_that_uses_them_stops_there_and_is_not_proved(word: int) -> None:
    verdict = judge(returns_its_argument, word, RET)
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnmodelledInstruction)
    assert "instruction not modelled at 0x10000 (routine)" in verdict.reason


def test_no_other_floating_point_instruction_is_modelled_than_moves() -> None:
    names = {form.name.split()[0] for encoding in encodings() for form in forms(encoding)}
    assert {name for name in names if name.startswith(("F", "BF", "VF")) and name != "BFM"} == MOVES
    assert not {name for name in names if "CVT" in name}


def test_no_other_system_register_is_modelled_than_the_flags() -> None:
    """All of MRS and MSR (register): L, o0, op1, CRn, CRm, op2, of X0."""
    found = [n for n in range(1 << 16) if classify(0xD5100000 | n >> 15 << 21 | (n & 0x7FFF) << 5) is not None]
    flags = 0b1_011_0100_0010_000
    assert found == [flags, 1 << 15 | flags]
