"""Inversion: which values of its variables give a term a value.

From the term downwards one operand, or as many as need be, gets the value that makes the result right while the others keep theirs. That is
the step of propagation-based local search (A. Niemetz, M. Preiner, A. Biere, Precise and complete propagation based local search for
satisfiability modulo theories, 2016). What comes out is a proposal: whoever asks evaluates the term on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from random import Random
from typing import Any, TypeAlias

from lnsym.bv import BV, operands
from lnsym.bv.forms import sum_in
from lnsym.bv.known_bits import possible_ones
from lnsym.prove.rare.factors import divisors

PartialWord: TypeAlias = tuple[int, int]
"""A mask, and the values of the bits in it."""

Wanted: TypeAlias = tuple[BV, int, int]
"""A term, which of its bits are to have a value, and the value."""

MOST_FLIPPED = 6
"""Of how many factors of one bit all combinations are tried."""

MOST_COLUMNS = 1024
"""Words of more bits are not solved for as a whole."""


def heights(order: Iterable[BV]) -> dict[BV, int]:
    """How far below each term, in topological order, the nearest variable lies; terms without one are left out."""
    found: dict[BV, int] = {}
    for term in order:
        below = [found[operand] for operand in operands(term) if operand in found]
        if term.op == "var":
            found[term] = 0
        elif below:
            found[term] = 1 + min(below)
    return found


def proposal(
    wanted: Sequence[Wanted],
    values: Mapping[BV, int],
    above: Mapping[BV, int],
    fixed: Mapping[BV, PartialWord],
    random: Random,
) -> dict[BV, PartialWord] | None:
    """Bits of variables, `fixed` ones as they are, that may give terms values; None where the way taken leads nowhere.

    `values` are those of all terms involved now, and `above` their `heights`. Each call may take another way.
    """
    return _Attempt(values, above, fixed, random).found(wanted)


class _Attempt:
    def __init__(
        self, values: Mapping[BV, int], above: Mapping[BV, int], fixed: Mapping[BV, PartialWord], random: Random
    ) -> None:
        self.values = values
        self.random = random
        self._heights = above
        self._found = dict(fixed)

    def found(self, wanted: Sequence[Wanted]) -> dict[BV, PartialWord] | None:
        waiting = list(wanted)
        while waiting:
            term, mask, value = waiting.pop()
            value &= mask
            if term.op == "var":
                if not self._set(term, mask, value):
                    return None
            elif self.values[term] & mask != value:
                if term not in self._heights:
                    return None
                below = RULES[term.op](self, term, mask, value)
                if below is None:
                    return None
                waiting += below
        return self._found

    def _set(self, variable: BV, mask: int, value: int) -> bool:
        """Note bits of a variable; whether that agrees with what was noted before."""
        before, old = self._found.get(variable, (0, 0))
        if (old ^ value) & before & mask:
            return False
        self._found[variable] = before | mask, old | value
        return True

    def movable(self, terms: Iterable[BV]) -> list[BV]:
        """Those that hang on variables, in random order, mostly those first whose variables are near."""
        left = [term for term in dict.fromkeys(terms) if term in self._heights]
        return sorted(left, key=lambda term: self._heights[term] * self.random.random() + 0.5 * self.random.random())

    def filled(self, term: BV, mask: int, value: int) -> int:
        """A value of all bits: those not in the mask as they are, or anything."""
        other = self.values[term] if self.random.random() < 0.5 else self.random.getrandbits(term.width)
        return other & ~mask & ones(term.width) | value


Below: TypeAlias = list[Wanted] | None
Rule: TypeAlias = Callable[[_Attempt, BV, int, int], Below]


def ones(width: int) -> int:
    """A word of ones."""
    return (1 << width) - 1


def all_of(term: BV, value: int) -> Wanted:
    """That a term has a value, all bits of it."""
    return term, ones(term.width), value & ones(term.width)


def fits(term: BV, value: int) -> bool:
    """Whether a value is among those that the term may have, as far as that is seen at once."""
    return value & ~possible_ones(term) == 0


# -- pieces ----------------------------------------------------------------------------------------


def _extract(_: _Attempt, term: BV, mask: int, value: int) -> Below:
    whole, low = term.args
    return [(whole, mask << low, value << low)]


def _concat(_: _Attempt, term: BV, mask: int, value: int) -> Below:
    below = []
    for piece in reversed(term.args):
        below.append((piece, mask & ones(piece.width), value & ones(piece.width)))
        mask, value = mask >> piece.width, value >> piece.width
    return below


def _sext(_: _Attempt, term: BV, mask: int, value: int) -> Below:
    (inner,) = term.args
    return _sign_extended(inner, mask, value)


def _sign_extended(inner: BV, mask: int, value: int) -> Below:
    sign = inner.width - 1
    copies, signs = mask >> sign, value >> sign
    if signs not in (0, copies):
        return None
    low = ones(sign)
    return [(inner, mask & low | bool(copies) << sign, value & low | bool(signs) << sign)]


def _ror(_: _Attempt, term: BV, mask: int, value: int) -> Below:
    word, amount = term.args
    return [(word, _rotated(mask, -amount, term.width), _rotated(value, -amount, term.width))]


def _rotated(value: int, right: int, width: int) -> int:
    right %= width
    return (value >> right | value << (width - right)) & ones(width)


def _not(_: _Attempt, term: BV, mask: int, value: int) -> Below:
    return [(term.args[0], mask, value ^ mask)]


# -- bitwise ---------------------------------------------------------------------------------------

Monomials: TypeAlias = Sequence[tuple[Sequence[tuple[Any, int, BV]], int]]
"""As the arguments of an `anf` term: factors (.., rotation, word) and a mask of each product."""


def _anf(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    return _bitwise(attempt, term, term.args, mask, value)


def _and(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = [(0, 0, operand) for operand in term.args]
    return _bitwise(attempt, term, [((one, other), ones(term.width))], mask, value)


def _xor(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = [(0, 0, operand) for operand in term.args]
    return _bitwise(attempt, term, [((one,), ones(term.width)), ((other,), ones(term.width))], mask, value)


def _or(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = [(0, 0, operand) for operand in term.args]
    full = ones(term.width)
    return _bitwise(attempt, term, [((one,), full), ((other,), full), ((one, other), full)], mask, value)


def _bitwise(attempt: _Attempt, term: BV, monomials: Monomials, mask: int, value: int) -> Below:
    """One word that makes all bits right where the form is affine in it, else bit after bit."""
    words = attempt.movable(word for factors, _ in monomials for _, _, word in factors)
    if term.width <= MOST_COLUMNS:
        change = (attempt.values[term] ^ value) & mask
        for word in words:
            columns = _columns(attempt, monomials, word)
            flips = None if columns is None else solution([column & mask for column in columns], change)
            if columns is not None and flips is not None:
                used = sum(1 << bit for bit, column in enumerate(columns) if column & mask)
                return [(word, used, (attempt.values[word] ^ flips) & used)]
    return _bit_by_bit(attempt, term, monomials, mask, value)


def _columns(attempt: _Attempt, monomials: Monomials, word: BV) -> list[int] | None:
    """Which bits of the result each bit of a word flips; None where the form is not affine in the word."""
    width = word.width
    columns = [0] * width
    for factors, mask in monomials:
        if sum(factor is word for _, _, factor in factors) > 1:
            return None
        rotation = None
        for _, turn, factor in factors:
            if factor is word:
                rotation = turn
            else:
                mask &= _rotated(attempt.values[factor], turn, width)
        if rotation is not None:
            while mask:
                low = mask & -mask
                columns[(low.bit_length() - 1 + rotation) % width] ^= low
                mask ^= low
    return columns


def solution(columns: Sequence[int], target: int) -> int | None:
    """Which columns add up to the target over GF(2), a bit for each; None where none do."""
    basis: dict[int, tuple[int, int]] = {}

    def reduced(vector: int, chosen: int) -> tuple[int, int]:
        while vector and vector.bit_length() in basis:
            other, others = basis[vector.bit_length()]
            vector, chosen = vector ^ other, chosen ^ others
        return vector, chosen

    for bit, column in enumerate(columns):
        vector, chosen = reduced(column, 1 << bit)
        if vector:
            basis[vector.bit_length()] = vector, chosen
    left, chosen = reduced(target, 0)
    return None if left else chosen


def _bit_by_bit(attempt: _Attempt, term: BV, monomials: Monomials, mask: int, value: int) -> Below:
    """The bits of the result one after the other, those that are wrong first: bits of words, once set, stay."""
    width = term.width
    decided: dict[tuple[BV, int], int] = {}
    wrong = (attempt.values[term] ^ value) & mask
    positions = [bit for bit in range(width) if mask >> bit & 1]
    attempt.random.shuffle(positions)
    for position in sorted(positions, key=lambda bit: not wrong >> bit & 1):
        products = [
            [(word, (position + rotation) % width) for _, rotation, word in factors]
            for factors, within in monomials
            if within >> position & 1
        ]
        support = {
            key: decided.get(key, attempt.values[key[0]] >> key[1] & 1)
            for key in dict.fromkeys(k for p in products for k in p)
        }
        free = [key for key in support if key not in decided and key[0] in attempt.movable([key[0]])]
        attempt.random.shuffle(free)
        for flipped in _subsets(free[:MOST_FLIPPED]):
            trial = {key: bit ^ (key in flipped) for key, bit in support.items()}
            if sum(all(trial[key] for key in product) for product in products) & 1 == value >> position & 1:
                decided |= trial
                break
        else:
            return None
    bits: dict[BV, PartialWord] = {}
    for (word, place), bit in decided.items():
        known, old = bits.get(word, (0, 0))
        bits[word] = known | 1 << place, old | bit << place
    return [(word, known, bit) for word, (known, bit) in bits.items() if word.op != "const"]


def _subsets(items: Sequence[tuple[BV, int]]) -> Iterable[tuple[tuple[BV, int], ...]]:
    return (chosen for size in range(len(items) + 1) for chosen in combinations(items, size))


# -- arithmetic ------------------------------------------------------------------------------------


def factor_for(times: int, product: int, width: int) -> PartialWord | None:
    """The bits of x that `times * x = product` modulo 2**width fixes; None where no x does it."""
    times &= ones(width)
    shift = (times & -times).bit_length() - 1 if times else width
    if product & ones(shift):
        return None
    left = width - shift
    if not left:
        return 0, 0
    return ones(left), (product >> shift) * pow(times >> shift, -1, 1 << left) & ones(left)


def _sum(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    addends, constant = sum_in(term)
    return _added(attempt, term, [(times, addend) for _, times, addend in addends], constant, mask, value)


def _add(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = term.args
    return _added(attempt, term, [(2, one)] if one is other else [(1, one), (1, other)], 0, mask, value)


def _added(
    attempt: _Attempt, term: BV, addends: Sequence[tuple[int, BV]], constant: int, mask: int, value: int
) -> Below:
    """One addend that takes up the difference, or else addends of few bits from the largest on."""
    width = mask.bit_length()
    target = value if mask == ones(width) else attempt.filled(term, mask, value) & ones(width)
    total = constant + sum(times * attempt.values[addend] for times, addend in addends)
    times_of = {addend: times for times, addend in addends}
    for addend in attempt.movable(times_of):
        times = times_of[addend]
        bits = factor_for(times, target - total + times * attempt.values[addend] & ones(width), width)
        if bits is not None and fits(addend, bits[1]):
            return [(addend, *bits)]
    left = target - constant & ones(width)
    below = []
    for addend in sorted(times_of, key=possible_ones, reverse=True):
        most = possible_ones(addend)
        part = min(most, left // times_of[addend])
        part = part if fits(addend, part) else part & most
        below.append(all_of(addend, part))
        left -= part * times_of[addend]
    return None if left else below


def _mul(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    """One factor, the other keeping its value, or both as divisors of the product, where they are short."""
    width = mask.bit_length()
    target = value if mask == ones(width) else attempt.filled(term, mask, value) & ones(width)
    one, other = term.args
    for moved in attempt.movable([] if one is other else [one, other]):
        bits = factor_for(attempt.values[other if moved is one else one], target, width)
        if bits is not None and fits(moved, bits[1]):
            return [(moved, *bits)]
    if target == 0:
        return [all_of(factor, 0) for factor in attempt.movable([one, other])[:1]]
    if possible_ones(one).bit_length() + possible_ones(other).bit_length() > width:
        return None
    pairs = [
        (divisor, target // divisor)
        for divisor in divisors(target)
        if fits(one, divisor) and fits(other, target // divisor)
    ]
    pairs = [pair for pair in pairs if one is not other or pair[0] == pair[1]]
    if not pairs:
        return None
    first, second = attempt.random.choice(pairs)
    return [all_of(one, first), all_of(other, second)]


def _clmul(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = term.args
    for moved, kept in ((one, other), (other, one)):
        if moved in attempt.movable([moved]) and one is not other:
            columns = [attempt.values[kept] << bit & mask for bit in range(moved.width)]
            flips = solution(columns, (attempt.values[term] ^ value) & mask)
            if flips is not None:
                return [all_of(moved, attempt.values[moved] ^ flips)]
    return None


def _udiv(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    dividend, divisor = term.args
    target, by = attempt.filled(term, mask, value), attempt.values[divisor]
    if target * by <= ones(term.width) and by:
        most = min(by - 1, ones(term.width) - target * by)
        return [all_of(dividend, target * by + attempt.random.randint(0, most))]
    if target == 0:
        return [all_of(divisor, 0)]
    return [all_of(divisor, 1), all_of(dividend, target)]


def _sdiv(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    dividend, divisor = term.args
    target, by = signed(attempt.filled(term, mask, value), term.width), signed(attempt.values[divisor], term.width)
    if by and signed(target * by & ones(term.width), term.width) == target * by:
        return [all_of(dividend, target * by)]
    return [all_of(divisor, 1), all_of(dividend, target)] if target else [all_of(divisor, 0)]


def signed(value: int, width: int) -> int:
    """A word as a number in two's complement."""
    sign = 1 << (width - 1)
    return (value ^ sign) - sign


