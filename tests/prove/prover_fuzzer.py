"""A fuzzer of the methods: goals whose truth is known by looking at all inputs, which no method may answer wrongly.

Goals are made of few variables of few bits, and of what has fooled provers: words rotated, complemented and masked against each other,
sides that differ on one input behind a second predicate, offsets, carries, comparisons with constants. Sweep is run with little
effort (few conflicts, few candidates, few samples, so that much looks alike): a wrong join shows where a right one is missed. Not
only its answers are checked: each word that it declares equal is evaluated on all inputs too. So is each that `words` replaces
(`word_goals`).

    python -m tests.prove.prover_fuzzer --count 100000 --seed 1
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from random import Random
from typing import TypeVar
from unittest import mock

from lnsym.bv import BV, Table, concat, ite, lookup, rewrite_level, table, variables
from lnsym.bv.dag import listing
from lnsym.bv.planes import Planes, differing, plane_of
from lnsym.contract.obligations import Obligation
from lnsym.prove import sweep
from lnsym.prove.gf2 import Solver
from lnsym.prove.method import Proved, Refuted
from lnsym.prove.sweep import Sweep, joins, samples
from lnsym.prove.sweep.joins import Effort
from lnsym.prove.sweep.words import Equality

T = TypeVar("T")

MOST_BITS = 12
"""Bits of all variables of a goal together."""


@dataclass(frozen=True)
class Spent:
    """What sweep may spend."""

    efforts: tuple[Effort, ...]
    candidates: int
    """With how many nodes of its signature a gate is compared."""
    samples: int
    """How many there are at first."""


EFFORTS = (
    Spent((Effort((), 0),), 1, 16),
    Spent((Effort((3,), 1),), 1, 16),
    Spent((Effort((2, 6), 1), Effort((10,), 2)), 2, 32),
    Spent((Effort((100, 400), 100),), 4, 2048),
)


@dataclass(frozen=True)
class Goal:
    """Under the condition, are the two sides equal?"""

    actual: BV
    expected: BV
    condition: BV

    @property
    def holds(self) -> bool:
        """By all inputs."""
        known, count = everything([self.actual, self.expected, self.condition])
        (apart,) = differing([(self.actual, self.expected)], known, count)
        return not apart & plane_of(self.condition, known, count)

    @property
    def holds_unconditionally(self) -> bool:
        """By all inputs, those included that do not meet the condition."""
        known, count = everything([self.actual, self.expected])
        return differing([(self.actual, self.expected)], known, count) == [0]


def everything(terms: list[BV]) -> tuple[dict[str, Planes], int]:
    """Planes of the terms' variables that hold each combination of values once, and how many these are."""
    free = variables(terms)
    total = sum(v.width for v in free)
    assert total <= 24, "too many inputs to look at all"
    columns = iter(_columns(total))
    return {v: tuple([next(columns) for _ in range(v.width)]) for v in free}, 1 << total


