"""The frontier: where what the code computes was last joined with what is specified, and what lies beyond on either side.

With each term stands what a method put in its place, so both sides are one graph that parts somewhere. What is below both is joined. A word
beyond is shown over the joined words next below it, which makes it short.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lnsym.bv import BV, operands, topological
from lnsym.bv.operators import rebuild
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.prove.method import Replacements

PLAIN = ("const", "var", "extract", "concat")
"""Operators that compute nothing."""

LEAST_WIDTH = 8
"""Of narrower words none is looked for on the other side: they agree by chance."""


@dataclass(frozen=True, eq=False)
class Beyond:
    """A word that nothing on the other side was shown to equal."""

    word: BV
    """Over what stands for its operands."""
    own: BV | None
    """The same as its side has it, if that has it."""


@dataclass(frozen=True, eq=False)
class Frontier:
    """Two words that should be equal, of the code and of what it is compared with, over the words that both have."""

    code: Beyond
    other: Beyond
    first_of_code: Beyond | None
    """The earliest word below the code's that has no counterpart; None where it is that one itself."""
    first_of_other: Beyond | None
    joined: Mapping[BV, tuple[BV | None, BV | None]]
    """The last joined words, next below: what stands for them, and how either side has them, the earliest term of each."""
    stands: Mapping[BV, BV]
    """What stands for each term of either side."""

    @property
    def beyond(self) -> list[Beyond]:
        """The two words, and the earliest below them."""
        return [each for each in (self.code, self.other, self.first_of_code, self.first_of_other) if each is not None]

    @property
    def own_terms(self) -> set[BV]:
        """All terms whose origin may be asked for."""
        own = [each.own for each in self.beyond]
        own += [term for pair in self.joined.values() for term in pair]
        return {term for term in own if term is not None}


def frontier(
    asked: Obligation,
    others: Sequence[Obligation],
    replaced: Replacements | None,
    pair: tuple[BV, BV] | None,
    deadline: Deadline,
) -> Frontier:
    """That of an obligation that stays open. `others` have the same premises.

    `pair` are two terms, below either side, that should be equal; what was replaced may know of an earlier one. Raises DeadlinePassed.
    """
    stands = dict(replaced.stand_for) if replaced is not None else {}
    code = _Side([asked.left], [each.left for each in others], stands, deadline)
    other = _Side([asked.right], [each.right for each in others], stands, deadline)
    pairs = list(_between(replaced.apart, code, other)) if replaced is not None else []
    if pairs:
        one, two = min(pairs, key=lambda each: code.age(each[0]))
    else:
        one, two = pair if pair is not None else (asked.left, asked.right)
        one, two = stands.get(one, one), stands.get(two, two)
    if one is two and (
        replaced is not None or pair is not None
    ):  # joined by rebuilding what the method did not come to
        return frontier(asked, (), None, None, deadline)
    if one not in code.below and two in code.below:
        one, two = two, one
    return Frontier(
        Beyond(one, code.own.get(one)),
        Beyond(two, other.own.get(two)),
        code.first_below(one, other.all),
        other.first_below(two, code.all),
        {**_border(one, code, other, stands), **_border(two, other, code, stands, turned=True)},
        stands,
    )


class _Side:
    """One side of obligations: its terms, and what stands for them."""

    def __init__(self, roots: Sequence[BV], others: Sequence[BV], stands: dict[BV, BV], deadline: Deadline) -> None:
        terms = topological([*roots, *others])
        for term in terms:
            if term not in stands:
                deadline.check("while a goal that stays open was looked at")
                as_it_is = all(stands[operand] is operand for operand in operands(term))
                stands[term] = term if as_it_is else rebuild(term, stands)
        self.own: dict[BV, BV] = {}
        """For what stands for a term the earliest that it stands for."""
        for term in sorted(terms, key=lambda each: each.serial):
            self.own.setdefault(stands[term], term)
        self.below = set(topological([stands[root] for root in roots]))
        """What stands below the obligation that is open."""
        self.all = set(topological([stands[root] for root in (*roots, *others)]))

    def age(self, word: BV) -> int:
        """When a word, or the earliest of its operands, was made."""
        made = [self.own[each].serial for each in (word, *operands(word)) if each in self.own]
        return min(made, default=word.serial)

    def has_beyond(self, word: BV, other: _Side) -> bool:
        """Whether the word, or one that it is made of, lies here alone."""
        return word not in other.all and any(
            each in self.below and each not in other.all for each in (word, *operands(word))
        )

    def first_below(self, word: BV, common: Container[BV]) -> Beyond | None:
        """The earliest below a word, without what is joined; None where it is the word itself."""
        beyond = [each for each in topological([word], common) if each in self.own]
        computed = [each for each in beyond if each.op not in PLAIN and each.width >= LEAST_WIDTH]
        first = min(computed, key=lambda each: self.own[each].serial, default=word)
        return None if first is word else Beyond(first, self.own[first])


def _between(apart: Sequence[tuple[BV, BV]], code: _Side, other: _Side) -> Iterator[tuple[BV, BV]]:
    """Of pairs those with one word of each side, the code's first."""
    for pair in apart:
        for one, two in (pair, pair[::-1]):
            if code.has_beyond(one, other) and other.has_beyond(two, code):
                yield one, two
                break


def _border(
    word: BV, side: _Side, opposite: _Side, stands: Mapping[BV, BV], turned: bool = False
) -> dict[BV, tuple[BV | None, BV | None]]:
    """The joined words next below a word, as it stands and as its side has it, in the order in which they are met."""
    found = {}
    waiting, met = [word, *[own for own in [side.own.get(word)] if own is not None]], set[BV]()
    while waiting:
        for below in operands(waiting.pop()):
            joined = stands.get(below, below)
            if joined in opposite.all:
                if below.op not in ("const", "var"):
                    own = side.own.get(joined), opposite.own.get(joined)
                    found[joined] = own[::-1] if turned else own
            elif below not in met:
                met.add(below)
                waiting.append(below)
    return found
