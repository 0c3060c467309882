"""Sums as the method sees them: split where no carry crosses, bitwise addends multiplied out, those without a common bit put together.

Code adds what the standard XORs or ORs where no two bits meet, and keeps two words of 32 bits in one register of 64. Both are one word
to the normal forms of terms only where the sum is rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from operator import xor
from typing import TypeAlias

from lnsym.bv import BV
from lnsym.bv.bitwise import from_items
from lnsym.bv.forms import Item, Items, items_in, sum_in
from lnsym.bv.sums import combination

Group: TypeAlias = tuple[tuple[int, BV], ...]
"""Coefficients and addends."""

Support: TypeAlias = Callable[[BV], int]
"""A mask of the bits of a term that may be 1."""

MIN_PIECE = 32
"""Words of fewer bits do not lie side by side in a register to be added at once."""

MAX_MONOMIALS = 4
"""Longer XORs are not multiplied out."""


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
        top = width - cut
        high = [(times >> cut, addend.extract(top - 1, 0)) for _, times, addend in addends if _zeros(times) >= cut]
        rest = [(times, addend.extract(cut - 1, 0)) for times, addend in low]
        return combination(high, constant >> cut, top), combination(rest, constant & below, cut)
    return None


def sliced(term: BV, support: Support) -> BV | None:
    """A slice of a sum of two words side by side as a sum of slices, with the carry from below; None where it is not one.

    low-slice: (x + y)[k-1:0] = x[k-1:0] + y[k-1:0]
    high-slice: (x + y)[n-1:k] = x[n-1:k] + y[n-1:k] + (x[k-1:0] + y[k-1:0] <u y[k-1:0])

    Only at an edge between two pieces of an addend, so that a word that is stored by bytes stays one.
    """
    whole, low = term.args
    if whole.op != "sum":
        return None
    addends, constant = sum_in(whole)
    edges = {edge for _, _, addend in addends for edge in _edges(addend)}
    top = low + term.width
    if low == 0 and top in edges:
        return combination([(times, addend.extract(top - 1, 0)) for _, times, addend in addends], constant, top)
    if low not in edges or any(times != 1 for _, times, _ in addends):
        return None
    below = [addend.extract(low - 1, 0) for _, _, addend in addends if support(addend) & ((1 << low) - 1)]
    if constant & ((1 << low) - 1):
        below.append(BV.const(constant, low))
    if len(below) > 2:
        return None
    high = [(1, addend.extract(top - 1, low)) for _, _, addend in addends]
    if len(below) == 2:
        high.append((1, (below[0] + below[1]).ult(below[1]).zero_extend(term.width)))
    return combination(high, constant >> low, term.width)


def _edges(word: BV) -> Iterator[int]:
    """Where two pieces of a concatenation of two meet, neither of them narrow."""
    if word.op == "concat" and len(word.args) == 2 and min(piece.width for piece in word.args) >= MIN_PIECE:
        yield word.args[1].width


def multiplied_out(term: BV) -> BV | None:
    """The sum with bitwise addends written as sums of ANDs; None where there is none to write so.

    xor-as-sum: x ^ y = x + y - 2 * (x & y)

    A bitwise function of words is a sum of ANDs of them in one way only. So a Ch, a Maj or an adder's carries and sum bits come out the
    same however they are written. XORs of words that are nowhere multiplied stay what they are.
    """
    addends, constant = sum_in(term)
    multiplied = {pair for _, _, addend in addends for pair in _multiplied_pairs(addend)}
    parts: dict[Item, int] = {}
    others: list[tuple[int, BV]] = []
    found = False
    for _, times, addend in addends:
        if not _is_to_be_multiplied_out(addend, multiplied):
            others.append((times, addend))
            continue
        found = True
        for product, coefficient in _sum_of_products(items_in(addend)).items():
            parts[product] = parts.get(product, 0) + times * coefficient
    if not found:
        return None
    products = [(coefficient, from_items(dict([product]), term.width)) for product, coefficient in parts.items()]
    return combination([*others, *products], constant, term.width)


def _multiplied_pairs(addend: BV) -> Iterator[frozenset[tuple[int, int]]]:
    if addend.op == "anf":
        for monomial, _ in items_in(addend):
            for one, other in combinations(monomial, 2):
                yield frozenset([one[:2], other[:2]])


def _is_to_be_multiplied_out(addend: BV, multiplied: Container[frozenset[tuple[int, int]]]) -> bool:
    """Whether it is an XOR of few monomials, one of them a product or two of them multiplied elsewhere in the sum."""
    if addend.op != "anf":
        return False
    items = items_in(addend)
    if not 1 < len(items) <= MAX_MONOMIALS:
        return False
    if any(len(monomial) > 1 for monomial, _ in items):
        return True
    factors = [monomial[0][:2] for monomial, _ in items if monomial]
    return any(frozenset(pair) in multiplied for pair in combinations(factors, 2))


def _sum_of_products(items: Items) -> dict[Item, int]:
    """An XOR of masked monomials as coefficients of masked monomials: f ^ t = f + t - 2 * (f & t)."""
    total: dict[Item, int] = {}
    for monomial, mask in items:
        more = {(monomial, mask): 1}
        for (known, known_mask), coefficient in total.items():
            if known_mask & mask:
                product = (tuple(sorted({*known, *monomial})), known_mask & mask)
                more[product] = more.get(product, 0) - 2 * coefficient
        for each, coefficient in more.items():
            total[each] = total.get(each, 0) + coefficient
    return {each: coefficient for each, coefficient in total.items() if coefficient}


def merged(term: BV, support: Support) -> BV | None:
    """The sum with addends XORed that have no bit in common; None where there are none.

    disjoint: m * 2**k * x + m * y = m * ((x << k) ^ y), where (x << k) & y = 0
    """
    addends, constant = sum_in(term)
    width = term.width
    ones = (1 << width) - 1
    of_odd: dict[int, list[tuple[list[BV], int]]] = {}
    others: list[tuple[int, BV]] = []
    found = False
    for _, times, addend in addends:
        size = times if times >> (width - 1) == 0 else times - (1 << width)
        shift = _zeros(size)
        mask = support(addend) << shift & ones
        if mask == ones:
            others.append((times, addend))
            continue
        words = of_odd.setdefault(size >> shift, [])
        place = next((place for place, (_, taken) in enumerate(words) if not taken & mask), None)
        if place is None:
            words.append(([addend << shift], mask))
        else:
            found = True
            together, taken = words[place]
            words[place] = [*together, addend << shift], taken | mask
    if not found:
        return None
    xors = [(odd, reduce(xor, together)) for odd, words in of_odd.items() for together, _ in words]
    return combination([*others, *xors], constant, width)


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
    if difference.op != "sum":
        return None
    addends, constant = sum_in(difference)
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
