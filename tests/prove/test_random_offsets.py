"""Random routines that load and store at masked, scaled and shifted indices, against their meaning on plain numbers, at all indices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest
from assembly import RET, image_of

from lnsym.bv import BV, concat, ite
from lnsym.contract import Contract, Theorem
from lnsym.machine.memory import Memory
from lnsym.prove.verify import Options, verify

MOV_X0_X3, EOR_X3_X3_X10 = 0xAA0303E0, 0xCA0A0063
INDEX_BITS = 4


@dataclass(frozen=True)
class Access:
    """Byte or word, at ((x1 or x2) modulo 2**bits + shift) * scale of the region; a load is XORed into x3, a store takes x3."""

    index: int
    bits: int
    shift: int
    load: bool
    size: int
    scale: int

    def words(self) -> list[int]:
        made = [0x92400009 | (self.bits - 1) << 10 | self.index << 5]  # AND X9, Xindex, #ones
        if self.shift > 0:
            made.append(0x91000129 | self.shift << 10)  # ADD X9, X9, #shift
        if self.shift < 0:
            made.append(0xD1000129 | -self.shift << 10)
        word = (0x38206800 if self.size == 1 else 0xB8206800) | self.load << 22 | (self.scale > 1) << 12 | 9 << 16
        return [*made, word | 10, EOR_X3_X3_X10] if self.load else [*made, word | 3]

    def place(self, value: int) -> int:
        """The offset for a value of the index."""
        return (value % (1 << self.bits) + self.shift) * self.scale

    def inside(self, place: int, region: int) -> bool:
        return 0 <= place <= region - self.size


def random_access(random: Random) -> Access:
    size = random.choice([1, 4])
    return Access(
        random.choice([1, 2]),
        random.choice([1, 1, 2, 2, 3, 4]),
        random.choice([0, 0, 0, 1, 2, -1]),
        random.random() < 0.5,
        size,
        random.choice([1, size]),
    )


def on_numbers(accesses: list[Access], memory: list[int], x: dict[int, int]) -> tuple[int, list[int], bool]:
    """What x3 and the region are afterwards, what lies outside being left out; whether all lay inside."""
    data, x3, inside = list(memory), x[3], True
    for a in accesses:
        place = a.place(x[a.index])
        if not a.inside(place, len(data)):
            inside = False
        elif a.load:
            x3 ^= int.from_bytes(bytes(data[place : place + a.size]), "little")
        else:
            data[place : place + a.size] = list((x3 % (1 << 8 * a.size)).to_bytes(a.size, "little"))
    return x3, data, inside


def on_terms(accesses: list[Access], memory: list[BV], x: dict[int, BV]) -> tuple[BV, list[BV]]:
    """The same as a claim, by a choice for each value of the index."""
    data, x3 = list(memory), x[3]
    for a in accesses:
        after, read = list(data), BV.const(0, 64)
        for value in range(1 << a.bits):
            place = a.place(value)
            if a.inside(place, len(data)):
                here = x[a.index][a.bits - 1 : 0].eq(value)
                read = ite(here, concat(*reversed(data[place : place + a.size])).zero_extend(64), read)
                for k in range(a.size):
                    after[place + k] = ite(here, x3[8 * k + 7 : 8 * k], after[place + k])
        if a.load:
            x3 = x3 ^ read
        else:
            data = after
    return x3, data


def is_right(code: list[Access], claim: list[Access], region: int) -> bool:
    """At all indices, on three contents of the region each."""
    random = Random(1)
    for number in range(1 << 2 * INDEX_BITS):
        for _ in range(3):
            memory = [random.randrange(256) for _ in range(region)]
            x = {1: number % (1 << INDEX_BITS), 2: number >> INDEX_BITS, 3: random.getrandbits(64)}
            *done, inside = on_numbers(code, memory, x)
            if not inside or done != list(on_numbers(claim, memory, x)[:2]):
                return False
    return True


def status(code: list[Access], claim: list[Access], region: int) -> str:
    def statement(t: Theorem) -> None:
        p = t.region("p", region, 8, access="rw")
        x = {1: t.value("i", 64), 2: t.value("j", 64), 3: t.value("v", 64)}
        t.call(p, x[1], x[2], x[3])
        result, data = on_terms(claim, list(p.elements), x)
        t.ensure(p, data)
        t.ensure_result(result)

    words = [word for access in code for word in access.words()]
    image = image_of(*words, MOV_X0_X3, RET)
    return verify(image, "routine", Contract("c", statement), {}, Options(timeout=20)).status


@pytest.mark.parametrize("seed", range(40))
def test_right_routines_are_proved_and_wrong_ones_refuted(seed: int) -> None:
    random = Random(seed)
    region = random.choice([6, 8, 16, 20, 64])
    code = [random_access(random) for _ in range(random.randrange(1, 4))]
    claim = list(code)
    if random.random() < 0.3:
        at = random.randrange(len(code))
        changed = replace(code[at], **random.choice([{"index": 3 - code[at].index}, {"shift": code[at].shift + 1}]))
        claim[at] = changed
    assert status(code, claim, region) == ("proved" if is_right(code, claim, region) else "refuted")


def test_the_routines_are_both_right_and_wrong() -> None:
    truths = []
    for seed in range(40):
        random = Random(seed)
        region = random.choice([6, 8, 16, 20, 64])
        code = [random_access(random) for _ in range(random.randrange(1, 4))]
        truths.append(is_right(code, code, region))
    assert 8 < sum(truths) < 32


def test_offsets_that_nothing_bounds_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: what must be shown of an access is dropped."""
    code = [Access(1, 4, 0, True, 1, 1)]
    assert status(code, code, 8) == "refuted"
    right = Memory._places

    def unbounded(self: Memory, kind: str, address: BV, size: int, pc: int, most: int) -> object:
        found = right(self, kind, address, size, pc, most)
        self.bounds = []
        return found

    monkeypatch.setattr(Memory, "_places", unbounded)
    inside = [replace(code[0], bits=3)]
    assert status(inside, inside, 8) == "proved"
    assert status(code, code, 8) != "refuted"
