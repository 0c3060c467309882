"""Rare events of goals, and inputs on which they come about: see `search`."""

from lnsym.prove.rare.events import comparisons, predicates
from lnsym.prove.rare.search import CANDIDATES, NEEDLES, Decisive, Needles

__all__ = ["CANDIDATES", "NEEDLES", "Decisive", "Needles", "comparisons", "predicates"]
