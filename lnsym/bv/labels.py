"""Labels: names that a specification gives to its intermediate values, `a after round 17`.

A label changes nothing about a term. It lets a trace say what a register holds, and a refutation where the code
leaves the specification. Labels belong to the statement during which they were given, which hands them to whoever shows terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from lnsym.bv.term import BV

Labels: TypeAlias = Mapping[BV, str]

_collected: ContextVar[dict[BV, str] | None] = ContextVar("_collected", default=None)


@contextmanager
def collected_labels(into: dict[BV, str]) -> Iterator[None]:
    """Whatever is labelled in this block is noted there."""
    token = _collected.set(into)
    try:
        yield
    finally:
        _collected.reset(token)


def label(term: BV, text: str) -> BV:
    """The term itself, labelled for whoever collects labels, unless it is a constant or a variable. Its first label counts."""
    into = _collected.get()
    if into is not None and term.op not in ("const", "var"):
        into.setdefault(term, text)
    return term
