"""Forms: what a campaign has to cover of each encoding class.

A form is one mnemonic with one setting of the fields that say what the instruction does: sf, Q, size, opcode and so on.
Fields that say on what it does it are its operands, as the class declares; of those in its `settings` a form fixes a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from isa.encoding import Encoding, Fields, Slot
from isa.operands import Role


@dataclass(frozen=True, eq=False)
class InstructionForm:
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
    """The operands: what a form leaves open, wholly or in part."""
    return tuple(slot for slot in encoding.slots if encoding.role(slot) is not Role.SETTING)


def _is_open(encoding: Encoding, slot: Slot) -> bool:
    """Whether a form leaves all of a field open."""
    return encoding.role(slot) is not Role.SETTING and slot.name not in encoding.settings


@cache
def _settings(encoding: Encoding) -> tuple[tuple[str, Callable[[Fields], int] | None], ...]:
    """The fields in a form's name, and what of them where it is not all."""
    fixed = [slot.name for slot in encoding.slots if not _is_open(encoding, slot)]
    return tuple((name, encoding.settings.get(name)) for name in fixed)


def form_name(encoding: Encoding, f: Fields) -> str | None:
    """The name of the form that these fields are of; None where they are not allocated."""
    mnemonic = encoding.mnemonic(f)
    if mnemonic is None:
        return None
    parts = [mnemonic]
    for name, part in _settings(encoding):
        parts.append(f"{name}={getattr(f, name) if part is None else part(f)}")
    return " ".join(parts)


def _register_patterns(encoding: Encoding) -> Iterator[dict[str, int]]:
    """Register numbers under which a word is legal if it is so under any: all different, all 31, some 31."""
    names = [slot.name for slot in encoding.registers]
    different = {name: 2 * (i + 1) for i, name in enumerate(names)}
    yield different
    yield dict.fromkeys(names, 31)
    for ones in (("Ra",), ("Rs",), ("Rt2",), ("Rs", "Rt2"), ("Rn",)):
        if set(ones) <= set(names):
            yield different | dict.fromkeys(ones, 31)


def _operand_settings(encoding: Encoding) -> Iterator[int]:
    """Bits to add to a word of the class for its operands, so that the word is legal with some of them if ever."""
    others = [s for s in encoding.slots if _is_open(encoding, s) and s not in encoding.registers]
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
def forms(encoding: Encoding) -> tuple[InstructionForm, ...]:
    """All forms of a class, in the order of their settings."""
    chosen = [slot for slot in encoding.slots if not _is_open(encoding, slot)]
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
    return tuple(InstructionForm(encoding, name, _spread(words)) for name, words in found.items())


def _spread(words: list[int]) -> tuple[int, ...]:
    """A few of the words, the first and the last among them."""
    return tuple(dict.fromkeys([words[0], words[len(words) // 2], words[-1]]))
