"""Spaces: spans of forms, small enough for truth tables over their coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from lnsym.prove.gf2.forms import ONE, Form
from lnsym.prove.gf2.truth_tables import COORDINATES, FULL, compose, points

Pairs: TypeAlias = tuple[tuple[Form, Form], ...]
"""Products of two forms without constants."""


class Space:
    """A span of forms (constants dropped), known by its reduced row echelon basis, whose rows are its coordinates.

    `functions` holds the nonlinear functions met on it, as an echelon basis: the length of the nonlinear part of an algebraic
    normal form -> (that normal form, its form).
    """

    __slots__ = ("deeper", "dim", "functions", "generation", "pivots", "rows", "wider")

    def __init__(self, pivots: Sequence[int], rows: tuple[Form, ...], generation: int) -> None:
        self.pivots = frozenset(pivots)
        self.rows = rows
        self.dim = len(rows)
        self.generation = generation
        """How many nonlinear steps deep its functions lie: one more than the newest atom of its rows."""
        self.functions: dict[int, tuple[int, Form]] = {}
        self.wider: tuple[tuple[Space, bytes], ...] = ()
        """The spaces that this one lies in, with its coordinates as functions on them."""
        self.deeper: tuple[tuple[Space, bytes], ...] = ()
        """The deepest space that determines this one, where that is another, with the coordinates as functions on it."""

    def spans(self, forms: Iterable[Form]) -> bool:
        """Whether the forms, without constants, lie in this space."""
        order = sorted(self.pivots)
        for form in forms:
            for pivot, row in zip(order, self.rows, strict=True):
                if pivot in form:
                    form ^= row
            if form:
                return False
        return True

    def coordinate_tables_on(self, wide: Space) -> list[int] | None:
        """The coordinates as truth tables over those of another space; None where this space does not lie in it."""
        tables = []
        order = sorted(wide.pivots)
        for form in self.rows:
            table = 0
            for pivot, row, coordinate in zip(order, wide.rows, COORDINATES[wide.dim], strict=True):
                if pivot in form:
                    form ^= row
                    table ^= coordinate
            if form:
                return None
            tables.append(table)
        return tables


class Functions:
    """The functions met in one proof, by atom. An atom with a space is the function `table` of its coordinates.

    One with a `definition` stands for the XOR of those older atoms, one with `products` for the XOR of these products of forms over
    older atoms; the others are inputs.
    """

    def __init__(self) -> None:
        self.space: list[Space | None] = [None]
        self.table: list[int] = [0]
        self.definition: dict[int, tuple[int, ...]] = {}
        self.products: dict[int, Pairs] = {}
        self.tables_on: dict[tuple[Form, ...], tuple[dict[int, int], dict[Space, bytes]]] = {}
        """By basis: truth tables of atoms over it, and the coordinates of other spaces on it, where it was looked down to."""


class Ground:
    """A space that determines some forms, and what was looked through to find it: older spaces, and named sums."""

    __slots__ = ("_functions", "_inner", "_named", "_opened", "_tables", "dim", "pivots", "rows")

    def __init__(self, functions: Functions, rows: Mapping[int, Form], opened: set[Space], named: set[int]) -> None:
        self.pivots = sorted(rows)
        self.rows = tuple([rows[pivot] for pivot in self.pivots])
        self.dim = len(rows)
        self._functions = functions
        self._opened = opened
        self._named = named
        self._tables: dict[int, int] = {}
        self._inner: dict[Space, bytes] = {}
        if opened:
            self._tables, self._inner = functions.tables_on.setdefault(self.rows, (self._tables, self._inner))

    @property
    def looks_through(self) -> bool:
        """Whether forms are other than linear over the coordinates, as far as is known."""
        return bool(self._opened or self._named)

    def table(self, form: Form) -> int:
        """The truth table of a form over the coordinates. The form is one of those the ground was made for."""
        result = 0
        if self._opened or self._named:
            form, result = self._look_through(form)
        if 0 in form:
            result ^= FULL[self.dim]
            form ^= ONE
        for pivot, row, coordinate in zip(self.pivots, self.rows, COORDINATES[self.dim], strict=True):
            if pivot in form:
                result ^= coordinate
                form ^= row
        assert not form, "the form is no function of this space"
        return result

    def _look_through(self, form: Form) -> tuple[Form, int]:
        """The atoms of the form that were not looked through, and the table of the others."""
        result = 0
        space, definition, opened, named = self._functions.space, self._functions.definition, self._opened, self._named
        tables = self._tables
        closed: set[int] = set()
        waiting = set(form)
        while waiting:
            atom = waiting.pop()
            if space[atom] in opened:
                known = tables.get(atom)
                result ^= self._atom_table(atom) if known is None else known
            elif atom in named:
                waiting.symmetric_difference_update(definition[atom])
            else:
                closed ^= {atom}
        return frozenset(closed), result

    def _atom_table(self, atom: int) -> int:
        space = self._functions.space[atom]
        assert space is not None
        inner = self._inner.get(space)
        if inner is None:
            inner = self._inner[space] = points([self.table(row) for row in space.rows], self.dim)
        found = self._tables[atom] = compose(self._functions.table[atom], inner)
        return found
