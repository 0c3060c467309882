"""Files that a command writes at its end: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lnsym.errors import LnsymError


@dataclass(eq=False)
class FileUnwritable(LnsymError):
    """A file could not be written; what was there before is as it was."""

    path: Path
    reason: str

    def _message(self) -> str:
        return f"{self.path}: {self.reason}; nothing was written there"


def write_whole(path: Path, text: str) -> None:
    """Write a file beside the path and put it in its place; a device or a pipe is written directly. Raises FileUnwritable."""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        path = path.resolve()  # a link stays one
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise FileUnwritable(path, (error.strerror or str(error)).lower()) from None


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
