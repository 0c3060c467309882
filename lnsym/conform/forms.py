"""Forms: what a campaign has to cover of each encoding class.

A form is one mnemonic with one setting of the fields that say what the instruction does: sf, Q, size, opcode and so on.
Fields that say on what it does it (registers, immediates, conditions, element indices) are its operands. Their names
tell the two apart, but for the fields in `_OPERANDS` and for those in `_REDUCED`, of which a form fixes only a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from isa.encoding import REGISTER_FIELDS, Encoding, Fields, Slot

_OPERAND_NAME = re.compile(r"imm\d+|imm[rsb]|immhi|immlo|cond|nzcv|mask|b5|b40|[a-h]")

_INDEX = frozenset({"H", "L", "M"})

_OPERANDS: Mapping[str, frozenset[str]] = {
    "isa.branches.unconditional_branch_register": frozenset({"op4"}),  # the register that holds the modifier
    "isa.simd.vector_by_indexed_element": _INDEX,
    "isa.simd.scalar_by_indexed_element": _INDEX,
}
"""Operands that their names do not give away, by class."""


def _highest_bit(value: int) -> int:
    return value.bit_length() - 1


def _lowest_bit(value: int) -> int:
    return (value & -value).bit_length() - 1


_Reduction = Callable[[Fields], int]

_REDUCED: Mapping[str, Mapping[str, _Reduction]] = {
    "isa.data_processing.logical_immediate": {"imms": lambda f: _highest_bit(f.N << 6 | ~f.imms & 0b111111)},
    "isa.simd.copy": {
        "imm5": lambda f: _lowest_bit(f.imm5),
        "imm4": lambda f: 0 if f.op else f.imm4,  # INS (element): part of the index
    },
    "isa.simd.scalar_copy": {"imm5": lambda f: _lowest_bit(f.imm5)},
    "isa.simd.scalar_shift_by_immediate": {"immh": lambda f: _highest_bit(f.immh)},
    "isa.simd.shift_by_immediate": {"immh": lambda f: _highest_bit(f.immh)},
}
"""Fields that hold the size of the elements together with an operand, by class: what of them belongs to the form."""


@dataclass(frozen=True, eq=False)
class Form:
    """One form of a class. Two forms of a class are the same when their names are."""

    encoding: Encoding
    name: str
    """The mnemonic and the settings: "ADD sf=1 sh=0"."""
    witnesses: tuple[int, ...]
    """Some words of the form, at least one."""

    @property
    def mnemonic(self) -> str:
        """Arm's name."""
        return self.name.split()[0]

    def includes(self, word: int) -> bool:
        """Whether a word of the class is of this form."""
        return form_name(self.encoding, self.encoding.fields(word)) == self.name


def operand_slots(encoding: Encoding) -> tuple[Slot, ...]:
    """The slots that a form leaves open, wholly or in part."""
    return tuple(slot for slot in encoding.slots if _is_operand(encoding, slot) or _is_reduced(encoding, slot))


def _is_operand(encoding: Encoding, slot: Slot) -> bool:
    if _is_reduced(encoding, slot):
        return False
    named = slot.name in REGISTER_FIELDS or _OPERAND_NAME.fullmatch(slot.name) is not None
    return named or slot.name in _OPERANDS.get(encoding.module, ())


def _is_reduced(encoding: Encoding, slot: Slot) -> bool:
    return slot.name in _REDUCED.get(encoding.module, ())


@cache
def _settings(encoding: Encoding) -> tuple[tuple[str, _Reduction | None], ...]:
    """The fields in a form's name, and how they are reduced."""
    reduced = _REDUCED.get(encoding.module, {})
    return tuple((slot.name, reduced.get(slot.name)) for slot in encoding.slots if not _is_operand(encoding, slot))


def form_name(encoding: Encoding, f: Fields) -> str | None:
    """The name of the form that these fields are of; None where they are not allocated."""
    mnemonic = encoding.mnemonic(f)
    if mnemonic is None:
        return None
    parts = [mnemonic]
    for name, reduction in _settings(encoding):
        parts.append(f"{name}={getattr(f, name) if reduction is None else reduction(f)}")
    return " ".join(parts)


def _register_patterns(encoding: Encoding) -> Iterator[dict[str, int]]:
    """Register numbers under which a word is legal if it is so under any: all different, all 31, some 31."""
    names = [slot.name for slot in encoding.slots if slot.name in REGISTER_FIELDS]
    different = {name: 2 * (i + 1) for i, name in enumerate(names)}
    yield different
    yield dict.fromkeys(names, 31)
    for ones in (("Ra",), ("Rs",), ("Rt2",), ("Rs", "Rt2"), ("Rn",)):
        if set(ones) <= set(names):
            yield different | dict.fromkeys(ones, 31)


def _operand_settings(encoding: Encoding) -> Iterator[int]:
    """Bits to add to a word of the class for its operands, so that the word is legal with some of them if ever."""
    others = [s for s in encoding.slots if _is_operand(encoding, s) and s.name not in REGISTER_FIELDS]
    slots = {slot.name: slot for slot in encoding.slots}
    for registers, filling in product(_register_patterns(encoding), (0, 0x5555_5555, 1, -1)):
        bits = 0
        for name, number in registers.items():
            bits |= (number & ((1 << slots[name].width) - 1)) << slots[name].low
        for slot in others:
            bits |= (filling & ((1 << slot.width) - 1)) << slot.low
        yield bits


_WITNESSES = 3


@cache
def forms(encoding: Encoding) -> tuple[Form, ...]:
    """All forms of a class, in the order of their settings."""
    chosen = [slot for slot in encoding.slots if not _is_operand(encoding, slot)]
    operands = list(dict.fromkeys(_operand_settings(encoding)))
    found: dict[str, list[int]] = {}
    for numbers in product(*[range(1 << slot.width) for slot in chosen]):
        word = encoding.value
        for slot, number in zip(chosen, numbers, strict=True):
            word |= number << slot.low
        legal = 0
        for bits in operands:
            name = form_name(encoding, encoding.fields(word | bits))
            if name is not None:
                found.setdefault(name, []).append(word | bits)
                legal += 1
                if legal == _WITNESSES:
                    break
    return tuple(Form(encoding, name, _spread(words)) for name, words in found.items())


def _spread(words: list[int]) -> tuple[int, ...]:
    """A few of the words, the first and the last among them."""
    return tuple(dict.fromkeys([words[0], words[len(words) // 2], words[-1]]))
