"""Relocatable objects: where sections go, and what happens to symbols that are not there."""

from __future__ import annotations

import pytest
from elf_writer import (
    ABS,
    ALLOC,
    COMMON,
    IFUNC,
    NOTYPE,
    OBJECT,
    TLS,
    UNDEF,
    WEAK,
    WRITE,
    ObjectWriter,
)
from sample_files import (
    ABS64,
    ADRP,
    BL,
    CALL26,
    GOT_PAGE,
    NOP,
    RET,
    TLSLE,
    Load,
    segment,
)

from lnsym.errors import (
    ContentsUnknown,
    MalformedElf,
    NoSuchSymbol,
    UnresolvedRelocation,
)
from lnsym.machine.layout import EXTERNAL_DATA_SIZE
from lnsym.machine.relocatable import BASE


def test_sections_are_laid_out_by_kind_and_no_better_aligned_than_promised(load: Load) -> None:
    w = ObjectWriter()
    w.section(".data", b"12345678", ALLOC | WRITE, 8)
    w.section(".bss", flags=ALLOC | WRITE, align=64, nobits=100)
    w.section(".rodata", b"abc", ALLOC, 4096)
    w.section(".data.rel.ro.local", bytes(8), ALLOC | WRITE, 8)
    w.section(".comment", b"not in memory", 0, 1)
    text = w.text(NOP, RET)
    w.symbol("f", text)
    image = load(w.build())
    assert [s.name for s in image.segments] == [".text", ".rodata", ".data.rel.ro.local", ".data", ".bss"]
    assert image.segments[0].address >= BASE
    for name, alignment in ((".text", 4), (".rodata", 4096), (".data", 8), (".bss", 64)):
        address = segment(image, name).address
        assert address % alignment == 0, name
        assert address % (2 * alignment) == alignment, name
    permissions = {s.name: (s.readable, s.writable, s.executable, s.constant) for s in image.segments}
    assert permissions == {
        ".text": (True, False, True, True),
        ".rodata": (True, False, False, True),
        ".data.rel.ro.local": (True, False, False, True),
        ".data": (True, True, False, False),
        ".bss": (True, True, False, False),
    }
    assert segment(image, ".bss").data == bytes(100)
    assert image.read(segment(image, ".rodata").address, 3) == b"abc"


def test_undefined_functions_and_data(load: Load) -> None:
    w = ObjectWriter()
    text = w.text(BL, ADRP, BL, RET)
    w.symbol("f", text)
    w.symbol("memcpy", UNDEF, kind=NOTYPE)
    w.symbol("capabilities", UNDEF, kind=NOTYPE)
    w.symbol("maybe", UNDEF, kind=NOTYPE, binding=WEAK)
    w.symbol("unused", UNDEF, kind=NOTYPE)
    w.reloc(text, 0, CALL26, "memcpy")
    w.reloc(text, 4, ADRP, "capabilities")
    w.reloc(text, 8, CALL26, "maybe")
    image = load(w.build())
    ((address, name),) = image.undefined_functions.items()
    assert name == "memcpy"
    assert image.segment_at(address) is None
    assert image.describe(address) == "memcpy (undefined)"
    f = image.symbol("f").address
    assert int.from_bytes(image.read(f, 4), "little") == BL | (address - f) // 4
    data = segment(image, "capabilities")
    assert (data.data, data.size, data.constant, data.executable) == (None, EXTERNAL_DATA_SIZE, False, False)
    with pytest.raises(ContentsUnknown, match="capabilities"):
        image.read(data.address, 4)
    with pytest.raises(UnresolvedRelocation, match=r"CALL26 against maybe at \.text\+0x8"):
        image.read(f + 8, 4)
    with pytest.raises(NoSuchSymbol):
        image.symbol("memcpy")


def test_common_symbols_have_unknown_contents(load: Load) -> None:
    w = ObjectWriter()
    text = w.text(ADRP, RET)
    w.symbol("f", text)
    w.symbol("flags", COMMON, 32, 40, OBJECT)  # value is the alignment
    w.reloc(text, 0, ADRP, "flags")
    image = load(w.build())
    flags = image.symbol("flags")
    assert (flags.size, flags.kind, flags.address % 64) == (40, "data", 32)
    assert segment(image, "flags").data is None


