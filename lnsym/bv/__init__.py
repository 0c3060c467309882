"""Bit vector terms: the one value type of lnsym.

`BV.const` and `BV.var` make leaves, operators and the functions below the rest; equal structure is the same object.
"""

from lnsym.bv.apart import show_apart
from lnsym.bv.evaluate import evaluate, substitute, topological, variables
from lnsym.bv.labels import label, label_of
from lnsym.bv.levels import rewrite_level
from lnsym.bv.operators import operands
from lnsym.bv.printing import show
from lnsym.bv.tables import Table, lookup, table
from lnsym.bv.term import BV, WidthMismatch, clmul, concat, ite, live_terms, terms_made

__all__ = [
    "BV",
    "Table",
    "WidthMismatch",
    "clmul",
    "concat",
    "evaluate",
    "ite",
    "label",
    "label_of",
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
