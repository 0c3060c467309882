"""Both ways of a branch as one path: against the same code on forked paths, and where the two must stay apart."""

from __future__ import annotations

from random import Random

import pytest
from assembly import (
    EQ,
    LO,
    NE,
    RET,
    SP,
    add,
    add_imm,
    b,
    b_cond,
    br,
    cbz,
    cmp,
    cmp_imm,
    eor,
    image_of,
    judge,
    ldr,
    movz,
    store,
    subs_imm,
    word,
)

from lnsym.bv import BV, concat, evaluate, ite
from lnsym.contract import Theorem
from lnsym.machine import joins, paths
from lnsym.machine.contents import UnknownBytes
from lnsym.machine.decode import Code
from lnsym.machine.endings import AtCut, Returned
from lnsym.machine.events import Branched, Event, Wrote
from lnsym.machine.memory import Memory
from lnsym.machine.origins import general_register
from lnsym.machine.paths import Explorer, Path, PathsMultiply
from lnsym.machine.regions import Region
from lnsym.machine.state import State
from lnsym.run.exploration import MOST_FORKS
from tests.named import named

BACK, A, B = BV.var("return_address", 64), BV.var("a", 64), BV.var("b", 64)
DATA = range(6)
"""Registers that random code computes with; X10 points to a region of 64 bytes, X11 to another."""

SIZE = 64


def start(words: tuple[int, ...]) -> tuple[Code, State]:
    image = image_of(*words)
    regions = [Region(name, base, SIZE, UnknownBytes(name), writable=True) for name, base in (("a", A), ("b", B))]  # type: ignore[arg-type]
    state = State.symbolic(Memory(regions), image.symbol("routine").address)
    for register, value in ((30, BACK), (10, A), (11, B)):
        state.set_x(register, value)
    return Code(image), state


def paths_of(*words: int, joins: bool = True, **options: object) -> list[Path]:
    code, state = start(words)
    return list(Explorer(code, BACK, joins=joins, **options).paths(state))  # type: ignore[arg-type]


def contents(path: Path) -> list[BV]:
    state = path.state
    memory = [state.memory.region_at(A).read(at, 1) for at in range(SIZE)]
    flags = [getattr(state.flags, name) for name in "nzcv"]
    return [*[state.x(n) for n in range(12)], *flags, *memory]


