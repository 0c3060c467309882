"""Where a file is loaded, and where its sections lie, is not known: nothing rests on it but what the file promises."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from assembly import RET, add_imm, adr, br, cmp, judged_to_return, ldr, little, mov, movz, word
from elf_writer import ABS, ALLOC, GOT, NOTYPE, RELRO, RODATA, TEXT, ObjectWriter, SharedWriter

from lnsym.bv import BV
from lnsym.contract import Contract, Theorem
from lnsym.machine.addresses import Addresses
from lnsym.machine.image import Image, load_image
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verify import verify

ABS64, ABS32, PREL32, PREL64, G0, G0_NC, G1_NC = 257, 258, 261, 260, 263, 264, 266
LITERAL, ADR_PREL, PAGE, ADD, LDST64, GOT_PAGE, GOT_LOW = 273, 274, 275, 277, 286, 311, 312
RELATIVE, GLOB_DAT = 1027, 1025
ADRP_1, ADD_1, LDR_1, ADR_1, MOVZ_1, MOVK_1, LITERAL_1, BL_4 = (
    0x90000001, 0x91000021, 0xF9400021, 0x10000001, 0xD2800001, 0xF2A00001, 0x58000001, 0x94000001,
)  # fmt: skip
SUB_0_1_2 = 0xCB020020
CSET_EQ = word("data_processing.conditional_select", sf=1, op2=1, Rm=31, cond=1, Rn=31, Rd=0)

PAIR = ([ADRP_1, ADD_1], [PAGE, ADD])
GOT_PAIR = ([ADRP_1, LDR_1], [GOT_PAGE, GOT_LOW])
ONE = ([ADR_1], [ADR_PREL])
PARTS = ([MOVZ_1, MOVK_1], [G0_NC, G1_NC])
WAYS = pytest.mark.parametrize("way", [PAIR, GOT_PAIR, ONE], ids=["pair", "got", "adr"])


def and_imm(d: int, n: int, ones: int) -> int:
    """AND Xd, Xn, #(2**ones - 1)."""
    return 0x92400000 | (ones - 1) << 10 | n << 5 | d


def using(path: Path, way: tuple[list[int], list[int]], *words: int, align: int = 16, addend: int = 0) -> Image:
    """An object of a routine with the address of a table of its own, in another section, in X1, then these words."""
    writer = ObjectWriter()
    text = writer.text(*way[0], *words)
    table = writer.section(".rodata", struct.pack("<4Q", 10, 11, 12, 13), ALLOC, align)
    writer.symbol("routine", text, size=4 * (len(way[0]) + len(words)))
    writer.symbol("table", table, size=32, kind=NOTYPE)
    for at, kind in enumerate(way[1]):
        writer.reloc(text, 4 * at, kind, "table", addend)
    path.write_bytes(writer.build())
    return load_image(path)


def shared(
    path: Path, *words: int, rodata: bytes = bytes(0x100), relocs: tuple[tuple[int, int, int], ...] = ()
) -> Image:
    """A shared object of a routine at TEXT; relocations as (place, type, addend)."""
    writer = SharedWriter(text=little(*words) + bytes(0x100 - 4 * len(words)), rodata=rodata)
    writer.symbol("routine", 1, TEXT, 4 * len(words))
    writer.symbol("number", ABS, 0x1234, kind=NOTYPE)
    writer.relocs = [(at, kind, "" if kind == RELATIVE else "number", addend) for at, kind, addend in relocs]
    path.write_bytes(writer.build())
    return load_image(path)


# -- objects: where a section lies -----------------------------------------------------------------


@WAYS
def test_what_lies_at_an_address_of_another_section_is_known(tmp_path: Path, way: tuple[list[int], list[int]]) -> None:
    assert judged_to_return(using(tmp_path / "f.o", way, ldr(0, 1, 16), RET), 12).status == "proved"


@WAYS
def test_the_alignment_that_the_file_promises_is_known_and_no_more(
    tmp_path: Path, way: tuple[list[int], list[int]]
) -> None:
    assert judged_to_return(using(tmp_path / "f.o", way, and_imm(0, 1, 4), RET), 0).status == "proved"
    for ones in (5, 8, 12, 32):
        image = using(tmp_path / "f.o", way, and_imm(0, 1, ones), RET)
        number = image.symbol("table").address & ((1 << ones) - 1)
        assert judged_to_return(image, number).status == "unknown"


@pytest.mark.parametrize("way", [PAIR, ONE, PARTS], ids=["pair", "adr", "parts"])
def test_a_load_from_an_address_that_was_cut_is_not_proved(tmp_path: Path, way: tuple[list[int], list[int]]) -> None:
    cut = mov(1, 1) & ~(1 << 31)
    assert judged_to_return(using(tmp_path / "f.o", way, cut, ldr(0, 1, 16), RET), 12).status == "unknown"


