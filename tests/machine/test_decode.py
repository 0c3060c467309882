"""Decoding: two sources must agree on what a word is, and what is not modelled is said, never guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assembly import FADD, NO_INSTRUCTION, NOP, RET, add_imm, b, image_of, ldr
from stopping import stops

from isa.encoding import classify
from lnsym.machine import decode
from lnsym.machine.decode import (
    Code,
    DecodersDisagree,
    NotAnInstruction,
    NotCode,
    UnmodelledInstruction,
    decode_word,
    disassemble,
)
from lnsym.machine.endings import Ending, NotModelled


def refusal(word: int) -> Ending:
    with stops(NotModelled) as caught:
        decode_word(word, 0x1000, "routine+0x10")
    message = str(caught.value)
    assert "\n" not in message
    assert "0x1000" in message
    assert word.to_bytes(4, "little").hex(" ") in message
    return caught.value.ending


def test_an_instruction() -> None:
    instruction = decode_word(add_imm(0, 1, 5), 0x1000)
    assert (instruction.address, instruction.text) == (0x1000, "add x0, x1, #5")
    assert (instruction.fields.Rd, instruction.fields.Rn, instruction.fields.imm12) == (0, 1, 5)
    assert instruction.encoding.title.startswith("Add/subtract (immediate)")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (FADD, "fadd d0, d1, d2"),
        (0x1F020C20, "fmadd s0, s1, s2, s3"),
        (0xD4000001, "svc #0"),
        (0xD4200000, "brk #0"),
    ],
)
def test_not_modelled(word: int, text: str) -> None:
    error = refusal(word)
    assert isinstance(error, UnmodelledInstruction)
    assert error.text == text
    assert text in str(error)
    assert "routine+0x10" in str(error)


def test_not_an_instruction() -> None:
    error = refusal(NO_INSTRUCTION)
    assert isinstance(error, NotAnInstruction)
    assert "routine+0x10" in str(error)


def test_a_name_that_capstone_does_not_use_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    found = classify(add_imm(0, 1, 5))
    assert found is not None
    encoding, fields = found
    planted = replace(encoding, mnemonic=lambda f: "SUB", aliases={})
    monkeypatch.setattr(decode, "classify", lambda word: (planted, fields))
    error = refusal(add_imm(0, 1, 5))
    assert isinstance(error, DecodersDisagree)
    assert "add x0, x1, #5" in str(error)
    assert "sub" in str(error)


def test_an_alias_settles_it(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding, fields = classify(add_imm(0, 1, 5)) or (None, None)
    assert encoding is not None
    planted = replace(encoding, mnemonic=lambda f: "SUB", aliases={"SUB": ("add",)})
    monkeypatch.setattr(decode, "classify", lambda word: (planted, fields))
    assert decode_word(add_imm(0, 1, 5), 0).mnemonic == "add"


def test_what_capstone_does_not_know_is_a_disagreement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "disassemble", lambda word, address: None)
    error = refusal(NOP)
    assert isinstance(error, DecodersDisagree)
    assert "no instruction" in str(error)


def test_disassembly_knows_the_address() -> None:
    assert disassemble(b(-8), 0x1000) == ("b", "#0xff8")
    assert disassemble(NO_INSTRUCTION, 0) is None


def test_code_decodes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    image = image_of(NOP, RET)
    entry = image.symbol("routine").address
    code = Code(image)
    assert code.decoded == {}
    first = code[entry]
    assert (first.text, code[entry + 4].text) == ("nop", "ret")
    monkeypatch.setattr(decode, "disassemble", lambda word, address: pytest.fail("decoded twice"))
    assert code[entry] is first
    assert set(code.decoded) == {entry, entry + 4}
    assert code.seconds > 0


def test_code_past_the_end() -> None:
    image = image_of(NOP)
    with stops(NotCode):
        Code(image)[image.symbol("routine").end]


def test_the_place_is_named() -> None:
    image = image_of(NOP, FADD)
    with stops(UnmodelledInstruction, match=r"routine\+0x4"):
        Code(image)[image.symbol("routine").address + 4]


def test_fields_reach_the_semantics() -> None:
    instruction = decode_word(ldr(3, 4, -8), 0)
    assert instruction.text == "ldur x3, [x4, #-8]"
    assert (instruction.fields.Rt, instruction.fields.Rn, instruction.fields.imm9) == (3, 4, 0x1F8)
