"""Changes of one instruction word, by kind. Each gives a word that Capstone and the model both know.

The encoding class says what each field is: a register; an immediate, with conditions, shift amounts and element indices among
them; or what is left, which says what the instruction does and on what sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Literal, TypeAlias, get_args

from isa.encoding import AmbiguousEncoding, Encoding, Slot, classify
from isa.operands import Role
from lnsym.errors import LnsymError
from lnsym.machine.decode import decode_word

Kind: TypeAlias = Literal["operand", "immediate", "opcode", "class", "deleted", "duplicated", "constant"]
"""What is changed: a register field; an immediate; another mnemonic, size or arrangement of the same encoding class; another
class, few bits away; a NOP instead; the previous or next instruction instead; a byte of a constant."""

KINDS: tuple[Kind, ...] = get_args(Kind)

NOP = 0xD503201F
FEW_BITS = 3
"""How many bits at most a change of the class flips."""

_KIND_OF_ROLE: Mapping[Role, Kind] = {
    Role.REGISTER: "operand",
    Role.IMMEDIATE: "immediate",
    Role.MODIFIER: "opcode",
    Role.SETTING: "opcode",
}


def decodes(word: int, address: int) -> bool:
    """Whether Capstone and the model agree that the word is an instruction."""
    try:
        decode_word(word, address)
    except (LnsymError, AmbiguousEncoding):
        return False
    return True


def role(encoding: Encoding, slot: Slot) -> Kind:
    """Which kind of change a change of this field is."""
    return _KIND_OF_ROLE[encoding.role(slot)]


def _with_field(word: int, slot: Slot, value: int) -> int:
    ones = (1 << slot.width) - 1
    return word & ~(ones << slot.low) | (value & ones) << slot.low


def _encoding(word: int) -> Encoding:
    """The class of a word that the model knows."""
    found = classify(word)
    assert found is not None
    return found[0]


def _slots(word: int, kind: Kind) -> tuple[Encoding, list[Slot]]:
    """The class of a word that the model knows, and its fields of one kind."""
    encoding = _encoding(word)
    return encoding, [slot for slot in encoding.slots if role(encoding, slot) == kind]


def _if_of(encoding: Encoding, word: int) -> int | None:
    """The word if it is still of the class: zeros in an immediate, say, may make it another."""
    found = classify(word)
    return word if found is not None and found[0] is encoding else None


def _other_operand(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    encoding, slots = _slots(word, "operand")
    if not slots:
        return None
    slot = random.choice(slots)
    return _if_of(encoding, _with_field(word, slot, random.getrandbits(slot.width)))


def _other_immediate(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    """One more, one less, one bit flipped, or any number."""
    encoding, slots = _slots(word, "immediate")
    if not slots:
        return None
    slot = random.choice(slots)
    now = word >> slot.low
    near = [now + 1, now - 1, now ^ 1 << random.randrange(slot.width), random.getrandbits(slot.width)]
    return _if_of(encoding, _with_field(word, slot, random.choice(near)))


def _other_opcode(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    """One field, or two, that say what is done, set to anything that the same class has."""
    encoding, slots = _slots(word, "opcode")
    if not slots:
        return None
    changed = word
    for slot in random.sample(slots, min(len(slots), random.choice((1, 1, 2)))):
        changed = _with_field(changed, slot, random.getrandbits(slot.width))
    return _if_of(encoding, changed)


def _other_class(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    changed = word
    for bit in random.sample(range(32), random.randint(1, FEW_BITS)):
        changed ^= 1 << bit
    found = classify(changed)
    return changed if found is not None and found[0] is not _encoding(word) else None


def _deleted(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    return NOP


def _duplicated(word: int, neighbours: Sequence[int], random: Random) -> int | None:
    return random.choice(neighbours) if neighbours else None


_CHANGES: Mapping[Kind, Callable[[int, Sequence[int], Random], int | None]] = {
    "operand": _other_operand,
    "immediate": _other_immediate,
    "opcode": _other_opcode,
    "class": _other_class,
    "deleted": _deleted,
    "duplicated": _duplicated,
}


def changed_word(kind: Kind, word: int, neighbours: Sequence[int], address: int, random: Random) -> int | None:
    """The word after a random change of a kind other than "constant"; None where this attempt gave no other instruction.

    `neighbours` are the words before and after it, as far as they are code.
    """
    changed = _CHANGES[kind](word, neighbours, random)
    if changed is None or changed == word or not decodes(changed, address):
        return None
    return changed