def test_the_distance_of_two_sections_is_not_known(tmp_path: Path) -> None:
    image = using(tmp_path / "f.o", PAIR, adr(2, -8), SUB_0_1_2, RET)
    distance = image.symbol("table").address - image.symbol("routine").address
    assert judged_to_return(image, distance).status == "unknown"


def test_the_distance_within_a_section_is_known(tmp_path: Path) -> None:
    assert (
        judged_to_return(using(tmp_path / "f.o", ([], []), adr(1, 4), adr(2, -4), SUB_0_1_2, RET), 4).status == "proved"
    )


def test_a_literal_of_another_section_is_loaded(tmp_path: Path) -> None:
    assert (
        judged_to_return(using(tmp_path / "f.o", ([LITERAL_1], [LITERAL]), mov(0, 1), RET, addend=8), 11).status
        == "proved"
    )


def test_a_load_with_the_low_part_of_the_address_is_that_of_the_table(tmp_path: Path) -> None:
    way = ([ADRP_1, LDR_1], [PAGE, LDST64])
    assert judged_to_return(using(tmp_path / "f.o", way, mov(0, 1), RET, addend=24), 13).status == "proved"


def test_an_index_beyond_the_table_is_not_that_of_the_section_behind_it(tmp_path: Path) -> None:
    writer = ObjectWriter()
    text = writer.text(ADRP_1, ADD_1, and_imm(0, 0, 3), 0xF8607820, RET)  # ldr x0, [x1, x0, lsl #3]
    table = writer.section(".rodata.a", struct.pack("<4Q", 7, 7, 7, 7), ALLOC, 8)
    writer.section(".rodata.b", struct.pack("<9Q", *[7] * 9), ALLOC, 8)
    writer.symbol("routine", text, size=20)
    writer.symbol("table", table, kind=NOTYPE)
    writer.reloc(text, 0, PAGE, "table")
    writer.reloc(text, 4, ADD, "table")
    (tmp_path / "f.o").write_bytes(writer.build())

    def statement(t: Theorem) -> None:
        t.call(t.value("i", 64))
        t.ensure_result(7)

    assert verify(load_image(tmp_path / "f.o"), "routine", Contract("mine", statement)).status != "proved"


@pytest.mark.parametrize("kind", [ABS64, ABS32, PREL32, PREL64])
def test_a_word_that_holds_an_address_of_another_section_is_no_number(tmp_path: Path, kind: int) -> None:
    writer = ObjectWriter()
    text = writer.text(ADRP_1, ADD_1, ldr(0, 1), RET)
    table = writer.section(".rodata", bytes(16), ALLOC, 8)
    writer.symbol("routine", text, size=16)
    writer.symbol("table", table, kind=NOTYPE)
    writer.reloc(text, 0, PAGE, "table")
    writer.reloc(text, 4, ADD, "table")
    writer.reloc(table, 0, kind, "routine")
    (tmp_path / "f.o").write_bytes(writer.build())
    image = load_image(tmp_path / "f.o")
    held = int.from_bytes(image.read(image.symbol("table").address, 8), "little")
    assert judged_to_return(image, held).status == "unknown"


def test_a_word_that_holds_an_address_leads_there(tmp_path: Path) -> None:
    writer = ObjectWriter()
    text = writer.text(ADRP_1, ADD_1, ldr(1, 1), ldr(0, 1, 8), RET)
    table = writer.section(".rodata", bytes(8) + struct.pack("<2Q", 5, 6), ALLOC, 8)
    writer.symbol("routine", text, size=20)
    writer.symbol("table", table, kind=NOTYPE)
    writer.reloc(text, 0, PAGE, "table")
    writer.reloc(text, 4, ADD, "table")
    writer.reloc(table, 0, ABS64, "table", 8)
    (tmp_path / "f.o").write_bytes(writer.build())
    assert judged_to_return(load_image(tmp_path / "f.o"), 6).status == "proved"


def test_an_immediate_that_was_changed_after_linking_is_an_error_not_another_address(tmp_path: Path) -> None:
    from dataclasses import replace

    image = using(tmp_path / "f.o", PAIR, ldr(0, 1), RET)
    code = image.segments[0]
    assert code.data is not None
    changed = bytearray(code.data)
    changed[5] ^= 0x20  # the immediate of ADD, by 8
    image = replace(image, segments=(replace(code, data=bytes(changed)), *image.segments[1:]))
    verdict = judged_to_return(image, 10)
    assert verdict.status == "unknown"
    assert "its immediate was changed" in verdict.reason


# -- shared objects --------------------------------------------------------------------------------


