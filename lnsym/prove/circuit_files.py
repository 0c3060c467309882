"""Circuits as files for other tools: AIGER and DIMACS.

Both ask whether one literal of a graph can be 1. AIGER has AND gates only, so an XOR becomes three of them and a majority four. Only what
lies under the literal is written. The inputs have the names of their bits, `state[3][31]` for bit 31 of the variable `state[3]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from lnsym.bv.names import VariableNames
from lnsym.prove.circuit.graph import AND, INPUT, MAJ, XOR, Graph, Literal
from lnsym.prove.sweep.cones import clauses, variable


def under(graph: Graph, root: Literal) -> list[int]:
    """The nodes that a literal depends on, in the order of their numbers."""
    needed = {root >> 1}
    for node in range(root >> 1, 0, -1):  # a gate's inputs have smaller numbers
        if node in needed:
            needed.update(literal >> 1 for literal in graph.gates[node][1:] if literal >= 0)
    return sorted(needed - {0})


def bit_names(graph: Graph) -> dict[int, str]:
    """The names of the inputs, by node; what is not printable ASCII is escaped as in Python."""
    names = VariableNames()
    return {node: f"{ascii(names[variable])[1:-1]}[{bit}]" for (variable, bit), node in graph.inputs.items()}


# AIGER


@dataclass
class AndGates:
    """A circuit of AND gates only: literals as AIGER numbers them, inputs 2, 4, ..., then the gates in order."""

    inputs: int
    gates: list[tuple[Literal, Literal]] = field(default_factory=list)
    _known: dict[tuple[Literal, Literal], Literal] = field(default_factory=dict)

    def and_(self, a: Literal, b: Literal) -> Literal:
        """a & b"""
        a, b = max(a, b), min(a, b)
        if b < 2:
            return a if b else 0
        if a >> 1 == b >> 1:
            return a if a == b else 0
        found = self._known.get((a, b))
        if found is None:
            self.gates.append((a, b))
            found = self._known[a, b] = 2 * (self.inputs + len(self.gates))
        return found

    def or_(self, a: Literal, b: Literal) -> Literal:
        """a | b"""
        return self.and_(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: Literal, b: Literal) -> Literal:
        """a ^ b"""
        return self.and_(self.or_(a, b), self.and_(a, b) ^ 1)

    def majority(self, a: Literal, b: Literal, c: Literal) -> Literal:
        """1 when two or three of a, b, c are."""
        return self.or_(self.and_(a, b), self.and_(c, self.or_(a, b)))


def aiger(graph: Graph, root: Literal, title: str) -> bytes:
    """The circuit of one literal as a binary AIGER file with names of inputs, for ABC and the AIGER tools.

    A. Biere, The AIGER And-Inverter Graph format, version 20071012; 1.9 reads it too. The title is one line of comment.
    """
    nodes = under(graph, root)
    inputs = [node for node in nodes if graph.gates[node][0] == INPUT]
    circuit = AndGates(len(inputs))
    literal_of = {0: 0, **{node: 2 * n for n, node in enumerate(inputs, 1)}}

    def moved(literal: Literal) -> Literal:
        return literal_of[literal >> 1] ^ (literal & 1)

    for node in nodes:
        kind, a, b, c = graph.gates[node]
        if kind == AND:
            literal_of[node] = circuit.and_(moved(a), moved(b))
        elif kind == XOR:
            literal_of[node] = circuit.xor(moved(a), moved(b))
        elif kind == MAJ:
            literal_of[node] = circuit.majority(moved(a), moved(b), moved(c))
    count = len(circuit.gates)
    names = bit_names(graph)
    symbols = [f"i{n} {names[node]}" for n, node in enumerate(inputs)]
    head = f"aig {len(inputs) + count} {len(inputs)} 0 1 {count}\n{moved(root)}\n"
    deltas = b"".join(_delta(2 * (len(inputs) + n) - a) + _delta(a - b) for n, (a, b) in enumerate(circuit.gates, 1))
    return head.encode() + deltas + "\n".join([*symbols, "o0 sat", "c", title, ""]).encode()


def _delta(number: int) -> bytes:
    """A number in seven bits a byte, the lowest first, the high bit where more follow."""
    result = bytearray()
    while number > 0x7F:
        result.append(number & 0x7F | 0x80)
        number >>= 7
    result.append(number)
    return bytes(result)


# DIMACS


def dimacs(graph: Graph, root: Literal, title: str) -> Iterator[str]:
    """The lines of a CNF that is satisfiable exactly when the literal can be 1; comments say which variable is which input bit."""
    nodes = under(graph, root)
    number_of = {node: n for n, node in enumerate(nodes, 1)}
    names = bit_names(graph)
    yield f"c {title}"
    for node in nodes:
        if graph.gates[node][0] == INPUT:
            yield f"c {number_of[node]} = {names[node]}"
    claim = [()] if root == 0 else [(variable(root),)] if root > 1 else []
    lines = [
        " ".join(map(str, [*[number_of[abs(x)] * (1 if x > 0 else -1) for x in clause], 0]))
        for clause in chain(clauses(graph, nodes), claim)
    ]
    yield f"p cnf {len(nodes)} {len(lines)}"
    yield from lines
