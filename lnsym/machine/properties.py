"""Program properties: whether a file is marked for Branch Target Identification (BTI).

System V ABI for the Arm 64-bit Architecture, "Program Property"; the notes are those of the Linux ABI extensions (.note.gnu.property).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lnsym.errors import MalformedElf
from lnsym.machine.attributes import says_bti
from lnsym.machine.elf import Elf, FileType, SegmentType

_SECTION = ".note.gnu.property"
_OWNER, _PROPERTIES = b"GNU\0", 5  # NT_GNU_PROPERTY_TYPE_0
_FEATURE_1_AND, _BTI = 0xC0000000, 1
_ALIGNMENT = 8
"""Of descriptors, properties and notes in 64-bit files, whatever the header of segment or section says, as Linux reads them."""

_NOTE = struct.Struct("<III")
_PROPERTY = struct.Struct("<II")


def is_marked_for_bti(elf: Elf) -> bool:
    """Return whether anything says so; MalformedElf for a note, property or attribute that does not hold together.

    Linked files say it by the segment PT_GNU_PROPERTY, which loaders read; objects, and what old linkers made, by the section, which
    linkers know by its name; objects by build attributes too. Of several notes one is enough: what is marked by mistake stays unproved, and
    nothing is proved of it wrongly.
    """
    segments = [p for p in elf.program_headers if p.type == SegmentType.GNU_PROPERTY]
    if segments:
        tables = [elf.slice(p.offset, p.size, "the segment PT_GNU_PROPERTY") for p in segments]
    else:
        tables = [elf.contents(section) for section in elf.sections if section.name == _SECTION]
    features = [value for table in tables for note in _property_notes(elf, table) for value in _features(elf, note)]
    return any(value & _BTI for value in features) or (elf.type == FileType.REL and says_bti(elf))


def _property_notes(elf: Elf, table: bytes) -> Iterator[bytes]:
    """The descriptors of the notes that hold properties; a tail of zeros is padding."""
    at, end = 0, len(table.rstrip(b"\0"))
    while at < end:
        name_size, size, kind = _NOTE.unpack(_part(elf, table, at, _NOTE.size))
        owner = _part(elf, table, at + _NOTE.size, name_size)
        start = _aligned(at + _NOTE.size + name_size)
        descriptor = _part(elf, table, start, size)
        if owner == _OWNER and kind == _PROPERTIES:
            yield descriptor
        at = _aligned(start + size)


def _features(elf: Elf, properties: bytes) -> Iterator[int]:
    """The values of GNU_PROPERTY_AARCH64_FEATURE_1_AND among the properties of a note."""
    at, end = 0, len(properties.rstrip(b"\0"))
    while at < end:
        kind, size = _PROPERTY.unpack(_part(elf, properties, at, _PROPERTY.size))
        value = _part(elf, properties, at + _PROPERTY.size, size)
        if kind == _FEATURE_1_AND:
            if size != 4:
                raise MalformedElf(elf.where, f"the AArch64 features of {_SECTION} have {size} bytes, should have 4")
            yield int.from_bytes(value, "little")
        at = _aligned(at + _PROPERTY.size + size)


def _part(elf: Elf, data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise MalformedElf(elf.where, f"a note of {_SECTION} ends {at + size - len(data)} bytes past its end")
    return data[at : at + size]


def _aligned(at: int) -> int:
    return -(-at // _ALIGNMENT) * _ALIGNMENT
