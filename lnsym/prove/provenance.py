"""Where terms come from: the instruction that first computes one, the line of the specification that says it."""

from __future__ import annotations

from lnsym.bv import BV, show
from lnsym.contract.execution import Execution
from lnsym.prove.verdict import Apart


def locate_apart(execution: Execution, actual: BV, expected: BV) -> Apart:
    """Two terms that were not joined, for a reader."""
    return Apart(show(actual, 4, 100), show(expected, 4, 100))
