"""Evaluation of terms on many samples at once, a plane of bits for each bit of a term.

Bit n of a plane is that bit of the term on sample n, so one operation on Python's integers serves a thousand samples. It shares no code
with the circuits and forms of the provers, which it is there to check: each operator is written out from its meaning in `term`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from lnsym.bv.evaluate import topological
from lnsym.bv.forms import items_in, sum_in
from lnsym.bv.operators import evaluate_node, operands
from lnsym.bv.term import BV

Planes: TypeAlias = tuple[int, ...]
"""One integer for each bit of a term, the lowest bit's first."""


def to_planes(values: Sequence[int], width: int) -> Planes:
    """The planes of a word that has these unsigned values on the samples, the first sample the lowest bit."""
    if not values:
        return (0,) * width
    rows = [format(value, f"0{width}b") for value in reversed(values)]
    return tuple([int("".join(column), 2) for column in zip(*rows, strict=True)][::-1])


def from_planes(planes: Planes, count: int) -> list[int]:
    """The unsigned values of a word on `count` samples."""
    rows = [format(plane, f"0{count}b") for plane in reversed(planes)]
    return [int("".join(column), 2) for column in zip(*rows, strict=True)][::-1]


def differing(
    pairs: Sequence[tuple[BV, BV]],
    variables: Mapping[BV, Planes],
    count: int,
    before_each: Callable[[], None] = lambda: None,
) -> list[int]:
    """For each pair of terms of one width the samples on which they differ, a bit for each of `count` samples.

    A variable without planes is 0 on all samples. `before_each` is called before each term, and may end it all by an exception.
    """
    values = _Evaluation(variables, count, before_each).of([term for pair in pairs for term in pair])
    found = []
    for one, other in pairs:
        bits = 0
        for a, b in zip(values[one], values[other], strict=True):
            bits |= a ^ b
        found.append(bits)
    return found


def plane_of(
    condition: BV, variables: Mapping[BV, Planes], count: int, before_each: Callable[[], None] = lambda: None
) -> int:
    """The samples on which a term of one bit is 1; `before_each` as in `differing`."""
    return _Evaluation(variables, count, before_each).of([condition])[condition][0]


MOST_ENTRIES = 4096
"""Larger tables are looked up sample by sample."""


