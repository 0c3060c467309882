"""Random legal words of a form.

The first ones have what random fields seldom have: register 31 in each place, one register in two places, extremes of the
immediates. Narrow operands (conditions, element indices, shift amounts) run through all their values in random order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from random import Random

from isa.encoding import Slot
from isa.operands import Role
from lnsym.conform.forms import InstructionForm, operand_slots
from lnsym.conform.single_step import DATA, PAGE, SLOT

ATTEMPTS = 60
"""How often to try for a legal word before a witness of the form is taken instead."""

NARROW_BITS = 6
"""Operands up to this width take all their values before they take one again."""


def words(form: InstructionForm, random: Random, count: int) -> Iterator[int]:
    """`count` words of the form, the telling ones first."""
    source = _Source(form, random)
    telling = source.telling_settings()
    for number in range(count):
        if number < len(telling):
            yield source.word(telling[number])
        else:
            yield source.word(random.choice(telling) if telling and random.random() < 0.2 else {})


def is_endless(form: InstructionForm, word: int) -> bool:
    """Whether the word is a branch to itself, on which no emulator comes to an end."""
    branch = form.encoding.branch(form.encoding.fields(word))
    return branch is not None and branch.offset == 0


class _Source:
    """Draws words of one form."""

    def __init__(self, form: InstructionForm, random: Random) -> None:
        self._form = form
        self._random = random
        self._slots = [slot for slot in operand_slots(form.encoding) if _is_free(form, slot)]
        self._waiting: dict[str, list[int]] = {}
        access = form.encoding.memory(form.encoding.fields(form.witnesses[0]))
        self._literal = access is not None and access.base is None

    def telling_settings(self) -> list[dict[str, int]]:
        """Settings of one or a few operands that are worth a word each, in random order."""
        registers = [slot for slot in self._slots if self._is_register(slot)]
        settings = [{slot.name: _ones(slot)} for slot in registers]
        settings += [dict.fromkeys((a.name, b.name), self._random.randrange(16)) for a, b in combinations(registers, 2)]
        if len(registers) > 2:
            settings += [{r.name: number for r in registers} for number in (self._random.randrange(16), 31)]
        for slot in self._slots:
            if slot not in registers and slot.width > 1:
                settings += [{slot.name: value} for value in (0, 1, _ones(slot), _ones(slot) >> 1, _top(slot))]
        self._random.shuffle(settings)
        return settings

    def word(self, wanted: Mapping[str, int]) -> int:
        """A word of the form, with the wanted settings if there is such a word."""
        form, random = self._form, self._random
        for attempt in range(ATTEMPTS):
            witness = random.choice(form.witnesses)
            if attempt > ATTEMPTS // 2:
                wanted = {}
            word = witness
            for slot in self._slots:
                value = wanted.get(slot.name)
                if value is None:
                    if attempt > 3 and random.random() < 0.5:
                        continue  # as the witness has it
                    value = self._draw(slot)
                ones = _ones(slot)
                word = word & ~(ones << slot.low) | (value & ones) << slot.low
            if form.includes(word) and not is_endless(form, word):
                return word
        return next(word for word in form.witnesses if not is_endless(form, word))

    def _is_register(self, slot: Slot) -> bool:
        return self._form.encoding.role(slot) is Role.REGISTER

    def _draw(self, slot: Slot) -> int:
        random = self._random
        if self._is_register(slot):
            return 31 if random.random() < 0.1 else random.getrandbits(slot.width)
        if slot.width <= NARROW_BITS:
            waiting = self._waiting.get(slot.name)
            if not waiting:
                waiting = self._waiting[slot.name] = random.sample(range(1 << slot.width), 1 << slot.width)
            return waiting.pop()
        if self._literal and random.random() < 0.8:
            return (DATA + random.randrange(-8, PAGE) - SLOT) // 4
        return random.getrandbits(slot.width)


def _ones(slot: Slot) -> int:
    return (1 << slot.width) - 1


def _top(slot: Slot) -> int:
    return 1 << (slot.width - 1)


def _is_free(form: InstructionForm, slot: Slot) -> bool:
    """Whether another value than a witness has is legal anywhere."""
    ones = _ones(slot)
    for witness in form.witnesses:
        now = witness >> slot.low & ones
        for value in (0, 1, 2, 6, ones, ones ^ 1, now ^ 2, now ^ _top(slot)):
            if value <= ones and value != now and form.includes(witness & ~(ones << slot.low) | value << slot.low):
                return True
    return False
