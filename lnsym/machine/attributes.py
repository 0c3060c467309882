"""Build attributes of objects: whether the code is compatible with Branch Target Identification (BTI).

Build Attributes for the Arm 64-bit Architecture: a format version, then subsections. Each has a length that counts itself, a name, a byte
that says whether it may be ignored, one for the type of its values, and tags with their values. New compilers write them where older ones
write .note.gnu.property; linkers make program properties of them, so that nothing is asked of linked files here.
"""

from __future__ import annotations

from collections.abc import Iterator

from lnsym.errors import MalformedElf
from lnsym.machine.elf import Elf, SectionType

_VERSION = b"A"
_FEATURES, _ULEB128 = b"aeabi_feature_and_bits", b"\0"
_TAG_FEATURE_BTI = 0


def says_bti(elf: Elf) -> bool:
    """Return whether an object has Tag_Feature_BTI; MalformedElf where the attributes do not hold together.

    A section of another format version means nothing to this reader, and to today's linkers.
    """
    tables = [elf.contents(section) for section in elf.sections if section.type == SectionType.AARCH64_ATTRIBUTES]
    read = [table for table in tables if table[:1] == _VERSION]
    return any(tag == _TAG_FEATURE_BTI and value for table in read for tag, value in _features(elf, table))


def _features(elf: Elf, table: bytes) -> Iterator[tuple[int, int]]:
    """The tags of the subsection of features, with their values."""
    at = 1
    while at < len(table):
        size = int.from_bytes(table[at : at + 4], "little")
        name, end, values = table[at + 4 : at + size].partition(b"\0")
        if at + size > len(table) or not end or len(values) < 2:
            raise MalformedElf(elf.where, f"the build attributes at {at:#x} of their section do not hold together")
        at += size
        if name == _FEATURES and values[1:2] == _ULEB128:
            numbers = list(_numbers(elf, values[2:]))
            yield from zip(numbers[::2], numbers[1::2], strict=False)


def _numbers(elf: Elf, data: bytes) -> Iterator[int]:
    """Numbers in ULEB128: seven bits a byte, the lowest first, the top bit set in all but the last byte."""
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > 63 + 7:
            raise MalformedElf(elf.where, "a build attribute has more than 64 bits")
        if byte < 0x80:
            yield number
            number = shift = 0
    if shift:
        raise MalformedElf(elf.where, "the build attributes end within a number")
