"""Labels: names that a specification gives to its intermediate values, `a after round 17`.

A label changes nothing about a term. It lets a trace say what a register holds, and a refutation where the code
leaves the specification. A term keeps its first label.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from lnsym.bv.term import BV

_labels: WeakKeyDictionary[BV, str] = WeakKeyDictionary()


def label(term: BV, text: str) -> BV:
    """The term itself, now labelled, unless it is a constant or a variable or has a label."""
    if term.op not in ("const", "var"):
        _labels.setdefault(term, text)
    return term


def label_of(term: BV) -> str | None:
    """The label of a term."""
    return _labels.get(term)
