"""Images of objects and linked files: placing, symbols, undefined and unresolved things, errors."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import pytest
from elf_writer import (
    ABS,
    ALLOC,
    COMMON,
    DATA,
    DYNAMIC,
    EXEC,
    FUNC,
    GLOBAL,
    GOT,
    IFUNC,
    LOCAL,
    NOTYPE,
    OBJECT,
    RELRO,
    RODATA,
    TEXT,
    TLS,
    UNDEF,
    WEAK,
    WRITE,
    ObjectWriter,
    SharedWriter,
)

from lnsym.errors import (
    AddressNotMapped,
    AmbiguousSymbol,
    ContentsUnknown,
    FileUnreadable,
    LnsymError,
    MalformedElf,
    NoSuchSymbol,
    NoSymbols,
    NotElf,
    RelocationOverflow,
    UnresolvedRelocation,
    UnsupportedElf,
)
from lnsym.machine.image import Image, Segment, load_image, raw_image
from lnsym.machine.relocatable import BASE

NOP, RET, BL = 0xD503201F, 0xD65F03C0, 0x94000000
ABS64, CALL26, ADRP, TLSLE, GOT_PAGE = 257, 283, 275, 551, 311
COPY, GLOB_DAT, JUMP_SLOT, RELATIVE, TLSDESC, IRELATIVE = 1024, 1025, 1026, 1027, 1031, 1032


@pytest.fixture
def load(tmp_path: Path):  # type: ignore[no-untyped-def]
    def load_bytes(data: bytes, *symbols: str) -> Image:
        path = tmp_path / "input"
        path.write_bytes(data)
        return load_image(path, symbols)

    return load_bytes


def segment(image: Image, name: str) -> Segment:
    (found,) = [s for s in image.segments if s.name == name]
    return found


def word(image: Image, address: int) -> int:
    return int.from_bytes(image.read(address, 8), "little")


# --- relocatable objects --------------------------------------------------------------------------


def test_sections_are_laid_out_by_kind_and_no_better_aligned_than_promised(load) -> None:  # type: ignore[no-untyped-def]
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


def test_undefined_functions_and_data(load) -> None:  # type: ignore[no-untyped-def]
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
    assert (data.data, data.size, data.constant, data.executable) == (None, 4096, False, False)
    with pytest.raises(ContentsUnknown, match="capabilities"):
        image.read(data.address, 4)
    with pytest.raises(UnresolvedRelocation, match=r"CALL26 against maybe at \.text\+0x8"):
        image.read(f + 8, 4)
    with pytest.raises(NoSuchSymbol):
        image.symbol("memcpy")


def test_common_symbols_have_unknown_contents(load) -> None:  # type: ignore[no-untyped-def]
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
def test_unmodelled_relocation_poisons_its_bytes_only(load, kind: int, size: int) -> None:  # type: ignore[no-untyped-def]
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


def test_got_entry_of_a_symbol_that_may_be_absent_is_unresolved(load) -> None:  # type: ignore[no-untyped-def]
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
def test_value_decided_at_run_time_is_unresolved(load, kind: int) -> None:  # type: ignore[no-untyped-def]
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


def test_relocation_out_of_reach_is_an_error(load) -> None:  # type: ignore[no-untyped-def]
    w = ObjectWriter()
    text = w.text(BL, RET)
    w.symbol("f", text)
    w.symbol("far", ABS, 1 << 40)
    w.reloc(text, 0, CALL26, "far")
    with pytest.raises(RelocationOverflow, match=r"\.text\+0x0: R_AARCH64_CALL26"):
        load(w.build())


def test_relocation_outside_its_section_is_an_error(load) -> None:  # type: ignore[no-untyped-def]
    w = ObjectWriter()
    text = w.text(BL, RET)
    w.symbol("f", text)
    w.reloc(text, 6, CALL26, "f")
    with pytest.raises(MalformedElf, match="outside"):
        load(w.build())


# --- symbols --------------------------------------------------------------------------------------


def symbols_object() -> ObjectWriter:
    w = ObjectWriter()
    text = w.text(*[NOP] * 15, RET)
    other = w.section(".text.other", bytes(8), ALLOC | EXEC)
    data = w.section(".data", bytes(32), ALLOC | WRITE)
    for name, value in (("$x", 0), ("$d.7", 40), ("$x.8", 48)):
        w.symbol(name, text, value, 0, NOTYPE, LOCAL)
    w.symbol("sized", text, 0, 12)
    w.symbol("unsized", text, 16)
    w.symbol("label", text, 20, 0, NOTYPE, LOCAL)
    w.symbol("label2", text, 24, 0, NOTYPE, LOCAL)
    w.symbol("constants", text, 40, 0, NOTYPE, GLOBAL)
    w.symbol("assembly", text, 48, 0, NOTYPE, GLOBAL)
    w.symbol("last", other, 4)
    w.symbol("variable", data, 8, 8, OBJECT)
    w.symbol("untyped", data, 16, 0, NOTYPE)
    w.symbol("beyond", data, 32, 0, NOTYPE)
    w.symbol("too_long", data, 24, 64, OBJECT)
    return w


@pytest.mark.parametrize(
    ("name", "size", "kind"),
    [
        ("sized", 12, "function"),
        ("unsized", 24, "function"),  # to `constants`: local labels do not end a routine
        ("label", 4, "function"),
        ("label2", 16, "function"),
        ("constants", 8, "data"),  # the mapping symbol $d says so
        ("assembly", 16, "function"),  # to the end of the section
        ("last", 4, "function"),
        ("variable", 8, "data"),
        ("untyped", 8, "data"),
        ("too_long", 8, "data"),
    ],
)
def test_symbol_size_and_kind(load, name: str, size: int, kind: str) -> None:  # type: ignore[no-untyped-def]
    symbol = load(symbols_object().build()).symbol(name)
    assert (symbol.size, symbol.kind) == (size, kind)


def test_mapping_symbols_and_ends_are_not_symbols(load) -> None:  # type: ignore[no-untyped-def]
    image = load(symbols_object().build())
    assert not [name for name in image.symbols if name.startswith("$")]
    assert "beyond" not in image.symbols
    names = [s.name for s in image.functions()]
    assert names == ["sized", "unsized", "label", "label2", "assembly", "last"]


def test_describe_names_the_nearest_symbol(load) -> None:  # type: ignore[no-untyped-def]
    image = load(symbols_object().build())
    sized = image.symbol("sized").address
    assert image.describe(sized) == "sized"
    assert image.describe(sized + 0xC) == "sized+0xc"
    assert image.describe(sized + 0x1C) == "label2+0x4"
    other = segment(image, ".text.other").address
    assert image.describe(other) == hex(other)  # never named after another section's symbol
    assert image.symbol_at(0) is None


def test_local_names_give_way_to_global_ones(load) -> None:  # type: ignore[no-untyped-def]
    w = ObjectWriter()
    text = w.text(*[NOP] * 8)
    w.symbol("f", text, 0, 4, FUNC, LOCAL)
    w.symbol("f", text, 4, 4, FUNC, GLOBAL)
    for value in (8, 12):
        w.symbol("twice", text, value, 4, FUNC, LOCAL)
    image = load(w.build())
    base = image.segments[0].address
    assert image.symbol("f").address == base + 4
    assert image.symbol(f"f@{base:#x}").address == base
    with pytest.raises(AmbiguousSymbol, match=f"twice@{base + 8:#x}, twice@{base + 12:#x}"):
        image.symbol("twice")
    assert image.symbol(f"twice@{base + 12:#x}").address == base + 12
    with pytest.raises(NoSuchSymbol):
        image.symbol("twice@0x1")
    assert set(image.symbols) == {"f", f"f@{base:#x}", f"twice@{base + 8:#x}", f"twice@{base + 12:#x}"}
    for spelling, symbol in image.symbols.items():
        assert image.symbol(spelling) is symbol


def test_no_such_symbol_names_the_nearest(load) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NoSuchSymbol, match="'unsizd'; nearest: unsized, sized"):
        load(symbols_object().build(), "unsizd")


# --- linked files ---------------------------------------------------------------------------------


def shared() -> SharedWriter:
    w = SharedWriter()
    w.symbol("f", 1, TEXT, 16)
    w.symbol("g", 1, TEXT + 32)
    w.symbol("table", 2, RODATA, 16, OBJECT)
    w.symbol("chooser", 1, TEXT + 64, 16, IFUNC)
    w.symbol("memcpy", UNDEF, kind=FUNC)
    w.symbol("environ", UNDEF, kind=OBJECT)
    w.symbol("maybe", UNDEF, kind=NOTYPE, binding=WEAK)
    w.symbol("per_thread", 6, 0, 8, TLS)
    w.relocs = [
        (RELRO, RELATIVE, "", TEXT + 8),
        (RELRO + 8, ABS64, "table", 4),
        (GOT, GLOB_DAT, "g", 0),
        (GOT + 8, GLOB_DAT, "environ", 0),
        (GOT + 16, GLOB_DAT, "maybe", 0),
        (GOT + 24, GLOB_DAT, "chooser", 0),
        (GOT + 32, TLSDESC, "per_thread", 0),
        (GOT + 48, IRELATIVE, "", TEXT + 64),
        (DATA, ABS64, "memcpy", 0),
        (DATA + 8, COPY, "table", 0),
    ]
    w.plt_relocs = [(GOT + 56, JUMP_SLOT, "memcpy", 0), (GOT + 64, JUMP_SLOT, "f", 0)]
    return w


def test_dynamic_relocations(load) -> None:  # type: ignore[no-untyped-def]
    image = load(shared().build())
    assert word(image, RELRO) == TEXT + 8
    assert word(image, RELRO + 8) == RODATA + 4
    assert word(image, GOT) == TEXT + 32
    assert word(image, GOT + 64) == TEXT
    assert image.undefined_functions == {word(image, GOT + 56): "memcpy"}
    assert word(image, DATA) == word(image, GOT + 56)
    assert image.segment_at(word(image, GOT + 56)) is None
    environ = segment(image, "environ")
    assert word(image, GOT + 8) == environ.address
    assert environ.data is None
    for address, size, name in (
        (GOT + 16, 8, "maybe"),
        (GOT + 24, 8, "chooser"),
        (GOT + 32, 16, "TLSDESC against per_thread"),
        (GOT + 48, 8, "IRELATIVE"),
        (DATA + 8, 16, "COPY"),
    ):
        assert image.unresolved[address].size == size
        for at in (address, address + size - 1):
            with pytest.raises(UnresolvedRelocation, match=name):
                image.read(at, 1)


def test_relr(load) -> None:  # type: ignore[no-untyped-def]
    w = shared()
    w.relr = [RELRO + 16, 0b101]  # the word there, and the first word after it
    w.relr_words = {RELRO + 16: TEXT, RELRO + 24: TEXT + 4}
    image = load(w.build())
    assert (word(image, RELRO + 16), word(image, RELRO + 24)) == (TEXT, TEXT + 4)


def test_relro_is_constant_and_data_is_not(load) -> None:  # type: ignore[no-untyped-def]
    image = load(shared().build())
    constant = {s.name: s.constant for s in image.segments}
    assert constant == {
        ".dynsym": True, ".dynstr": True, ".text": True, ".rodata": True, ".data.rel.ro": True,
        ".got": True, ".dynamic": True, ".data": False, ".bss": False, "environ": False,
    }  # fmt: skip
    assert not segment(image, ".got").writable
    assert segment(image, ".bss").data == bytes(0x100)
    assert segment(image, ".text").executable


def test_words_that_the_loader_writes_are_unresolved(load) -> None:  # type: ignore[no-untyped-def]
    w = shared()
    w.tags = [(21, 0), (3, GOT + 0x60)]  # DT_DEBUG, DT_PLTGOT
    image = load(w.build())
    with pytest.raises(UnresolvedRelocation, match="reserved for the loader"):
        image.read(GOT + 0x68, 1)
    with pytest.raises(UnresolvedRelocation, match="DT_DEBUG"):
        image.read(DYNAMIC + 16 * 12 + 8, 8)
    image.read(GOT + 0x60, 8)


@pytest.mark.parametrize("gnu_hash", [False, True])
def test_without_section_headers_the_dynamic_symbols_serve(load, gnu_hash: bool) -> None:  # type: ignore[no-untyped-def]
    w = shared()
    w.section_headers = False
    w.gnu_hash = gnu_hash
    image = load(w.build(), "f", "g", "table")
    assert image.symbol("f").size == 16
    assert word(image, GOT) == TEXT + 32
    assert [(s.name, s.address, s.constant) for s in image.segments if s.data is not None] == [
        ("LOAD0", 0, True),
        ("LOAD1", RELRO, True),
        ("LOAD1", DATA, False),
        ("LOAD1", DATA + 0x100, False),
    ]


@pytest.mark.parametrize("tag", [17, 0x6000000F, 0x60000011, 0x70000012])
def test_relocations_in_another_format_are_refused(load, tag: int) -> None:  # type: ignore[no-untyped-def]
    w = shared()
    w.tags = [(tag, 0)]
    with pytest.raises(UnsupportedElf, match="not supported"):
        load(w.build())


def test_executable(load) -> None:  # type: ignore[no-untyped-def]
    w = shared()
    w.kind = 2
    assert load(w.build()).symbol("f").address == TEXT


def test_read_stays_inside_one_segment(load) -> None:  # type: ignore[no-untyped-def]
    image = load(shared().build())
    assert image.read(TEXT, 0x100) == bytes(0x100)
    for address, size in ((TEXT, 0x101), (TEXT - 1, 1), (1 << 63, 4)):
        with pytest.raises(AddressNotMapped, match=f"{address:#x}"):
            image.read(address, size)


def test_raw_image() -> None:
    image = raw_image(RET.to_bytes(4, "little"), 0x4000, "routine")
    assert image.symbol("routine").address == 0x4000
    assert image.read(0x4000, 4) == RET.to_bytes(4, "little")
    assert image.segments[0].executable


# --- bad input ------------------------------------------------------------------------------------


def edited(offset: int, *values: int) -> bytes:
    data = bytearray(shared().build())
    data[offset : offset + len(values)] = bytes(values)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", FileUnreadable, "empty"),
        (b"#!/bin/sh\n", NotElf, "not an ELF file"),
        (b"\x7fELF", MalformedElf, "4 bytes"),
        (b"\x7fELF\x02\x01\x01", MalformedElf, "7 bytes"),
        (edited(4, 1), UnsupportedElf, "32-bit"),
        (edited(5, 2), UnsupportedElf, "big-endian"),
        (edited(18, 62, 0), UnsupportedElf, "x86-64"),
        (edited(18, 99, 0), UnsupportedElf, "machine number 99"),
        (edited(16, 4, 0), UnsupportedElf, "core dump"),
        (edited(16, 9, 0), UnsupportedElf, "ELF type 9"),
        (edited(60, 255, 255), MalformedElf, "past the end"),
        (edited(0x28, 255, 255, 255, 255), MalformedElf, "section header table"),
        (shared().build()[:-200], MalformedElf, "section header table"),
        (SharedWriter().build(), NoSymbols, "no symbol table"),
        (ObjectWriter().build(), NoSymbols, "no symbol table"),
    ],
)
def test_bad_input(load, tmp_path: Path, data: bytes, error: type[LnsymError], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message) as caught:
        load(data)
    assert str(tmp_path / "input") in str(caught.value)
    assert caught.value.exit_code == 2


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="no such file"):
        load_image(tmp_path / "absent")
    with pytest.raises(FileUnreadable, match="directory"):
        load_image(tmp_path)
    with pytest.raises(FileUnreadable):
        load_image(Path("a\0b"))
    with pytest.raises(FileUnreadable):
        load_image(tmp_path / ("x" * 5000))


def test_huge_zeroed_sections_are_not_allocated(load) -> None:  # type: ignore[no-untyped-def]
    w = symbols_object()
    w.section(".bss", flags=ALLOC | WRITE, align=8, nobits=1 << 45)
    image = load(w.build())
    assert segment(image, ".bss").data is None
    w.section(".bss2", flags=ALLOC | WRITE, align=8, nobits=(1 << 64) - 1)
    with pytest.raises(MalformedElf, match="64-bit address space"):
        load(w.build())


def test_errors_are_one_line_and_survive_pickling() -> None:
    error = NoSuchSymbol("dir\nfile", "na\x1bme", ("a", "b"))
    assert str(error) == "dir\\nfile: no symbol 'na\\x1bme'; nearest: a, b; `lnsym list` shows all"
    for each in (error, MalformedElf(where="w", reason="r"), RelocationOverflow("R", 1, "c")):
        copy = pickle.loads(pickle.dumps(each))
        assert (type(copy), str(copy), vars(copy)) == (type(each), str(each), vars(each))


def test_compressed_section_in_memory_is_refused(load) -> None:  # type: ignore[no-untyped-def]
    w = symbols_object()
    w.section(".rodata", struct.pack("<IIQQ", 1, 0, 4, 1), ALLOC | 0x800)
    with pytest.raises(UnsupportedElf, match="compressed"):
        load(w.build())
