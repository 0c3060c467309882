"""Sums as linear forms over bits, and the adders that compute them.

A sum of words is a linear form: an integer coefficient for each node, and a constant, modulo 2**width. Of a full adder with inputs
x, y, z, sum s and carry m the identity s + 2m = x + y + z holds over the integers. Read from right to left it builds adders; from left
to right it takes apart those that an operand was made by. A form is taken apart as far as that goes and then built in one fixed
order, so sums in another grouping, carry-save adders, products by constants and counts of bits come out as the same gates. The
idea is that of algebraic rewriting of arithmetic circuits (C. Yu, W. Brown, D. Liu, A. Rossi, M. Ciesielski, Formal verification of
arithmetic circuits by function extraction, 2016); only linear identities are used, so nothing grows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import NamedTuple, TypeAlias

from lnsym.prove.circuit.graph import AND, FALSE, MAJ, TRUE, XOR, Graph, Literal

LiteralWord: TypeAlias = tuple[Literal, ...]

MAX_USES = 2
"""How often one adder is taken apart in one form. Gates that were joined may be older than what they are the sums of, so that without a
bound this might not end."""

MAX_ROWS = 10
"""Up to how many rows of bits a sum is built flat. A recurrence (a hash's state) would else be taken apart to its beginning."""

MAX_DIFFERENCE_ROWS = 60
"""The same for the difference of two sums, where what they have in common cancels."""

COMPARED = 6
"""On how many samples sums are compared."""


class Adder(NamedTuple):
    """A full or half adder of column `column` of the sum number `word`; in the last column nobody asks for the carry."""

    total: Literal
    carry: Literal | None
    inputs: tuple[Literal, ...]
    word: int
    column: int


class Adders:
    """The adders of one graph, by the node of their sum.

    `signature` gives a literal's values on samples, one bit each; with it, a sum that looks like an earlier one is compared with that
    before anything is built. `plain` sums are built as they are written, nothing taken apart.
    """

    def __init__(self, graph: Graph, signature: Callable[[Literal], int] | None = None, *, plain: bool = False) -> None:
        self.graph = graph
        self._plain = plain
        self._signature = signature
        self._made: defaultdict[int, list[Adder]] = defaultdict(list)
        self._sums_of_carry: defaultdict[int, list[int]] = defaultdict(list)
        self._words: list[LiteralWord] = []
        self._by_values: dict[tuple[int, ...], LiteralWord] = {}

    def total(self, rows: Iterable[tuple[int, Sequence[Literal]]], constant: int, width: int) -> LiteralWord:
        """The sum of coefficient * row and of the constant modulo 2**width; a row's first literal is its lowest bit."""
        form = _Form(width, constant)
        for coefficient, row in rows:
            for bit, literal in enumerate(row[:width]):
                form.add(literal, coefficient << bit)
        if self._plain:
            return self._build(form)
        values = self._values(form)
        known = self._by_values.get(values)
        if known is not None and self._is(form, known):
            return (*known, *[FALSE] * width)[:width]
        flat = form.copy()
        word = self._build(flat if self._take_apart(flat, MAX_ROWS * width) else form)
        if known is None and values:
            self._by_values[values] = word
        return word

    def _values(self, form: _Form) -> tuple[int, ...]:
        """The form on a few samples."""
        if self._signature is None:
            return ()
        found = [form.constant] * COMPARED
        for node, coefficient in form.coefficients.items():
            bits = self._signature(2 * node) >> 2
            for at in range(COMPARED):
                if bits >> at & 1:
                    found[at] += coefficient
        return tuple([value & form.mask for value in found])

    def _is(self, form: _Form, word: LiteralWord) -> bool:
        """Whether the form is a word that was built before: their difference, taken apart, is nothing."""
        difference = form.copy()
        for bit, literal in enumerate(word[: form.width]):
            difference.add(literal, -1 << bit)
        self._take_apart(difference, MAX_DIFFERENCE_ROWS * form.width)
        return not difference.coefficients and not difference.constant

    # -- building -------------------------------------------------------------------------------

    def _build(self, form: _Form) -> LiteralWord:
        columns: list[list[Literal]] = [[] for _ in range(form.width)]
        constant = form.constant
        for node, coefficient in form.coefficients.items():
            for shift, negative in signed_digits(coefficient, form.width):
                columns[shift].append(2 * node + negative)
                constant -= negative << shift  # -x = ~x - 1
        result: list[Literal] = []
        for weight, column in enumerate(columns):
            if constant >> weight & 1:
                column.append(TRUE)
            heapify(column)
            while len(column) > 1:
                inputs = tuple([heappop(column) for _ in range(min(3, len(column)))])
                adder = self._added(inputs, len(self._words), weight, weight + 1 == form.width)
                if adder.total != FALSE or not column:
                    heappush(column, adder.total)
                if adder.carry:
                    columns[weight + 1].append(adder.carry)
            result.append(column[0] if column else FALSE)
        self._words.append(tuple(result))
        return self._words[-1]

    def _added(self, inputs: tuple[Literal, ...], word: int, column: int, last: bool) -> Adder:
        """The adder of two or three literals."""
        graph = self.graph
        if len(inputs) == 2:
            total = graph.xor(*inputs)
            carry = None if last else graph.and_(*inputs)
        else:
            x, y, z = inputs
            total = graph.xor(graph.xor(x, y), z)
            carry = None if last else graph.majority(x, y, z)
        adder = Adder(total, carry, inputs, word, column)
        node = total >> 1
        if node and adder[:3] not in [known[:3] for known in self._made[node]]:
            self._made[node].append(adder)
            if carry is not None:
                self._sums_of_carry[carry >> 1].append(node)
        return adder

    # -- taking apart ---------------------------------------------------------------------------

    def _take_apart(self, form: _Form, limit: int) -> bool:
        """Replace sums and their carries by the adders' inputs, from the newest node down; False where the form grew past the limit."""
        heap = [-node for node in form.coefficients]
        heapify(heap)
        queued = set(heap)
        while heap:
            if len(form.coefficients) > limit:
                return False
            key = heappop(heap)
            queued.discard(key)
            touched = self._replace(form, -key)
            for node in touched:
                for candidate in (node, *self._sums_of_carry.get(node, ())):
                    if candidate in form.coefficients and -candidate not in queued:
                        queued.add(-candidate)
                        heappush(heap, -candidate)
        return True

    def _replace(self, form: _Form, node: int) -> list[int]:
        """Take the adder apart whose sum a node is, if the form has its carry twice as often; the nodes that came in."""
        coefficient = form.coefficients.get(node)
        if coefficient is None:
            return []
        for adder in chain(self._made.get(node, ()), self._likely(form, node, coefficient)):
            times = -coefficient if adder.total & 1 else coefficient
            if form.uses[adder] < MAX_USES and self._may_go(form, adder, times):
                form.uses[adder] += 1
                form.add(adder.total, -times)
                if adder.carry is not None:
                    form.add(adder.carry, -2 * times)
                for literal in adder.inputs:
                    form.add(literal, times)
                return [literal >> 1 for literal in adder.inputs if literal > 1]
        return []

    def _may_go(self, form: _Form, adder: Adder, times: int) -> bool:
        """Whether the form has the adder's carry twice as often as its sum.

        Where twice as often is not at all, this would hold of any XOR. There the adder must belong to a sum of which the form has
        the next lower bit too.
        """
        if 2 * times & form.mask:
            return adder.carry is not None and form.holds(adder.carry, 2 * times)
        if adder.word in form.opened:
            return adder.carry is None or form.holds(adder.carry, 0)
        if adder.column and (adder.carry is None or form.holds(adder.carry, 0)):
            below = form.coefficients.get(self._words[adder.word][adder.column - 1] >> 1, 0)
            if below and (2 * below - times) & form.mask == 0:
                form.opened.add(adder.word)
                return True
        return False

    def _likely(self, form: _Form, node: int, coefficient: int) -> Iterator[Adder]:
        """The adders that an XOR made by none could be the sum of, where the form has something that looks like the carry."""
        kind, a, b, _ = self.graph.gates[node]
        if kind != XOR or node in self._made or not 2 * coefficient & form.mask:
            return
        for x, rest in ((a, b), (b, a)):
            inner, p, q, _ = self.graph.gates[x >> 1]
            if inner == XOR:
                p, q, rest = sorted((p, q, rest))
                if any(form.holds(carry, 2 * coefficient) for carry in self.graph.alike((MAJ, p, q, rest))):
                    yield Adder(2 * node, self.graph.majority(p, q, rest), (p, q, rest), -1, 0)
        if any(form.holds(carry, 2 * coefficient) for carry in self.graph.alike((AND, a, b, -1))):
            yield Adder(2 * node, self.graph.and_(a, b), (a, b), -1, 0)


class _Form:
    """A linear form modulo 2**width."""

    def __init__(self, width: int, constant: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.constant = constant & self.mask
        self.coefficients: dict[int, int] = {}
        self.opened: set[int] = set()
        """The sums whose highest bits were taken apart."""
        self.uses: Counter[Adder] = Counter()

    def copy(self) -> _Form:
        """The same form, to be changed."""
        other = _Form(self.width, self.constant)
        other.coefficients = self.coefficients.copy()
        return other

    def add(self, literal: Literal, times: int) -> None:
        """Add a multiple of a literal."""
        if literal & 1:  # ~x = 1 - x
            self.constant = (self.constant + times) & self.mask
            times = -times
        node = literal >> 1
        if node:
            coefficient = (self.coefficients.get(node, 0) + times) & self.mask
            if coefficient:
                self.coefficients[node] = coefficient
            else:
                self.coefficients.pop(node, None)

    def holds(self, literal: Literal, times: int) -> bool:
        """Whether the literal's node is in the form with just this coefficient, be it 0."""
        if literal < 2:
            return True
        wanted = (-times if literal & 1 else times) & self.mask
        return self.coefficients.get(literal >> 1, 0) == wanted


def signed_digits(coefficient: int, width: int) -> Sequence[tuple[int, bool]]:
    """A coefficient modulo 2**width as powers of two, each added or (True) subtracted, no two of them adjacent."""
    half = 1 << (width - 1)
    value = coefficient - (1 << width) if coefficient > half else coefficient
    digits = []
    shift = 0
    while value and shift < width:
        if value & 1:
            digit = 2 - (value & 3)
            digits.append((shift, digit < 0))
            value -= digit
        value >>= 1
        shift += 1
    return digits
