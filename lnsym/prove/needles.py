"""Inputs that are hard on given terms: values at which wrong code and wrong proofs part from right ones.

Random values meet no comparison with a constant of 32 bits and no long carry. The samples here are made from the terms: the constants that
they compare with and add, words that are nearly alike, and values at carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from lnsym.bv import BV, topological, variables
from lnsym.bv.forms import items_in, sum_in, words_in

COMPARISONS = ("eq", "ult", "slt")


def adversarial_samples(terms: Sequence[BV], seed: int = 0) -> Iterator[dict[BV, int]]:
    """Endless samples, a value for each variable of the terms.

    First come all zeros, all ones and the number 1; then, each sample of another kind than the last: values that are compared,
    near-equal words, values at carries, constants, sparse and random ones.
    """
    random = Random(seed)
    free = variables(terms)
    for corner in (0, -1, 1):
        yield {v: corner & ((1 << v.width) - 1) for v in free}
    aimed = list(_aims(terms))
    constants = sorted({value for _, _, _, value in aimed} | {t.value for t in topological(terms) if t.op == "const"})
    while True:
        yield _aimed(random, free, aimed)
        yield _alike(random, free)
        yield _at_carries(random, free)
        yield {v: _value(random, v.width, constants) for v in free}


def _aims(terms: Sequence[BV]) -> Iterator[tuple[BV, int, int, int]]:
    """(variable, lowest bit, width, value): what makes a comparison of a slice of a variable with a constant an equality."""
    for term in topological(terms):
        if term.op not in COMPARISONS:
            continue
        one, other = term.args
        for side, constant in ((one, other), (other, one)):
            if constant.is_const:
                yield from _reached(side, constant.value)


def _reached(term: BV, value: int) -> Iterator[tuple[BV, int, int, int]]:
    """What gives a term that only moves bits of variables, or adds a constant, a value."""
    waiting = [(term, value)]
    while waiting:
        term, value = waiting.pop()
        value &= (1 << term.width) - 1
        if term.op == "var":
            yield term, 0, term.width, value
        elif term.op == "extract" and term.args[0].op == "var":
            yield term.args[0], term.args[1], term.width, value
        elif term.op == "concat":
            for piece in reversed(term.args):
                waiting.append((piece, value))
                value >>= piece.width
        elif term.op == "sum":
            addends, constant = sum_in(term)
            for _, times, addend in addends if len(addends) == 1 else ():
                if times % 2:
                    waiting.append((addend, (value - constant) * pow(times, -1, 1 << term.width)))
        elif term.op == "anf":
            words = words_in(term)
            flips = next((mask for monomial, mask in items_in(term) if not monomial), 0)
            waiting += [(word, value ^ flips) for word in words if len(words) == 1]


def _aimed(random: Random, free: Sequence[BV], aims: Sequence[tuple[BV, int, int, int]]) -> dict[BV, int]:
    """Random values, and some of the values that are compared, or their neighbours, in their places."""
    sample = {v: random.getrandbits(v.width) for v in free}
    for variable, low, width, value in random.sample(aims, min(len(aims), random.choice([1, 2, 4, 8]))):
        ones = (1 << width) - 1
        near = (value + random.choice([0, 0, 0, 1, -1])) & ones
        sample[variable] = sample[variable] & ~(ones << low) | near << low
    return sample


def _alike(random: Random, free: Sequence[BV]) -> dict[BV, int]:
    """One word everywhere, complemented or rotated or off by one here and there."""
    word = random.getrandbits(128)
    found = {}
    for v in free:
        ones = (1 << v.width) - 1
        value = word & ones
        turn = random.randrange(v.width)
        turned = (value >> turn | value << (v.width - turn)) & ones
        found[v] = random.choice([value, value, value + 1, value - 1, ~value, -value, turned]) & ones
    return found


def _at_carries(random: Random, free: Sequence[BV]) -> dict[BV, int]:
    """Values about powers of two, where a carry or a borrow runs far."""
    return {
        v: (random.choice([1, -1]) << random.randrange(v.width)) + random.choice([-1, 0, 1]) & ((1 << v.width) - 1)
        for v in free
    }


def _value(random: Random, width: int, constants: Sequence[int]) -> int:
    value = random.getrandbits(width)
    match random.randrange(5):
        case 0 if constants:
            value = random.choice(constants) + random.choice([0, 0, 1, -1])
        case 1:
            value &= random.getrandbits(width) & random.getrandbits(width)
        case 2:
            value = 1 << random.randrange(width)
    return value & ((1 << width) - 1)
