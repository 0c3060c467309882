"""Why two gates are one function: the arguments that a join demands, kept with it.

Each speaks of a cut: nodes taken as free. What holds for all values of a cut's nodes holds for all inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lnsym.prove.circuit.graph import Literal


@dataclass(frozen=True, slots=True)
class Table:
    """The two agree at every point of the cut, looked at one by one."""

    cut: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parity:
    """The two are XORs of the same literals."""


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """A SAT solver found no values of the cut's nodes on which the two differ, the gates above the cut given as clauses."""

    cut: tuple[int, ...]
    gates: int
    """How many gates the clauses speak of."""


Argument: TypeAlias = Table | Parity | Unsatisfiable


@dataclass(frozen=True, slots=True)
class Join:
    """A literal stands in the place of a node, and why it may."""

    node: int
    literal: Literal
    argument: Argument
