"""Files that several tests of the loader start from."""

from __future__ import annotations

from collections.abc import Callable

from elf_writer import (
    ALLOC,
    DATA,
    EXEC,
    FUNC,
    GLOBAL,
    GOT,
    IFUNC,
    LOCAL,
    NOTYPE,
    OBJECT,
    RELRO,
    RODATA,
    TEXT,
    TLS,
    UNDEF,
    WEAK,
    WRITE,
    ObjectWriter,
    SharedWriter,
)

from lnsym.machine.image import Image, Segment

NOP, RET, BL = 0xD503201F, 0xD65F03C0, 0x94000000
ABS64, CALL26, ADRP, TLSLE, GOT_PAGE = 257, 283, 275, 551, 311
COPY, GLOB_DAT, JUMP_SLOT, RELATIVE, TLSDESC, IRELATIVE = 1024, 1025, 1026, 1027, 1031, 1032


Load = Callable[..., Image]


def segment(image: Image, name: str) -> Segment:
    """The one segment of that name."""
    (found,) = [s for s in image.segments if s.name == name]
    return found


def word(image: Image, address: int) -> int:
    """The eight bytes at an address as a number."""
    return int.from_bytes(image.read(address, 8), "little")


def symbols_object() -> ObjectWriter:
    w = ObjectWriter()
    text = w.text(*[NOP] * 15, RET)
    other = w.section(".text.other", bytes(8), ALLOC | EXEC)
    data = w.section(".data", bytes(32), ALLOC | WRITE)
    for name, value in (("$x", 0), ("$d.7", 40), ("$x.8", 48)):
        w.symbol(name, text, value, 0, NOTYPE, LOCAL)
    w.symbol("sized", text, 0, 12)
    w.symbol("unsized", text, 16)
    w.symbol("label", text, 20, 0, NOTYPE, LOCAL)
    w.symbol("label2", text, 24, 0, NOTYPE, LOCAL)
    w.symbol("constants", text, 40, 0, NOTYPE, GLOBAL)
    w.symbol("assembly", text, 48, 0, NOTYPE, GLOBAL)
    w.symbol("last", other, 4)
    w.symbol("variable", data, 8, 8, OBJECT)
    w.symbol("untyped", data, 16, 0, NOTYPE)
    w.symbol("beyond", data, 32, 0, NOTYPE)
    w.symbol("too_long", data, 24, 64, OBJECT)
    return w


def shared() -> SharedWriter:
    w = SharedWriter()
    w.symbol("f", 1, TEXT, 16)
    w.symbol("g", 1, TEXT + 32)
    w.symbol("table", 2, RODATA, 16, OBJECT)
    w.symbol("chooser", 1, TEXT + 64, 16, IFUNC)
    w.symbol("memcpy", UNDEF, kind=FUNC)
    w.symbol("environ", UNDEF, kind=OBJECT)
    w.symbol("maybe", UNDEF, kind=NOTYPE, binding=WEAK)
    w.symbol("per_thread", 6, 0, 8, TLS)
    w.relocs = [
        (RELRO, RELATIVE, "", TEXT + 8),
        (RELRO + 8, ABS64, "table", 4),
        (GOT, GLOB_DAT, "g", 0),
        (GOT + 8, GLOB_DAT, "environ", 0),
        (GOT + 16, GLOB_DAT, "maybe", 0),
        (GOT + 24, GLOB_DAT, "chooser", 0),
        (GOT + 32, TLSDESC, "per_thread", 0),
        (GOT + 48, IRELATIVE, "", TEXT + 64),
        (DATA, ABS64, "memcpy", 0),
        (DATA + 8, COPY, "table", 0),
    ]
    w.plt_relocs = [(GOT + 56, JUMP_SLOT, "memcpy", 0), (GOT + 64, JUMP_SLOT, "f", 0)]
    return w
