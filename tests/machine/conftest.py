"""Loading bytes as if they were a file, and a small memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_files import Load

from lnsym.bv import BV
from lnsym.machine.contents import Bytes, Elements, UnknownBytes
from lnsym.machine.image import Image, load_image
from lnsym.machine.memory import Memory
from lnsym.machine.regions import Region


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write bytes to a file and load it with the wanted symbols."""

    def load_bytes(data: bytes, *symbols: str) -> Image:
        path = tmp_path / "input"
        path.write_bytes(data)
        return load_image(path, symbols)

    return load_bytes


@pytest.fixture
def memory() -> Memory:
    """A state of two words at p, a read-only message at q, an image segment, a stack of 64 bytes below sp."""
    memory = Memory(
        [
            Region(
                "state", BV.var("p", 64), 16, Elements([BV.var(f"state[{i}]", 64) for i in range(2)]), writable=True
            ),
            Region("msg", BV.var("q", 64), 8, Elements([BV.var(f"msg[{i}]", 32) for i in range(2)], "big")),
            Region(".rodata", 0x4000, 8, Bytes(bytes(range(8)))),
            Region(".secret", 0x5000, 8, Bytes(bytes(8)), readable=False, writable=True),
        ]
    )
    memory.add_stack(Region("stack", BV.var("sp", 64), 64, UnknownBytes("stack"), writable=True, start=-64))
    return memory
