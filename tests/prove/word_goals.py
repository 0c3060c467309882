"""Goals for the method `words`, and whether what it says of them is true by all inputs.

Its thresholds are lowered, so that words of a few bits take every way that wide ones do: two samples, so that much looks alike and is
asked; narrow atoms of one or two bits; short forms; no solvers, or sweep alone. Its answer is looked at, and each replacement too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from unittest import mock

from lnsym.bv import BV, bitwise, concat, evaluate, ite, lookup, rewrite_level, table, topological
from lnsym.bv.planes import differing, plane_of
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline
from lnsym.prove.evidence import ByLemma, SameMaps, WordJoined
from lnsym.prove.joining import Joiner, Open, alike, joiner, linear, maps, questions, samples, sums
from lnsym.prove.method import Budget, Proved, Refuted, Unknown
from lnsym.prove.methods.words import WORDS
from tests.prove.prover_fuzzer import Goal, Maker, Wrong, everything


@dataclass(frozen=True)
class Lowered:
    """Thresholds of the method."""

    samples: int
    table: int
    atoms: int
    points: int
    monomials: int
    sweep: bool
    solvers: bool
    clock: int | None = None
    """How often the clock may be read before the deadline passes."""


LOWERED = (
    Lowered(2, 2, 4, 0, 40, sweep=False, solvers=False),
    Lowered(2, 1, 2, 3, 3, sweep=True, solvers=False),
    Lowered(3, 4, 96, 12, 2, sweep=False, solvers=False),
    Lowered(12, 8, 96, 12, 40, sweep=True, solvers=True),
    Lowered(2, 3, 96, 6, 4, sweep=True, solvers=False, clock=40),
)


@contextmanager
def lowered(to: Lowered) -> Iterator[None]:
    """The method with other thresholds."""
    with ExitStack() as patches:
        for module, name, value in [
            (joiner, "WordSamples", partial(samples.WordSamples, count=to.samples)),
            (samples, "LEAST", 1),
            (maps, "MAX_TABLE", to.table),
            (linear, "MAX_ATOMS", to.atoms),
            (sums, "MIN_PIECE", 1),
            (alike, "MIN_WIDTH", 1),
            (alike, "MIN_TURNED", 2),
            (questions, "MAX_POINTS", to.points),
            (questions, "TRIALS", 2),
            (bitwise, "MAX_MONOMIALS", to.monomials),
            (joiner, "PATIENCE", 30.0),
            (joiner, "LONGEST_ASKING", 1000.0),
            (joiner, "MIN_SLICE", 1),
            (linear, "MAX_WIDE", to.atoms),
        ]:
            patches.enter_context(mock.patch.object(module, name, value))
        if not to.sweep:
            patches.enter_context(mock.patch.object(questions.Questions, "_by_sweep", return_value=None))
        if not to.solvers:
            patches.enter_context(mock.patch.object(questions.Questions, "_by_solvers", return_value=Open()))
            patches.enter_context(mock.patch.object(samples.WordSamples, "_model", return_value={}))
        maps._identity.cache_clear()
        try:
            yield
        finally:
            maps._identity.cache_clear()


class WordMaker(Maker):
    """Goals of what the method has laws for."""

    def step(self, pool: list[BV]) -> BV:
        random, width, half = self.random, self.width, self.width // 2
        x, y, z = (random.choice(pool) for _ in range(3))
        bit, mask, turn = self.predicate(pool), self.constant(), random.randrange(self.width)
        cut = random.randrange(1, width)
        twice = x ^ x.rotate_right(half)
        steps: list[Callable[[], BV]] = [
            lambda: Maker.step(self, pool),
            lambda: Maker.step(self, pool),
            lambda: bit.sign_extend(width),
            lambda: bit.zero_extend(width) * self.constant() + y,
            lambda: concat(x[width - 1 : 1], bit),
            lambda: concat(bit, x[width - 2 : 0]),
            lambda: concat(x[cut - 1 : 0], y[width - 1 : cut]),
            lambda: twice & twice.rotate_right(turn) & y,
            lambda: twice & y.rotate_right(turn),
            lambda: x & x.rotate_right(turn),
            lambda: x & y.rotate_right(turn) & z.rotate_right(cut),
            lambda: (x & mask) + (y & ~mask) + z,
            lambda: (x << cut) + (y >> (width - cut)),
            lambda: (x << cut) + (y >> (width - cut)) + self.constant(),
            lambda: (x & y & mask) + (y & z & ~mask) + (x & mask),
            lambda: z - (x & mask) - (y & ~mask),
            lambda: x * (1 << (width - 1)) + y,
            lambda: x * self.constant() + y * self.constant() + z,
            lambda: ((x & y) ^ (~x & z)) + z,
            lambda: (x ^ y) + ((x & y) << 1) + z,
            lambda: lookup(
                table([random.getrandbits(width) for _ in range(random.randrange(1, 1 << width))], width), x
            ),
            lambda: lookup(table([random.getrandbits(width) for _ in range(3)], width), x ^ self.constant()),
            lambda: lookup(table([random.getrandbits(width) for _ in range(4)], width), concat(BV.const(0, 2), bit)),
            lambda: ite(bit, x, x ^ mask),
            lambda: ite(bit, x + mask, x),
            lambda: (x.zero_extend(width + 1) + y.zero_extend(width + 1))[width:1],
            lambda: (x.zero_extend(2 * width) + concat(y, z))[width + cut - 1 : cut],
            lambda: (concat(x, y) + concat(y, z))[2 * width - 1 : width],
            lambda: x.zero_extend(2 * width).sign_extend(2 * width + 1)[width - 1 : 0] ^ y,
            lambda: x[cut - 1 : 0].sign_extend(width) ^ y,
            lambda: (x & 3).udiv(3) + x.shift_right_arithmetic(turn),
        ]
        return random.choice(steps)()

    def again(self, x: BV, y: BV, z: BV) -> tuple[BV, BV]:
        width, mask = self.width, self.constant()
        cut = self.random.randrange(1, width)
        bit = x.ult(y)
        ways: list[Callable[[], tuple[BV, BV]]] = [
            lambda: Maker.again(self, x, y, z),
            lambda: ((x & y) + (~x & z), (x & y) ^ (~x & z)),
            lambda: ((x & mask) + (y & ~mask), (x & mask) ^ (y & ~mask)),
            lambda: ((x & y) | (x & z) | (y & z), (x & y) + ((x ^ y) & z)),
            lambda: (
                (x + y).ult(x).zero_extend(width),
                (x.zero_extend(width + 1) + y.zero_extend(width + 1))[width].zero_extend(width),
            ),
            lambda: ((x << cut) + (y >> (width - cut)), concat(x[width - cut - 1 : 0], y[width - 1 : width - cut])),
            lambda: (bit.sign_extend(width), -bit.zero_extend(width)),
            lambda: (z - (x & mask) - (y & ~mask), z - ((x & mask) | (y & ~mask))),
            lambda: ((concat(x, z) + concat(y, BV.const(0, width)))[2 * width - 1 : width], x + y),
            lambda: (x * ((1 << (width - 1)) + 1) - y, x - y - (x << (width - 1))),
            lambda: ((x ^ y).rotate_right(cut) & z.rotate_right(cut), ((x & z) ^ (y & z)).rotate_right(cut)),
        ]
        return self.random.choice(ways)()


def word_goals(seed: int) -> Iterator[Goal]:
    """Endless goals."""
    random = Random(seed)
    while True:
        yield WordMaker(Random(random.getrandbits(64))).goal()


def lemma_of(goal: Goal, seed: int) -> Obligation | None:
    """Two terms of a goal, of one width, that may be equal or not; None where it has no such two."""
    random = Random(seed)
    terms = [term for term in topological([goal.actual, goal.expected]) if not term.is_const]
    pairs = [(a, b) for a in terms for b in terms if a.width == b.width and not a.eq(b).is_const]
    return Obligation("lemma", "lemma", *random.choice(pairs)) if pairs else None


def said_of(
    goal: Goal, to: Lowered, also: BV | None = None, lemma: Obligation | None = None
) -> tuple[list[Wrong], Counter[str]]:
    """What the method says falsely of a goal, and how often it proved, refuted and replaced.

    `also` is another premise. A lemma is one too, so that it is true wherever it may be used.
    """
    lemmas = () if lemma is None else (lemma,)
    if lemma is not None:
        also = _all_of(lemma.left.eq(lemma.right), also)
    wrong: list[Wrong] = []
    said: Counter[str] = Counter()
    premises = tuple([term for term in (goal.condition, also) if term is not None and not term.is_const])
    asked = Obligation("fuzzed", "output", goal.actual, goal.expected, premises)
    whole = Goal(goal.actual, goal.expected, _all_of(goal.condition, also))
    made: list[Joiner] = []

    def watched(*arguments: object) -> Joiner:
        made.append(Joiner(*arguments))  # type: ignore[arg-type]
        return made[-1]

    reads = 0

    def clock() -> float:
        nonlocal reads
        reads += 1
        return float(reads)

    deadline = NEVER if to.clock is None else Deadline(float(to.clock), clock)
    with (
        lowered(to),
        mock.patch("lnsym.prove.joining.Joiner", watched),
        mock.patch("lnsym.prove.joining.meet", return_value=True),
    ):
        for _, answer in WORDS.attempt([asked], Budget(deadline, lemmas=lemmas)):
            match answer:
                case Proved():
                    said["words proved"] += 1
                    if not whole.holds:
                        wrong.append(Wrong("words", "proved", whole))
                case Refuted(model):
                    said["words refuted"] += 1
                    ((left, right, *holding),) = evaluate(asked.terms, [model], default=0)
                    if left == right or not all(holding):
                        wrong.append(Wrong("words", "refuted by no counterexample", whole))
                case Unknown():
                    said["words unknown"] += 1
    for each in made:
        replaced = [(one, other) for one, other in each.replacements if one is not other]
        said["words replaced"] += len(replaced)
        by_serial = {term.serial: term for pair in each.replacements for term in topological(pair)}
        joined = [_pair(word, by_serial) for word in each.evidence if not word.under_premises]
        said["words joined"] += len(each.evidence)
        said["lemmas used"] += sum(isinstance(word.argument, ByLemma) for word in each.evidence)
        wrong += [Wrong("words", f"replaced {a!r} by {b!r}", whole) for a, b in _unequal(replaced, whole.condition)]
        wrong += [Wrong("words", f"joined {a!r} and {b!r}", whole) for a, b in _unequal(joined, BV.const(1, 1))]
    return wrong, said


def _pair(joined: WordJoined, by_serial: Mapping[int, BV]) -> tuple[BV, BV]:
    """The two terms that evidence says are equal; at rewrite level 0, so that the normal forms have no part in it."""
    term, other = by_serial[joined.term], by_serial[joined.other]
    match joined.argument:
        case SameMaps(rotation, flips):
            with rewrite_level(0):
                return term, other.rotate_right(rotation) ^ flips
        case _:
            return term, other


def _all_of(condition: BV, also: BV | None) -> BV:
    return condition if also is None else condition & also


def _unequal(pairs: list[tuple[BV, BV]], condition: BV) -> list[tuple[BV, BV]]:
    """Pairs that differ on some input on which a condition holds, by all inputs."""
    known, count = everything([condition, *[term for pair in pairs for term in pair]])
    met = plane_of(condition, known, count)
    return [pair for pair, bits in zip(pairs, differing(pairs, known, count), strict=True) if bits & met]
