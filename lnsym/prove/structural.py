"""Structural: both sides normalised to the same node."""

from __future__ import annotations

from lnsym.contract.goals import Goal


def proves(goal: Goal) -> bool:
    """Whether the two sides are one term, which makes them equal for every input, on this path and any other."""
    return goal.actual is goal.expected
