"""Which files are marked for BTI, and which of their addresses may be the target of an indirect branch."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from elf_writer import (
    ALLOC,
    BTI,
    DATA,
    EXEC,
    LOCAL,
    OBJECT,
    PAC,
    TEXT,
    WEAK,
    WRITE,
    ObjectWriter,
    SharedWriter,
    archive,
)
from elf_writer import properties as notes
from sample_files import ABS64, ADRP, CALL26, GLOB_DAT, GOT_PAGE, IRELATIVE, JUMP_SLOT, NOP, RELATIVE, RET, Load

from lnsym.errors import MalformedElf
from lnsym.machine.elf import read_elf
from lnsym.machine.properties import is_marked_for_bti

HIDDEN, INTERNAL, PROTECTED = 2, 1, 3
ADD_LOW, PREL32, CONDBR19, TSTBR14 = 277, 261, 280, 279


def note(owner: bytes, kind: int, descriptor: bytes) -> bytes:
    padded = owner + bytes(-(12 + len(owner)) % 8)
    return struct.pack("<III", len(owner), len(descriptor), kind) + padded + descriptor + bytes(-len(descriptor) % 8)


def prop(kind: int, value: bytes) -> bytes:
    return struct.pack("<II", kind, len(value)) + value + bytes(-len(value) % 8)


def feature(value: int) -> bytes:
    return prop(0xC0000000, struct.pack("<I", value))


def marked(data: bytes, name: str = ".note.gnu.property") -> bool:
    w = ObjectWriter()
    w.text(NOP, RET)
    w.section(name, data, ALLOC, 8)
    return is_marked_for_bti(read_elf(w.build(), "input.o"))


SAID = {
    "bti": notes(BTI),
    "bti and pac": notes(BTI | PAC),
    "with features to come": notes(0x80000001),
    "after another property": note(b"GNU\0", 5, prop(1, bytes(8)) + feature(BTI)),
    "after a property without a value": note(b"GNU\0", 5, prop(2, b"") + feature(BTI)),
    "before another property": note(b"GNU\0", 5, feature(BTI) + prop(0xC0010000, bytes(4))),
    "in the second note": notes(PAC, BTI),
    "after another owner's note": note(b"stapsdt\0", 3, b"abc") + notes(BTI),
    "with padding behind": notes(BTI) + bytes(24),
}
NOT_SAID = {
    "nothing": b"",
    "zeros": bytes(40),
    "pac": notes(PAC),
    "no feature": notes(0),
    "another owner": note(b"LNX\0", 5, feature(BTI)),
    "another note": note(b"GNU\0", 3, feature(BTI)),
    "another property": note(b"GNU\0", 5, prop(0xC0000002, struct.pack("<I", BTI))),
    "no properties": note(b"GNU\0", 5, b""),
}
DAMAGED = {
    "a note cut short": notes(BTI)[:30],
    "a header cut short": notes(PAC) + b"\4\0\0\0\x10",
    "a name past the end": struct.pack("<III", 400, 0, 5) + b"GNU\0",
    "a descriptor past the end": struct.pack("<III", 4, 0xFFFFFFF0, 5) + b"GNU\0",
    "a property past its note": note(b"GNU\0", 5, struct.pack("<III", 0xC0000000, 400, 1)),
    "features of 8 bytes": note(b"GNU\0", 5, prop(0xC0000000, struct.pack("<Q", BTI))),
    "features of 2 bytes": note(b"GNU\0", 5, prop(0xC0000000, b"\1\0")),
    "half a property": note(b"GNU\0", 5, feature(PAC) + b"\1\0\0\0"),
}


@pytest.mark.parametrize("case", SAID)
def test_a_file_is_marked_where_a_note_says_so(case: str) -> None:
    assert marked(SAID[case])


@pytest.mark.parametrize("case", NOT_SAID)
def test_a_file_is_not_marked_where_none_says_so(case: str) -> None:
    assert not marked(NOT_SAID[case])


@pytest.mark.parametrize("case", DAMAGED)
def test_a_note_that_does_not_hold_together_is_an_error(case: str) -> None:
    with pytest.raises(MalformedElf) as error:
        marked(DAMAGED[case])
    assert str(error.value).startswith("input.o: damaged or truncated: ")
    assert ".note.gnu.property" in str(error.value)


def test_only_the_section_of_that_name_speaks_in_an_object() -> None:
    assert not marked(notes(BTI), ".note.other")


def test_a_very_long_note_takes_no_time() -> None:
    assert marked(note(b"GNU\0", 5, prop(2, b"") * 200_000 + feature(BTI)))


# -- build attributes ------------------------------------------------------------------------------


def subsection(name: bytes, values: bytes, kind: int = 0, optional: int = 1) -> bytes:
    rest = name + b"\0" + bytes([optional, kind]) + values
    return struct.pack("<I", 4 + len(rest)) + rest


def by_attributes(data: bytes, kind: int = 0x70000003) -> bool:
    w = ObjectWriter()
    w.text(NOP, RET)
    w.section(".ARM.attributes", data, 0, 1, kind=kind)
    return is_marked_for_bti(read_elf(w.build(), "input.o"))


FEATURES = b"aeabi_feature_and_bits"
ATTRIBUTES = {
    "bti": (b"A" + subsection(FEATURES, b"\0\1\1\1\2\1"), True),
    "bti after pac": (b"A" + subsection(FEATURES, b"\1\0\0\1"), True),
    "bti after another subsection": (
        b"A" + subsection(b"aeabi_pauthabi", b"\1\7", 0, 0) + subsection(FEATURES, b"\0\1"),
        True,
    ),
    "bti after text": (b"A" + subsection(b"mine", b"\0text\0", 1) + subsection(FEATURES, b"\0\1"), True),
    "bti after a long number": (b"A" + subsection(FEATURES, b"\x89\6\x80\x80\1\0\1"), True),
    "no bti": (b"A" + subsection(FEATURES, b"\0\0\1\1\2\1"), False),
    "pac alone": (b"A" + subsection(FEATURES, b"\1\1"), False),
    "another subsection's": (b"A" + subsection(b"aeabi_pauthabi", b"\0\1"), False),
    "text": (b"A" + subsection(FEATURES, b"\0\1\0", 1), False),
    "another version": (b"B" + subsection(FEATURES, b"\0\1"), False),
    "nothing": (b"A", False),
    "empty": (b"", False),
}
DAMAGED_ATTRIBUTES = {
    "past the end": b"A" + subsection(FEATURES, b"\0\1")[:-1],
    "no name": b"A" + struct.pack("<I", 8) + b"abcd",
    "no types": b"A" + struct.pack("<I", 6) + b"a\0",
    "no length": b"A\4",
    "of length 0": b"A" + bytes(40),
    "a number cut short": b"A" + subsection(FEATURES, b"\0\x81"),
    "a number without end": b"A" + subsection(FEATURES, b"\xff" * 40),
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_build_attributes_say_it_too(case: str) -> None:
    data, expected = ATTRIBUTES[case]
    assert by_attributes(data) == expected
    assert not by_attributes(data, kind=1)


@pytest.mark.parametrize("case", DAMAGED_ATTRIBUTES)
def test_build_attributes_that_do_not_hold_together_are_an_error(case: str) -> None:
    with pytest.raises(MalformedElf, match="build attribute"):
        by_attributes(DAMAGED_ATTRIBUTES[case])


# -- linked files ----------------------------------------------------------------------------------


def linked(properties: bytes) -> SharedWriter:
    w = SharedWriter(text=struct.pack("<II", NOP, RET) * 0x20, properties=properties)
    w.symbol("routine", 1, TEXT, 8)
    return w


@pytest.mark.parametrize("section_headers", [True, False])
@pytest.mark.parametrize(("features", "expected"), [((), False), ((PAC,), False), ((BTI,), True), ((PAC, BTI), True)])
def test_a_linked_file_is_marked_by_its_segment(
    load: Load, features: tuple[int, ...], expected: bool, section_headers: bool
) -> None:
    w = linked(notes(*features))
    w.section_headers = section_headers
    image = load(w.build())
    assert image.guards(TEXT) == expected
    assert not image.guards(DATA)
    assert not image.guards(0xDEAD0000)


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_segment_is_an_error(load: Load, case: str) -> None:
    with pytest.raises(MalformedElf, match=r"\.note\.gnu\.property"):
        load(linked(DAMAGED[case]).build())


def test_other_files_may_branch_to_what_is_exported(load: Load) -> None:
    w = linked(notes(BTI))
    w.symbol("weak", 1, TEXT + 8, 8, binding=WEAK)
    w.symbol("static", 1, TEXT + 16, 8, binding=LOCAL)
    w.symbol("undefined", 0)
    for headers in (True, False):
        w.section_headers = headers
        found = load(w.build()).indirect_targets
        assert {TEXT, TEXT + 8} <= found
        assert not {TEXT + 16, 0} & found


def test_addresses_that_dynamic_relocations_store_may_be_branched_to(load: Load) -> None:
    w = linked(notes(BTI))
    w.symbol("hidden_one", 1, TEXT + 8, 8, binding=LOCAL)
    w.relocs = [
        (DATA, RELATIVE, "", TEXT + 16),
        (DATA + 8, ABS64, "hidden_one", 0),
        (DATA + 16, GLOB_DAT, "hidden_one", 16),
        (DATA + 24, IRELATIVE, "", TEXT + 40),
    ]
    w.plt_relocs = [(DATA + 32, JUMP_SLOT, "hidden_one", 40)]
    w.relr, w.relr_words = [DATA + 40], {DATA + 40: TEXT + 64}
    w.data = bytes(40) + struct.pack("<Q", TEXT + 64) + bytes(16)
    found = load(w.build()).indirect_targets
    assert {TEXT + n for n in (0, 8, 16, 24, 40, 48, 64)} <= found
    assert TEXT + 72 not in found


def test_a_file_that_is_not_marked_is_not_looked_through(load: Load) -> None:
    assert load(linked(b"").build()).indirect_targets == frozenset()
    assert load(an_object(PAC)).indirect_targets == frozenset()


# -- objects ---------------------------------------------------------------------------------------


def an_object(features: int, prepare: Callable[[ObjectWriter, int], object] = lambda w, text: None) -> bytes:
    w = ObjectWriter()
    text = w.text(*[NOP] * 8)
    w.section(".note.gnu.property", notes(features), ALLOC, 8)
    w.symbol("routine", text, 0, 8)
    w.symbol("static", text, 8, 8, binding=LOCAL)
    prepare(w, text)
    return w.build()


@pytest.mark.parametrize(("visibility", "exported"), [(0, True), (PROTECTED, True), (HIDDEN, False), (INTERNAL, False)])
def test_a_symbol_that_cannot_be_exported_is_none_that_other_files_branch_to(
    load: Load, visibility: int, exported: bool
) -> None:
    image = load(an_object(BTI, lambda w, text: w.visibility.update(routine=visibility)))
    assert image.guards(image.symbol("routine").address)
    assert (image.symbol("routine").address in image.indirect_targets) == exported
    assert image.symbol("static").address not in image.indirect_targets


TAKES = {"ABS64": ABS64, "ADRP": ADRP, "ADD": ADD_LOW, "GOT": GOT_PAGE, "PREL32": PREL32}
TAKES_NOTHING = {"CALL26": CALL26, "JUMP26": 282, "B.cond": CONDBR19, "TBZ": TSTBR14}


@pytest.mark.parametrize("name", [*TAKES, *TAKES_NOTHING])
def test_an_address_is_taken_by_all_but_direct_branches(load: Load, name: str) -> None:
    kind = (TAKES | TAKES_NOTHING)[name]

    def prepare(w: ObjectWriter, text: int) -> None:
        place = w.section(".data.rel.ro", bytes(8), ALLOC | WRITE, 8) if kind in (ABS64, PREL32) else text
        w.reloc(place, 0, kind, "static")

    image = load(an_object(BTI, prepare))
    assert (image.symbol("static").address in image.indirect_targets) == (name in TAKES)


def test_an_address_within_a_section_is_that_of_what_lies_there(load: Load) -> None:
    def prepare(w: ObjectWriter, text: int) -> None:
        w.symbol("start", text, 0, 0, binding=LOCAL)
        w.reloc(w.section(".data", bytes(8), ALLOC | WRITE, 8), 0, ABS64, "start", 8)

    image = load(an_object(BTI, prepare))
    assert image.symbol("static").address in image.indirect_targets


def test_unwinders_do_not_branch_to_what_their_tables_name(load: Load) -> None:
    for name, taken in ((".eh_frame", False), (".rodata", True)):

        def prepare(w: ObjectWriter, text: int, name: str = name) -> None:
            w.reloc(w.section(name, bytes(8), ALLOC, 8), 0, PREL32, "static")

        image = load(an_object(BTI, prepare))
        assert (image.symbol("static").address in image.indirect_targets) == taken


def test_of_several_members_only_those_are_guarded_that_are_marked(load: Load) -> None:
    def named(name: str) -> Callable[[ObjectWriter, int], object]:
        return lambda w, text: (w.symbol(name, text, 16, 8), w.symbol(f"{name}_data", text, 0, 0, OBJECT, LOCAL))

    data = archive(("a.o", an_object(BTI, named("one"))), ("b.o", an_object(PAC, named("two"))))
    image = load(data, "one", "two")
    assert image.guards(image.symbol("one").address)
    assert not image.guards(image.symbol("two").address)


def test_data_is_never_guarded(load: Load) -> None:
    image = load(an_object(BTI, lambda w, text: w.section(".rodata", bytes(8), ALLOC)))
    assert {s.guarded for s in image.segments if not s.executable} == {False}
    assert {s.guarded for s in image.segments if s.executable} == {True}


def test_several_code_sections_are_all_guarded(load: Load) -> None:
    image = load(an_object(BTI, lambda w, text: w.section(".text.other", bytes(8), ALLOC | EXEC)))
    assert sum(s.guarded for s in image.segments) == 2
