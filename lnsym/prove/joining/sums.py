"""Sums as the method sees them: split where no carry crosses, and addends that have no bit in common put together.

Code adds what the standard XORs or ORs where no two bits meet, and keeps two words of 32 bits in one register of 64. Both are one word
to the normal forms of terms only where the sum is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

from lnsym.bv import BV
from lnsym.bv.forms import items_in, sum_in, words_in
from lnsym.bv.sums import addends_of

Group: TypeAlias = tuple[tuple[int, BV], ...]
"""Coefficients and addends."""

Support: TypeAlias = Callable[[BV], int]
"""A mask of the bits of a term that may be 1."""

MAX_MONOMIALS = 6
"""Longer bitwise forms are not looked at for common bits."""


def split(term: BV, support: Support) -> tuple[BV, BV] | None:
    """(high, low) of a sum that is high ++ low, since what is added below some bit never carries into it.

    no-carry: 2**k * x + y = x[n-k-1:0] ++ y[k-1:0], where y < 2**k
    """
    addends, constant = sum_in(term)
    width = term.width
    for cut in sorted({_zeros(times) for _, times, _ in addends} - {0}):
        below = (1 << cut) - 1
        low = [(times, addend) for _, times, addend in addends if _zeros(times) < cut]
        most = constant & below
        for times, addend in low:
            most += times * support(addend)
        if most > below:
            continue
        high = BV.const(constant >> cut, width - cut)
        for _, times, addend in addends:
            if _zeros(times) >= cut:
                high = high + addend.extract(width - cut - 1, 0) * (times >> cut)
        rest = BV.const(constant & below, cut)
        for times, addend in low:
            rest = rest + addend.extract(cut - 1, 0) * times
        return high, rest
    return None


def merged(term: BV, support: Support) -> BV | None:
    """The sum with addends XORed that have no bit in common; None where there are none.

    disjoint: 2**k * x + y = (x << k) ^ y, where (x << k) & y = 0
    """
    addends, constant = sum_in(term)
    width = term.width
    ones = (1 << width) - 1
    words: list[tuple[bool, BV, int]] = []
    others: list[tuple[int, BV]] = []
    found = False
    for _, times, addend in addends:
        negative = bool(times >> (width - 1))
        size = -times & ones if negative else times
        if size & (size - 1):
            others.append((times, addend))
            continue
        word = addend << _zeros(size)
        mask = support(addend) << _zeros(size) & ones
        for place, (sign, other, taken) in enumerate(words):
            if sign == negative and (not mask & taken or _disjoint(word, other)):
                words[place] = sign, other ^ word, mask | taken
                found = True
                break
        else:
            words.append((negative, word, mask))
    if not found:
        return None
    total = BV.const(constant, width)
    for negative, word, _ in words:
        total = total - word if negative else total + word
    for times, addend in others:
        total = total + addend * times
    return total


def _disjoint(one: BV, other: BV) -> bool:
    """Whether the normal forms see that no bit is 1 in both: short forms of the same words, one of them a product or a complement."""
    if one.op != "anf" or other.op != "anf":
        return False
    items, others = items_in(one), items_in(other)
    if max(len(items), len(others)) > MAX_MONOMIALS or set(words_in(one)).isdisjoint(words_in(other)):
        return False
    if all(len(monomial) == 1 for monomial, _ in (*items, *others)):
        return False
    both = one & other
    return both.is_const and not both.value


def _zeros(number: int) -> int:
    return (number & -number).bit_length() - 1


MAX_ADDENDS = 24
"""A difference of more is not searched for groups."""

MAX_GROUP = 6


def vanishing_groups(
    difference: BV, values: Callable[[BV], tuple[int, ...]], place: Callable[[BV], int]
) -> list[Group] | None:
    """The addends of a sum in the smallest groups that are 0 on all samples, in each the latest addend first; None where there are none.

    Of two sums that agree, the parts that were written differently vanish one by one: three Maj of three rounds are three questions.
    """
    addends, constant = addends_of(difference)
    if constant or len(addends) > MAX_ADDENDS:
        return None
    ones = (1 << difference.width) - 1
    left = sorted([(times, addend) for _, times, addend in addends], key=lambda part: place(part[1]), reverse=True)
    columns = {addend: tuple([times * value & ones for value in values(addend)]) for times, addend in left}
    groups = []
    while left:
        group = _smallest_group(left, columns, ones)
        if group is None:
            return None
        groups.append(group)
        left = [part for part in left if part not in group]
    return groups


def _smallest_group(parts: Sequence[tuple[int, BV]], columns: Mapping[BV, tuple[int, ...]], ones: int) -> Group | None:
    """The first part with as few others as make it 0 on all samples."""
    first, *others = parts
    for size in range(1, min(MAX_GROUP, len(others) + 1)):
        for some in combinations(others, size):
            chosen = (first, *some)
            if all(not sum(row) & ones for row in zip(*[columns[addend] for _, addend in chosen], strict=True)):
                return chosen
    return None