def test_of_a_shared_object_the_place_in_its_page_is_known_and_no_more(tmp_path: Path) -> None:
    read = [adr(1, RODATA + 0x20 - TEXT)]
    assert (
        judged_to_return(shared(tmp_path / "f.so", *read, and_imm(0, 1, 12), RET), RODATA + 0x20 & 0xFFF).status
        == "proved"
    )
    assert (
        judged_to_return(shared(tmp_path / "f.so", *read, and_imm(0, 1, 13), RET), RODATA + 0x20 & 0x1FFF).status
        == "unknown"
    )
    assert judged_to_return(shared(tmp_path / "f.so", *read, mov(0, 1), RET), RODATA + 0x20).status == "unknown"


def test_its_sections_lie_at_known_distances(tmp_path: Path) -> None:
    image = shared(tmp_path / "f.so", adr(1, RODATA - TEXT), adr(2, -4), SUB_0_1_2, RET)
    assert judged_to_return(image, RODATA - TEXT).status == "proved"


def test_a_relative_word_moves_with_it_and_an_absolute_symbol_does_not(tmp_path: Path) -> None:
    words = [adr(1, RELRO - TEXT), ldr(0, 1), RET]
    moved = shared(tmp_path / "f.so", *words, relocs=((RELRO, RELATIVE, RODATA),))
    assert judged_to_return(moved, RODATA).status == "unknown"
    fixed = shared(tmp_path / "g.so", adr(1, GOT - TEXT), ldr(0, 1), RET, relocs=((GOT, GLOB_DAT, 0),))
    assert judged_to_return(fixed, 0x1234).status == "proved"


def test_a_relative_word_leads_to_what_it_means(tmp_path: Path) -> None:
    words = [adr(1, RELRO - TEXT), ldr(1, 1), ldr(0, 1, 8), RET]
    rodata = struct.pack("<2Q", 5, 6) + bytes(0xF0)
    image = shared(tmp_path / "f.so", *words, rodata=rodata, relocs=((RELRO, RELATIVE, RODATA),))
    assert judged_to_return(image, 6).status == "proved"


def test_a_branch_to_a_number_goes_nowhere(tmp_path: Path) -> None:
    verdict = judged_to_return(shared(tmp_path / "f.so", movz(1, TEXT + 8), br(1), movz(0, 5), RET), 5)
    assert verdict.status == "unknown"
    assert f"the fixed address {TEXT + 8:#x}" in verdict.reason


def test_a_branch_to_a_computed_address_and_a_call_are_followed(tmp_path: Path) -> None:
    assert (
        judged_to_return(shared(tmp_path / "f.so", adr(1, 12), br(1), movz(0, 9), movz(0, 5), RET), 5).status
        == "proved"
    )
    called = shared(tmp_path / "g.so", mov(9, 30), BL_4, add_imm(1, 30, 0), mov(30, 9), adr(2, -8), SUB_0_1_2, RET)
    assert judged_to_return(called, 0).status == "proved"


def test_where_a_call_returns_is_no_number(tmp_path: Path) -> None:
    image = shared(tmp_path / "f.so", mov(9, 30), BL_4, mov(0, 30), mov(30, 9), RET)
    assert judged_to_return(image, TEXT + 8).status == "unknown"


def test_ends_of_tables_are_compared_by_their_distance(tmp_path: Path) -> None:
    words = [adr(1, RODATA - TEXT), adr(2, RODATA + 16 - TEXT - 4), add_imm(1, 1, 16), cmp(1, 2), CSET_EQ, RET]
    assert judged_to_return(shared(tmp_path / "f.so", *words), 1).status == "proved"


def test_a_load_from_a_number_is_in_no_region(tmp_path: Path) -> None:
    assert judged_to_return(shared(tmp_path / "f.so", movz(1, RODATA), ldr(0, 1), RET), 0).status == "unknown"


# -- two files -------------------------------------------------------------------------------------


def test_two_files_lie_at_different_places_and_one_at_one(tmp_path: Path) -> None:
    contract = Contract("mine", lambda t: (t.call(), t.returns(64)))  # type: ignore[func-returns-value,arg-type,return-value]
    images = [using(tmp_path / f"{n}.o", ([], []), adr(0, 0), RET) for n in "ab"]
    one, other = [RoutineInImage(image, "routine") for image in images]
    assert compare(one, other, contract).status != "proved"
    assert compare(one, one, contract).status == "proved"


# -- a planted fault -------------------------------------------------------------------------------


def test_addresses_that_are_numbers_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = shared(tmp_path / "f.so", adr(0, 0), RET)
    assert judged_to_return(image, TEXT).status == "unknown"
    monkeypatch.setattr(Addresses, "of_number", lambda self, number, near: BV.const(number, 64))
    assert judged_to_return(image, TEXT).status == "proved"
