"""In which order words are joined, and whether it is worth while: whether the two sides have words of one value below the goals."""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import BV, topological
from lnsym.bv.operators import operands
from lnsym.prove.joining.samples import WordSamples

SAMPLES = 3

MIN_WIDTH = 8

ONE_IN = 100
"""Which part of one side's words must meet words of the other."""


def meet(pairs: Sequence[tuple[BV, BV]], premises: Sequence[BV] = ()) -> bool:
    """Whether enough words of the first sides have, on a few samples, values of words of the second sides.

    Bitsliced code keeps bits of many words in one register, and vector permutations work in another basis: they have no such words.
    """
    order = topological([term for pair in pairs for term in pair])
    samples = WordSamples(premises, SAMPLES)
    values = {term: samples.add(term) for term in order}
    theirs = set(topological([other for _, other in pairs]))
    goals = {term for pair in pairs for term in pair}
    own = [
        term
        for term in order
        if term not in theirs and term not in goals and term.width >= MIN_WIDTH and operands(term)
    ]
    if len(own) < ONE_IN:
        return True
    known = {(term.width, values[term]) for term in theirs - goals if operands(term)}
    return sum((term.width, values[term]) in known for term in own) * ONE_IN >= len(own)


def by_depth(roots: Sequence[BV]) -> list[BV]:
    """All terms under the roots, those first that are the fewest steps above the inputs: so both sides are gone up side by side."""
    depth: dict[BV, int] = {}
    for term in topological(roots):
        depth[term] = 1 + max([depth[operand] for operand in operands(term)], default=0)
    return sorted(depth, key=depth.__getitem__)
