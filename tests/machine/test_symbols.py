"""Symbols: sizes, kinds, precedence, spellings."""

from __future__ import annotations

import pytest
from elf_writer import (
    FUNC,
    GLOBAL,
    LOCAL,
    ObjectWriter,
)
from sample_files import (
    NOP,
    Load,
    segment,
    symbols_object,
)

from lnsym.errors import (
    AmbiguousSymbol,
    NoSuchSymbol,
)


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
def test_symbol_size_and_kind(load: Load, name: str, size: int, kind: str) -> None:
    symbol = load(symbols_object().build()).symbol(name)
    assert (symbol.size, symbol.kind) == (size, kind)


def test_mapping_symbols_and_ends_are_not_symbols(load: Load) -> None:
    image = load(symbols_object().build())
    assert not [name for name in image.symbols if name.startswith("$")]
    assert "beyond" not in image.symbols
    names = [s.name for s in image.functions()]
    assert names == ["sized", "unsized", "label", "label2", "assembly", "last"]


def test_describe_names_the_nearest_symbol(load: Load) -> None:
    image = load(symbols_object().build())
    sized = image.symbol("sized").address
    assert image.describe(sized) == "sized"
    assert image.describe(sized + 0xC) == "sized+0xc"
    assert image.describe(sized + 0x1C) == "label2+0x4"
    other = segment(image, ".text.other").address
    assert image.describe(other) == hex(other)  # never named after another section's symbol
    assert image.symbol_at(0) is None


def test_local_names_give_way_to_global_ones(load: Load) -> None:
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


def test_no_such_symbol_names_the_nearest(load: Load) -> None:
    with pytest.raises(NoSuchSymbol, match="'unsizd'; nearest: unsized, sized"):
        load(symbols_object().build(), "unsizd")
