"""Shared objects and executables: dynamic relocations, RELRO, files without section headers."""

from __future__ import annotations

import pytest
from elf_writer import (
    DATA,
    DYNAMIC,
    GOT,
    RELRO,
    RODATA,
    TEXT,
)
from sample_files import (
    Load,
    segment,
    shared,
    word,
)

from lnsym.errors import (
    UnresolvedRelocation,
    UnsupportedElf,
)


def test_dynamic_relocations(load: Load) -> None:
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


def test_relr(load: Load) -> None:
    w = shared()
    w.relr = [RELRO + 16, 0b101]  # the word there, and the first word after it
    w.relr_words = {RELRO + 16: TEXT, RELRO + 24: TEXT + 4}
    image = load(w.build())
    assert (word(image, RELRO + 16), word(image, RELRO + 24)) == (TEXT, TEXT + 4)


def test_relro_is_constant_and_data_is_not(load: Load) -> None:
    image = load(shared().build())
    constant = {s.name: s.constant for s in image.segments}
    assert constant == {
        ".dynsym": True, ".dynstr": True, ".text": True, ".rodata": True, ".data.rel.ro": True,
        ".got": True, ".dynamic": True, ".data": False, ".bss": False, "environ": False,
    }  # fmt: skip
    assert not segment(image, ".got").writable
    assert segment(image, ".bss").data == bytes(0x100)
    assert segment(image, ".text").executable


def test_words_that_the_loader_writes_are_unresolved(load: Load) -> None:
    w = shared()
    w.tags = [(21, 0), (3, GOT + 0x60)]  # DT_DEBUG, DT_PLTGOT
    image = load(w.build())
    with pytest.raises(UnresolvedRelocation, match="reserved for the loader"):
        image.read(GOT + 0x68, 1)
    with pytest.raises(UnresolvedRelocation, match="DT_DEBUG"):
        image.read(DYNAMIC + 16 * 12 + 8, 8)
    image.read(GOT + 0x60, 8)


@pytest.mark.parametrize("gnu_hash", [False, True])
def test_without_section_headers_the_dynamic_symbols_serve(load: Load, gnu_hash: bool) -> None:
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
def test_relocations_in_another_format_are_refused(load: Load, tag: int) -> None:
    w = shared()
    w.tags = [(tag, 0)]
    with pytest.raises(UnsupportedElf, match="not supported"):
        load(w.build())


def test_executable(load: Load) -> None:
    w = shared()
    w.kind = 2
    assert load(w.build()).symbol("f").address == TEXT
