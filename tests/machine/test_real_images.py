"""The loader on real binaries, against pyelftools and the facts that readelf prints."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from lnsym.errors import AmbiguousSymbol, UnresolvedRelocation
from lnsym.machine.archive import read_archive
from lnsym.machine.elf import SectionType, read_elf
from lnsym.machine.image import Image, list_archive, load_image
from lnsym.machine.relocation import GOT_USERS

pytestmark = pytest.mark.corpus
NOP, RET = 0xD503201F, 0xD65F03C0


@pytest.fixture(scope="module")
def shared(aws_lc: Path) -> Image:
    return load_image(aws_lc)


def _assert_same_tables(data: bytes, where: str) -> None:
    ours, theirs = read_elf(data, where), ELFFile(io.BytesIO(data))
    for section, other in zip(ours.sections, theirs.iter_sections(), strict=True):
        h = other.header
        assert (section.name, section.flags, section.address, section.offset, section.size) == (
            other.name, h.sh_flags, h.sh_addr, h.sh_offset, h.sh_size,
        )  # fmt: skip
        assert (section.link, section.info, section.alignment) == (h.sh_link, h.sh_info, h.sh_addralign)
        if h.sh_type in ("SHT_SYMTAB", "SHT_DYNSYM"):
            for symbol, entry in zip(ours.symbols(section), other.iter_symbols(), strict=True):
                assert (symbol.name, symbol.value, symbol.size) == (entry.name, entry["st_value"], entry["st_size"])
        elif h.sh_type == "SHT_RELA":
            for relocation, entry in zip(ours.relocations(section), other.iter_relocations(), strict=True):
                assert relocation == (
                    entry["r_offset"], entry["r_info_type"], entry["r_info_sym"], entry["r_addend"]
                )  # fmt: skip
    for header, segment in zip(ours.program_headers, theirs.iter_segments(), strict=True):
        h = segment.header
        assert (header.flags, header.offset, header.address, header.size, header.memory_size) == (
            h.p_flags, h.p_offset, h.p_vaddr, h.p_filesz, h.p_memsz,
        )  # fmt: skip


def test_shared_object_tables_are_those_of_pyelftools(aws_lc: Path) -> None:
    _assert_same_tables(aws_lc.read_bytes(), str(aws_lc))


def test_archive_member_tables_are_those_of_pyelftools(openssl: Path) -> None:
    members = [m for m in read_archive(openssl.read_bytes(), "a") if "armv8" in m.name or "aes" in m.name]
    assert members
    for member in members:
        _assert_same_tables(member.data, member.name)


def test_aws_lc_symbols(shared: Image) -> None:
    md5 = shared.symbol("md5_block_asm_data_order")
    entries = ELFFile(io.BytesIO(shared.path.read_bytes())).get_section_by_name(".symtab")
    (entry,) = entries.get_symbol_by_name("md5_block_asm_data_order")
    assert entry["st_size"] == 0
    assert (md5.address, md5.kind) == (entry["st_value"], "function")
    words = struct.unpack(f"<{md5.size // 4}I", shared.read(md5.address, md5.size))
    assert [word for word in words if word != NOP][-1] == RET
    following = min(
        e["st_value"]
        for e in entries.iter_symbols()
        if e["st_value"] > md5.address and e["st_info"]["type"] == "STT_FUNC"
    )
    assert md5.end == following
    for name in ("sha512_block_data_order_hw", "vpaes_encrypt", "aes_hw_encrypt", "sha3_keccak_f1600"):
        (entry,) = entries.get_symbol_by_name(name)
        symbol = shared.symbol(name)
        assert (symbol.address, symbol.size) == (entry["st_value"], entry["st_size"])


def test_aws_lc_segments(shared: Image) -> None:
    by_name = {s.name: s for s in shared.segments if s.data is not None}
    assert by_name[".text"].executable
    assert by_name[".rodata"].constant
    assert by_name[".data.rel.ro"].constant
    assert not by_name[".data"].constant
    for below, above in zip(shared.segments, shared.segments[1:], strict=False):
        assert below.end <= above.address


def test_aws_lc_relocations(shared: Image) -> None:
    """Each RELATIVE slot holds its addend; each slot of a defined symbol, the symbol's address."""
    elf = ELFFile(io.BytesIO(shared.path.read_bytes()))
    symbols = elf.get_section_by_name(".dynsym")
    counts = {"relative": 0, "symbol": 0, "unresolved": 0}
    for table in (".rela.dyn", ".rela.plt"):
        for r in elf.get_section_by_name(table).iter_relocations():
            symbol = symbols.get_symbol(r["r_info_sym"])
            if r["r_info_type"] == 1031:
                with pytest.raises(UnresolvedRelocation, match="TLSDESC"):
                    shared.read(r["r_offset"], 16)
                counts["unresolved"] += 1
                continue
            if symbol["st_shndx"] == "SHN_UNDEF" and r["r_info_sym"]:
                continue
            value = int.from_bytes(shared.read(r["r_offset"], 8), "little")
            assert value == symbol["st_value"] + r["r_addend"]
            counts["symbol" if r["r_info_sym"] else "relative"] += 1
    assert min(counts.values()) > 0


