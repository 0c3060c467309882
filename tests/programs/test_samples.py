"""The bundled samples: the objects are what the sources say; Unicorn finds them right, or wrong."""

import hashlib
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isqrt
from pathlib import Path
from typing import Any

import pytest
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.enums import ENUM_RELOC_TYPE_AARCH64
from elftools.elf.relocation import RelocationSection
from unicorn import UC_ARCH_ARM64, UC_MODE_ARM, Uc
from unicorn.arm64_const import (
    UC_ARM64_REG_PC,
    UC_ARM64_REG_SP,
    UC_ARM64_REG_V0,
    UC_ARM64_REG_V8,
    UC_ARM64_REG_X0,
    UC_ARM64_REG_X19,
    UC_ARM64_REG_X29,
    UC_ARM64_REG_X30,
    UC_CPU_ARM64_MAX,
)

from programs import sample_path
from programs.samples.build import assemble, find_assembler, sample_sources

MASK32 = 2**32 - 1
MASK64 = 2**64 - 1


# The objects and their sources


@dataclass(frozen=True)
class Relocation:
    offset: int
    type: int
    symbol: str
    addend: int


@dataclass(frozen=True)
class ObjectFile:
    """What an object gives to a linker: contents, relocations, functions."""

    sections: dict[str, tuple[int, bytes]]  # allocated ones: alignment, contents
    relocations: tuple[Relocation, ...]  # of .text
    functions: dict[str, tuple[int, int]]  # offset in .text, size


def read_object(path: Path) -> ObjectFile:
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        assert elf["e_type"] == "ET_REL"
        assert elf["e_machine"] == "EM_AARCH64"
        names = [section.name for section in elf.iter_sections()]
        sections = {
            section.name: (section["sh_addralign"], section.data())
            for section in elf.iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section.data_size
        }
        symbols = list(elf.get_section_by_name(".symtab").iter_symbols())
        relocations = []
        for section in elf.iter_sections():
            if isinstance(section, RelocationSection):
                assert section.name == ".rela.text"
                for r in section.iter_relocations():
                    symbol = symbols[r["r_info_sym"]]
                    relocations.append(
                        Relocation(
                            r["r_offset"],
                            r["r_info_type"],
                            symbol.name or names[symbol["st_shndx"]],
                            r["r_addend"],
                        )
                    )
        functions = {
            symbol.name: (symbol["st_value"], symbol["st_size"])
            for symbol in symbols
            if symbol["st_info"]["type"] == "STT_FUNC"
        }
    return ObjectFile(sections, tuple(relocations), functions)


@pytest.fixture
def assembler() -> str:
    found = find_assembler()
    if found is None:
        pytest.skip("no AArch64 assembler (binutils-aarch64-linux-gnu)")
    return found


@pytest.mark.parametrize("source", sample_sources(), ids=lambda source: source.stem)
def test_object_is_what_its_source_says(source: Path, assembler: str, tmp_path: Path) -> None:
    # Not the bytes of the file: versions of the assembler lay out tables of names differently.
    assemble(assembler, source, tmp_path / "now.o")
    assert read_object(tmp_path / "now.o") == read_object(sample_path(f"{source.stem}.o"))


@pytest.mark.parametrize("source", sample_sources(), ids=lambda source: source.stem)
def test_assembling_twice_gives_the_same_bytes(source: Path, assembler: str, tmp_path: Path) -> None:
    assemble(assembler, source, tmp_path / "first.o")
    assemble(assembler, source, tmp_path / "second.o")
    assert (tmp_path / "first.o").read_bytes() == (tmp_path / "second.o").read_bytes()


@pytest.mark.parametrize("source", sample_sources(), ids=lambda source: source.stem)
def test_every_function_has_a_size_and_ends_in_ret(source: Path) -> None:
    sample = read_object(source.with_suffix(".o"))
    _, text = sample.sections[".text"]
    assert sample.functions
    for offset, size in sample.functions.values():
        assert text[offset + size - 4 : offset + size] == bytes.fromhex("c0035fd6")


