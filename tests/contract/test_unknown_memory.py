"""Bytes that nobody knows: each is known by where it lies, whatever its section is called, and lasts until other code may run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from assembly import NE, RET, ZR, br, cmp, image_of, ldr, store, word
from elf_writer import ALLOC, OBJECT, WRITE, ObjectWriter

from lnsym.bv import BV
from lnsym.contract import Contract, Theorem
from lnsym.machine.image import Image, Segment, load_image
from lnsym.machine.origins import Byte
from lnsym.machine.paths import UnknownTarget
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import verify
from lnsym.run import exploration
from lnsym.run.inputs import unknown_bytes
from lnsym.run.setup import unknown_contents
from lnsym.show.verdicts import assumption_lines

ADRP_PAGE, ADD_LOW = 275, 277
HUGE = 0x1000008


def address_of(d: int) -> tuple[int, int]:
    """ADRP Xd; ADD Xd, Xd: to be relocated."""
    return 0x90000000 | d, 0x91000000 | d << 5 | d


def cset_equal(d: int) -> int:
    return word("data_processing.conditional_select", sf=1, op2=1, Rm=ZR, cond=NE, Rn=ZR, Rd=d)


def reads_both(path: Path, first: tuple[str, int], second: tuple[str, int], same: bool = False) -> Image:
    """A file whose routine says whether two words are equal: of .bss sections with these names and alignments, or of one."""
    writer = ObjectWriter()
    text = writer.text(*address_of(1), *address_of(2), ldr(3, 1), ldr(4, 2), cmp(3, 4), cset_equal(0), RET)
    sections = [writer.section(n, flags=ALLOC | WRITE, align=a, nobits=HUGE) for n, a in (first, second)]
    writer.symbol("routine", text, size=36)
    writer.symbol("one", sections[0], kind=OBJECT, size=HUGE)
    writer.symbol("other", sections[0 if same else 1], kind=OBJECT, size=HUGE)
    for at, name in ((0, "one"), (8, "other")):
        writer.reloc(text, at, ADRP_PAGE, name)
        writer.reloc(text, at + 4, ADD_LOW, name)
    path.write_bytes(writer.build())
    return load_image(path)


def always_one(t: Theorem) -> None:
    t.call()
    t.ensure_result(1)


def judged(image: Image, statement: Callable[..., None]) -> Verdict:
    return verify(image, "routine", Contract("mine", statement))


@pytest.mark.parametrize(
    ("first", "second"),
    [(".bss", ".bss"), (".bss.big", ".bss.big"), ("stack", "stack"), (".bss", ".bss@0x10000"), ("a[0]", "a.byte[0]")],
)
def test_two_sections_never_share_their_unknown_bytes_whatever_they_are_called(
    tmp_path: Path, first: str, second: str
) -> None:
    assert judged(reads_both(tmp_path / "f.o", (first, 16), (second, 16)), always_one).status != "proved"


def test_a_word_read_twice_is_equal_to_itself(tmp_path: Path) -> None:
    assert judged(reads_both(tmp_path / "f.o", (".bss", 16), (".bss", 16), same=True), always_one).status == "proved"


def segment(name: str, address: int) -> Segment:
    return Segment(name, address, None, 8, True, True, False, constant=False)


@pytest.mark.parametrize("name", [".data", "a@0x10", "x.byte[3]", "\x1b[31m", "stack", ""])
def test_unknown_bytes_are_those_of_their_own_segment(name: str) -> None:
    own, other = (unknown_contents(segment(named, at)) for named, at in ((name, 0x40), (name, 0x80)))
    assert str(own).endswith("@0x40")
    assert str(own).isprintable()
    sample = {BV.var(Byte(own, 2), 8): 7, BV.var(Byte(other, 0), 8): 9, BV.var(f"{own}.byte[1]", 8): 9}
    assert unknown_bytes(own, 0, 4, sample) == bytes([0, 0, 7, 0])


# -- globals between two calls ---------------------------------------------------------------------


def keeps_and_compares(path: Path, flags: int, name: str = ".data", nobits: int = 0) -> Image:
    """A file of two routines: one writes a global of the section to its argument, the other says whether it is still that."""
    writer = ObjectWriter()
    text = writer.text(
        *address_of(1), ldr(1, 1), store(1, 0), RET,
        *address_of(1), ldr(1, 1), ldr(0, 0), cmp(0, 1), cset_equal(0), RET,
    )  # fmt: skip
    data = writer.section(name, bytes([5, *bytes(7)]), ALLOC | flags, align=8, nobits=nobits)
    writer.symbol("keeps", text, size=20)
    writer.symbol("compares", text, 20, size=28)
    writer.symbol("g", data, kind=OBJECT, size=8)
    for at in (0, 20):
        writer.reloc(text, at, ADRP_PAGE, "g")
        writer.reloc(text, at + 4, ADD_LOW, "g")
    path.write_bytes(writer.build())
    return load_image(path)


def calls(*symbols: str, kept: bool = False, name: str = "p") -> Contract:
    def statement(t: Theorem) -> None:
        if kept:
            t.keep_globals()
        p = t.region(name, 1, 64, access="rw", alignment=8)
        t.leave_unspecified(p)
        for symbol in symbols:
            t.call(p, symbol=symbol)
        t.ensure_result(1)

    return Contract("twice", statement)


@pytest.mark.parametrize(("name", "nobits"), [(".data", 0), (".bss", 8), (".bss", HUGE), ("stack", 8)])
def test_a_writable_global_may_change_between_two_calls(tmp_path: Path, name: str, nobits: int) -> None:
    image = keeps_and_compares(tmp_path / "f.o", ALLOC | WRITE, name, nobits)
    verdict = verify(image, "keeps", calls("keeps", "compares"))
    assert verdict.status == "refuted"  # Unicorn, too, finds other bytes there at the second call


@pytest.mark.parametrize(("section", "region"), [(".data", ".data"), (".data", "stack"), ("stack", "stack")])
def test_a_region_of_the_contract_may_be_called_as_a_section_or_the_stack(
    tmp_path: Path, section: str, region: str
) -> None:
    image = keeps_and_compares(tmp_path / "f.o", ALLOC | WRITE, section)
    assert verify(image, "keeps", calls("keeps", "compares", kept=True, name=region)).status == "proved"
    assert verify(image, "keeps", calls("keeps", "compares", name=region)).status == "refuted"


def test_a_constant_is_the_same_in_all_calls(tmp_path: Path) -> None:
    image = keeps_and_compares(tmp_path / "f.o", 0, ".rodata")
    assert verify(image, "keeps", calls("keeps", "compares")).status == "proved"


def test_a_contract_may_say_that_globals_are_kept_and_the_verdict_says_so(tmp_path: Path) -> None:
    image = keeps_and_compares(tmp_path / "f.o", ALLOC | WRITE)
    verdict = verify(image, "keeps", calls("keeps", "compares", kept=True))
    assert verdict.status == "proved"
    assert "globals-kept" in verdict.assumptions
    assert list(assumption_lines(verdict)) == [
        "  assumes  no other code writes the file's globals between the calls (globals-kept)"
    ]


def test_globals_that_are_kept_are_still_unknown_at_the_first_call(tmp_path: Path) -> None:
    image = keeps_and_compares(tmp_path / "f.o", ALLOC | WRITE)
    verdict = verify(image, "compares", calls("compares", "compares", kept=True))
    assert verdict.status == "refuted"


def test_one_call_rests_on_nothing_between_calls(tmp_path: Path) -> None:
    image = keeps_and_compares(tmp_path / "f.o", 0, ".rodata")
    assert "globals-kept" not in verify(image, "compares", calls("compares", kept=True)).assumptions


# -- branches through unknown memory ---------------------------------------------------------------


def branches_through(path: Path, name: str, calls_before: int) -> Verdict:
    """A file of routines that go where a word of the section says; the last of the calls is asked about."""
    writer = ObjectWriter()
    text = writer.text(*address_of(1), ldr(1, 1), br(1), RET)
    data = writer.section(name, flags=ALLOC | WRITE, align=8, nobits=8)
    writer.symbol("routine", text, size=16)
    writer.symbol("returns", text, 16, size=4)
    writer.symbol("g", data, kind=OBJECT, size=8)
    writer.reloc(text, 0, ADRP_PAGE, "g")
    writer.reloc(text, 4, ADD_LOW, "g")
    path.write_bytes(writer.build())

    def statement(t: Theorem) -> None:
        for _ in range(calls_before):
            t.call(symbol="returns")
        t.call()
        t.ensure_result(0)

    return judged(load_image(path), statement)


@pytest.mark.parametrize("name", [".bss", ".data", "stack", "stack.byte[0]", "x", "sp"])
@pytest.mark.parametrize("calls_before", [0, 1, 2])
def test_a_branch_to_where_a_global_says_may_be_a_good_one_whatever_its_section_is_called(
    tmp_path: Path, name: str, calls_before: int
) -> None:
    verdict = branches_through(tmp_path / "f.o", name, calls_before)
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnknownTarget)
    assert "the branch at" in verdict.reason


def test_a_branch_to_where_the_stack_happened_to_say_is_refuted() -> None:
    verdict = verify(image_of(ldr(1, 31, 0), br(1)), "routine", Contract("mine", own_frame))
    assert verdict.status == "refuted"


def own_frame(t: Theorem) -> None:
    t.own_convention({}, frame=16)
    t.call()
    t.ensure_result(0)


def test_a_set_of_unknown_bytes_that_forgets_some_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration.Execution, "unknown_bytes_read", frozenset())
    assert branches_through(tmp_path / "f.o", ".bss", 0).status == "refuted"  # which is wrong: the tests above see it
