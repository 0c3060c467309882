"""Random routines with aligned and variable frames, against their meaning on plain numbers: every distance that the frames can have.

The model on numbers knows nothing of frames: memory by address, SP a number, and AAPCS64's rules on these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import pytest
from assembly import RET, SP, add_imm, eor, image_of, ldr, movz, store, word

from lnsym.bv import BV
from lnsym.contract import Contract, Theorem
from lnsym.machine import stack
from lnsym.machine.memory import Memory
from lnsym.machine.pointers import Span, distance_below
from lnsym.machine.regions import Region
from lnsym.prove.verify import Options, verify

A, N, RESULT, LOADED, SCRATCH = 0, 1, 2, 3, 4
POINTERS = range(9, 12)
"""Registers that hold earlier values of SP, one for each move of SP."""

ROUNDED = range(12, 16)
"""Registers that hold rounded addresses."""

START, BOTTOM = 1 << 20, (1 << 20) - (1 << 16)
ROUTINES = 80


@dataclass(frozen=True)
class Lower:
    """SP is copied to a register; then SP -= constant + (N & ones) rounded down to `grain`; the whole rounded down to 2**bits."""

    copy: int
    constant: int
    ones: int
    grain: int
    bits: int

    def words(self) -> list[int]:
        made = [add_imm(self.copy, SP, 0)]
        source = SP
        if self.ones:
            made.append(_and(SCRATCH, N, (self.ones + 1).bit_length() - 1))
            if self.grain:
                made.append(_down(SCRATCH, SCRATCH, self.grain))
            made.append(
                word(
                    "data_processing.add_subtract_extended_register",
                    sf=1,
                    op=1,
                    option=3,
                    Rm=SCRATCH,
                    Rn=SP,
                    Rd=SCRATCH,
                )
            )
            source = SCRATCH
        made.append(add_imm(SCRATCH, source, -self.constant))
        made.append(_down(SP, SCRATCH, self.bits) if self.bits else add_imm(SP, SCRATCH, 0))
        return made

    def moved(self, sp: int, n: int) -> int:
        return (sp - self.constant - ((n & self.ones) >> self.grain << self.grain)) >> self.bits << self.bits


@dataclass(frozen=True)
class Point:
    """A register gets the address `up` bytes above SP, rounded down to 2**bits; then the bit of this number is set there, if any."""

    copy: int
    up: int
    bits: int
    then: int | None

    def words(self) -> list[int]:
        made = [add_imm(SCRATCH, SP, self.up), _down(self.copy, SCRATCH, self.bits)]
        return made if self.then is None else [*made, _with_bit(self.copy, self.copy, self.then)]

    def place(self, sp: int) -> int:
        return (sp + self.up) >> self.bits << self.bits | (0 if self.then is None else 1 << self.then)


@dataclass(frozen=True)
class Back:
    """SP is set to what a register holds, an earlier value of it."""

    copy: int

    def words(self) -> list[int]:
        return [add_imm(SP, self.copy, 0)]


@dataclass(frozen=True)
class Access:
    """A is stored, or one less than A; or 8 bytes are loaded and XORed into the result. The base is SP or an earlier value of it."""

    base: int
    offset: int
    load: bool
    less: bool

    def words(self) -> list[int]:
        if self.load:
            return [ldr(LOADED, self.base, self.offset), eor(RESULT, RESULT, LOADED)]
        if self.less:
            return [add_imm(SCRATCH, A, -1), store(SCRATCH, self.base, self.offset)]
        return [store(A, self.base, self.offset)]


Step = Lower | Point | Back | Access


def _down(d: int, n: int, bits: int) -> int:
    return word("data_processing.logical_immediate", sf=1, N=1, immr=64 - bits, imms=63 - bits, Rn=n, Rd=d)


def _and(d: int, n: int, bits: int) -> int:
    return word("data_processing.logical_immediate", sf=1, N=1, immr=0, imms=bits - 1, Rn=n, Rd=d)


def _with_bit(d: int, n: int, bit: int) -> int:
    return word("data_processing.logical_immediate", sf=1, opc=1, N=1, immr=-bit & 63, imms=0, Rn=n, Rd=d)


def random_routine(random: Random) -> list[Step]:
    steps: list[Step] = []
    copies: list[int] = []
    places: list[tuple[int, int]] = []
    room: list[int] = []
    pointed: list[int] = []

    def access(load: bool) -> None:
        at = random.choice([len(copies), len(copies), *range(1, len(copies) + 1)])
        base = SP if at == len(copies) else copies[at]
        offset = random.randrange(0, room[at - 1], 8)
        if random.random() < 0.1:
            base, offset = random.choice([SP, *copies]), random.randrange(-48, 96, 8)
        if load and places and random.random() < 0.9:
            base, offset = random.choice(places)
        if not load:
            places.append((base, offset))
        steps.append(Access(base, offset, load, random.random() < 0.5))

    for copy in list(POINTERS)[: random.choice([1, 2, 2, 3])]:
        kind = random.choice(["constant", "aligned", "aligned", "variable", "both"])
        ones = random.choice([15, 63]) if kind in ("variable", "both") else 0
        bits = random.choice([4, 5, 6, 7]) if kind in ("aligned", "both") else 0
        grain = random.choice([0, 4, 4, 4, 4, 4, 4, 5]) if ones else 0
        room.append(random.choice([16, 48, 64, 96, 128, 192]))
        steps.append(Lower(copy, room[-1], ones, grain, bits))
        copies.append(copy)
        places = [(base, offset) for base, offset in places if base != SP]
        if random.random() < 0.4:
            bits = random.choice([4, 5, 5, 6, 7])
            pointed.append(ROUNDED[len(pointed)])
            up = (1 << bits) - random.choice([1, 8, 16]) + random.choice([0, 0, 16, 32])
            then = random.choice([None, None, 3, 3, bits - 1, bits])
            steps.append(Point(pointed[-1], up, bits, then))
            for _ in range(random.choice([1, 1, 2])):
                places.append((pointed[-1], random.randrange(0, 24, 8)))
                steps.append(Access(*places[-1], False, random.random() < 0.5))
        for _ in range(random.choice([1, 2, 3])):
            access(load=False)
        if random.random() < 0.5:
            access(load=True)
    for copy in copies[::-1]:
        access(load=True)
        if copy == copies[0] or random.random() < 0.7:
            copies, room = copies[: copies.index(copy)], room[: copies.index(copy)]
            steps.append(Back(copy if random.random() < 0.97 else random.choice([copy, *copies])))
            places = [(base, offset) for base, offset in places if base != SP]
    return steps


def on_numbers(steps: list[Step], sp: int, n: int, a: int) -> int | None:
    """The result, where no rule is broken: nothing below SP is touched, and SP comes back. What was not stored is random."""
    random = Random(sp + n)
    registers = {SP: sp}
    memory: dict[int, int] = {}
    result = 0
    for step in steps:
        if isinstance(step, Lower):
            registers[step.copy] = registers[SP]
            registers[SP] = step.moved(registers[SP], n)
        elif isinstance(step, Point):
            registers[step.copy] = step.place(registers[SP])
        elif isinstance(step, Back):
            registers[SP] = registers[step.copy]
            memory = {at: byte for at, byte in memory.items() if at >= registers[SP]}
        else:
            at = registers[step.base] + step.offset
            if registers[SP] % 16 or at < registers[SP] or at + 8 > sp or at < sp - (1 << 16):
                return None
            if step.load:
                held = [memory.setdefault(at + i, random.randrange(256)) for i in range(8)]
                result ^= int.from_bytes(bytes(held), "little")
            else:
                value = (a - step.less) % (1 << 64)
                memory |= {at + i: byte for i, byte in enumerate(value.to_bytes(8, "little"))}
    return result if registers[SP] == sp else None


def claims(steps: list[Step]) -> int:
    """Which result is claimed, that of the first input: 0 nothing, 1 A, 2 A - 1, 3 both XORed."""
    a = 0x1234_5678_9ABC_DEF0
    found = on_numbers(steps, START, 0, a)
    return {0: 0, a: 1, a - 1: 2, a ^ (a - 1): 3}.get(found or 0, 0)


def is_right(steps: list[Step], claim: int) -> bool:
    """For every SP and N that make a difference."""
    a = 0xFEDC_BA98_7654_3210
    wanted = (a if claim & 1 else 0) ^ (a - 1 if claim & 2 else 0)
    return all(on_numbers(steps, START + sp, n, a) == wanted for sp in range(0, 128, 16) for n in range(64))


def status(steps: list[Step], claim: int) -> str:
    def statement(t: Theorem) -> None:
        a, n = t.value("a", 64), t.value("n", 64)
        t.call(a, n)
        zero = BV.const(0, 64)
        t.ensure_result((a if claim & 1 else zero) ^ (a - 1 if claim & 2 else zero))

    words = [movz(RESULT, 0), *[w for step in steps for w in step.words()], add_imm(0, RESULT, 0), RET]
    return verify(image_of(*words), "routine", Contract("c", statement), {}, Options(timeout=20)).status


def outcome(seed: int) -> tuple[bool, str]:
    steps = random_routine(Random(seed))
    claim = claims(steps)
    return is_right(steps, claim), status(steps, claim)


@pytest.mark.parametrize("seeds", [range(first, first + 10) for first in range(0, ROUTINES, 10)], ids=str)
def test_nothing_wrong_is_proved_and_nothing_right_refuted(seeds: range) -> None:
    for seed in seeds:
        right, verdict = outcome(seed)
        assert verdict != ("refuted" if right else "proved"), seed


def test_what_is_right_is_proved_mostly_and_much_is_wrong() -> None:
    found = Counter(outcome(seed) for seed in range(30))
    right = sum(count for (is_right, _), count in found.items() if is_right)
    assert 6 < right < 25
    assert found[True, "proved"] > 0.6 * right


def test_parts_of_the_stack_that_overlap_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faults planted: frames reach higher than they do, old memory below the old SP, and rounded pointers reach what others do."""
    wrong = [seed for seed in range(60) if not is_right(steps := random_routine(Random(seed)), claims(steps))]

    def too_high(top: BV, term: BV, aligned: Mapping[BV, int]) -> Span:
        most = distance_below(top, term, aligned).most
        return Span(most + 64, most)

    split = Memory.split

    def overlapping(self: Memory, frame: Region, above: Region, at: int, furthest: int) -> None:
        split(self, frame, above, at, furthest)
        above.floor = None

    monkeypatch.setattr(stack, "distance_below", too_high)
    monkeypatch.setattr(Memory, "split", overlapping)
    monkeypatch.setattr(Memory, "_note_window_access", lambda *given: None)
    assert any(outcome(seed)[1] == "proved" for seed in wrong)
