"""Circuits: graphs of AND, XOR and majority gates, equal structure shared.

A literal is 2 * node + 1 for the complement of a node, 2 * node for the node itself; node 0 is the constant 0. So 0 is false, 1 is
true, and `literal ^ 1` negates. Nodes are numbered in the order in which they are made, so a gate's inputs have smaller numbers.

A full adder is one XOR of an XOR and one majority, which is why majority is a gate of its own (a carry is then canonical
in its three operands).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from lnsym.bv import BV

Literal: TypeAlias = int
Key: TypeAlias = tuple[BV, int]
"""What an input is known by: the variable, and the number of the bit."""

Gate: TypeAlias = tuple[int, Literal, Literal, Literal]
"""Kind and inputs; the third input is -1 but for a majority."""

FALSE: Final = 0
TRUE: Final = 1

INPUT: Final = 0
AND: Final = 1
XOR: Final = 2
MAJ: Final = 3


class Graph:
    """The gates of one circuit. `gates[n]` is node n; `inputs` maps the inputs' keys to nodes.

    `on_gate` is told of each new gate and answers with the literal to be used for it: itself, or an equal one made before.
    `alike` names literals that a gate not made yet might turn out to be.
    """

    def __init__(
        self,
        on_gate: Callable[[int], Literal] = lambda node: 2 * node,
        alike: Callable[[Gate], Sequence[Literal]] = lambda gate: (),
    ) -> None:
        self.gates: list[Gate] = [(INPUT, -1, -1, -1)]
        self.inputs: dict[Key, int] = {}
        self.on_gate = on_gate
        self._alike = alike
        self._known: dict[Gate, Literal] = {}

    def __len__(self) -> int:
        return len(self.gates)

    def input(self, key: Key) -> Literal:
        """The input known by this key."""
        node = self.inputs.get(key)
        if node is None:
            node = self.inputs[key] = len(self.gates)
            self.gates.append((INPUT, -1, -1, -1))
        return 2 * node

    def _gate(self, gate: Gate) -> Literal:
        found = self._known.get(gate)
        if found is None:
            node = len(self.gates)
            self.gates.append(gate)
            found = self._known[gate] = self.on_gate(node)
        return found

    def alike(self, gate: Gate) -> Sequence[Literal]:
        """Literals that the gate is, or might be; its inputs are sorted. Nothing is made."""
        found = self._known.get(gate)
        return self._alike(gate) if found is None else (found,)

    def and_(self, a: Literal, b: Literal) -> Literal:
        """a & b"""
        if a > b:
            a, b = b, a
        if a < 2:
            return b if a else FALSE
        if a >> 1 == b >> 1:
            return a if a == b else FALSE
        kind, c, d, _ = self.gates[b >> 1]
        if kind == AND and (a >> 1 == c >> 1 or a >> 1 == d >> 1):
            same = a in (c, d)
            if b & 1:  # a & ~(a & d) = a & ~d, a & ~(~a & d) = a
                return self.and_(a, (d if a == c else c) ^ 1) if same else a
            return b if same else FALSE
        return self._gate((AND, a, b, -1))

    def or_(self, a: Literal, b: Literal) -> Literal:
        """a | b"""
        return self.and_(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: Literal, b: Literal) -> Literal:
        """a ^ b"""
        sign = (a ^ b) & 1
        a &= ~1
        b &= ~1
        if a > b:
            a, b = b, a
        if a == 0:
            return b ^ sign
        if a == b:
            return sign
        kind, c, d, _ = self.gates[b >> 1]
        if kind == XOR and a in (c, d):
            return (d if a == c else c) ^ sign
        return self._gate((XOR, a, b, -1)) ^ sign

    def majority(self, a: Literal, b: Literal, c: Literal) -> Literal:
        """1 when two or three of a, b, c are."""
        a, b, c = sorted((a, b, c))
        if a < 2:
            return self.or_(b, c) if a else self.and_(b, c)
        if a >> 1 == b >> 1:
            return a if a == b else c
        if b >> 1 == c >> 1:
            return b if b == c else a
        sign = int((a & 1) + (b & 1) + (c & 1) > 1)
        return self._gate((MAJ, a ^ sign, b ^ sign, c ^ sign)) ^ sign

    def choose(self, condition: Literal, then: Literal, otherwise: Literal) -> Literal:
        """`then` where the condition is 1."""
        if condition < 2 or then == otherwise:
            return then if condition == TRUE else otherwise
        if then == otherwise ^ 1:
            return self.xor(condition, otherwise)
        if then < 2 or otherwise < 2 or condition >> 1 in (then >> 1, otherwise >> 1):
            return self.or_(self.and_(condition, then), self.and_(condition ^ 1, otherwise))
        return self.xor(self.and_(condition, self.xor(then, otherwise)), otherwise)

    def all_of(self, literals: Sequence[Literal]) -> Literal:
        """The AND of them, as a balanced tree; true when there are none."""
        row = list(literals) or [TRUE]
        while len(row) > 1:
            row = [self.and_(*row[i : i + 2]) if i + 1 < len(row) else row[i] for i in range(0, len(row), 2)]
        return row[0]


def value(gate: Gate, known: Sequence[int], ones: int) -> int:
    """A gate's values on many samples at once, one bit each, given those of its inputs; `ones` has a bit for each sample."""
    kind, a, b, c = gate
    x = known[a >> 1] ^ ones if a & 1 else known[a >> 1]
    y = known[b >> 1] ^ ones if b & 1 else known[b >> 1]
    if kind == AND:
        return x & y
    if kind == XOR:
        return x ^ y
    if kind == MAJ:
        z = known[c >> 1] ^ ones if c & 1 else known[c >> 1]
        return x & y | z & (x | y)
    raise ValueError("an input has no value")


def values(gates: Sequence[Gate], known: list[int], ones: int) -> None:
    """Append to `known`, the values of the first nodes, those of the other gates. Inputs among these raise ValueError."""
    for gate in gates[len(known) :]:
        known.append(value(gate, known, ones))
