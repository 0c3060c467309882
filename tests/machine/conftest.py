"""Loading bytes as if they were a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_files import Load

from lnsym.machine.image import Image, load_image


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write bytes to a file and load it with the wanted symbols."""

    def load_bytes(data: bytes, *symbols: str) -> Image:
        path = tmp_path / "input"
        path.write_bytes(data)
        return load_image(path, symbols)

    return load_bytes
