"""Rare events of goals, and inputs on which they come about: see `search`."""

from lnsym.prove.rare.events import comparisons, predicates
from lnsym.prove.rare.search import Needles

__all__ = ["Needles", "comparisons", "predicates"]