def test_code_is_what_objdump_prints(shared: Image) -> None:
    objdump = shutil.which("aarch64-linux-gnu-objdump")
    if objdump is None:
        pytest.skip("objdump for aarch64-linux-gnu is not installed")
    symbol = shared.symbol("sha256_block_data_order_hw")
    bounds = [f"--start-address={symbol.address}", f"--stop-address={symbol.end}"]
    listing = subprocess.run(
        [objdump, "-d", "-z", "--section=.text", *bounds, shared.path], capture_output=True, text=True, check=True
    ).stdout
    words = [line.split("\t")[1].strip() for line in listing.splitlines() if line.count("\t") >= 2]
    code = shared.read(symbol.address, symbol.size)
    assert words == [f"{word:08x}" for (word,) in struct.iter_unpack("<I", code)]


def test_ambiguous_local_names_are_refused(shared: Image) -> None:
    spelling = next(name for name in shared.symbols if "@0x" in name)
    with pytest.raises(AmbiguousSymbol):
        shared.symbol(spelling.split("@0x")[0])


def test_openssl_member_with_its_tables(openssl: Path) -> None:
    image = load_image(openssl, ["sha512_block_armv8", "AES_encrypt"])
    names = {s.name for s in image.segments}
    assert any(name.endswith("(.rodata)") for name in names)
    for routine in ("sha512_block_armv8", "AES_encrypt"):
        symbol = image.symbol(routine)
        assert len(image.read(symbol.address, symbol.size)) == symbol.size > 0


def test_every_openssl_member_loads(openssl: Path) -> None:
    """All relocations of the library are of modelled types and in reach."""
    loaded = 0
    for member, symbols in list_archive(openssl):
        functions = [s.name for s in symbols if s.kind == "function" and s.is_global]
        if functions and ("armv8" in member or "aes" in member or "poly" in member or "keccak" in member):
            image = load_image(openssl, [f"{member}:{functions[0]}"])
            assert not [slot for slot in image.unresolved.values() if "not supported" in slot.reason]
            loaded += 1
    assert loaded


@pytest.mark.parametrize("routine", ["sha256_block_data_order", "AES_set_encrypt_key", "vpaes_encrypt"])
def test_openssl_member_is_relocated_as_ld_does(openssl: Path, tmp_path: Path, routine: str) -> None:
    ld, objcopy = (shutil.which(f"aarch64-linux-gnu-{tool}") for tool in ("ld", "objcopy"))
    if ld is None or objcopy is None:
        pytest.skip("GNU ld for aarch64-linux-gnu is not installed")
    image = load_image(openssl, [routine])
    (member,) = [m for m in read_archive(openssl.read_bytes(), "a") if m.name == image.member]
    (tmp_path / "m.o").write_bytes(member.data)
    constants = [s for s in image.segments if s.constant and s.name != ".got" and s.name != ".eh_frame"]
    lines = [f"{name} = {address:#x};" for address, name in image.undefined_functions.items()]
    lines += [f"{s.name} = {s.address:#x};" for s in image.segments if s.data is None]
    lines += ["SECTIONS {", *(f"{s.name} {s.address:#x} : {{ *({s.name}) }}" for s in constants), "}"]
    (tmp_path / "layout.ld").write_text("\n".join(lines))
    command = [ld, "-T", tmp_path / "layout.ld", "--no-relax", "--unresolved-symbols=ignore-all"]
    subprocess.run([*command, "-o", tmp_path / "out", tmp_path / "m.o"], check=True, capture_output=True)
    compared = 0
    for s in constants:
        assert s.data is not None
        subprocess.run([objcopy, "-O", "binary", "-j", s.name, tmp_path / "out", tmp_path / "dump"], check=True)
        theirs, ours = bytearray((tmp_path / "dump").read_bytes()[: s.size]), bytearray(s.data)
        for offset in _got_uses(member.data, s.name):  # ld places the GOT elsewhere
            ours[offset : offset + 4] = theirs[offset : offset + 4]
            compared -= 1
        assert ours == theirs, s.name
        compared += len(ours) // 4
    assert compared > 100


def _got_uses(data: bytes, name: str) -> list[int]:
    elf = read_elf(data, "member")
    tables = [s for s in elf.sections if s.type == SectionType.RELA and elf.sections[s.info].name == name]
    return [r.offset for table in tables for r in elf.relocations(table) if r.type in GOT_USERS]