@pytest.mark.parametrize(("kind", "size"), [(TLSLE, 4), (0x3FF, 8)])
def test_unmodelled_relocation_poisons_its_bytes_only(load: Load, kind: int, size: int) -> None:
    w = ObjectWriter()
    text = w.text(NOP, NOP, NOP, NOP, RET)
    w.symbol("f", text)
    w.reloc(text, 4, kind, "f")
    image = load(w.build())
    f = image.symbol("f").address
    assert image.read(f, 4) == NOP.to_bytes(4, "little")
    assert image.read(f + 4 + size, 4) == NOP.to_bytes(4, "little")
    for address, length in ((f + 4, 4), (f, 5), (f + 3 + size, 1), (f, 20)):
        with pytest.raises(UnresolvedRelocation, match=r"\.text\+0x4"):
            image.read(address, length)
    assert image.unresolved[f + 4].size == size
    assert image.segments[0].data is not None
    assert image.segments[0].data[4 : 4 + size] == bytes(size)


def test_got_entry_of_a_symbol_that_may_be_absent_is_unresolved(load: Load) -> None:
    w = ObjectWriter()
    text = w.text(0x90000000, RET)
    w.symbol("f", text)
    w.symbol("maybe", UNDEF, kind=NOTYPE, binding=WEAK)
    w.reloc(text, 0, GOT_PAGE, "maybe")
    image = load(w.build())
    image.read(image.symbol("f").address, 4)
    with pytest.raises(UnresolvedRelocation, match="maybe"):
        image.read(segment(image, ".got").address, 8)


@pytest.mark.parametrize("kind", [IFUNC, TLS])
def test_value_decided_at_run_time_is_unresolved(load: Load, kind: int) -> None:
    w = ObjectWriter()
    text = w.text(RET, RET)
    table = w.section(".rodata", bytes(8), ALLOC, 8)
    w.symbol("f", text)
    w.symbol("late", text, 4, 4, kind)
    w.reloc(table, 0, ABS64, "late")
    image = load(w.build())
    with pytest.raises(UnresolvedRelocation, match="late"):
        image.read(segment(image, ".rodata").address, 8)
    assert "late" not in image.symbols


def test_relocation_out_of_reach_blocks_what_reads_its_bytes_and_nothing_else(load: Load) -> None:
    w = ObjectWriter()
    text = w.text(BL, RET)
    w.symbol("f", text)
    w.symbol("far", ABS, 1 << 40)
    w.reloc(text, 0, CALL26, "far")
    image = load(w.build())
    start = image.symbol("f").address
    with pytest.raises(
        UnresolvedRelocation, match=r"R_AARCH64_CALL26 against far at \.text\+0x0: its value .* fails its check"
    ):
        image.read(start, 4)
    assert image.read(start + 4, 4) == RET.to_bytes(4, "little")


@pytest.mark.parametrize(
    ("kind", "value", "size"), [(258, 1 << 33, 4), (259, 1 << 17, 2), (261, 1 << 40, 4), (286, 4, 4)]
)
def test_data_and_instructions_that_cannot_be_relocated_are_unknown(
    load: Load, kind: int, value: int, size: int
) -> None:
    w = ObjectWriter()
    text = w.text(RET)
    table = w.section(".rodata", bytes(range(16)), align=8)
    w.symbol("f", text)
    w.symbol("far", ABS, value)
    w.reloc(table, 4, kind, "far")
    image = load(w.build())
    at = segment(image, ".rodata").address
    assert image.read(at, 4) == bytes(range(4))
    assert image.read(at + 4 + size, 4) == bytes(range(4 + size, 8 + size))
    with pytest.raises(UnresolvedRelocation, match="against far"):
        image.read(at + 4, size)


def test_relocation_outside_its_section_is_an_error(load: Load) -> None:
    w = ObjectWriter()
    text = w.text(BL, RET)
    w.symbol("f", text)
    w.reloc(text, 6, CALL26, "f")
    with pytest.raises(MalformedElf, match="outside"):
        load(w.build())
