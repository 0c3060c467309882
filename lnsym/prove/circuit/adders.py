"""Sums as linear forms over bits, and the adders that compute them.

A sum of words is a linear form: an integer coefficient for each node, and a constant, modulo 2**width. Of a full adder with inputs
x, y, z, sum s and carry m the identity s + 2m = x + y + z holds over the integers. Read from right to left it builds adders; from left
to right it takes apart those that an operand was made by. A form is taken apart as far as that goes and then built in one fixed
order, so sums in another grouping, carry-save adders, products by constants and counts of bits come out as the same gates. The
idea is that of algebraic rewriting of arithmetic circuits (C. Yu, W. Brown, D. Liu, A. Rossi, M. Ciesielski, Formal verification of
arithmetic circuits by function extraction, 2016); only linear identities are used, so nothing grows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from lnsym.prove.circuit.graph import FALSE, TRUE, XOR, Graph, Literal

Word: TypeAlias = tuple[Literal, ...]
Adder: TypeAlias = tuple[Literal, Literal, tuple[Literal, ...]]
"""Sum, carry and inputs."""


class Adders:
    """The adders of one graph, by the node of their sum."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._made: defaultdict[int, list[Adder]] = defaultdict(list)
        self._sums_of_carry: defaultdict[int, list[int]] = defaultdict(list)

    def total(self, rows: Iterable[tuple[int, Sequence[Literal]]], constant: int, width: int) -> Word:
        """The sum of coefficient * row and of the constant modulo 2**width; a row's first literal is its lowest bit."""
        form = _Form(width, constant)
        for coefficient, row in rows:
            for bit, literal in enumerate(row[:width]):
                form.add(literal, coefficient << bit)
        self._take_apart(form)
        return self._build(form)

    # -- building -------------------------------------------------------------------------------

    def _build(self, form: _Form) -> Word:
        columns: list[list[Literal]] = [[] for _ in range(form.width)]
        constant = form.constant
        for node, coefficient in form.coefficients.items():
            for shift, negative in signed_digits(coefficient, form.width):
                columns[shift].append(2 * node + negative)
                constant -= negative << shift  # -x = ~x - 1
        result = []
        for weight, column in enumerate(columns):
            if constant >> weight & 1:
                column.append(TRUE)
            heapify(column)
            while len(column) > 1:
                inputs = tuple([heappop(column) for _ in range(min(3, len(column)))])
                total, carry = self._added(inputs)
                if total != FALSE or not column:
                    heappush(column, total)
                if weight + 1 < form.width and carry != FALSE:
                    columns[weight + 1].append(carry)
            result.append(column[0] if column else FALSE)
        return tuple(result)

    def _added(self, inputs: tuple[Literal, ...]) -> tuple[Literal, Literal]:
        """Sum and carry of two or three literals."""
        graph = self.graph
        if len(inputs) == 2:
            total, carry = graph.xor(*inputs), graph.and_(*inputs)
        else:
            x, y, z = inputs
            total, carry = graph.xor(graph.xor(x, y), z), graph.majority(x, y, z)
        self._remember(total, carry, inputs)
        return total, carry

    def _remember(self, total: Literal, carry: Literal, inputs: tuple[Literal, ...]) -> None:
        """Take note of an adder, unless its sum is older than its inputs (as joined gates may be): to follow these would not end."""
        node = total >> 1
        adder = total, carry, inputs
        if max(inputs) >> 1 < node and adder not in self._made[node]:
            self._made[node].append(adder)
            self._sums_of_carry[carry >> 1].append(node)

    # -- taking apart ---------------------------------------------------------------------------

    def _take_apart(self, form: _Form) -> None:
        """Replace sums and their carries by the adders' inputs, from the newest node down."""
        heap = [-node for node in form.coefficients]
        heapify(heap)
        queued = set(heap)
        while heap:
            key = heappop(heap)
            queued.discard(key)
            touched = self._replace(form, -key)
            for node in touched:
                for candidate in (node, *self._sums_of_carry.get(node, ())):
                    if candidate in form.coefficients and -candidate not in queued:
                        queued.add(-candidate)
                        heappush(heap, -candidate)

    def _replace(self, form: _Form, node: int) -> list[int]:
        """Take the adder apart whose sum a node is, if the form has its carry twice as often; the nodes that came in."""
        coefficient = form.coefficients.get(node)
        if coefficient is None:
            return []
        for total, carry, inputs in self._adders(node):
            times = -coefficient if total & 1 else coefficient
            if form.holds(carry, 2 * times):
                form.add(total, -times)
                form.add(carry, -2 * times)
                for literal in inputs:
                    form.add(literal, times)
                return [literal >> 1 for literal in inputs if literal > 1]
        return []

    def _adders(self, node: int) -> list[Adder]:
        """The adders with this sum; an XOR that no adder made could be one."""
        if node not in self._made:
            kind, a, b, _ = self.graph.gates[node]
            if kind == XOR:
                for x, rest in ((a, b), (b, a)):
                    inner, p, q, _ = self.graph.gates[x >> 1]
                    if inner == XOR:
                        self._remember(2 * node, self.graph.majority(p, q, rest), (p, q, rest))
                self._remember(2 * node, self.graph.and_(a, b), (a, b))
        return self._made.get(node, [])


class _Form:
    """A linear form modulo 2**width."""

    def __init__(self, width: int, constant: int) -> None:
        self.width = width
        self.mask = (1 << width) - 1
        self.constant = constant & self.mask
        self.coefficients: dict[int, int] = {}

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
