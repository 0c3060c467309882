"""Vector lanes: lane 0 is the least significant, as Arm's Elem[] counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lnsym.bv import BV, concat


def lanes(vector: BV, esize: int) -> list[BV]:
    """The elements of `esize` bits, lane 0 first."""
    return [vector.extract(low + esize - 1, low) for low in range(0, vector.width, esize)]


def join(elements: Iterable[BV]) -> BV:
    """The vector with these elements, lane 0 first."""
    return concat(*reversed(list(elements)))


def lanewise(operation: Callable[..., BV], esize: int, *vectors: BV) -> BV:
    """The vector of `operation` on the corresponding elements of the vectors."""
    return join(map(operation, *[lanes(vector, esize) for vector in vectors]))
