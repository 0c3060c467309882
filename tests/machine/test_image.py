"""Reading an image, and every way in which a file can be the wrong one."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import pytest
from elf_writer import (
    ALLOC,
    TEXT,
    WRITE,
    ObjectWriter,
    SharedWriter,
)
from sample_files import (
    RET,
    Load,
    segment,
    shared,
    symbols_object,
)

from lnsym.errors import (
    AddressNotMapped,
    FileUnreadable,
    LnsymError,
    MalformedElf,
    NoSuchSymbol,
    NoSymbols,
    NotElf,
    RelocationOverflow,
    UnsupportedElf,
)
from lnsym.machine.image import load_image, raw_image


def test_read_stays_inside_one_segment(load: Load) -> None:
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
def test_bad_input(load: Load, tmp_path: Path, data: bytes, error: type[LnsymError], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        load(data)
    assert str(tmp_path / "input") in str(caught.value)


def test_paths_that_are_not_files(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="no such file"):
        load_image(tmp_path / "absent")
    with pytest.raises(FileUnreadable, match="directory"):
        load_image(tmp_path)
    with pytest.raises(FileUnreadable):
        load_image(Path("a\0b"))
    with pytest.raises(FileUnreadable):
        load_image(tmp_path / ("x" * 5000))


def test_huge_zeroed_sections_are_not_allocated(load: Load) -> None:
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


def test_compressed_section_in_memory_is_refused(load: Load) -> None:
    w = symbols_object()
    w.section(".rodata", struct.pack("<IIQQ", 1, 0, 4, 1), ALLOC | 0x800)
    with pytest.raises(UnsupportedElf, match="compressed"):
        load(w.build())
