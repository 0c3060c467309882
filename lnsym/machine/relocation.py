"""Static relocations: the formulas, checks and fields of AAELF64, one table row each.

Source: ELF for the Arm 64-bit Architecture (AAELF64), "Static AArch64 relocations". S is the
symbol's address, A the addend, P the place, G the address of the GOT entry for S + A; Page(x) is
x with its low 12 bits clear. X is the value of the operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lnsym.errors import RelocationOverflow

R_NONE = frozenset({0, 256})
R_ABS64 = 257
WORDS = frozenset({R_ABS64, 258, 259, 260, 261, 262})
"""Words of data: S + A, or its distance from the place, or the low part of either."""

R_JUMP26, R_CALL26 = 282, 283
R_ADR_GOT_PAGE, R_LD64_GOT_LO12_NC = 311, 312
CALLS = frozenset({R_JUMP26, R_CALL26})
BRANCHES = frozenset({*CALLS, 279, 280})
"""TSTBR14 and CONDBR19 too: direct branches, which take no address; control goes to S + A, wherever that lies."""

GOT_USERS = frozenset({R_ADR_GOT_PAGE, R_LD64_GOT_LO12_NC})
ADR_USES = frozenset({274})
"""ADR gets S + A."""

PAGE_USES = frozenset({275, 276, R_ADR_GOT_PAGE})
"""ADRP gets the page of S + A, or of G."""

ADD_LOW_USES = frozenset({277})
"""ADD adds the low 12 bits of S + A."""

TRANSFER_LOW_USES = frozenset({278, 284, 285, 286, 299, R_LD64_GOT_LO12_NC})
"""A load or store of one register adds them, or those of G, to its address."""

PART_USES = {263: 0, 264: 0, 265: 16, 266: 16, 267: 32, 268: 32, 269: 48}
"""MOVZ or MOVK gets 16 bits of S + A, from this one up; a linker sees to it that no more are needed where it should."""

LITERAL_USES = frozenset({273})
"""LDR (literal) loads from S + A."""

SYMBOLIC_USES = WORDS.union(ADR_USES, PAGE_USES, ADD_LOW_USES, TRANSFER_LOW_USES, PART_USES, LITERAL_USES)
"""Relocations that can be carried out with an S, or a G, that nobody knows."""

# Dynamic relocations, AAELF64 "Dynamic relocations".
R_COPY, R_GLOB_DAT, R_JUMP_SLOT, R_RELATIVE = 1024, 1025, 1026, 1027
R_TLS_DTPMOD, R_TLS_DTPREL, R_TLS_TPREL, R_TLSDESC, R_IRELATIVE = 1028, 1029, 1030, 1031, 1032
_DYNAMIC_NAMES = {
    R_COPY: "COPY", R_GLOB_DAT: "GLOB_DAT", R_JUMP_SLOT: "JUMP_SLOT", R_RELATIVE: "RELATIVE",
    R_TLS_DTPMOD: "TLS_DTPMOD", R_TLS_DTPREL: "TLS_DTPREL", R_TLS_TPREL: "TLS_TPREL",
    R_TLSDESC: "TLSDESC", R_IRELATIVE: "IRELATIVE",
}  # fmt: skip

_MASK64 = (1 << 64) - 1


@dataclass(frozen=True)
class Place:
    """The inputs of a relocation: S, A, P and, for GOT relocations, G; all byte addresses."""

    S: int
    A: int
    P: int
    G: int = 0


def _absolute(r: Place) -> int:
    return r.S + r.A


def _relative(r: Place) -> int:
    return r.S + r.A - r.P


def _page_relative(r: Place) -> int:
    return _page(r.S + r.A) - _page(r.P)


def _got(r: Place) -> int:
    return r.G


def _got_page_relative(r: Place) -> int:
    return _page(r.G) - _page(r.P)


def _page(address: int) -> int:
    return address & ~0xFFF


Field = tuple[int, int]  # lowest bit in the instruction, width in bits

_WORD: tuple[Field, ...] = ()
_IMM26: tuple[Field, ...] = ((0, 26),)
_IMM19: tuple[Field, ...] = ((5, 19),)
_IMM14: tuple[Field, ...] = ((5, 14),)
_IMM16: tuple[Field, ...] = ((5, 16),)
_IMM12: tuple[Field, ...] = ((10, 12),)
_IMMLO_IMMHI: tuple[Field, ...] = ((29, 2), (5, 19))


@dataclass(frozen=True)
class Formula:
    """One relocation type.

    Bits `high:low` of X go into `fields`, lowest field first (no fields: X fills `size` bytes).
    `least <= X < limit` is the overflow check (None: no check); X must be a multiple of
    `multiple`.
    """

    name: str
    operation: Callable[[Place], int]
    least: int | None
    limit: int | None
    high: int
    low: int
    fields: tuple[Field, ...]
    size: int = 4
    multiple: int = 1


def _data(name: str, operation: Callable[[Place], int], bits: int) -> Formula:
    least, limit = (None, None) if bits == 64 else (-(1 << (bits - 1)), 1 << bits)
    return Formula(name, operation, least, limit, bits - 1, 0, _WORD, bits // 8)


def _movw(name: str, group: int, checked: bool) -> Formula:
    low = 16 * group
    least, limit = (0, 1 << (low + 16)) if checked else (None, None)
    return Formula(name, _absolute, least, limit, low + 15, low, _IMM16)


def _branch(name: str, bits: int, fields: tuple[Field, ...]) -> Formula:
    reach = 1 << (bits + 1)
    return Formula(name, _relative, -reach, reach, bits + 1, 2, fields, multiple=4)


def _offset(name: str, shift: int, operation: Callable[[Place], int] = _absolute) -> Formula:
    return Formula(name, operation, None, None, 11, shift, _IMM12, multiple=1 << shift)


def _adrp(name: str, operation: Callable[[Place], int], checked: bool) -> Formula:
    least, limit = (-(1 << 32), 1 << 32) if checked else (None, None)
    return Formula(name, operation, least, limit, 32, 12, _IMMLO_IMMHI)


FORMULAS: dict[int, Formula] = {
    R_ABS64: _data("ABS64", _absolute, 64),
    258: _data("ABS32", _absolute, 32),
    259: _data("ABS16", _absolute, 16),
    260: _data("PREL64", _relative, 64),
    261: _data("PREL32", _relative, 32),
    262: _data("PREL16", _relative, 16),
    263: _movw("MOVW_UABS_G0", 0, checked=True),
    264: _movw("MOVW_UABS_G0_NC", 0, checked=False),
    265: _movw("MOVW_UABS_G1", 1, checked=True),
    266: _movw("MOVW_UABS_G1_NC", 1, checked=False),
    267: _movw("MOVW_UABS_G2", 2, checked=True),
    268: _movw("MOVW_UABS_G2_NC", 2, checked=False),
    269: _movw("MOVW_UABS_G3", 3, checked=False),
    273: _branch("LD_PREL_LO19", 19, _IMM19),
    274: Formula("ADR_PREL_LO21", _relative, -(1 << 20), 1 << 20, 20, 0, _IMMLO_IMMHI),
    275: _adrp("ADR_PREL_PG_HI21", _page_relative, checked=True),
    276: _adrp("ADR_PREL_PG_HI21_NC", _page_relative, checked=False),
    277: _offset("ADD_ABS_LO12_NC", 0),
    278: _offset("LDST8_ABS_LO12_NC", 0),
    279: _branch("TSTBR14", 14, _IMM14),
    280: _branch("CONDBR19", 19, _IMM19),
    R_JUMP26: _branch("JUMP26", 26, _IMM26),
    R_CALL26: _branch("CALL26", 26, _IMM26),
    284: _offset("LDST16_ABS_LO12_NC", 1),
    285: _offset("LDST32_ABS_LO12_NC", 2),
    286: _offset("LDST64_ABS_LO12_NC", 3),
    299: _offset("LDST128_ABS_LO12_NC", 4),
    R_ADR_GOT_PAGE: _adrp("ADR_GOT_PAGE", _got_page_relative, checked=True),
    R_LD64_GOT_LO12_NC: _offset("LD64_GOT_LO12_NC", 3, _got),
}


def is_relative(kind: int) -> bool:
    """Whether the value is the distance of S + A from the place: known where both lie in one piece."""
    return FORMULAS[kind].operation is _relative


def relocate(kind: int, place: Place, original: bytes) -> bytes:
    """Return the bytes at the place after relocation; `original` are its `size` bytes before.

    Raises RelocationOverflow if AAELF64's check fails, KeyError if `kind` is not in FORMULAS.
    """
    formula = FORMULAS[kind]
    x = formula.operation(place)
    if formula.least is not None and formula.limit is not None:
        _check(formula.least <= x < formula.limit, kind, x, f"{formula.least:#x} <= X < {formula.limit:#x}")
    _check(x % formula.multiple == 0, kind, x, f"a multiple of {formula.multiple}")
    if not formula.fields:
        return (x & _MASK64 & ((1 << 8 * formula.size) - 1)).to_bytes(formula.size, "little")
    value = (x >> formula.low) & ((1 << (formula.high - formula.low + 1)) - 1)
    instruction = int.from_bytes(original, "little")
    for lowest, width in formula.fields:
        mask = ((1 << width) - 1) << lowest
        instruction = (instruction & ~mask) | ((value << lowest) & mask)
        value >>= width
    return instruction.to_bytes(4, "little")


def _check(holds: bool, kind: int, x: int, condition: str) -> None:
    if not holds:
        raise RelocationOverflow(relocation_name(kind), x, condition)


def relocation_name(kind: int) -> str:
    """Return the AAELF64 name, or the bare number of a type that is not modelled."""
    if kind in FORMULAS:
        return f"R_AARCH64_{FORMULAS[kind].name}"
    name = _DYNAMIC_NAMES.get(kind)
    return f"R_AARCH64_{name}" if name else f"AArch64 relocation type {kind}"


def patched_size(kind: int, executable: bool) -> int:
    """Return how many bytes an unmodelled relocation may set: 4 for instructions, else 8 or 16.

    AAELF64 numbers the instruction relocations 263-313 and 512-573.
    """
    if kind in FORMULAS:
        return FORMULAS[kind].size
    if kind == R_TLSDESC:
        return 16
    is_instruction = 263 <= kind <= 313 or 512 <= kind <= 573
    return 4 if executable and is_instruction else 8
