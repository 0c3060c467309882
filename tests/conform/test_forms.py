"""What there is to cover: every legal word is of a form that is counted, and the generator reaches what matters."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from isa.encoding import Encoding, encodings
from lnsym.conform.forms import InstructionForm, form_name, forms, operand_slots
from lnsym.conform.words import is_endless, words

every_class = pytest.mark.parametrize("encoding", encodings(), ids=lambda encoding: encoding.module)


def form_of(module: str, name: str) -> InstructionForm:
    encoding = next(encoding for encoding in encodings() if encoding.module == f"isa.{module}")
    return next(form for form in forms(encoding) if form.name == name)


@every_class
def test_no_legal_word_is_outside_the_forms(encoding: Encoding) -> None:
    names = {form.name for form in forms(encoding)}
    random = Random(encoding.module)
    for _ in range(3000):
        word = encoding.value | random.getrandbits(32) & ~encoding.mask
        if encoding.generator is not None and random.random() < 0.5:
            word = encoding.generator(random)
        assert form_name(encoding, encoding.fields(word)) in {None, *names}, f"{word:#010x}"


@every_class
def test_generated_words_are_of_their_form(encoding: Encoding) -> None:
    for form in forms(encoding)[:: 1 + len(forms(encoding)) // 12]:
        for word in words(form, Random(form.name), 25):
            assert form.includes(word)
            assert word & encoding.mask == encoding.value
            assert not is_endless(form, word)


def test_the_generator_depends_on_its_random_numbers_only() -> None:
    form = form_of("simd.three_same", "ADD Q=1 U=0 size=2 opcode=16")
    assert list(words(form, Random(5), 50)) == list(words(form, Random(5), 50))
    assert list(words(form, Random(5), 50)) != list(words(form, Random(6), 50))


def test_register_31_and_equal_registers_come_in_every_place() -> None:
    form = form_of("data_processing.data_processing_3_source", "MADD sf=1 op54=0 op31=0 o0=0")
    fields = [form.encoding.fields(word) for word in words(form, Random(1), 30)]
    names = ("Rd", "Rn", "Rm", "Ra")
    for name in names:
        assert any(getattr(f, name) == 31 for f in fields)
        for other in names:
            assert any(getattr(f, name) == getattr(f, other) for f in fields)
    assert any(len({f.Rd, f.Rn, f.Rm, f.Ra}) == 1 for f in fields)


def test_extremes_of_immediates_come() -> None:
    form = form_of("data_processing.add_subtract_immediate", "ADD sf=1 op=0 S=0 sh=0")
    values = {form.encoding.fields(word).imm12 for word in words(form, Random(1), 20)}
    assert {0, 1, 0x7FF, 0x800, 0xFFF} <= values


@pytest.mark.parametrize(
    ("module", "name", "operand", "values"),
    [
        ("data_processing.conditional_select", "CSEL sf=1 op=0 S=0 op2=0", "cond", 16),
        ("branches.conditional_branch", "B.cond", "cond", 16),
        ("data_processing.conditional_compare_register", "CCMP sf=0 op=1 S=1 o2=0 o3=0", "nzcv", 16),
        ("simd.extract_vector", "EXT Q=1", "imm4", 16),
        ("crypto.three_register_imm2", "SM3TT1A opcode=0", "imm2", 4),
        ("crypto.xar", "XAR", "imm6", 64),
        ("data_processing.bitfield", "UBFM sf=1 opc=2 N=1", "immr", 64),
    ],
)
def test_narrow_operands_take_all_their_values(module: str, name: str, operand: str, values: int) -> None:
    form = form_of(module, name)
    count = max(32, 2 * values)
    seen = Counter(getattr(form.encoding.fields(word), operand) for word in words(form, Random(1), count))
    assert len(seen) == values


@pytest.mark.parametrize("Q", [0, 1])
def test_elements_and_sizes_are_told_apart(Q: int) -> None:
    copies = forms(form_of("simd.copy", "INS Q=1 op=1 imm5=0 imm4=0").encoding)
    assert sum(f"Q={Q} " in form.name for form in copies) == (11 if Q == 0 else 20)
    shifts = forms(form_of("simd.shift_by_immediate", f"SSHR Q={Q} U=0 immh=0 opcode=0").encoding)
    assert {form.name for form in shifts if form.mnemonic == "SSHR"} == {
        f"SSHR Q={q} U=0 immh={size} opcode=0" for q in (0, 1) for size in range(4) if q or size < 3
    }


def test_operands_are_what_a_form_leaves_open() -> None:
    encoding = form_of("simd.vector_by_indexed_element", "MUL Q=0 U=0 size=1 opcode=8").encoding
    assert [slot.name for slot in operand_slots(encoding)] == ["L", "M", "Rm", "H", "Rn", "Rd"]


@every_class
def test_registers_are_never_part_of_a_form(encoding: Encoding) -> None:
    for form in forms(encoding):
        named = {part.partition("=")[0] for part in form.name.split()[1:]}
        assert not named & {slot.name for slot in encoding.registers}