def test_an_unknown_sample_is_named_in_the_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.o"):
        sample_path("nothing.o")


# Running a function on Unicorn

CODE = 0x40_0000
DATA = 0x80_0000  # a buffer per argument that is one
BUFFER_DISTANCE = 0x1000
STACK_TOP = 0xC0_0000
RETURN_TO = 0xF0_0000


def adr_prel_pg_hi21(word: int, target: int, place: int) -> int:
    """ADRP's immediate. AArch64 ELF ABI: R_AARCH64_ADR_PREL_PG_HI21, Page(S+A) - Page(P)."""
    pages = (target >> 12) - (place >> 12)
    return word | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5


def add_abs_lo12_nc(word: int, target: int, place: int) -> int:
    """ADD's immediate. AArch64 ELF ABI: R_AARCH64_ADD_ABS_LO12_NC, the low 12 bits of S+A."""
    return word | (target & 0xFFF) << 10


RELOCATE: dict[int, Callable[[int, int, int], int]] = {
    ENUM_RELOC_TYPE_AARCH64["R_AARCH64_ADR_PREL_PG_HI21"]: adr_prel_pg_hi21,
    ENUM_RELOC_TYPE_AARCH64["R_AARCH64_ADD_ABS_LO12_NC"]: add_abs_lo12_nc,
}


