"""Cones: the gates under some literals down to a cut, as truth tables and as clauses.

A cone treats the nodes of its cut as free. So what is shown equal over a cone is equal; what differs over it may still be equal, unless the
cut is made of inputs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from lnsym.prove.circuit.graph import AND, INPUT, XOR, Gate, Graph, Literal, values

Clause = tuple[int, ...]

MAX_LEAVES = 11
"""The widest cut whose 2**11 points are looked at one by one."""

TABLE_GATES = 96
"""How many gates a cone may have that is compared by its truth tables."""


@dataclass
class Cone:
    """Gates in the order of their numbers, and the nodes below them."""

    gates: list[int]
    leaves: list[int]
    whole: bool
    """Whether the cut is made of inputs."""


def cone(graph: Graph, roots: Iterable[int], limit: int) -> Cone:
    """The up to `limit` highest gates under some nodes."""
    gates = graph.gates
    heap = [-node for node in set(roots) if node]
    heapify(heap)
    seen = set(heap)
    inside: list[int] = []
    leaves: list[int] = []
    while heap and len(inside) < limit:
        node = -heappop(heap)
        kind, *fanin = gates[node]
        if kind == INPUT:
            leaves.append(node)
            continue
        inside.append(node)
        for literal in fanin:
            if literal > 1 and -(literal >> 1) not in seen:
                seen.add(-(literal >> 1))
                heappush(heap, -(literal >> 1))
    cut = [-node for node in heap]
    whole = all(gates[node][0] == INPUT for node in cut)
    inside.reverse()
    return Cone(inside, leaves + cut, whole)


def equal_by_tables(graph: Graph, a: Literal, b: Literal) -> bool:
    """Whether two literals are one function of the nodes of some narrow cut, looked at point by point."""
    gates = graph.gates
    for narrow in _narrow_cuts(gates, a >> 1, b >> 1):
        place = {0: 0, **{leaf: n + 1 for n, leaf in enumerate(narrow.leaves)}}
        known = [0, *_columns(len(narrow.leaves))]
        for node in narrow.gates:
            place[node] = len(place)
        local: list[Gate] = [(INPUT, -1, -1, -1)] * (len(narrow.leaves) + 1)
        for node in narrow.gates:
            kind, x, y, z = gates[node]
            local.append((kind, _moved(x, place), _moved(y, place), _moved(z, place)))
        ones = (1 << (1 << len(narrow.leaves))) - 1
        values(local, known, ones)
        if known[place[a >> 1]] ^ known[place[b >> 1]] == (ones if (a ^ b) & 1 else 0):
            return True
    return False


def _moved(literal: Literal, place: dict[int, int]) -> Literal:
    return literal if literal < 0 else place[literal >> 1] << 1 | literal & 1


_COLUMNS: dict[int, list[int]] = {}


def _columns(count: int) -> list[int]:
    """The inputs of a function of `count` inputs as truth tables."""
    if count not in _COLUMNS:
        size = 1 << count
        _COLUMNS[count] = [
            ((1 << size) - 1) // ((1 << (2 << j)) - 1) * (((1 << (1 << j)) - 1) << (1 << j)) for j in range(count)
        ]
    return _COLUMNS[count]


def _narrow_cuts(gates: Sequence[Gate], a: int, b: int) -> Iterator[Cone]:
    """Cuts of at most MAX_LEAVES nodes on the way down from two nodes: the narrowest in each stretch of the way, the inputs last."""
    heap = [-node for node in {a, b} if node]
    heapify(heap)
    seen = set(heap)
    inside: list[int] = []
    inputs: list[int] = []
    best: Cone | None = None
    stretch = 6
    while heap and len(inside) < TABLE_GATES:
        node = -heappop(heap)
        kind, *fanin = gates[node]
        if kind == INPUT:
            inputs.append(node)
            if len(inputs) > MAX_LEAVES:
                break
            if heap:
                continue
        else:
            inside.append(node)
            for literal in fanin:
                if literal > 1 and -(literal >> 1) not in seen:
                    seen.add(-(literal >> 1))
                    heappush(heap, -(literal >> 1))
        width = len(heap) + len(inputs)
        if width <= MAX_LEAVES and len(inside) > 1 and (best is None or width <= len(best.leaves)):
            best = Cone(inside[::-1], [-leaf for leaf in heap] + inputs, not heap)
        if len(inside) >= stretch and best is not None:
            yield best
            best, stretch = None, len(inside) * 3
    if best is not None:
        yield best
    if not heap and len(inputs) <= MAX_LEAVES:
        yield Cone(inside[::-1], inputs, True)


def clauses(graph: Graph, gates: Iterable[int]) -> Iterator[Clause]:
    """What some gates say, in conjunctive normal form; node n is the variable n, and node 0 must be made false."""
    for node in gates:
        kind, a, b, c = graph.gates[node]
        x = -(a >> 1) if a & 1 else a >> 1
        y = -(b >> 1) if b & 1 else b >> 1
        if kind == AND:
            yield (-node, x)
            yield (-node, y)
            yield (node, -x, -y)
        elif kind == XOR:
            yield (-node, x, y)
            yield (-node, -x, -y)
            yield (node, -x, y)
            yield (node, x, -y)
        elif kind != INPUT:
            z = -(c >> 1) if c & 1 else c >> 1
            for p, q in ((x, y), (x, z), (y, z)):
                yield (-node, p, q)
                yield (node, -p, -q)


def variable(literal: Literal) -> int:
    """A literal of the graph as one of the clauses."""
    return -(literal >> 1) if literal & 1 else literal >> 1
