"""Damaged files end in an LnsymError or load: never another exception, a hang or a huge allocation."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from elf_writer import ObjectWriter, archive, properties
from sample_files import shared, symbols_object
from test_archive import callee, caller
from test_relocation import _everything

from lnsym.errors import LnsymError
from lnsym.machine.image import list_archive, load_image

MEMORY_LIMIT = 64 << 20


def _stripped() -> bytes:
    w = shared()
    w.section_headers = False
    w.gnu_hash = True
    w.relr = [0x21010, 5]
    return w.build()


def _empty() -> bytes:
    return ObjectWriter().build()


def _marked() -> bytes:
    w = symbols_object()
    w.section(".note.gnu.property", properties(2, 1), align=8)
    attributes = b"A\x23\0\0\0aeabi_feature_and_bits\0\1\0\0\1\1\0\2\0"
    w.section(".ARM.attributes", attributes, 0, 1, kind=0x70000003)
    return w.build()


def _marked_shared() -> bytes:
    w = shared()
    w.properties = properties(2, 1)
    return w.build()


FILES = {
    "object": lambda: _everything().build(),
    "symbols": lambda: symbols_object().build(),
    "shared": lambda: shared().build(),
    "stripped": _stripped,
    "archive": lambda: archive(("readme", b"odd"), ("caller-long-name.o", caller()), ("callee.o", callee())),
    "empty": _empty,
    "marked": _marked,
    "marked-shared": _marked_shared,
}


@contextmanager
def _only_our_errors() -> Iterator[None]:
    try:
        yield
    except LnsymError as error:
        _check_one_line(str(error))


def _check_one_line(text: str) -> None:
    assert text.isprintable()
    assert text


def _try(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    is_archive = data.startswith(b"!<arch>")
    with _only_our_errors():
        image = load_image(path, ["callee"] if is_archive else [])
        for symbol in image.symbols.values():
            image.describe(symbol.address)
            with _only_our_errors():
                image.read(symbol.address, symbol.size)
    if is_archive:
        with _only_our_errors():
            list(list_archive(path))


@pytest.fixture(autouse=True)
def _bounded_memory():  # type: ignore[no-untyped-def]
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEMORY_LIMIT


@pytest.mark.parametrize("name", FILES)
def test_truncated_anywhere(name: str, tmp_path: Path) -> None:
    data = FILES[name]()
    step = max(1, len(data) // 400)
    for size in {*range(min(len(data), 200)), *range(0, len(data), step), *range(len(data) - 64, len(data))}:
        _try(tmp_path / "input", data[: max(0, size)])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_changed(name: str, seed: int, tmp_path: Path) -> None:
    data = FILES[name]()
    used = [i for i, byte in enumerate(data) if byte]  # the tables, not the padding between them
    source = random.Random(seed)
    for _ in range(250):
        damaged = bytearray(data)
        for _ in range(source.choice((1, 1, 2, 8))):
            at = source.choice(used) if source.random() < 0.8 else source.randrange(len(data))
            damaged[at] = source.choice((0, 1, 0x7F, 0x80, 0xFF, source.randrange(256)))
        _try(tmp_path / "input", bytes(damaged))