@cache
def _columns(inputs: int) -> list[int]:
    """The columns of a truth table of so many inputs, input 0 alternating."""
    ones = (1 << (1 << inputs)) - 1
    return [ones // ((1 << (2 << j)) - 1) * (((1 << (1 << j)) - 1) << (1 << j)) for j in range(inputs)]


class Maker:
    """Goals from one source of randomness."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.width = random.choice([2, 3, 4, 4, 5, 6])
        count = max(1, min(4, MOST_BITS // self.width - 1))
        self.words = [BV.var(f"w{n}", self.width) for n in range(count)]
        self.bits = [BV.var(f"b{n}", 1) for n in range(MOST_BITS - count * self.width)][:4]

    def constant(self) -> int:
        """A mask or an offset."""
        ones = (1 << self.width) - 1
        return self.random.choice(
            [0, 1, ones, 1 << self.random.randrange(self.width), self.random.getrandbits(self.width)]
        )

    def predicate(self, pool: list[BV]) -> BV:
        """A bit: a comparison of words, or of single bits, which is a gate with a sign of its own."""
        x, y = self.random.choice(pool), self.random.choice(pool)
        bit, other = self.random.choice(self.bits or [x[0]]), self.random.choice([x[0], y[self.width - 1]])
        return self.random.choice(
            [
                lambda: x.eq(self.constant()),
                lambda: x.ult(y),
                lambda: x.slt(self.constant()),
                lambda: concat(bit, BV.const(0, 1)).ult(concat(other, BV.const(1, 1))),
                lambda: concat(other, BV.const(0, 1)).ult(concat(bit, BV.const(1, 1))),
                lambda: (x * y).eq(self.constant()),
                lambda: bit & other,
                lambda: ~bit,
            ]
        )()

    def spread(self, pool: list[BV]) -> BV:
        """A word that has one predicate's bit, made of rotations whose other bits cancel: few gates under many."""
        width = self.width
        first = self.predicate(pool)
        word = first.sign_extend(width) & 1
        for place in range(1, min(width, self.random.choice([2, 3, 4]))):
            word = word ^ (
                self.less_or_equal(self.random.choice(self.bits or [first]), first).sign_extend(width) & (1 << place)
            )
        if width > 4:
            word = word ^ (self.random.choice(pool) & self.random.choice(pool) & (1 << self.random.randrange(3, width)))
        product = word
        for turn in range(1, self.random.choice([2, 3, 3, 4])):
            product = product & word.rotate_right(turn)
        return product

    def less_or_equal(self, a: BV, b: BV) -> BV:
        """a <= b of single bits: the complement of an AND."""
        return concat(a, BV.const(0, 1)).ult(concat(b, BV.const(1, 1)))

    def moved(self, word: BV) -> BV:
        """A word rotated, complemented, masked or offset."""
        random, width = self.random, self.width
        turn = random.randrange(width)
        moves: list[Callable[[], BV]] = [
            lambda: word.rotate_right(turn),
            lambda: concat(word[turn - 1 : 0], word[width - 1 : turn]) if turn else word,
            lambda: ~word,
            lambda: word ^ self.constant(),
            lambda: word & self.constant(),
            lambda: word + self.constant(),
            lambda: -word,
            lambda: (word << turn) | (word >> (width - turn)) if turn else word,
        ]
        return random.choice(moves)()

    def step(self, pool: list[BV]) -> BV:
        """A word made of some of the pool."""
        random = self.random
        x, y, z = (random.choice(pool) for _ in range(3))
        steps: list[Callable[[], BV]] = [
            lambda: x + y,
            lambda: x - y,
            lambda: x & y,
            lambda: x | y,
            lambda: x ^ y ^ z,
            lambda: x * y,
            lambda: ite(self.predicate(pool), x, y),
            lambda: self.moved(x),
            lambda: self.moved(x),
            lambda: self.spread(pool),
            lambda: self.predicate(pool).sign_extend(self.width) & y,
            lambda: x.udiv(y),
            lambda: x << (y & 3),
            lambda: lookup(self.table(), x),
        ]
        return random.choice(steps)()

    def table(self) -> Table:
        """A constant table of the words' width."""
        return table([self.random.getrandbits(self.width) for _ in range(1 << self.width)], self.width)

    def again(self, x: BV, y: BV, z: BV) -> tuple[BV, BV]:
        """Two ways to write one word."""
        return self.random.choice(
            [
                lambda: (x ^ y, (x | y) - (x & y)),
                lambda: (x + y, (x ^ y) + ((x & y) << 1)),
                lambda: (x + y + z, (x ^ y ^ z) + (((x & y) | (x & z) | (y & z)) << 1)),
                lambda: (ite(x.ult(y), x, y), y ^ ((x ^ y) & x.ult(y).sign_extend(self.width))),
                lambda: (~(x - y), ~x + y),
                lambda: ((x & y) ^ (~x & z), ((y ^ z) & x) ^ z),
                lambda: (x * y, y * x),
                lambda: (x.rotate_right(1) & y.rotate_right(1), (x & y).rotate_right(1)),
            ]
        )()

    def pools(self) -> tuple[list[BV], list[BV]]:
        """Words built twice by the same steps, some of them written in two ways."""
        one, other = list(self.words), list(self.words)
        for _ in range(self.random.randrange(2, 9)):
            if self.random.random() < 0.4:
                at = [self.random.randrange(len(one)) for _ in range(3)]
                seed = self.random.getrandbits(32)
                one.append(self._seeded(seed, partial(self.again, *[one[n] for n in at]))[0])
                other.append(self._seeded(seed, partial(self.again, *[other[n] for n in at]))[1])
            else:
                seed = self.random.getrandbits(32)
                one.append(self._seeded(seed, partial(self.step, one)))
                other.append(self._seeded(seed, partial(self.step, other)))
        return one, other

    def _seeded(self, seed: int, make: Callable[[], T]) -> T:
        """What is made with a source of randomness that starts at the seed, so that it can be made twice."""
        kept, self.random = self.random, Random(seed)
        try:
            return make()
        finally:
            self.random = kept

    def goal(self) -> Goal:
        """A goal: sides that are equal, or differ on few inputs, or in a word that was moved."""
        one, other = self.pools()
        a, b = one[-1], other[-1]
        random = self.random
        match random.randrange(6):
            case 0:
                b = b ^ (self.predicate(other) & self.predicate(other)).sign_extend(self.width) & self.constant()
            case 1:
                needle = concat(*self.words).eq(random.getrandbits(sum(w.width for w in self.words)))
                b = ite(needle & self.predicate(other), self.moved(b), b)
            case 2:  # a product with a word that is one bit, moved by one place, and the same with another sign
                word = self.spread(one)
                turn = random.randrange(1, self.width)
                there = word.rotate_left(turn)
                rare, u = self.predicate(one), random.choice(one)
                apart = concat(*[word[(n - turn) % self.width] for n in reversed(range(self.width))])
                a = (word * u) ^ ite(rare, apart * u, u)
                b = (word * u) ^ ite(rare, (there ^ (self.constant() if random.random() < 0.7 else 0)) * u, u)
            case 3:
                a, b = self.moved(a), self.moved(b)
            case 4:  # a word of one predicate at one place, beside the same made by masks and rotations
                return Goal(*self.lone_bits(), BV.const(1, 1))
        condition = self.predicate(one) if random.random() < 0.2 else BV.const(1, 1)
        return Goal(a, b, condition)

    def lone_bits(self) -> tuple[BV, BV]:
        """A word of one bit, made as a product of rotations; the same at another place; and the latter with bits flipped.

        The bit hangs on a comparison that few samples meet, so that its gates look like constants and joins are missed.
        """
        random, width = self.random, 6
        u, v, rare = BV.var(f"u{width}", width), BV.var(f"v{width}", width), BV.var("r", 1)
        k, d, e = (random.choice([BV.var(name, 1), BV.var(name, 1), rare]) for name in "kde")
        p = BV.var("p", 2).zero_extend(4)
        needle = p * p
        y = self.less_or_equal(needle.eq(random.choice([9, 4, random.randrange(16)])), k)
        word = (y.sign_extend(width) & 1) ^ (u & v & (1 << 4))
        for place, bit in ((1, d), (2, e)):
            word = word ^ (self.less_or_equal(bit, y).sign_extend(width) & (1 << place))
        alone = word & word.rotate_right(1) & word.rotate_right(2)
        turn = random.choice([1, 1, random.randrange(1, width - 1)])
        there = concat(BV.const(0, width - 1 - turn), y, BV.const(0, turn))
        flips = random.choice([0, 1 << turn, 1 << turn, random.getrandbits(width)])
        return (alone * v) ^ ite(rare, there * u, u), (alone * v) ^ ite(rare, (alone.rotate_left(turn) ^ flips) * u, u)


@dataclass(frozen=True)
class Wrong:
    """A method said something false."""

    method: str
    what: str
    goal: Goal

    def __str__(self) -> str:
        terms = {"actual": self.goal.actual, "expected": self.goal.expected, "condition": self.goal.condition}
        return f"{self.method}: {self.what}\n{listing(terms)}"


def goals(seed: int) -> Iterator[Goal]:
    """Endless goals."""
    random = Random(seed)
    while True:
        with rewrite_level(random.choice([0, 1, 1])):
            yield Maker(Random(random.getrandbits(64))).goal()


def judged(goal: Goal, spent: Spent) -> tuple[list[Wrong], Counter[str]]:
    """What the methods say falsely of a goal, and how often each proved or refuted."""
    wrong: list[Wrong] = []
    said: Counter[str] = Counter()
    everywhere = goal.holds_unconditionally
    if goal.actual is goal.expected:
        said["structural proved"] += 1
        if not everywhere:
            wrong.append(Wrong("structural", "one node", goal))
    if Solver().equal(goal.actual, goal.expected):
        said["gf2 proved"] += 1
        if not everywhere:
            wrong.append(Wrong("gf2", "proved", goal))
    with (
        mock.patch.multiple(sweep, EFFORTS=spent.efforts, FIRST_CONFLICTS=200),
        mock.patch.object(joins, "CANDIDATES", spent.candidates),
        mock.patch.object(samples, "FIRST", spent.samples),
    ):
        run = Sweep([Obligation("fuzzed", "output", goal.actual, goal.expected, (goal.condition,))])
        (answer,) = run.prove()
    status = {Proved: "proved", Refuted: "refuted", type(None): "unknown"}[type(answer)]
    said[f"sweep {status}"] += 1
    if answer is not None and isinstance(answer, Proved) != goal.holds:
        wrong.append(Wrong("sweep", status, goal))
    wrong += [Wrong("sweep", f"joined {e.term} with {e.other}", goal) for e in run.equalities if not _holds(e)]
    said["words joined"] += len(run.equalities)
    return wrong, said


def _holds(equality: Equality) -> bool:
    """By all inputs; at rewrite level 0, so that the normal forms have no part in it."""
    with rewrite_level(0):
        turned = equality.other.rotate_right(equality.rotation) ^ equality.flips
    known, count = everything([equality.term, turned])
    return differing([(equality.term, turned)], known, count) == [0]


def main() -> int:
    """Run the campaign; 1 where a method was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    from tests.prove.word_goals import LOWERED, said_of, word_goals  # made of what stands here

    said: Counter[str] = Counter()
    random = Random(options.seed)
    both = chain.from_iterable(zip(goals(options.seed), word_goals(options.seed), strict=False))
    for number, goal in zip(range(options.count), both, strict=False):
        wrong, more = judged(goal, random.choice(EFFORTS))
        wrong_words, more_words = said_of(goal, random.choice(LOWERED))
        wrong += wrong_words
        said += more + more_words
        said["goals that hold"] += goal.holds
        for each in wrong:
            print(f"goal {number} of seed {options.seed}: {each}")
        if wrong:
            return 1
    print(
        f"{options.count} goals, none answered wrongly: {', '.join(f'{n} {what}' for what, n in sorted(said.items()))}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
