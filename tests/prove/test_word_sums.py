"""Sums rewritten: equal to the sum by all inputs at small widths, and refused where a carry may cross or a bit be in common."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from lnsym.bv import BV, concat, topological
from lnsym.bv.planes import differing
from lnsym.bv.sums import combination
from lnsym.prove.joining import sums
from lnsym.prove.joining.linear import Forms
from tests.prove.prover_fuzzer import everything

X, Y, Z = (BV.var(name, 4) for name in "xyz")


def support_in(term: BV) -> Callable[[BV], int]:
    forms = Forms()
    for each in topological([term]):
        forms.add(each)
    return lambda word: forms.support(forms.of[word])


def equal(one: BV, other: BV) -> bool:
    """By all inputs."""
    known, count = everything([one, other])
    return differing([(one, other)], known, count) == [0]


def split(term: BV) -> BV | None:
    parts = sums.split(term, support_in(term))
    return None if parts is None else concat(*parts)


def merged(term: BV) -> BV | None:
    return sums.merged(term, support_in(term))


def random_sum(random: Random) -> BV:
    """A sum of masked, shifted, scaled words of 4 bits, with a constant; also as two words side by side."""
    if random.random() < 0.2:
        wide = [
            concat(random.choice([X, Y, BV.const(random.getrandbits(4), 4)]), random.choice([Y, Z, X & 3]))
            for _ in range(2)
        ]
        return (
            wide[0]
            + wide[1] * random.choice([1, 1, 2, 16, 255])
            + random.choice([0, 1, 16, 128, random.getrandbits(8)])
        )
    total = BV.const(random.choice([0, 0, 1, 8, random.getrandbits(4)]), 4)
    for _ in range(random.randrange(2, 5)):
        word = random.choice([X, Y, Z, X & Y, (X & Y) ^ (~X & Z), X ^ Y, X[1:0].zero_extend(4), X[0].sign_extend(4)])
        total = total + (word & random.choice([15, 3, 12, 8, 1, 7])) * random.choice([1, 1, 2, 4, 8, 15, 14, 12, 3, 13])
    return total


@pytest.mark.parametrize("rewrite", [split, merged, sums.multiplied_out])
def test_a_sum_written_differently_is_the_sum(rewrite: Callable[[BV], BV | None]) -> None:
    random = Random(0)
    written = 0
    for _ in range(400):
        total = random_sum(random)
        if total.op != "sum":
            continue
        again = rewrite(total)
        if again is not None:
            assert equal(total, again), total
            written += again is not total
    assert written > 40


def test_a_slice_of_a_sum_is_the_sum_of_slices_with_the_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "MIN_PIECE", 1)
    random = Random(1)
    written = 0
    for _ in range(200):
        total = random_sum(random)
        width = total.width
        term = total[width - 1 : width // 2] if random.random() < 0.7 else total[width // 2 - 1 : 0]
        if term.op != "extract" or term.args[0].op != "sum":
            continue
        again = sums.sliced(term, support_in(term))
        if again is not None:
            assert equal(term, again), term
            written += 1
    assert written > 5


@pytest.mark.parametrize(
    ("total", "can_be"),
    [
        (X * 4 + (Y & 3), True),
        (X * 4 + (Y & 7), False),
        (X * 4 + (Y & 3) + 1, False),
        (X * 4 + (Y & 1) + (Z & 1) + 1, True),
        (X * 4 + (Y & 1) + (Z & 3), False),
        (X * 8 + (Y & 7), True),
        (X * 4 - (Y & 3), False),
        (X * 4 + (Y & 2) + 12, True),
        ((X & 3) * 5 - 16, False),
    ],
)
def test_a_sum_is_split_only_where_no_carry_crosses(total: BV, can_be: bool) -> None:
    assert total.op == "sum"
    again = split(total)
    assert (again is not None) == can_be
    assert again is None or equal(total, again)


@pytest.mark.parametrize(
    ("total", "can_be"),
    [
        ((X & 3) + (Y & 12), True),
        ((X & 3) + (Y & 6), False),
        (Z - (X & 3) - (Y & 12), True),
        (Z - (X & 3) + (Y & 12), False),
        ((X & 1) * 2 + (Y & 1) + Z, True),
        ((X & 3) * 2 + (Y & 3) + Z, False),
        ((X & 1) * 6 + (Y & 1) * 3 + Z, True),
        ((X & 1) * 6 + (Y & 1) * 5 + Z, False),
    ],
)
def test_addends_are_put_together_only_where_they_have_no_bit_in_common(total: BV, can_be: bool) -> None:
    assert total.op == "sum"
    again = merged(total)
    assert (again is not None) == can_be
    assert again is None or equal(total, again)


def test_a_choice_and_a_majority_are_one_sum_however_they_are_written() -> None:
    w = BV.var("w", 4)
    ways = [(X & Y) ^ (~X & Z), ((Y ^ Z) & X) ^ Z, (X & Y) | (~X & Z)]
    written = {sums.multiplied_out(way + w) for way in ways}
    written.add(
        (X & Y) + (~X & Z) + w
        if sums.multiplied_out((X & Y) + (~X & Z) + w) is None
        else sums.multiplied_out((X & Y) + (~X & Z) + w)
    )
    assert len(written) == 1
    near = sums.multiplied_out(((X & Y) ^ (~X & w)) + w)
    assert near not in written


def test_a_combination_of_one_bit_is_an_xor() -> None:
    p, q = BV.var("p", 1), BV.var("q", 1)
    assert combination([(1, p), (3, q), (2, p)], 1, 1) is ~(p ^ q)
    assert combination([(1, p), (1, p)], 0, 1) is BV.const(0, 1)


def test_groups_of_addends_that_vanish_are_proposed_the_latest_first() -> None:
    words = [BV.var(name, 8) for name in "abcd"]
    a, b, c, d = words
    columns = {a: (3, 5), b: (3, 5), c: (7, 1), d: (249, 255)}
    found = sums.vanishing_groups(a - b + c + d, columns.__getitem__, words.index)
    assert found == [((1, d), (1, c)), ((255, b), (1, a))]
    assert sums.vanishing_groups(a - b + c + d + 1, columns.__getitem__, words.index) is None
    assert sums.vanishing_groups(a - b + c, columns.__getitem__, words.index) is None
    assert sums.vanishing_groups((a ^ b) << 3, columns.__getitem__, words.index) is None
