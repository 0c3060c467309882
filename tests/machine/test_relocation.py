"""Relocation formulas against values worked out from AAELF64, Capstone's reading, and GNU ld."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import capstone
import pytest
from elf_writer import ALLOC, NOTYPE, OBJECT, WRITE, ObjectWriter
from hypothesis import given
from hypothesis import strategies as st

from lnsym.errors import RelocationOverflow
from lnsym.machine.image import load_image
from lnsym.machine.relocation import FORMULAS, Place, relocate, relocation_name

BL, B, B_EQ, TBZ, ADR, ADRP = 0x94000000, 0x14000000, 0x54000000, 0x36000001, 0x10000001, 0x90000001
LDR_LITERAL, ADD, MOVZ = 0x58000001, 0x91000021, 0xD2800001
LDRB, LDRH, LDRW, LDRX, LDRQ = 0x39400021, 0x79400021, 0xB9400021, 0xF9400021, 0x3DC00021

# (type, instruction or size in bytes, S, A, P, G, bytes as a little-endian number): by hand from AAELF64.
CASES = [
    ("ABS64", 0, 0x1122334455667788, 1, 0x4321234, 0x8765432, 0x1122334455667789),
    ("ABS64", 0, 0, -1, 0x4321234, 0x8765432, 0xFFFFFFFFFFFFFFFF),
    ("ABS32", 0, 0xFFFFFFFE, 1, 0x4321234, 0x8765432, 0xFFFFFFFF),
    ("ABS16", 0, 0, -0x8000, 0x4321234, 0x8765432, 0x8000),
    ("PREL64", 0, 0x1000, 3, 0x1008, 0, 0xFFFFFFFFFFFFFFFB),
    ("PREL32", 0, 0x1000, 4, 0x1008, 0, 0xFFFFFFFC),
    ("PREL16", 0, 0x1308, 5, 0x1000, 0, 0x030D),
    ("MOVW_UABS_G0", MOVZ, 0xFFF0, 0xF, 0x4321234, 0x8765432, 0xD29FFFE1),
    ("MOVW_UABS_G0_NC", MOVZ, 0x11111234, 0, 0x4321234, 0x8765432, 0xD2824681),
    ("MOVW_UABS_G1", 0xD2A00001, 0x12345678, 0, 0x4321234, 0x8765432, 0xD2A24681),
    ("MOVW_UABS_G1_NC", 0xD2A00001, 0xFF12345678, 0, 0x4321234, 0x8765432, 0xD2A24681),
    ("MOVW_UABS_G2", 0xD2C00001, 0x123456789ABC, 0, 0x1111222233334444, 0x8765432, 0xD2C24681),
    ("MOVW_UABS_G2_NC", 0xD2C00001, 0xFF123456789ABC, 0, 0x1111222233334444, 0x8765432, 0xD2C24681),
    ("MOVW_UABS_G3", 0xD2E00001, 0x123456789ABCDEF0, 0, 0x1111222233334444, 0x8765432, 0xD2E24681),
    ("LD_PREL_LO19", LDR_LITERAL, 0x1010, 4, 0x1000, 0, 0x580000A1),
    ("ADR_PREL_LO21", ADR, 0x1013, 0, 0x1000, 0, 0x70000081),
    ("ADR_PREL_PG_HI21", ADRP, 0x5FFF, 1, 0x1FFC, 0, 0xB0000021),
    ("ADR_PREL_PG_HI21_NC", ADRP, 0x1000, 0, 0x2004, 0, 0xF0FFFFE1),
    ("ADD_ABS_LO12_NC", ADD, 0x12FFE, 1, 0x4321234, 0x8765432, 0x913FFC21),
    ("LDST8_ABS_LO12_NC", LDRB, 0x12FFF, 0, 0x4321234, 0x8765432, 0x397FFC21),
    ("LDST16_ABS_LO12_NC", LDRH, 0x12FFE, 0, 0x4321234, 0x8765432, 0x795FFC21),
    ("LDST32_ABS_LO12_NC", LDRW, 0x12FF8, 4, 0x4321234, 0x8765432, 0xB94FFC21),
    ("LDST64_ABS_LO12_NC", LDRX, 0x12FF0, 8, 0x4321234, 0x8765432, 0xF947FC21),
    ("LDST128_ABS_LO12_NC", LDRQ, 0x12FF0, 0, 0x4321234, 0x8765432, 0x3DC3FC21),
    ("TSTBR14", TBZ, 0x1000, 0, 0x1008, 0, 0x3607FFC1),
    ("CONDBR19", B_EQ, 0x2000, 4, 0x1000, 0, 0x54008020),
    ("JUMP26", B, 0x1000, 0, 0x1004, 0, 0x17FFFFFF),
    ("CALL26", BL, 0x9000, 8, 0x1000, 0, 0x94002002),
    ("ADR_GOT_PAGE", ADRP, 0, 0, 0x1000, 0x4FF8, 0xF0000001),
    ("LD64_GOT_LO12_NC", LDRX, 0, 0, 0, 0x4FF8, 0xF947FC21),
]
TYPES = {formula.name: kind for kind, formula in FORMULAS.items()}


def apply(name: str, word: int, s: int, a: int, p: int, g: int) -> int:
    size = FORMULAS[TYPES[name]].size
    return int.from_bytes(relocate(TYPES[name], Place(s, a, p, g), word.to_bytes(size, "little")), "little")


@pytest.mark.parametrize(("name", "word", "s", "a", "p", "g", "expected"), CASES)
def test_formula(name: str, word: int, s: int, a: int, p: int, g: int, expected: int) -> None:
    assert apply(name, word, s, a, p, g) == expected


@pytest.mark.parametrize(
    ("name", "word", "s", "a", "p", "g", "expected"),
    [case for case in CASES if FORMULAS[TYPES[case[0]]].fields],
)
def test_old_immediate_is_replaced(name: str, word: int, s: int, a: int, p: int, g: int, expected: int) -> None:
    full = word
    for lowest, width in FORMULAS[TYPES[name]].fields:
        full |= ((1 << width) - 1) << lowest
    assert apply(name, full, s, a, p, g) == expected


def test_every_type_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(TYPES)


# The first value that passes and the first that fails, at each end of AAELF64's check.
LIMITS = [
    ("ABS32", -(1 << 31), (1 << 32) - 1, 1),
    ("ABS16", -(1 << 15), (1 << 16) - 1, 1),
    ("PREL32", -(1 << 31), (1 << 32) - 1, 1),
    ("PREL16", -(1 << 15), (1 << 16) - 1, 1),
    ("MOVW_UABS_G0", 0, (1 << 16) - 1, 1),
    ("MOVW_UABS_G1", 0, (1 << 32) - 1, 1),
    ("MOVW_UABS_G2", 0, (1 << 48) - 1, 1),
    ("LD_PREL_LO19", -(1 << 20), (1 << 20) - 4, 4),
    ("ADR_PREL_LO21", -(1 << 20), (1 << 20) - 1, 1),
    ("ADR_PREL_PG_HI21", -(1 << 32), (1 << 32) - 4096, 4096),
    ("TSTBR14", -(1 << 15), (1 << 15) - 4, 4),
    ("CONDBR19", -(1 << 20), (1 << 20) - 4, 4),
    ("JUMP26", -(1 << 27), (1 << 27) - 4, 4),
    ("CALL26", -(1 << 27), (1 << 27) - 4, 4),
]


@pytest.mark.parametrize(("name", "least", "greatest", "step"), LIMITS)
def test_overflow_check(name: str, least: int, greatest: int, step: int) -> None:
    for a in (least, greatest):
        apply(name, 0, 0, a, 0, 0)
    for a in (least - step, greatest + step):
        with pytest.raises(RelocationOverflow, match=relocation_name(TYPES[name])):
            apply(name, 0, 0, a, 0, 0)


def test_got_page_is_checked() -> None:
    for g, p in (((1 << 32) - 4096, 0), (0, 1 << 32)):
        apply("ADR_GOT_PAGE", ADRP, 0, 0, p, g)
    for g, p in ((1 << 32, 0), (0, (1 << 32) + 4096)):
        with pytest.raises(RelocationOverflow):
            apply("ADR_GOT_PAGE", ADRP, 0, 0, p, g)


def test_got_offset_must_be_aligned() -> None:
    with pytest.raises(RelocationOverflow, match="multiple of 8"):
        apply("LD64_GOT_LO12_NC", LDRX, 0, 0, 0, 4)


# Where each immediate lies in its instruction, and what extreme values leave there.
IMM26, IMM19, IMM14, IMM16, IMM12, ADR_IMM = 0x3FFFFFF, 0xFFFFE0, 0x7FFE0, 0x1FFFE0, 0x3FFC00, 0x60FFFFE0
EXTREMES = [
    *((name, IMM26, x, word) for name in ("CALL26", "JUMP26")
      for x, word in ((-4, IMM26), (-(1 << 27), 0x2000000), ((1 << 27) - 4, 0x1FFFFFF))),
    *((name, IMM19, x, word) for name in ("CONDBR19", "LD_PREL_LO19")
      for x, word in ((-4, IMM19), (-(1 << 20), 0x800000), ((1 << 20) - 4, 0x7FFFE0))),
    *(("TSTBR14", IMM14, x, word) for x, word in ((-4, IMM14), (-(1 << 15), 0x40000), ((1 << 15) - 4, 0x3FFE0))),
    *(("ADR_PREL_LO21", ADR_IMM, x, word)
      for x, word in ((-1, ADR_IMM), (-(1 << 20), 0x800000), ((1 << 20) - 1, 0x607FFFE0))),
    *((name, ADR_IMM, x, word) for name in ("ADR_PREL_PG_HI21", "ADR_PREL_PG_HI21_NC", "ADR_GOT_PAGE")
      for x, word in ((-4096, ADR_IMM), (-(1 << 32), 0x800000), ((1 << 32) - 4096, 0x607FFFE0))),
    ("MOVW_UABS_G0", IMM16, 0xFFFF, IMM16),
    ("MOVW_UABS_G0_NC", IMM16, 0xFFFF, IMM16), ("MOVW_UABS_G0_NC", IMM16, -0x10000, 0),
    ("MOVW_UABS_G1", IMM16, 0xFFFF0001, IMM16), ("MOVW_UABS_G1", IMM16, 0xFFFF, 0),
    ("MOVW_UABS_G1_NC", IMM16, 0xFFFF0001, IMM16), ("MOVW_UABS_G1_NC", IMM16, -0xFFFF0001, 0),
    ("MOVW_UABS_G2", IMM16, 0xFFFF00000001, IMM16), ("MOVW_UABS_G2", IMM16, 0xFFFFFFFF, 0),
    ("MOVW_UABS_G2_NC", IMM16, 0xFFFF00000001, IMM16), ("MOVW_UABS_G2_NC", IMM16, -0xFFFF00000001, 0),
    ("MOVW_UABS_G3", IMM16, 0xFFFF000000000001, IMM16), ("MOVW_UABS_G3", IMM16, 0xFFFFFFFFFFFF, 0),
    ("ADD_ABS_LO12_NC", IMM12, 0xFFF, IMM12), ("ADD_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LDST8_ABS_LO12_NC", IMM12, 0xFFF, IMM12), ("LDST8_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LDST16_ABS_LO12_NC", IMM12, 0xFFE, 0x1FFC00), ("LDST16_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LDST32_ABS_LO12_NC", IMM12, 0xFFC, 0xFFC00), ("LDST32_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LDST64_ABS_LO12_NC", IMM12, 0xFF8, 0x7FC00), ("LDST64_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LDST128_ABS_LO12_NC", IMM12, 0xFF0, 0x3FC00), ("LDST128_ABS_LO12_NC", IMM12, -0x1000, 0),
    ("LD64_GOT_LO12_NC", IMM12, 0xFF8, 0x7FC00), ("LD64_GOT_LO12_NC", IMM12, -0x1000, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mask", "x", "word"), EXTREMES)
def test_extreme_values_fill_the_field_and_nothing_else(name: str, mask: int, x: int, word: int) -> None:
    p = 0x40000000 if "GOT" in name or "PREL" in name or "26" in name or "BR1" in name else 0
    s, g = (0, p + x) if "GOT" in name else (p + x, 0)
    assert apply(name, 0, s, 0, p, g) == word
    assert apply(name, 0xFFFFFFFF, s, 0, p, g) == word | 0xFFFFFFFF & ~mask


def test_every_instruction_type_has_extremes() -> None:
    assert {case[0] for case in EXTREMES} == {f.name for f in FORMULAS.values() if f.fields}


@pytest.mark.parametrize(
    ("name", "multiple"),
    [
        ("LDST16_ABS_LO12_NC", 2), ("LDST32_ABS_LO12_NC", 4), ("LDST64_ABS_LO12_NC", 8),
        ("LDST128_ABS_LO12_NC", 16), ("CALL26", 4), ("JUMP26", 4), ("CONDBR19", 4), ("TSTBR14", 4), ("LD_PREL_LO19", 4),
    ],
)  # fmt: skip
def test_misaligned_value_is_an_error(name: str, multiple: int) -> None:
    apply(name, 0, multiple, 0, 0, 0)
    with pytest.raises(RelocationOverflow, match=f"multiple of {multiple}"):
        apply(name, 0, multiple // 2, 0, 0, 0)


WORDS = st.integers(0, (1 << 24) - 1).map(lambda n: 4 * n)


def _immediate(word: bytes, address: int) -> int:
    decoder = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    decoder.detail = True
    (instruction,) = decoder.disasm(word, address)
    return int(instruction.operands[-1].imm)


@given(s=WORDS, p=WORDS)
@pytest.mark.parametrize(
    ("name", "word", "reach"),
    [
        ("CALL26", BL, 27), ("JUMP26", B, 27), ("CONDBR19", B_EQ, 20), ("TSTBR14", TBZ, 15),
        ("LD_PREL_LO19", LDR_LITERAL, 20), ("ADR_PREL_LO21", ADR, 20),
    ],
)  # fmt: skip
def test_capstone_reads_the_target_back(name: str, word: int, reach: int, s: int, p: int) -> None:
    s = p + (s - p) % (1 << (reach + 1)) - (1 << reach)
    if s >= 0:
        result = relocate(TYPES[name], Place(s, 0, p), word.to_bytes(4, "little"))
        assert _immediate(result, p) == s


@given(s=st.integers(0, (1 << 32) - 1), p=WORDS)
def test_capstone_reads_the_page_back(s: int, p: int) -> None:
    result = relocate(TYPES["ADR_PREL_PG_HI21"], Place(s, 0, p), ADRP.to_bytes(4, "little"))
    assert _immediate(result, p) == s & ~0xFFF


# --- against GNU ld -------------------------------------------------------------------------------

LD = shutil.which("aarch64-linux-gnu-ld")
OBJCOPY = shutil.which("aarch64-linux-gnu-objcopy")


def _everything() -> ObjectWriter:
    """An object that uses every type but the GOT ones, whose slots ld places elsewhere."""
    w = ObjectWriter()
    cases = [c for c in CASES if "GOT" not in c[0]]
    code = [c for c in cases if FORMULAS[TYPES[c[0]]].fields]
    text = w.text(*(c[1] for c in code), 0xD65F03C0)
    table = w.section(".rodata", bytes(range(64)), ALLOC, 16)
    data = w.section(".data", bytes(64), ALLOC | WRITE, 8)
    w.symbol("code", text, 0)
    w.symbol("table", table, 16, 16, OBJECT)
    w.symbol("external_call", 0, kind=NOTYPE)
    w.symbol("external_table", 0, kind=NOTYPE)
    w.symbol("small", 0xFFF1, 0x1234, 0, NOTYPE)
    for index, case in enumerate(code):
        name, kind = case[0], TYPES[case[0]]
        target, addend = "table", 16
        if "26" in name:
            target, addend = "external_call", 0
        elif name in ("TSTBR14", "CONDBR19"):
            target, addend = "code", 8
        elif name == "MOVW_UABS_G0":
            target, addend = "small", 1
        elif name in ("ADR_PREL_PG_HI21", "LDST64_ABS_LO12_NC"):
            target, addend = "external_table", 0x1008
        w.reloc(text, 4 * index, kind, target, addend)
    at = 0
    for case in (c for c in cases if not FORMULAS[TYPES[c[0]]].fields):
        target = "small" if case[0] == "ABS16" else "table"
        w.reloc(data, at, TYPES[case[0]], target, 8 - at)
        if case[0] == "PREL16":
            w.relocs[data][-1] = (at, TYPES[case[0]], "near", 4)
        at += 8
    w.symbol("near", data, 32, 4, OBJECT)
    return w


@pytest.mark.skipif(not (LD and OBJCOPY), reason="GNU ld for aarch64-linux-gnu is not installed")
def test_gnu_ld_patches_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "all.o"
    path.write_bytes(_everything().build())
    image = load_image(path)
    by_name = {s.name: s for s in image.segments}
    (call,) = image.undefined_functions
    sections = "\n".join(
        f"{name} {by_name[name].address:#x} : {{ *({name}) }}" for name in (".text", ".rodata", ".data")
    )
    script = tmp_path / "layout.ld"
    script.write_text(
        f"external_call = {call:#x};\nexternal_table = {by_name['external_table'].address:#x};\n"
        f"SECTIONS {{\n{sections}\n/DISCARD/ : {{ *(*) }}\n}}\n"
    )
    linked = tmp_path / "all"
    subprocess.run([str(LD), "-T", script, "--no-relax", "-o", linked, path], check=True, capture_output=True)
    for name in (".text", ".rodata", ".data"):
        dump = tmp_path / "dump"
        subprocess.run([str(OBJCOPY), "-O", "binary", "-j", name, linked, dump], check=True)
        assert dump.read_bytes()[: by_name[name].size] == by_name[name].data, name


def test_got_entry_holds_the_address_that_the_code_loads(tmp_path: Path) -> None:
    w = ObjectWriter()
    text = w.text(ADRP, LDRX, 0xD65F03C0)
    table = w.section(".rodata", bytes(64), ALLOC, 16)
    w.symbol("code", text)
    w.symbol("table", table, 16, 16, OBJECT)
    w.reloc(text, 0, TYPES["ADR_GOT_PAGE"], "table")
    w.reloc(text, 4, TYPES["LD64_GOT_LO12_NC"], "table")
    path = tmp_path / "got.o"
    path.write_bytes(w.build())
    image = load_image(path)
    code = image.symbol("code").address
    page = _immediate(image.read(code, 4), code)
    (load,) = struct.unpack("<I", image.read(code + 4, 4))
    slot = page + 8 * (load >> 10 & 0xFFF)
    assert int.from_bytes(image.read(slot, 8), "little") == image.symbol("table").address
