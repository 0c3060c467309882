"""Forms: XORs of atoms, as sets of atom numbers. Atom 0 is the constant 1, and XOR is `^` of sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

Form: TypeAlias = frozenset[int]

ZERO: Final[Form] = frozenset()
ONE: Final[Form] = frozenset([0])


def echelon(forms: Iterable[Form], limit: int) -> dict[int, Form] | None:
    """The reduced row echelon basis of the span, constants dropped; None when it has more than `limit` rows.

    A row is keyed by its pivot, its greatest atom, which no other row has. The basis depends on the span alone.
    """
    rows: dict[int, Form] = {}
    for form in forms:
        if 0 in form:
            form = form ^ ONE
        for pivot, row in rows.items():
            if pivot in form:
                form = form ^ row
        if form:
            if len(rows) == limit:
                return None
            new = max(form)
            for pivot, row in rows.items():
                if new in row:
                    rows[pivot] = row ^ form
            rows[new] = form
    return rows
