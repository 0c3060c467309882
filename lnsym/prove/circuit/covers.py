"""Boolean functions of few inputs as circuits: minimised covers.

Truth tables are ints, bit a the value at the point a, as in `lnsym.prove.gf2.truth_tables` but without a bound on the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from lnsym.prove.circuit.graph import FALSE, TRUE, Graph, Literal

Cube: TypeAlias = tuple[int, int]
"""Which inputs are in the product, and which of these are not complemented; one bit each."""


def cover(table: int, inputs: int) -> tuple[Cube, ...]:
    """An irredundant sum of products of the function (S. Minato, Fast generation of irredundant sum-of-products forms, 1992)."""
    return _cover(table, table, inputs)[0]


@lru_cache(maxsize=1 << 16)
def _cover(lower: int, upper: int, inputs: int) -> tuple[tuple[Cube, ...], int]:
    """Cubes of a function between the two bounds, and that function."""
    if not lower:
        return (), 0
    full = (1 << (1 << inputs)) - 1
    if upper == full:
        return ((0, 0),), full
    half = 1 << (inputs - 1)
    mask = (1 << half) - 1
    lower0, lower1, upper0, upper1 = lower & mask, lower >> half, upper & mask, upper >> half
    cubes0, made0 = _cover(lower0 & ~upper1, upper0, inputs - 1)
    cubes1, made1 = _cover(lower1 & ~upper0, upper1, inputs - 1)
    rest = lower0 & ~made0 | lower1 & ~made1
    cubes, made = _cover(rest, upper0 & upper1, inputs - 1)
    bit = 1 << (inputs - 1)
    found = (
        *[(used | bit, positive) for used, positive in cubes0],
        *[(used | bit, positive | bit) for used, positive in cubes1],
        *cubes,
    )
    return found, made | made0 | (made | made1) << half


def function(graph: Graph, table: int, inputs: Sequence[Literal]) -> Literal:
    """The literal of a function of the inputs, input 0 the lowest bit of a point: the cheapest of its cover, that of its
    complement, and a tree of choices with equal subtables shared."""
    full = (1 << (1 << len(inputs))) - 1
    if table in (0, full):
        return TRUE if table else FALSE
    positive, negative = cover(table, len(inputs)), cover(table ^ full, len(inputs))
    sign = int(_gates(negative) < _gates(positive))
    cubes = negative if sign else positive
    if _gates(cubes) > 3 * _distinct_subtables(table, len(inputs)):
        return _tree(graph, table, inputs, {})
    products = [
        graph.all_of([x ^ 1 ^ (plain >> j & 1) for j, x in enumerate(inputs) if used >> j & 1]) for used, plain in cubes
    ]
    return graph.all_of([product ^ 1 for product in products]) ^ 1 ^ sign


def _gates(cubes: Sequence[Cube]) -> int:
    return sum(used.bit_count() for used, _ in cubes) - 1


def _distinct_subtables(table: int, inputs: int) -> int:
    found: set[tuple[int, int]] = set()
    waiting = [(table, inputs)]
    while waiting:
        key = waiting.pop()
        part, left = key
        if key in found or part in (0, (1 << (1 << left)) - 1):
            continue
        found.add(key)
        half = 1 << (left - 1)
        low, high = part & ((1 << half) - 1), part >> half
        waiting += [(low, left - 1), (high, left - 1)]
    return len(found)


def _tree(graph: Graph, table: int, inputs: Sequence[Literal], made: dict[tuple[int, int], Literal]) -> Literal:
    left = len(inputs)
    full = (1 << (1 << left)) - 1
    if table in (0, full):
        return TRUE if table else FALSE
    found = made.get((table, left))
    if found is None:
        half = 1 << (left - 1)
        low, high = table & ((1 << half) - 1), table >> half
        below = inputs[:-1]
        found = made[table, left] = graph.choose(
            inputs[-1], _tree(graph, high, below, made), _tree(graph, low, below, made)
        )
    return found
