"""Reading an input file whole, with every way that can fail turned into one line."""

from __future__ import annotations

from pathlib import Path

from lnsym.errors import FileUnreadable

MAX_SIZE = 1 << 31  # bytes


def read_file(path: Path) -> bytes:
    """Return the bytes of a non-empty regular file of at most 2 GiB; raises FileUnreadable."""
    try:
        if path.is_dir():
            raise FileUnreadable(path, "is a directory; give a file in it")
        if path.exists() and not path.is_file():
            raise FileUnreadable(path, "is not a regular file")
        if path.stat().st_size > MAX_SIZE:
            raise FileUnreadable(path, "is larger than 2 GiB; strip its debug sections")
        data = path.read_bytes()
    except FileNotFoundError:
        raise FileUnreadable(path, "no such file; check the path") from None
    except PermissionError:
        raise FileUnreadable(path, "permission denied; make it readable") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FileUnreadable(path, f"cannot be read: {reason}") from None
    if not data:
        raise FileUnreadable(path, "is empty; get the file again")
    return data