class _Evaluation:
    def __init__(self, variables: Mapping[BV, Planes], count: int, before_each: Callable[[], None]) -> None:
        self._variables = variables
        self._count = count
        self._before_each = before_each
        self._ones = (1 << count) - 1

    def of(self, roots: Sequence[BV]) -> dict[BV, Planes]:
        """The planes of the roots. Those of other terms are dropped after their last use."""
        order = topological(roots)
        users: dict[BV, int] = dict.fromkeys(roots, 1)
        for term in order:
            for operand in operands(term):
                users[operand] = users.get(operand, 0) + 1
        values: dict[BV, Planes] = {}
        for term in order:
            self._before_each()
            values[term] = self._node(term, values)
            for operand in operands(term):
                users[operand] -= 1
                if not users[operand]:
                    del values[operand]
        return values

    def _node(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return OPERATIONS[term.op](self, term, values)

    def one_by_one(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        """An operator that no plane operation serves (division, tables, shifts by a term): sample by sample."""
        columns = {operand: from_planes(values[operand], self._count) for operand in operands(term)}
        rows = [{operand: column[at] for operand, column in columns.items()} for at in range(self._count)]
        return to_planes([evaluate_node(term, row) for row in rows], term.width)

    def _spread(self, value: int, width: int) -> Planes:
        return tuple([self._ones if value >> bit & 1 else 0 for bit in range(width)])

    def const(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return self._spread(term.value, term.width)

    def var(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        found = self._variables.get(term)
        if found is None:
            return (0,) * term.width
        return found[: term.width] + (0,) * (term.width - len(found))

    def anf(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        width = term.width
        result = [0] * width
        for monomial, mask in items_in(term):
            factors = [(values[word], rotation) for _, rotation, word in monomial]
            for bit in range(width):
                if mask >> bit & 1:
                    product = self._ones
                    for planes, rotation in factors:
                        product &= planes[(bit + rotation) % width]
                    result[bit] ^= product
        return tuple(result)

    def _added(self, one: Sequence[int], other: Sequence[int], carry: int = 0) -> list[int]:
        result = []
        for a, b in zip(one, other, strict=True):
            half = a ^ b
            result.append(half ^ carry)
            carry = a & b | half & carry
        return result

    def _scaled(self, planes: Planes, times: int, width: int) -> list[int]:
        """times * word, by shifts and additions."""
        total = [0] * width
        for shift in range(width):
            if times >> shift & 1:
                total = self._added(total, [0] * shift + list(planes[: width - shift]))
        return total

    def sum(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        addends, constant = sum_in(term)
        width = term.width
        total = list(self._spread(constant, width))
        for _, times, addend in addends:
            negative = -times % (1 << width)
            if negative.bit_count() < times.bit_count():  # -y = ~y + 1
                flipped = [plane ^ self._ones for plane in self._scaled(values[addend], negative, width)]
                total = self._added(total, flipped, self._ones)
            else:
                total = self._added(total, self._scaled(values[addend], times, width))
        return tuple(total)

    def add(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple(self._added(values[term.args[0]], values[term.args[1]]))

    def mul(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        one, other = values[term.args[0]], values[term.args[1]]
        total = [0] * term.width
        for shift, bit in enumerate(other):
            if bit:
                row = [0] * shift + [plane & bit for plane in one[: term.width - shift]]
                total = self._added(total, row)
        return tuple(total)

    def clmul(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        one, other = values[term.args[0]], values[term.args[1]]
        total = [0] * term.width
        for shift, bit in enumerate(other):
            if bit:
                for at, plane in enumerate(one):
                    total[at + shift] ^= plane & bit
        return tuple(total)

    def concat(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple([plane for piece in reversed(term.args) for plane in values[piece]])

    def extract(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        low = term.args[1]
        return values[term.args[0]][low : low + term.width]

    def sext(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        planes = values[term.args[0]]
        return planes + planes[-1:] * (term.width - len(planes))

    def ror(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        planes, amount = values[term.args[0]], term.args[1]
        return planes[amount:] + planes[:amount]

    def ite(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        (condition,), then, otherwise = [values[operand] for operand in term.args]
        return tuple([b ^ condition & (a ^ b) for a, b in zip(then, otherwise, strict=True)])

    def eq(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        apart = 0
        for a, b in zip(values[term.args[0]], values[term.args[1]], strict=True):
            apart |= a ^ b
        return (apart ^ self._ones,)

    def _less(self, one: Sequence[int], other: Sequence[int]) -> Planes:
        """a < b, from the lowest bit: the highest bit at which they differ decides."""
        less = 0
        for a, b in zip(one, other, strict=True):
            apart = a ^ b
            less = less & ~apart | b & apart
        return (less,)

    def ult(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return self._less(values[term.args[0]], values[term.args[1]])

    def slt(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        one, other = values[term.args[0]], values[term.args[1]]
        return self._less((*one[:-1], other[-1]), (*other[:-1], one[-1]))

    def lookup(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        """Where the index has each value, from its highest bit downwards; each bit of the result is the union of some of these."""
        table, index = term.args
        entries = table.entries
        if len(entries) > MOST_ENTRIES:
            return self.one_by_one(term, values)
        places = [self._ones]
        for bit in reversed(range(index.width)):
            plane = values[index][bit]
            places = [part for place in places for part in (place & ~plane, place & plane)]
            del places[-(-len(entries) >> bit) :]
        result = [0] * term.width
        for place, entry in zip(places, entries, strict=True):
            while place and entry:
                low = entry & -entry
                result[low.bit_length() - 1] |= place
                entry ^= low
        return tuple(result)

    def not_(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple([plane ^ self._ones for plane in values[term.args[0]]])

    def and_(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple([a & b for a, b in self._operands(term, values)])

    def or_(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple([a | b for a, b in self._operands(term, values)])

    def xor(self, term: BV, values: Mapping[BV, Planes]) -> Planes:
        return tuple([a ^ b for a, b in self._operands(term, values)])

    def _operands(self, term: BV, values: Mapping[BV, Planes]) -> Iterator[tuple[int, int]]:
        return zip(values[term.args[0]], values[term.args[1]], strict=True)


OPERATIONS: dict[str, Callable[[_Evaluation, BV, Mapping[BV, Planes]], Planes]] = {
    "const": _Evaluation.const,
    "var": _Evaluation.var,
    "anf": _Evaluation.anf,
    "sum": _Evaluation.sum,
    "concat": _Evaluation.concat,
    "extract": _Evaluation.extract,
    "ite": _Evaluation.ite,
    "eq": _Evaluation.eq,
    "ult": _Evaluation.ult,
    "slt": _Evaluation.slt,
    "mul": _Evaluation.mul,
    "clmul": _Evaluation.clmul,
    "lookup": _Evaluation.lookup,
    "sext": _Evaluation.sext,
    "not": _Evaluation.not_,
    "and": _Evaluation.and_,
    "or": _Evaluation.or_,
    "xor": _Evaluation.xor,
    "add": _Evaluation.add,
    "ror": _Evaluation.ror,
    "udiv": _Evaluation.one_by_one,
    "sdiv": _Evaluation.one_by_one,
    "shl": _Evaluation.one_by_one,
    "lshr": _Evaluation.one_by_one,
    "ashr": _Evaluation.one_by_one,
}