# -- shifts by a term ------------------------------------------------------------------------------


def _shl(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    word, amount = term.args
    by = attempt.values[amount]
    if by < term.width and not value & ones(by):
        return [(word, mask >> by, value >> by)]
    return [all_of(amount, 0), (word, mask, value)]


def _lshr(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    word, amount = term.args
    by = attempt.values[amount]
    if by < term.width and not value >> (term.width - by):
        return [(word, mask << by & ones(term.width), value << by & ones(term.width))]
    return [all_of(amount, 0), (word, mask, value)]


def _ashr(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    word, amount = term.args
    by = min(attempt.values[amount], term.width - 1)
    below = _sign_extended(word, mask << by, value << by)
    return below or [all_of(amount, 0), (word, mask, value)]


# -- choices ---------------------------------------------------------------------------------------


def _ite(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    """The branch that is taken, or the other one with the condition turned."""
    condition, then, otherwise = term.args
    branches = [(bit, side) for bit, side in ((1, then), (0, otherwise)) if side in attempt.movable([side])]
    branches += [(bit, side) for bit, side in ((1, then), (0, otherwise)) if attempt.values[side] & mask == value]
    if not branches:
        return None
    bit, side = attempt.random.choice(branches)
    return [(condition, 1, bit), (side, mask, value)]


def _eq(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    one, other = term.args
    moved, *_ = attempt.movable([one, other])
    same = attempt.values[other if moved is one else one]
    return [all_of(moved, same if value else same ^ 1 << attempt.random.randrange(moved.width))]


def _ult(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    return _less(attempt, term, value, 0)


def _slt(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    return _less(attempt, term, value, 1 << (term.args[0].width - 1))


def _less(attempt: _Attempt, term: BV, value: int, bias: int) -> Below:
    """One side moved just past the other, or to the end of its range, or anywhere between; numbers are ordered with the bias added."""
    one, other = term.args
    most = ones(one.width)
    for moved in attempt.movable([one, other]):
        kept = attempt.values[other if moved is one else one] ^ bias
        upwards = (moved is one) != bool(value)
        # one < other is to hold: one moves to 0 .. other - 1, or other to one + 1 .. most; else one to other .. most, or other to 0 .. one
        low, high = (kept + value, most) if upwards else (0, kept - value)
        if low <= high:
            near, far = (low, high) if upwards else (high, low)
            between = attempt.random.randint(low, high)
            chosen = attempt.random.choice([near, near, far, between])
            return [all_of(moved, chosen ^ bias)]
    return None


def _lookup(attempt: _Attempt, term: BV, mask: int, value: int) -> Below:
    table, index = term.args
    places = [place for place, entry in enumerate(table.entries) if entry & mask == value]
    places = [place for place in places if place <= ones(index.width)]
    if value == 0 and len(table.entries) <= ones(index.width):
        places.append(len(table.entries))
    return [all_of(index, attempt.random.choice(places))] if places else None


RULES: dict[str, Rule] = {
    "extract": _extract,
    "concat": _concat,
    "sext": _sext,
    "ror": _ror,
    "not": _not,
    "anf": _anf,
    "and": _and,
    "or": _or,
    "xor": _xor,
    "sum": _sum,
    "add": _add,
    "mul": _mul,
    "clmul": _clmul,
    "udiv": _udiv,
    "sdiv": _sdiv,
    "shl": _shl,
    "lshr": _lshr,
    "ashr": _ashr,
    "ite": _ite,
    "eq": _eq,
    "ult": _ult,
    "slt": _slt,
    "lookup": _lookup,
}
"""How each operator is inverted, leaves apart."""
