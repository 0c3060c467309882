"""What another file defines: nothing rests on where it lies, nor on how large it is; what hangs on what it holds is never refuted."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly import NE, RET, UNDEF, ZR, add_imm, br, cbz, cmp, judged_to_return, ldr, movz, word
from elf_writer import ALLOC, NOTYPE, ObjectWriter

from lnsym.contract import Contract
from lnsym.machine.image import Image, load_image
from lnsym.prove.equivalence.comparison import RoutineInImage, compare

ABS64, PREL32, PAGE, ADD, LDST32, GOT_PAGE, GOT_LOW = 257, 261, 275, 277, 285, 311, 312
ADRP_1, ADD_1, LDR_GOT_1, LDR_W1 = 0x90000001, 0x91000021, 0xF9400021, 0xB9400021
AND_255 = 0x92401C20  # and x0, x1, #0xff
CSET_EQ = word("data_processing.conditional_select", sf=1, op2=1, Rm=ZR, cond=NE, Rn=ZR, Rd=0)

PAIR = ([ADRP_1, ADD_1], [PAGE, ADD])
GOT = ([ADRP_1, LDR_GOT_1], [GOT_PAGE, GOT_LOW])


def using(
    path: Path, address: tuple[list[int], list[int]], *words: int, symbol: str = "table", addend: int = 0
) -> Image:
    """A file of one routine: the address of a symbol that another file defines in X1, then these words."""
    writer = ObjectWriter()
    text = writer.text(*address[0], *words)
    writer.symbol("routine", text, size=4 * (len(address[0]) + len(words)))
    writer.symbol(symbol, UNDEF, kind=NOTYPE)
    for at, kind in enumerate(address[1]):
        writer.reloc(text, 4 * at, kind, symbol, addend)
    path.write_bytes(writer.build())
    return load_image(path)


@pytest.mark.parametrize("address", [PAIR, GOT], ids=["pair", "got"])
@pytest.mark.parametrize("value", [0x10, 0, 0xF0])
def test_no_bit_of_the_address_is_known(tmp_path: Path, address: tuple[list[int], list[int]], value: int) -> None:
    verdict = judged_to_return(using(tmp_path / "f.o", address, AND_255, RET), value)
    assert verdict.status == "unknown"
    assert "`table`, which another file defines" in verdict.reason


@pytest.mark.parametrize("symbol", ["table", "stack", "routine2", "x0", "a\x1b[0m"])
def test_what_it_holds_is_neither_proved_nor_refuted_whatever_it_is_called(tmp_path: Path, symbol: str) -> None:
    verdict = judged_to_return(using(tmp_path / "f.o", GOT, ldr(0, 1, 0, 4), RET, symbol=symbol), 0x428A2F98, 32)
    assert verdict.status == "unknown"
    assert "which another file defines" in verdict.reason
    assert verdict.counterexample is None


@pytest.mark.parametrize("offset", [1, 8, 200, -8])
def test_nothing_is_known_of_its_size(tmp_path: Path, offset: int) -> None:
    verdict = judged_to_return(using(tmp_path / "f.o", GOT, ldr(2, 1, offset), movz(0, 1), RET), 1)
    assert verdict.status == "unknown"
    assert "how large it is nobody knows" in verdict.reason


@pytest.mark.parametrize("address", [PAIR, GOT, ([ADRP_1, LDR_W1], [PAGE, LDST32])], ids=["pair", "got", "load"])
def test_code_that_only_branches_on_its_start_is_proved_for_all_that_it_may_hold(
    tmp_path: Path, address: tuple[list[int], list[int]]
) -> None:
    read = [] if address[1][-1] == LDST32 else [ldr(1, 1, 0, 4)]
    verdict = judged_to_return(using(tmp_path / "f.o", address, *read, movz(0, 7), cbz(1, 8), movz(0, 7), RET), 7)
    assert verdict.status == "proved"
    assert "external-objects" in verdict.assumptions


def test_a_fault_that_shows_for_some_contents_is_refuted_and_names_them(tmp_path: Path) -> None:
    verdict = judged_to_return(
        using(tmp_path / "f.o", PAIR, ldr(1, 1, 0, 4), movz(0, 7), cbz(1, 8), movz(0, 8), RET), 7
    )
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert any(given.name.startswith("table[0], of another file") for given in verdict.counterexample.inputs)


def test_an_address_read_twice_is_one_address(tmp_path: Path) -> None:
    two = ([ADRP_1, ADD_1, ADRP_1 + 1, ADD_1 + (1 << 5) + 1], [PAGE, ADD, PAGE, ADD])
    assert judged_to_return(using(tmp_path / "f.o", two, cmp(1, 2), CSET_EQ, RET), 1).status == "proved"


def test_a_table_of_this_file_may_hold_the_address(tmp_path: Path) -> None:
    writer = ObjectWriter()
    text = writer.text(ADRP_1, ADD_1, ldr(2, 1), ldr(3, 1, 8), add_imm(2, 2, 8), cmp(2, 3), CSET_EQ, RET)
    table = writer.section(".rodata", bytes(16), ALLOC, align=8)
    writer.symbol("routine", text, size=32)
    writer.symbol("addresses", table, kind=NOTYPE)
    writer.symbol("there", UNDEF, kind=NOTYPE)
    writer.reloc(text, 0, PAGE, "addresses")
    writer.reloc(text, 4, ADD, "addresses")
    writer.reloc(table, 0, ABS64, "there")
    writer.reloc(table, 8, ABS64, "there", 8)
    (tmp_path / "f.o").write_bytes(writer.build())
    assert judged_to_return(load_image(tmp_path / "f.o"), 1).status == "proved"


def test_a_use_of_the_address_that_is_not_modelled_blocks_its_bytes(tmp_path: Path) -> None:
    verdict = judged_to_return(using(tmp_path / "f.o", ([ADRP_1, RET], [PAGE, PREL32])), 0)
    assert verdict.status == "unknown"
    assert "the address of table, which another file defines, is not known" in verdict.reason


def test_a_branch_to_it_is_a_call_of_what_the_file_lacks(tmp_path: Path) -> None:
    verdict = judged_to_return(using(tmp_path / "f.o", GOT, br(1), symbol="helper"), 0)
    assert verdict.status == "unknown"
    assert "call of helper" in verdict.reason


def test_two_routines_that_differ_in_what_another_file_defines_are_not_told_apart(tmp_path: Path) -> None:
    images = [using(tmp_path / f"{n}.o", GOT, ldr(0, 1), RET, symbol=n) for n in ("one", "other")]
    contract = Contract("mine", lambda t: (t.call(), t.returns(64)))  # type: ignore[func-returns-value,arg-type,return-value]
    verdict = compare(RoutineInImage(images[0], "routine"), RoutineInImage(images[1], "routine"), contract)
    assert verdict.status == "unknown"
    assert "which another file defines" in verdict.reason
