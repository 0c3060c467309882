"""Bit-blasting: the circuit of a term, operator by operator with the meaning `lnsym.bv.term` gives them.

A word is a tuple of literals, least significant bit first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lnsym.bv import BV, Table, topological
from lnsym.bv.forms import items_in, sum_in
from lnsym.prove.circuit.adders import Adders, LiteralWord
from lnsym.prove.circuit.covers import function
from lnsym.prove.circuit.graph import FALSE, TRUE, Graph, Literal


class Blaster:
    """The words of terms in one graph. A variable's bit i is the graph's input (variable, i). For the other parameters see `Adders`."""

    def __init__(self, graph: Graph, signature: Callable[[Literal], int] | None = None, *, plain: bool = False) -> None:
        self.graph = graph
        self.words: dict[BV, LiteralWord] = {}
        self._adders = Adders(graph, signature, plain=plain)

    def word(self, term: BV) -> LiteralWord:
        """The word of a term; its operands get theirs first."""
        if term not in self.words:
            for node in topological([term]):
                if node not in self.words:
                    self.words[node] = self.node(node)
        return self.words[term]

    def node(self, term: BV) -> LiteralWord:
        """The word of a term whose operands have theirs."""
        return OPERATORS[term.op](self, term)

    def _operands(self, term: BV) -> list[LiteralWord]:
        return [self.words[operand] for operand in term.args]

    # -- bits moved -----------------------------------------------------------------------------

    def _const(self, term: BV) -> LiteralWord:
        return number(term.value, term.width)

    def _var(self, term: BV) -> LiteralWord:
        return tuple([self.graph.input((term, bit)) for bit in range(term.width)])

    def _concat(self, term: BV) -> LiteralWord:
        return tuple([literal for piece in reversed(term.args) for literal in self.words[piece]])

    def _extract(self, term: BV) -> LiteralWord:
        low = term.args[1]
        return self.words[term.args[0]][low : low + term.width]

    def _sext(self, term: BV) -> LiteralWord:
        word = self.words[term.args[0]]
        return word + (word[-1],) * (term.width - len(word))

    def _ror(self, term: BV) -> LiteralWord:
        return rotated(self.words[term.args[0]], term.args[1])

    # -- bitwise --------------------------------------------------------------------------------

    def _anf(self, term: BV) -> LiteralWord:
        graph, width = self.graph, term.width
        result = [FALSE] * width
        for monomial, mask in items_in(term):
            factors = [rotated(self.words[word], rotation) for _, rotation, word in monomial]
            for bit in range(width):
                if mask >> bit & 1:
                    product = graph.all_of([factor[bit] for factor in factors])
                    result[bit] = graph.xor(result[bit], product)
        return tuple(result)

    def _not(self, term: BV) -> LiteralWord:
        return negated(self.words[term.args[0]])

    def _and(self, term: BV) -> LiteralWord:
        return tuple(map(self.graph.and_, *self._operands(term)))

    def _or(self, term: BV) -> LiteralWord:
        return tuple(map(self.graph.or_, *self._operands(term)))

    def _xor(self, term: BV) -> LiteralWord:
        return tuple(map(self.graph.xor, *self._operands(term)))

    def _ite(self, term: BV) -> LiteralWord:
        condition, then, otherwise = self._operands(term)
        return self._chosen(condition[0], then, otherwise)

    def _chosen(self, condition: Literal, then: LiteralWord, otherwise: LiteralWord) -> LiteralWord:
        return tuple([self.graph.choose(condition, a, b) for a, b in zip(then, otherwise, strict=True)])

    # -- arithmetic -----------------------------------------------------------------------------

    def added(self, a: LiteralWord, b: LiteralWord, carry: Literal = FALSE) -> tuple[LiteralWord, Literal]:
        """a + b + carry, and the carry out: a ripple of full adders."""
        graph = self.graph
        result = []
        for x, y in zip(a, b, strict=True):
            result.append(graph.xor(graph.xor(x, y), carry))
            carry = graph.majority(x, y, carry)
        return tuple(result), carry

    def _add(self, term: BV) -> LiteralWord:
        return self._adders.total([(1, word) for word in self._operands(term)], 0, term.width)

    def _sum(self, term: BV) -> LiteralWord:
        addends, constant = sum_in(term)
        return self._adders.total([(times, self.words[addend]) for _, times, addend in addends], constant, term.width)

    def _mul(self, term: BV) -> LiteralWord:
        left, right = self._operands(term)
        width = term.width
        if sum(x > 1 for x in left) < sum(x > 1 for x in right):
            left, right = right, left
        rows = [
            (1 << shift, [self.graph.and_(x, bit) for x in left[: width - shift]])
            for shift, bit in enumerate(right)
            if bit != FALSE
        ]
        return self._adders.total(rows, 0, width)

    def _clmul(self, term: BV) -> LiteralWord:
        left, right = self._operands(term)
        result = [FALSE] * term.width
        for i, x in enumerate(left):
            for j, y in enumerate(right):
                result[i + j] = self.graph.xor(result[i + j], self.graph.and_(x, y))
        return tuple(result)

    def _divided(self, dividend: LiteralWord, divisor: LiteralWord) -> LiteralWord:
        """The unsigned quotient by restoring division; 0 where the divisor is 0."""
        graph, width = self.graph, len(dividend)
        rest = number(0, width)
        wide = (*negated(divisor), TRUE)
        quotient = [FALSE] * width
        for bit in reversed(range(width)):
            shifted = (dividend[bit], *rest)
            difference, fits = self.added(shifted, wide, TRUE)
            quotient[bit] = fits
            rest = self._chosen(fits, difference, shifted)[:width]
        some = graph.all_of([x ^ 1 for x in divisor]) ^ 1
        return tuple([graph.and_(x, some) for x in quotient])

    def _udiv(self, term: BV) -> LiteralWord:
        return self._divided(*self._operands(term))

    def _sdiv(self, term: BV) -> LiteralWord:
        dividend, divisor = self._operands(term)
        quotient = self._divided(self._magnitude(dividend), self._magnitude(divisor))
        opposite = self.graph.xor(dividend[-1], divisor[-1])
        return self._negated_if(opposite, quotient)

    def _magnitude(self, word: LiteralWord) -> LiteralWord:
        return self._negated_if(word[-1], word)

    def _negated_if(self, condition: Literal, word: LiteralWord) -> LiteralWord:
        """-x = ~x + 1 where the condition is 1."""
        flipped = tuple([self.graph.xor(x, condition) for x in word])
        return self.added(flipped, number(0, len(word)), condition)[0]

    # -- comparisons ----------------------------------------------------------------------------

    def _eq(self, term: BV) -> LiteralWord:
        left, right = self._operands(term)
        return (self.graph.all_of([self.graph.xor(a, b) ^ 1 for a, b in zip(left, right, strict=True)]),)

    def _less(self, left: LiteralWord, right: LiteralWord) -> LiteralWord:
        """a < b exactly when a + ~b + 1 has no carry out."""
        carry = TRUE
        for a, b in zip(left, right, strict=True):
            carry = self.graph.majority(a, b ^ 1, carry)
        return (carry ^ 1,)

    def _ult(self, term: BV) -> LiteralWord:
        return self._less(*self._operands(term))

    def _slt(self, term: BV) -> LiteralWord:
        left, right = self._operands(term)
        return self._less((*left[:-1], right[-1]), (*right[:-1], left[-1]))

    # -- shifts and tables ----------------------------------------------------------------------

    def _shifted(self, term: BV, left: bool, fill: Literal) -> LiteralWord:
        word, amount = self._operands(term)
        width = len(word)
        for stage, bit in enumerate(amount):
            step = min(1 << stage, width)
            incoming = (fill,) * step
            moved = (incoming + word[: width - step]) if left else (word[step:] + incoming)
            word = self._chosen(bit, moved, word)
        return word

    def _shl(self, term: BV) -> LiteralWord:
        return self._shifted(term, True, FALSE)

    def _lshr(self, term: BV) -> LiteralWord:
        return self._shifted(term, False, FALSE)

    def _ashr(self, term: BV) -> LiteralWord:
        return self._shifted(term, False, self.words[term.args[0]][-1])

    def _lookup(self, term: BV) -> LiteralWord:
        table: Table = term.args[0]
        index = self.words[term.args[1]]
        needed = min(len(index), max(len(table.entries) - 1, 1).bit_length())
        past = self.graph.all_of([x ^ 1 for x in index[needed:]])
        entries = [table[at] for at in range(1 << needed)]
        word = self._weighted(entries, index[:needed], term.width) or self._tabulated(
            entries, index[:needed], term.width
        )
        return tuple([self.graph.and_(bit, past) for bit in word])

    def _weighted(self, entries: Sequence[int], index: LiteralWord, width: int) -> LiteralWord | None:
        """A table whose entries are sums of a weight for each index bit (a count of bits): as that sum."""
        mask = (1 << width) - 1
        weights = [entries[1 << j] - entries[0] for j in range(len(index))]
        for at in range(1, len(entries)):
            rest = at & (at - 1)
            if (entries[rest] + weights[(at ^ rest).bit_length() - 1] - entries[at]) & mask:
                return None
        return self._adders.total([(w, (x,)) for w, x in zip(weights, index, strict=True)], entries[0], width)

    def _tabulated(self, entries: Sequence[int], index: LiteralWord, width: int) -> LiteralWord:
        columns = [sum((entry >> bit & 1) << at for at, entry in enumerate(entries)) for bit in range(width)]
        made = {column: function(self.graph, column, index) for column in dict.fromkeys(columns)}
        return tuple([made[column] for column in columns])


def number(value: int, width: int) -> LiteralWord:
    """The word of a constant."""
    return tuple([value >> bit & 1 for bit in range(width)])


def negated(word: LiteralWord) -> LiteralWord:
    """~x"""
    return tuple([literal ^ 1 for literal in word])


def rotated(word: LiteralWord, amount: int) -> LiteralWord:
    """The word rotated right."""
    return word[amount:] + word[:amount]


OPERATORS: dict[str, Callable[[Blaster, BV], LiteralWord]] = {
    name: getattr(Blaster, f"_{name}")
    for name in [
        "const",
        "var",
        "anf",
        "sum",
        "concat",
        "extract",
        "ite",
        "eq",
        "ult",
        "slt",
        "mul",
        "udiv",
        "sdiv",
        "clmul",
        "shl",
        "lshr",
        "ashr",
        "sext",
        "lookup",
        "not",
        "and",
        "or",
        "xor",
        "add",
        "ror",
    ]
}
