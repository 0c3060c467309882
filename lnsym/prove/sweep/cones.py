"""Cones: the gates under some literals down to a cut, as truth tables and as clauses.

A cone treats the nodes of its cut as free. So what is shown equal over a cone is equal; what differs over it may still be equal, unless the
cut is made of inputs only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from lnsym.prove.circuit.graph import AND, INPUT, XOR, Graph, Literal, value

Clause = tuple[int, ...]

MAX_LEAVES = 11
"""The widest cut whose 2**11 points are looked at one by one."""

MAX_INPUTS = 16
"""Up to how many inputs a whole cone is looked at on all its points."""

TABLE_GATES = 96
"""How many gates a cone may have that is compared by its truth tables."""

PARITY_GATES = 400
"""How many XOR gates are looked through."""


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


def difference_table(graph: Graph, a: Literal, b: Literal, part: Cone) -> int:
    """Where two literals differ, a bit for each point: values of the leaves, the first leaf the lowest bit of a point's number."""
    place = {0: 0, **{leaf: n + 1 for n, leaf in enumerate(part.leaves)}}
    known = [0, *_columns(len(part.leaves))]
    ones = (1 << (1 << len(part.leaves))) - 1
    for node in part.gates:
        place[node] = len(known)
        kind, x, y, z = graph.gates[node]
        known.append(value((kind, _moved(x, place), _moved(y, place), _moved(z, place)), known, ones))
    return known[place[a >> 1]] ^ known[place[b >> 1]] ^ (ones if (a ^ b) & 1 else 0)


def equal_by_parity(graph: Graph, a: Literal, b: Literal) -> bool:
    """Whether two literals are XORs of the same literals, through up to PARITY_GATES gates of either."""
    gates = graph.gates
    odd = {a >> 1, b >> 1} if a >> 1 != b >> 1 else set()
    waiting = [-node for node in odd]
    heapify(waiting)
    sign = (a ^ b) & 1
    for _ in range(PARITY_GATES):
        while waiting and -waiting[0] not in odd:
            heappop(waiting)
        if not waiting:
            break
        node = -heappop(waiting)
        kind, x, y, _ = gates[node]
        if kind != XOR:
            return False  # the newest node is in one of them alone
        odd.remove(node)
        for literal in (x, y):
            if literal >> 1 in odd:
                odd.remove(literal >> 1)
            else:
                odd.add(literal >> 1)
                heappush(waiting, -(literal >> 1))
    return not odd - {0} and not sign


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


def narrow_cone(graph: Graph, a: int, b: int) -> Cone:
    """The cone of two nodes down to a cut of at most MAX_LEAVES nodes.

    Of the nodes of the cut the one is opened next that brings the fewest new ones, so that ways that meet again below are closed: the
    reconvergence-driven cut of logic synthesis. A deeper cut shows all that the cuts above it show.
    """
    gates = graph.gates
    leaves = {node for node in (a, b) if node}
    inside: list[int] = []
    while len(inside) < TABLE_GATES:
        best, fewest, brought = 0, MAX_LEAVES + 2 - len(leaves), list[int]()
        for leaf in leaves:
            kind, x, y, z = gates[leaf]
            if kind == INPUT:
                continue
            fanin = (x >> 1, y >> 1, z >> 1) if z >= 0 else (x >> 1, y >> 1)
            new = [node for node in fanin if node not in leaves]
            if len(new) < fewest or (len(new) == fewest and leaf > best > 0):
                best, fewest, brought = leaf, len(new), new
        if not best:
            break
        leaves.remove(best)
        leaves.update(brought)
        inside.append(best)
    inside.sort()
    return Cone(inside, sorted(leaves), all(gates[leaf][0] == INPUT for leaf in leaves))


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
