"""Bit vector terms: the one value type of lnsym.

`BV.const` and `BV.var` make leaves, operators and the functions below the rest; equal structure is the same object.
"""

from lnsym.bv.apart import show_apart
from lnsym.bv.evaluate import evaluate, substitute, topological, variables
from lnsym.bv.labels import Labels, collected_labels, label
from lnsym.bv.levels import rewrite_level
from lnsym.bv.operators import operands
from lnsym.bv.printing import show
from lnsym.bv.tables import Table, lookup, table
from lnsym.bv.term import BV, WidthMismatch, clmul, concat, ite, live_terms, terms_made

__all__ = [
    "BV",
    "Labels",
    "Table",
    "WidthMismatch",
    "clmul",
    "collected_labels",
    "concat",
    "evaluate",
    "ite",
    "label",
    "live_terms",
    "lookup",
    "operands",
    "rewrite_level",
    "show",
    "show_apart",
    "substitute",
    "table",
    "terms_made",
    "topological",
    "variables",
]