def tbz(t: int, bit: int, offset: int) -> int:
    return word("branches.test_and_branch", b5=bit >> 5, b40=bit & 31, imm14=offset // 4 & 0x3FFF, Rt=t)


def diamond(condition: int, first: list[int], second: list[int]) -> list[int]:
    """`condition`, a branch without its distance made by `branch(distance)`, to the second arm; both go on after it."""
    return [condition, *first, b(4 * len(second) + 4), *second]


def random_step(random: Random) -> int:
    d, n, m = (random.choice(DATA) for _ in range(3))
    size = random.choice([1, 2, 4, 8])
    at = random.randrange(0, 16)
    return random.choice([
        lambda: add(d, n, m),
        lambda: eor(d, n, m),
        lambda: eor(d, n, m) & ~(1 << 31),
        lambda: movz(d, random.randrange(4)),
        lambda: subs_imm(d, n, random.randrange(4)),
        lambda: cmp(n, m),
        lambda: store(n, 10, at, size),
        lambda: store(n, 10, at, size),
        lambda: ldr(d, 10, at, size),
    ])()  # fmt: skip


def random_code(random: Random) -> list[int]:
    """Diamonds one after the other, some in others, some with an empty arm, straight code between them."""

    def arm(depth: int) -> list[int]:
        made = [random_step(random) for _ in range(random.randrange(4))]
        return made + block(depth - 1) if depth and random.random() < 0.2 else made

    def block(depth: int) -> list[int]:
        first, second = arm(depth), arm(depth)
        over = 4 * len(first) + 8
        test = random.choice([
            lambda: tbz(random.choice(DATA), random.randrange(64), over),
            lambda: cbz(random.choice(DATA), over),
            lambda: b_cond(random.choice([EQ, NE, LO]), over),
        ])()  # fmt: skip
        return [test, *first, b(4 * len(second) + 4), *second]

    made: list[int] = []
    for _ in range(random.randrange(1, 5)):
        made += [random_step(random) for _ in range(random.randrange(3))] + block(1)
    return [*made, random_step(random), RET]


def disagreements(seed: int) -> tuple[int, int]:
    """How many samples the joined paths and the forked ones differ on; and how many fewer paths there are when joined."""
    random = Random(seed)
    code = tuple(random_code(random))
    apart, together = paths_of(*code, joins=False), paths_of(*code)
    wrong = 0
    for _ in range(12):
        sample = {f"x{n}": random.choice([0, 1, 2, random.getrandbits(64)]) for n in range(32)}
        sample |= {letter: random.getrandbits(1) for letter in "nzcv"}
        found = []
        for these in (apart, together):
            roots = [root for path in these for root in (_all(path.conditions), concat(*contents(path)))]
            values = evaluate(roots, [named(roots, sample)], default=0)[0]
            taken = [value for holds, value in zip(values[::2], values[1::2], strict=True) if holds]
            found.append(taken)
        assert len(found[0]) == len(found[1]) == 1
        wrong += found[0] != found[1]
    return wrong, len(apart) - len(together)


def _all(conditions: tuple[BV, ...]) -> BV:
    result = BV.const(1, 1)
    for condition in conditions:
        result = result & condition
    return result


@pytest.mark.parametrize("seeds", [range(first, first + 20) for first in range(0, 100, 20)], ids=str)
def test_joined_paths_end_as_forked_ones_do(seeds: range) -> None:
    found = [disagreements(seed) for seed in seeds]
    assert [wrong for wrong, _ in found] == [0] * len(seeds)
    assert sum(fewer > 0 for _, fewer in found) > 0.7 * len(seeds)


def test_a_join_the_wrong_way_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: each arm has the other's values."""
    monkeypatch.setattr(paths, "joined", lambda condition, there, here: joins.joined(~condition, there, here))
    assert sum(disagreements(seed)[0] > 0 for seed in range(10)) > 5


def test_a_byte_of_one_arm_alone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: memory is that of the first arm."""
    monkeypatch.setattr(joins, "_region_joined", lambda *given: True)
    assert any(disagreements(seed)[0] > 0 for seed in range(20))


BIT = tbz(0, 0, 12)
"""To the second of two arms of one instruction each."""


def test_a_diamond_is_one_path() -> None:
    (path,) = paths_of(BIT, movz(1, 5), b(8), movz(1, 6), RET)
    assert (path.conditions, path.steps, path.ending) == ((), 4, Returned())
    assert path.state.x(1) is ite(general_register(0).extract(0, 0), BV.const(5, 64), BV.const(6, 64))


def test_an_arm_may_be_empty() -> None:
    (path,) = paths_of(tbz(0, 0, 8), movz(1, 5), RET)
    assert path.state.x(1) is ite(general_register(0).extract(0, 0), BV.const(5, 64), general_register(1))


APART = {
    "two pointers": [BIT, add_imm(1, 10, 0), b(8), add_imm(1, 11, 0), ldr(2, 1), RET],
    "a pointer and null": [BIT, add_imm(1, 10, 0), b(8), movz(1, 0), RET],
    "two places of one region": [BIT, add_imm(1, 10, 0), b(8), add_imm(1, 10, 8), ldr(2, 1), RET],
    "pointers in memory": [BIT, store(10, 10, 8), b(8), store(11, 10, 8), ldr(1, 10, 8), ldr(2, 1), RET],
    "two stack pointers": [BIT, add_imm(SP, SP, 16), b(8), add_imm(SP, SP, 32), RET],
    "one arm leaves": [BIT, RET, b(8), movz(1, 6), RET],
    "one arm goes astray": [BIT, br(1), b(8), movz(1, 6), RET],
    "one arm leaves its region": [BIT, store(1, 10, 60), b(8), movz(1, 6), RET],
}  # fmt: skip


@pytest.mark.parametrize("name", APART)
def test_what_is_more_than_words_stays_apart(name: str) -> None:
    assert len(paths_of(*APART[name])) == 2
    assert {path.ending for path in paths_of(*APART[name])} == {
        path.ending for path in paths_of(*APART[name], joins=False)
    }


def test_a_join_looks_at_all_that_a_state_has() -> None:
    """What is chosen, what must be the same, and what says where the regions are: a new field has to be one of these."""
    assert set(State.__slots__) == {"general", "vector", "flags", "memory", *joins.SAME_IN_STATES}
    regions = {"_symbolic", "_fixed", "_starts", "_stack", "aligned", "addresses", "_sums", "observer"}
    assert set(vars(Memory())) == {"windows", *joins.SAME_IN_MEMORIES, *regions}


def test_a_cut_in_one_arm_is_come_to() -> None:
    code, state = start((BIT, movz(1, 5), b(8), movz(1, 6), RET))
    cut = state.pc + 12
    found = list(Explorer(code, BACK, joins=True, cuts=[cut]).paths(state))
    assert {path.ending for path in found} == {Returned(), AtCut(cut)}


def test_observers_are_told_of_the_branch_and_of_both_arms() -> None:
    seen: list[Event] = []
    paths_of(BIT, store(1, 10), b(8), store(1, 10, 8), RET, observers=[seen.append])
    assert [event.condition for event in seen if isinstance(event, Branched)]
    assert {event.address for event in seen if isinstance(event, Wrote)} == {A, A + 8}


def test_what_one_arm_released_is_released() -> None:
    one, two = (Region("stack", A, 64, UnknownBytes("s"), writable=True, start=-32) for _ in range(2))  # type: ignore[arg-type]
    two.contents = one.contents
    for region in (one, two):
        region.write(-16, BV.const(7, 64))
    two.released.update(range(-16, -8))
    _, state = start((RET,))
    assert joins._region_joined(BV.var("c", 1), state, one, two)
    assert one.released == set(range(-16, -8))


# A loop that branches on each bit of its argument, as whole routines


def reduced(wrong: int = 0x1B) -> list[int]:
    """X0 doubles 16 times; where the low bit of X1, which goes down each time, is 1 it is XORed with 0x1b."""
    return [
        movz(2, 16), movz(3, 0x1B), movz(4, wrong),
        add(0, 0, 0), tbz(1, 0, 12), eor(0, 0, 3), b(4), word("data_processing.bitfield", sf=1, opc=2, N=1, immr=1, imms=63, Rn=1, Rd=1),
        subs_imm(2, 2, 1), b_cond(NE, -24), cmp_imm(1, 77), b_cond(NE, 8), eor(0, 0, 4), eor(0, 0, 3), RET,
    ]  # fmt: skip


def doubling(t: Theorem) -> None:
    a, bits = t.value("a", 64), t.value("b", 64)
    t.call(a, bits)
    result = a
    for k in range(16):
        result = result + result
        result = result ^ ite(bits.extract(k, k).eq(1), BV.const(0x1B, 64), BV.const(0, 64))
    t.ensure_result(result ^ 0x1B ^ ite((bits >> 16).eq(77), BV.const(0x1B, 64), BV.const(0, 64)))


def test_a_loop_that_branches_on_data_is_proved() -> None:
    """2**16 ways; and one that is wrong where the upper 48 bits of the argument are 77 is refuted."""
    assert judge(doubling, *reduced()).status == "proved"
    assert judge(doubling, *reduced(wrong=0x1A)).status == "refuted"


def test_paths_are_counted_by_the_address_of_the_branch() -> None:
    code, state = start(tuple(reduced()))
    with pytest.raises(PathsMultiply):
        list(Explorer(code, BACK, most_forks=MOST_FORKS).paths(state))
    few = [word for k in range(6) for word in (tbz(0, k, 8), add_imm(1, 1, 1))]
    assert len(paths_of(*few, RET, joins=False, most_forks=1)) == 64


@pytest.mark.slow  # each way asks a solver whether the access may lie inside
def test_an_access_that_one_arm_alone_makes_must_lie_inside_there() -> None:
    """X1 is an index that is not bounded; it is used where a bit of X2 is 1, in each of 12 rounds."""

    def statement(t: Theorem) -> None:
        a, i, bits = t.region("a", 4, 8), t.value("i", 64), t.value("bits", 64)
        t.call(a, i, bits)
        t.ensure_result(a.base)

    code = [
        movz(3, 12), tbz(2, 0, 12), add(4, 0, 1), ldr(5, 4, 0, 1),
        word("data_processing.bitfield", sf=1, opc=2, N=1, immr=1, imms=63, Rn=2, Rd=2), subs_imm(3, 3, 1), b_cond(NE, -20), RET,
    ]  # fmt: skip
    assert judge(statement, *code).status == "refuted"
