"""Unix `ar` archives, as static libraries and Debian packages use them.

The format: a magic line, then members of a 60-byte text header and data padded to an even offset.
Long names come in two dialects: GNU keeps them in a member `//` and refers by `/offset`; BSD writes
`#1/length` and puts the name in front of the data. Symbol indexes are skipped, not trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lnsym.errors import MalformedArchive, UnsupportedElf

MAGIC = b"!<arch>\n"
THIN_MAGIC = b"!<thin>\n"
_HEADER_SIZE = 60
_INDEX_NAMES = frozenset({"/", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64"})


@dataclass(frozen=True)
class Member:
    """One file of an archive. `offset` is where its data starts in the archive, in bytes."""

    name: str
    offset: int
    data: bytes


def read_archive(data: bytes, where: str) -> Iterator[Member]:
    """Yield the members in file order, without symbol indexes and the long-name table.

    Raises MalformedArchive where the structure breaks and UnsupportedElf on a thin archive;
    both name `where`.
    """
    if data.startswith(THIN_MAGIC):
        raise UnsupportedElf(where, "a thin archive holds no code; load the .o files it names")
    if not data.startswith(MAGIC):
        raise MalformedArchive(where, "the magic line is missing")
    long_names = b""
    at = len(MAGIC)
    while at < len(data):
        header = data[at : at + _HEADER_SIZE]
        if len(header) < _HEADER_SIZE or header[58:60] != b"`\n":
            raise MalformedArchive(where, f"no member header at offset {at:#x}")
        start = at + _HEADER_SIZE
        size = _decimal(header[48:58], where, at)
        if start + size > len(data):
            raise MalformedArchive(where, f"the member at offset {at:#x} runs past the end")
        name = header[:16].rstrip(b" ")
        skip = 0
        if name == b"//":
            long_names = data[start : start + size]
        elif name.startswith(b"#1/"):
            skip = _decimal(name[3:], where, at)
            if skip > size:
                raise MalformedArchive(where, f"the name at offset {at:#x} is too long")
            name = data[start : start + skip].rstrip(b"\0")
        elif name.startswith(b"/") and name[1:].isdigit():
            name = _long_name(long_names, int(name[1:]), where)
        elif name.endswith(b"/") and name not in (b"/", b"/SYM64/"):
            name = name[:-1]
        text = name.decode("utf-8", "backslashreplace")
        if name != b"//" and text not in _INDEX_NAMES:
            yield Member(text, start + skip, data[start + skip : start + size])
        at = start + size + (size & 1)


def _decimal(field: bytes, where: str, at: int) -> int:
    text = field.strip(b" ")
    if not text.isdigit():
        raise MalformedArchive(where, f"the header at offset {at:#x} has no decimal size")
    return int(text)


def _long_name(table: bytes, offset: int, where: str) -> bytes:
    if offset >= len(table):
        raise MalformedArchive(where, f"no long name at {offset}")
    # GNU ends a name with "/\n"; some writers with a NUL.
    return table[offset:].split(b"\n", 1)[0].split(b"\0", 1)[0].removesuffix(b"/")