@cache
def load_sample(name: str) -> tuple[Any, dict[str, int]]:
    """An emulator with the object laid out and relocated, and the addresses of its functions."""
    sample = read_object(sample_path(name))
    addresses = {}
    end = CODE
    for section, (alignment, contents) in sample.sections.items():
        addresses[section] = -(-end // alignment) * alignment
        # A gap of a page and a bit: ADRP with an immediate of zero must not go unnoticed.
        end = addresses[section] + len(contents) + 0x1234
    text = bytearray(sample.sections[".text"][1])
    for r in sample.relocations:
        (word,) = struct.unpack_from("<I", text, r.offset)
        place = addresses[".text"] + r.offset
        word = RELOCATE[r.type](word, addresses[r.symbol] + r.addend, place)
        struct.pack_into("<I", text, r.offset, word)

    uc = Uc(UC_ARCH_ARM64, UC_MODE_ARM)
    uc.ctl_set_cpu_model(UC_CPU_ARM64_MAX)
    uc.mem_map(CODE, 0x10000)
    uc.mem_map(DATA, 4 * BUFFER_DISTANCE)
    uc.mem_map(STACK_TOP - 0x1000, 0x1000)
    uc.mem_map(RETURN_TO, 0x1000)
    for section, (_, contents) in sample.sections.items():
        uc.mem_write(addresses[section], bytes(text) if section == ".text" else contents)
    return uc, {f: addresses[".text"] + offset for f, (offset, _) in sample.functions.items()}


@dataclass(frozen=True)
class Result:
    x0: int
    buffers: list[bytes]
    keeps_callee_saved: bool  # X19-X29, SP and the low halves of V8-V15, AAPCS64 section 6.1


class DidNotReturn(Exception):
    """A function was still running after 100,000 instructions."""


def call(sample: str, function: str, *arguments: int | bytes) -> Result:
    """Call by AAPCS64. A bytes argument is a buffer, and its address is passed."""
    uc, addresses = load_sample(sample)
    noise = random.Random(0)
    for n in range(29):
        uc.reg_write(UC_ARM64_REG_X0 + n, noise.getrandbits(64))
    for n in range(32):
        uc.reg_write(UC_ARM64_REG_V0 + n, noise.getrandbits(128))
    uc.reg_write(UC_ARM64_REG_X29, noise.getrandbits(64))
    uc.reg_write(UC_ARM64_REG_X30, RETURN_TO)
    uc.reg_write(UC_ARM64_REG_SP, STACK_TOP)
    buffers: list[tuple[int, int]] = []
    for n, argument in enumerate(arguments):
        if isinstance(argument, bytes):
            address = DATA + n * BUFFER_DISTANCE
            uc.mem_write(address, argument)
            buffers.append((address, len(argument)))
            uc.reg_write(UC_ARM64_REG_X0 + n, address)
        else:
            uc.reg_write(UC_ARM64_REG_X0 + n, argument & MASK64)

    def callee_saved() -> list[int]:
        low_halves = [uc.reg_read(UC_ARM64_REG_V8 + n) & MASK64 for n in range(8)]
        numbered = [uc.reg_read(UC_ARM64_REG_X19 + n) for n in range(10)]
        return [*numbered, uc.reg_read(UC_ARM64_REG_X29), uc.reg_read(UC_ARM64_REG_SP), *low_halves]

    before = callee_saved()
    uc.emu_start(addresses[function], RETURN_TO, count=100_000)
    if uc.reg_read(UC_ARM64_REG_PC) != RETURN_TO:
        raise DidNotReturn(function)
    return Result(
        uc.reg_read(UC_ARM64_REG_X0),
        [bytes(uc.mem_read(address, size)) for address, size in buffers],
        callee_saved() == before,
    )


# SHA-2


@dataclass(frozen=True)
class Sha2:
    word_bits: int
    hash: Callable[[bytes], bytes]

    @property
    def block_bytes(self) -> int:
        return 2 * self.word_bits

    def initial(self) -> list[int]:
        """FIPS 180-4, sections 5.3.3 and 5.3.5: from the square roots of the first primes."""
        return [isqrt(prime << 2 * self.word_bits) % 2**self.word_bits for prime in (2, 3, 5, 7, 11, 13, 17, 19)]

    def padded(self, message: bytes) -> bytes:
        """FIPS 180-4, section 5.1."""
        length = (8 * len(message)).to_bytes(self.word_bits // 4, "big")
        zeros = -(len(message) + 1 + len(length)) % self.block_bytes
        return message + b"\x80" + bytes(zeros) + length

    def digest_on_unicorn(self, sample: str, function: str, message: bytes) -> bytes:
        words = "8I" if self.word_bits == 32 else "8Q"
        data = self.padded(message)
        state = struct.pack(f"<{words}", *self.initial())
        result = call(sample, function, state, data, len(data) // self.block_bytes)
        assert result.keeps_callee_saved
        assert result.buffers[1] == data
        return struct.pack(f">{words}", *struct.unpack(f"<{words}", result.buffers[0]))


SHA256 = Sha2(32, lambda message: hashlib.sha256(message).digest())
SHA512 = Sha2(64, lambda message: hashlib.sha512(message).digest())

SHA256_LENGTHS = (0, 1, 3, 55, 56, 63, 64, 119, 120, 128, 183, 184, 247)
SHA512_LENGTHS = (0, 1, 3, 111, 112, 127, 128, 239, 240, 256, 367, 368, 495)


@pytest.mark.parametrize(
    ("sample", "function", "variant", "length"),
    [
        (f"sha{bits}_{style}.o", f"sha{bits}_block_{style}", variant, length)
        for bits, variant, lengths in (
            (256, SHA256, SHA256_LENGTHS),
            (512, SHA512, SHA512_LENGTHS),
        )
        for style in ("scalar", "crypto")
        for length in lengths
    ],
)
def test_sha2_agrees_with_hashlib(sample: str, function: str, variant: Sha2, length: int) -> None:
    message = random.Random(length).randbytes(length)
    assert variant.digest_on_unicorn(sample, function, message) == variant.hash(message)


def test_the_lengths_reach_from_one_block_to_four() -> None:
    for variant, lengths in ((SHA256, SHA256_LENGTHS), (SHA512, SHA512_LENGTHS)):
        blocks = {len(variant.padded(bytes(n))) // variant.block_bytes for n in lengths}
        assert blocks == {1, 2, 3, 4}


# The classics and the broken ones


def signed(value: int, bits: int) -> int:
    value %= 2**bits
    return value - 2**bits if value >> (bits - 1) else value


def rotate_left32(x: int, n: int) -> int:
    x, n = x & MASK32, n % 32
    return (x << n | x >> (32 - n)) & MASK32


WORDS = [
    *(0, 1, 2, 0xFF, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1),
    *(random.Random(1).getrandbits(64) for _ in range(8)),
]
PAIRS = [(a, b) for a in WORDS for b in WORDS]


@pytest.mark.parametrize(
    ("function", "definition"),
    [
        ("popcount64", int.bit_count),
        ("popcount64_simd", int.bit_count),
        ("abs64", lambda x: abs(signed(x, 64))),
        ("add_loop", lambda x: x + 36),
        ("reverse_bytes64", lambda x: int.from_bytes(x.to_bytes(8, "little"), "big")),
    ],
)
def test_a_function_of_one_word(function: str, definition: Callable[[int], int]) -> None:
    for x in WORDS:
        result = call("classics.o", function, x)
        assert (result.x0, result.keeps_callee_saved) == (definition(x) & MASK64, True)


@pytest.mark.parametrize(
    ("function", "bits", "definition"),
    [
        ("max_u64", 64, max),
        ("max_s32", 32, lambda a, b: max(signed(a, 32), signed(b, 32))),
        ("rotate_left_by_masks32", 32, rotate_left32),
    ],
)
def test_a_function_of_two_words(function: str, bits: int, definition: Callable[[int, int], int]) -> None:
    for a, b in PAIRS:
        result = call("classics.o", function, a, b)
        assert result.x0 % 2**bits == definition(a, b) % 2**bits
        assert result.keeps_callee_saved


def test_rotate_left_by_every_amount() -> None:
    for n in range(70):
        x0 = call("classics.o", "rotate_left_by_masks32", 0x80C4_A2E7, n).x0
        assert x0 & MASK32 == rotate_left32(0x80C4_A2E7, n)


def copy(sample: str, function: str, size: int, *more: int) -> tuple[bytes, bytes, bytes]:
    """The destination after copying, the source, and the destination before; 32 bytes longer."""
    source, before = random.Random(2).randbytes(size + 32), random.Random(3).randbytes(size + 32)
    result = call(sample, function, before, source, *more)
    assert result.keeps_callee_saved
    assert result.buffers[1] == source
    return result.buffers[0], source, before


def test_memcpy_64() -> None:
    after, source, before = copy("classics.o", "memcpy_64", 64)
    assert after == source[:64] + before[64:]


@pytest.mark.parametrize("n", [0, 1, 2, 15, 16, 100])
def test_memcpy_loop(n: int) -> None:
    after, source, before = copy("classics.o", "memcpy_loop", n, n)
    assert after == source[:n] + before[n:]


@pytest.mark.parametrize("message", [b"", b"abc", bytes(200)], ids=len)
def test_the_wrong_rotation_gives_a_wrong_digest(message: bytes) -> None:
    digest = SHA256.digest_on_unicorn("broken.o", "sha256_block_wrong_rotation", message)
    assert digest != SHA256.hash(message)


def test_abs64_wrong_is_wrong_at_minus_one_only() -> None:
    wrong = [x for x in WORDS if call("broken.o", "abs64_wrong", x).x0 != abs(signed(x, 64))]
    assert wrong == [2**64 - 1]


def test_max_u64_signed_is_wrong_where_the_signs_differ() -> None:
    for a, b in PAIRS:
        differ = (a >> 63) != (b >> 63)
        assert (call("broken.o", "max_u64_signed", a, b).x0 != max(a, b)) == differ


def test_memcpy_64_short_leaves_the_last_byte() -> None:
    after, source, before = copy("broken.o", "memcpy_64_short", 64)
    assert after == source[:63] + before[63:]


def test_memcpy_64_overrun_writes_past_the_end() -> None:
    after, source, before = copy("broken.o", "memcpy_64_overrun", 64)
    assert after == source[:80] + before[80:]


def test_memcpy_64_endless_is_endless() -> None:
    with pytest.raises(DidNotReturn):
        copy("broken.o", "memcpy_64_endless", 64)


def test_clobbers_x19_is_right_but_for_x19() -> None:
    for a, b in PAIRS[:50]:
        result = call("broken.o", "clobbers_x19", a, b)
        assert (result.x0, result.keeps_callee_saved) == (max(a, b), False)
