"""A small ELF writer, so that loader tests need no assembler and can write files that are wrong."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

NOTYPE, OBJECT, FUNC, SECTION, TLS, IFUNC = 0, 1, 2, 3, 6, 10
LOCAL, GLOBAL, WEAK = 0, 1, 2
UNDEF, ABS, COMMON = 0, 0xFFF1, 0xFFF2
WRITE, ALLOC, EXEC, TLS_FLAG = 1, 2, 4, 0x400
PROGBITS, SYMTAB, STRTAB, RELA, NOBITS, DYNSYM = 1, 2, 3, 4, 8, 11

Reloc = tuple[int, int, str, int]  # offset, type, symbol name, addend


@dataclass
class Strings:
    data: bytearray = field(default_factory=lambda: bytearray(1))

    def add(self, text: str) -> int:
        if not text:
            return 0
        at = len(self.data)
        self.data += text.encode() + b"\0"
        return at


def header(kind: int, *, phoff: int = 0, phnum: int = 0, shoff: int = 0, shnum: int = 0, names: int = 0) -> bytes:
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    return ident + struct.pack(
        "<HHIQQQIHHHHHH", kind, 183, 1, 0, phoff, shoff, 0, 64, 56 if phnum else 0, phnum, 64, shnum, names
    )


def symbol(name: int, value: int, size: int, kind: int, binding: int, section: int, visibility: int = 0) -> bytes:
    return struct.pack("<IBBHQQ", name, binding << 4 | kind, visibility, section, value, size)


BTI, PAC = 1, 2


def properties(*features: int) -> bytes:
    """What .note.gnu.property holds: a note for each set of features."""
    return b"".join(struct.pack("<III4sIIII", 4, 16, 5, b"GNU", 0xC0000000, 4, value, 0) for value in features)


def rela(offset: int, kind: int, index: int, addend: int) -> bytes:
    return struct.pack("<QIIq", offset, kind, index, addend)


@dataclass
class ObjectWriter:
    """Writes ET_REL files. Sections are numbered from 1 in the order they are added."""

    sections: list[tuple[str, int, int, bytes, int, int]] = field(default_factory=list)
    symbols: list[tuple[str, int, int, int, int, int]] = field(default_factory=list)
    relocs: dict[int, list[Reloc]] = field(default_factory=dict)
    visibility: dict[str, int] = field(default_factory=dict)
    """Of symbols, where it is not the default."""

    def section(
        self, name: str, data: bytes = b"", flags: int = ALLOC, align: int = 4, nobits: int = 0, kind: int = PROGBITS
    ) -> int:
        kind = NOBITS if nobits else kind
        self.sections.append((name, kind, flags, data, nobits or len(data), align))
        return len(self.sections)

    def text(self, *words: int, name: str = ".text") -> int:
        return self.section(name, struct.pack(f"<{len(words)}I", *words), ALLOC | EXEC)

    def symbol(
        self, name: str, section: int, value: int = 0, size: int = 0, kind: int = FUNC, binding: int = GLOBAL
    ) -> None:
        self.symbols.append((name, section, value, size, kind, binding))

    def reloc(self, section: int, offset: int, kind: int, name: str, addend: int = 0) -> None:
        self.relocs.setdefault(section, []).append((offset, kind, name, addend))

    def build(self) -> bytes:
        body = bytearray(64)
        headers = [bytes(64)]
        names, strings = Strings(), Strings()

        def emit(name: str, kind: int, flags: int, data: bytes, size: int, link: int, info: int, align: int) -> None:
            body.extend(bytes(-len(body) % 16))
            entry = {SYMTAB: 24, RELA: 24}.get(kind, 0)
            headers.append(
                struct.pack("<IIQQQQIIQQ", names.add(name), kind, flags, 0, len(body), size, link, info, align, entry)
            )
            body.extend(data)

        for name, kind, flags, data, size, align in self.sections:
            emit(name, kind, flags, data, size, 0, 0, align)
        ordered = sorted(self.symbols, key=lambda s: s[5] != LOCAL)
        table = bytes(24) + b"".join(
            symbol(strings.add(name), value, size, kind, binding, section, self.visibility.get(name, 0))
            for name, section, value, size, kind, binding in ordered
        )
        index = {s[0]: i + 1 for i, s in enumerate(ordered)} | {"": 0}
        symtab = len(headers)
        locals_ = 1 + sum(s[5] == LOCAL for s in ordered)
        emit(".symtab", SYMTAB, 0, table, len(table), symtab + 1, locals_, 8)
        emit(".strtab", STRTAB, 0, bytes(strings.data), len(strings.data), 0, 0, 1)
        for section, relocs in self.relocs.items():
            data = b"".join(rela(offset, kind, index[name], addend) for offset, kind, name, addend in relocs)
            emit(".rela" + self.sections[section - 1][0], RELA, 0, data, len(data), symtab, section, 8)
        name_at = names.add(".shstrtab")
        body += bytes(-len(body) % 16)
        headers.append(struct.pack("<IIQQQQIIQQ", name_at, STRTAB, 0, 0, len(body), len(names.data), 0, 0, 1, 0))
        body += names.data
        body += bytes(-len(body) % 16)
        body[:64] = header(1, shoff=len(body), shnum=len(headers), names=len(headers) - 1)
        return bytes(body) + b"".join(headers)


TEXT, RODATA, RELRO, DATA, BSS_SIZE = 0x1000, 0x1800, 0x21000, 0x22000, 0x100
GOT, DYNAMIC = RELRO + 0x100, RELRO + 0x200


@dataclass
class SharedWriter:
    """Writes an ET_DYN file: code and constants at TEXT and RODATA, RELRO and data 0x20000 above.

    .data.rel.ro is at RELRO, .got at GOT, .dynamic at DYNAMIC, .data at DATA, .bss after it.
    """

    text: bytes = bytes(0x100)
    rodata: bytes = bytes(0x100)
    data: bytes = bytes(0x100)
    symbols: list[tuple[str, int, int, int, int, int]] = field(default_factory=list)
    relocs: list[Reloc] = field(default_factory=list)
    plt_relocs: list[Reloc] = field(default_factory=list)
    relr: list[int] = field(default_factory=list)
    relr_words: dict[int, int] = field(default_factory=dict)
    tags: list[tuple[int, int]] = field(default_factory=list)
    kind: int = 3
    section_headers: bool = True
    gnu_hash: bool = False
    properties: bytes = b""
    """What PT_GNU_PROPERTY holds; there is none where this is empty."""

    def symbol(
        self, name: str, section: int, value: int = 0, size: int = 0, kind: int = FUNC, binding: int = GLOBAL
    ) -> None:
        """Section numbers: 1 .text, 2 .rodata, 3 .data.rel.ro, 4 .got, 5 .dynamic, 6 .data, 7 .bss."""
        self.symbols.append((name, section, value, size, kind, binding))

    def build(self) -> bytes:
        strings = Strings()
        table = bytes(24) + b"".join(
            symbol(strings.add(name), value, size, kind, binding, section)
            for name, section, value, size, kind, binding in self.symbols
        )
        index = {s[0]: i + 1 for i, s in enumerate(self.symbols)} | {"": 0}
        count = len(self.symbols) + 1

        def relas(relocs: list[Reloc]) -> bytes:
            return b"".join(rela(o, kind, index[name], addend) for o, kind, name, addend in relocs)

        image = bytearray(DATA + len(self.data))
        image[TEXT : TEXT + len(self.text)] = self.text
        image[RODATA : RODATA + len(self.rodata)] = self.rodata
        image[DATA:] = self.data
        for address, word in self.relr_words.items():
            image[address : address + 8] = word.to_bytes(8, "little")
        at = 0x400
        place: dict[str, tuple[int, int]] = {}
        hashes = struct.pack(f"<II{1 + count}I", 1, count, 1, *range(count))
        if self.gnu_hash:  # one bucket, one chain that ends at the last symbol
            chain = [0] * (count - 2) + [1]
            hashes = struct.pack(f"<4IQI{len(chain)}I", 1, 1, 1, 0, 0, 1, *chain)
        for name, data in (
            ("sym", table),
            ("str", bytes(strings.data)),
            ("rela", relas(self.relocs)),
            ("plt", relas(self.plt_relocs)),
            ("relr", struct.pack(f"<{len(self.relr)}Q", *self.relr)),
            ("hash", hashes),
            ("properties", self.properties),
        ):
            image[at : at + len(data)] = data
            place[name] = at, len(data)
            at += -(-len(data) // 16) * 16
        assert at <= TEXT
        tags = [
            (5, place["str"][0]), (10, place["str"][1]), (6, place["sym"][0]), (11, 24),
            (7, place["rela"][0]), (8, place["rela"][1]), (9, 24), (23, place["plt"][0]), (2, place["plt"][1]),
            (36, place["relr"][0]), (35, place["relr"][1]), (0x6FFFFEF5 if self.gnu_hash else 4, place["hash"][0]),
            *self.tags, (0, 0),
        ]  # fmt: skip
        dynamic = b"".join(struct.pack("<QQ", tag, value) for tag, value in tags)
        image[DYNAMIC : DYNAMIC + len(dynamic)] = dynamic
        end = DATA + len(self.data)
        programs = [
            (1, 5, 0, 0, 0x2000, 0x2000),
            (1, 6, RELRO, RELRO, end - RELRO, end - RELRO + BSS_SIZE),
            (2, 6, DYNAMIC, DYNAMIC, len(dynamic), len(dynamic)),
            (0x6474E552, 4, RELRO, RELRO, DATA - RELRO, DATA - RELRO),
        ]
        if self.properties:
            programs.append((0x6474E553, 4, *[place["properties"][0]] * 2, *[place["properties"][1]] * 2))
        packed = b"".join(struct.pack("<IIQQQQQQ", t, f, o, v, v, fs, ms, 0x1000) for t, f, o, v, fs, ms in programs)
        image[64 : 64 + len(packed)] = packed
        if not self.section_headers:
            image[:64] = header(self.kind, phoff=64, phnum=len(programs))
            return bytes(image)
        names = Strings()
        rows = [
            (".text", PROGBITS, ALLOC | EXEC, TEXT, len(self.text), 0),
            (".rodata", PROGBITS, ALLOC, RODATA, len(self.rodata), 0),
            (".data.rel.ro", PROGBITS, ALLOC | WRITE, RELRO, 0x100, 0),
            (".got", PROGBITS, ALLOC | WRITE, GOT, 0x80, 0),
            (".dynamic", 6, ALLOC | WRITE, DYNAMIC, len(dynamic), 9),
            (".data", PROGBITS, ALLOC | WRITE, DATA, len(self.data), 0),
            (".bss", NOBITS, ALLOC | WRITE, end, BSS_SIZE, 0),
            (".dynsym", DYNSYM, ALLOC, *place["sym"], 9),
            (".dynstr", STRTAB, ALLOC, *place["str"], 0),
        ]
        headers = [bytes(64)] + [
            struct.pack("<IIQQQQIIQQ", names.add(name), kind, flags, address, address, size, link, 1, 8, 24)
            for name, kind, flags, address, size, link in rows
        ]
        name_at = names.add(".shstrtab")
        headers.append(struct.pack("<IIQQQQIIQQ", name_at, STRTAB, 0, 0, len(image), len(names.data), 0, 0, 1, 0))
        image += names.data
        image[:64] = header(
            self.kind, phoff=64, phnum=len(programs), shoff=len(image), shnum=len(headers), names=len(headers) - 1
        )
        return bytes(image) + b"".join(headers)


def archive(*members: tuple[str, bytes], bsd: bool = False) -> bytes:
    """Write an `ar` archive; names over 15 characters go the GNU way, or all the BSD way."""
    table = bytearray()
    entries = []
    for name, data in members:
        field_ = f"{name}/"
        if bsd:
            padded = name.encode() + bytes(-len(name) % 4)
            field_, data = f"#1/{len(padded)}", padded + data
        elif len(name) > 15:
            field_ = f"/{len(table)}"
            table += name.encode() + b"/\n"
        entries.append((field_, data))
    if table:
        entries.insert(0, ("//", bytes(table)))
    out = bytearray(b"!<arch>\n")
    for field_, data in entries:
        out += f"{field_:<16}{0:<12}{0:<6}{0:<6}{'644':<8}{len(data):<10}`\n".encode()
        out += data + b"\n" * (len(data) % 2)
    return bytes(out)
