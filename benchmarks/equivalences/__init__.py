"""Forty equivalence goals that the cheap methods do not close, and near misses that are no equivalences.

`python -m benchmarks.equivalences` runs every method on every goal, each in a process of its own under a time limit, and prints one table.
Each goal is one value written in two ways that programs really use. The goals are of graded difficulty; some are beyond a method
within a minute.
"""

from __future__ import annotations

from benchmarks.equivalences import bits, crc, products, rounds, s_boxes, selections, sums
from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from benchmarks.equivalences.near_misses import NEAR_MISSES

GOALS: list[EquivalenceGoal] = [
    *selections.GOALS,
    *bits.GOALS,
    *sums.GOALS,
    *products.GOALS,
    *crc.GOALS,
    *s_boxes.GOALS,
    *rounds.GOALS,
]

__all__ = ["GOALS", "NEAR_MISSES", "EquivalenceGoal", "Sides"]
