"""Atoms, the spaces they live in, and what is a function of what.

A *space* is a span of forms (constants dropped) of at most MAX_DIM dimensions, known by its reduced row echelon basis,
whose rows are its coordinates. An *atom* is the constant 1, an input bit, or a function of the coordinates of one
space: one that was met there and is no XOR of earlier ones. So every function of a space is one XOR of its coordinates
and of its atoms, found by elimination on algebraic normal forms; two functions of one space have the same form exactly
when they are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import reduce
from typing import Any, TypeVar

from lnsym.prove.gf2.forms import ONE, ZERO, Form, echelon
from lnsym.prove.gf2.truth_tables import COORDINATES, FULL, MAX_DIM, NONLINEAR, compose, moebius, points

SHORT = 8
"""Forms of up to this many atoms are left as they are."""


K = TypeVar("K")
T = TypeVar("T")


class Space:
    """A span of forms with what is known of its functions.

    `functions` maps the length of an algebraic normal form to (that normal form, its form): rows of an echelon basis.
    """

    __slots__ = ("dim", "functions", "generation", "pivots", "rows", "wider")

    def __init__(self, pivots: Sequence[int], rows: tuple[Form, ...], generation: int) -> None:
        self.pivots = frozenset(pivots)
        self.rows = rows
        self.dim = len(rows)
        self.generation = generation
        """How many nonlinear steps deep its functions lie: one more than the newest atom of its rows."""
        self.functions: dict[int, tuple[int, Form]] = {1: (1, ONE)}
        for j, row in enumerate(rows):
            self.functions[(1 << j) + 1] = (1 << (1 << j), row)
        self.wider: list[tuple[Space, bytes]] = []
        """The spaces that this one lies in, with its coordinates as functions on them."""

    def reduce(self, normal_form: int) -> tuple[Form, int]:
        """The form of the function as far as it is known, and the normal form of what is left of it."""
        form, functions = ZERO, self.functions
        while normal_form:
            known = functions.get(normal_form.bit_length())
            if known is None:
                break
            normal_form ^= known[0]
            form ^= known[1]
        return form, normal_form

    def coordinates_of(self, form: Form) -> list[int] | None:
        """Which coordinates the form is the XOR of; None when it is not in the space."""
        used = []
        for j, (pivot, row) in enumerate(zip(sorted(self.pivots), self.rows, strict=True)):
            if pivot in form:
                used.append(j)
                form ^= row
        return None if form else used


class Ground:
    """A space that determines some forms, and the older spaces that were looked through to find it."""

    __slots__ = ("_atoms", "_inner", "_named", "_opened", "_tables", "dim", "pivots", "rows")

    def __init__(self, atoms: Atoms, rows: dict[int, Form], opened: set[Space], named: set[int]) -> None:
        self.pivots = sorted(rows)
        self.rows = tuple([rows[pivot] for pivot in self.pivots])
        self.dim = len(rows)
        self._atoms = atoms
        self._opened = opened
        self._named = named
        self._tables: dict[int, int] = {}
        self._inner: dict[Space, bytes] = {}

    @property
    def looked_through(self) -> bool:
        """Whether the space is deeper than the forms' own."""
        return bool(self._opened)

    def table(self, form: Form) -> int:
        """The truth table of a form over the coordinates."""
        result = 0
        if self._opened:
            form, result = self._look_through(form)
        if 0 in form:
            result ^= FULL[self.dim]
            form ^= ONE
        coordinates = COORDINATES[self.dim]
        for j, pivot in enumerate(self.pivots):
            if pivot in form:
                result ^= coordinates[j]
                form ^= self.rows[j]
        assert not form, "the form is no function of this space"
        return result

    def _look_through(self, form: Form) -> tuple[Form, int]:
        """The atoms of the form in spaces that were not opened, and the table of the others."""
        result = 0
        space, definition, opened = self._atoms.space, self._atoms.definition, self._opened
        closed: set[int] = set()
        waiting = set(form)
        while waiting:
            atom = waiting.pop()
            if atom in self._named:
                waiting.symmetric_difference_update(definition[atom])
            elif space[atom] in opened:
                result ^= self._atom_table(atom)
            else:
                closed ^= {atom}
        return frozenset(closed), result

    def _atom_table(self, atom: int) -> int:
        found = self._tables.get(atom)
        if found is None:
            space = self._atoms.space[atom]
            assert space is not None
            inner = self._inner.get(space)
            if inner is None:
                inner = self._inner[space] = points([self.table(row) for row in space.rows], self.dim)
            found = self._tables[atom] = compose(self._atoms.table[atom], inner)
        return found


class Atoms:
    """All atoms and spaces of one proof.

    An atom with a space is the function `table` of its coordinates; one with a `definition` stands for that form of older
    atoms; the others are inputs, by key in `inputs`. `generation` says how many nonlinear steps deep an atom lies.
    """

    def __init__(self) -> None:
        self.space: list[Space | None] = [None]
        self.table: list[int] = [0]
        self.generation: list[int] = [0]
        self._pivots_of: list[frozenset[int]] = [ZERO]
        self.definition: dict[int, tuple[int, ...]] = {}
        self.inputs: dict[Hashable, Form] = {}
        self._spaces: dict[tuple[Form, ...], Space] = {}
        self._by_top: defaultdict[int, list[Space]] = defaultdict(list)
        self._wide_by_pivot: defaultdict[int, list[Space]] = defaultdict(list)
        self._multiples: dict[Form, dict[int, tuple[Form, Form]]] = {}
        self._partners: dict[Form, list[Form]] = {}
        self._pairs: dict[Hashable, tuple[None, Form]] = {}
        self._loose: dict[int, list[tuple[dict[Any, tuple[Any, Form]], Any]]] = {}

    def _new(self, space: Space | None, table: int, generation: int) -> int:
        self.space.append(space)
        self.table.append(table)
        self.generation.append(generation)
        self._pivots_of.append(space.pivots if space else ZERO)
        return len(self.space) - 1

    def input(self, key: Hashable) -> Form:
        """The input bit known by this key."""
        form = self.inputs.get(key)
        if form is None:
            form = self.inputs[key] = frozenset([self._new(None, 0, 0)])
        return form

    # -- from forms to spaces -------------------------------------------------------------------

    def ground(self, forms: Iterable[Form]) -> Ground | None:
        """The deepest space known to determine the forms; None when they span more than MAX_DIM dimensions.

        Looking through older spaces is what lets a chain of tables or gates collapse: the last gate of an S-box reads bits
        that are nonlinear themselves, yet all of them are functions of the same byte. Whole generations are opened,
        newest first, while the rank stays within MAX_DIM: opening one space at a time gets stuck, since the others count as
        independent until they are opened too.
        """
        rows = echelon(forms, MAX_DIM)
        if rows is None:
            return None
        opened: set[Space] = set()
        named: set[int] = set()
        generation = self.generation
        while True:
            newest = max([generation[atom] for row in rows.values() for atom in row], default=0)
            if not newest:
                break
            deeper = self._open(rows.values(), newest, opened, named)
            if deeper is None:
                break
            rows = deeper
        return Ground(self, rows, opened, named)

    def _open(
        self, generators: Iterable[Form], newest: int, opened: set[Space], named: set[int]
    ) -> dict[int, Form] | None:
        """The basis after all atoms of the newest generation were looked through, or None when that is too wide."""
        generation, space, definition = self.generation, self.space, self.definition
        pivots: set[int] = set()
        for form in generators:
            for atom in form:
                if generation[atom] == newest:
                    pivots |= self._pivots_of[atom]
                    if len(pivots) > MAX_DIM:  # rows with different greatest atoms are independent
                        return None
        active, expanded = opened.copy(), set[int]()
        waiting, left = list(generators), list[Form]()
        while waiting:
            form = waiting.pop()
            while True:
                young = [atom for atom in form if generation[atom] == newest]
                if not young:
                    break
                form = form.difference(young)
                for atom in young:
                    home = space[atom]
                    if home is None:
                        expanded.add(atom)
                        form ^= frozenset(definition[atom])
                    elif home not in active:
                        active.add(home)
                        waiting += home.rows
            left.append(form)
        rows = echelon(left, MAX_DIM)
        if rows is not None:
            opened |= active
            named |= expanded
        return rows

    def space_of(self, ground: Ground) -> Space:
        """The space with these coordinates."""
        found = self._spaces.get(ground.rows)
        if found is None:
            generation = self.generation
            newest = max([generation[atom] for row in ground.rows for atom in row])
            found = self._spaces[ground.rows] = Space(ground.pivots, ground.rows, newest + 1)
            self._relate(found)
        return found

    def _relate(self, space: Space) -> None:
        """Note which spaces lie in this one, and learn their functions, and in which ones it lies."""
        top = max(space.pivots)
        for wide in self._wide_by_pivot.get(top, ()):
            if space.pivots < wide.pivots:
                self._include(space, wide)
        if space.dim > 2:
            for pivot in space.pivots:
                for narrow in self._by_top.get(pivot, ()):
                    if narrow.pivots < space.pivots:
                        self._include(narrow, space)
                self._wide_by_pivot[pivot].append(space)
        self._by_top[top].append(space)

    def _include(self, narrow: Space, wide: Space) -> None:
        tables = []
        coordinates = COORDINATES[wide.dim]
        for row in narrow.rows:
            used = wide.coordinates_of(row)
            if used is None:
                return
            table = 0
            for j in used:
                table ^= coordinates[j]
            tables.append(table)
        inner = points(tables, wide.dim)
        narrow.wider.append((wide, inner))
        nonlinear = NONLINEAR[narrow.dim]
        for normal_form, form in narrow.functions.values():
            if normal_form & nonlinear:
                lifted = moebius(compose(moebius(normal_form, narrow.dim), inner), wide.dim)
                known, left = wide.reduce(lifted)
                if left:
                    self._enter(wide.functions, left.bit_length(), left, form ^ known)

    def _enter(self, rows: dict[K, tuple[T, Form]], key: K, left: T, form: Form) -> None:
        """Note the form of something where it will follow a renaming."""
        rows[key] = left, form
        loose = self._loose
        if not loose.keys().isdisjoint(form):
            for atom in loose.keys() & form:
                loose[atom].append((rows, key))

    # -- from functions to forms ----------------------------------------------------------------

    def function(self, table: int, ground: Ground) -> Form:
        """The form of a function of the ground's coordinates."""
        return self.settled(self._function(table, ground)[2])

    def product(self, x: Form, y: Form) -> Form:
        """x AND y."""
        return self.settled(self.loose_product(x, y))

    def _function(self, table: int, ground: Ground) -> tuple[Space | None, int, Form]:
        """The space, normal form and form of a function; new atoms are loose. A linear function has no space."""
        dim = ground.dim
        normal_form = moebius(table, dim)
        if not normal_form & NONLINEAR[dim]:
            form = ONE if normal_form & 1 else ZERO
            for j, row in enumerate(ground.rows):
                if normal_form >> (1 << j) & 1:
                    form ^= row
            return None, 0, form
        space = self.space_of(ground)
        form, left = space.reduce(normal_form)
        if left:
            form ^= self._met(space, left)
        return space, normal_form, form

    def _met(self, space: Space, normal_form: int) -> Form:
        """The form of a function that is none of those known in its space, for which it is now entered."""
        found: Form | None = None
        places = [(space, normal_form, ZERO)]
        if space.wider:
            table = moebius(normal_form, space.dim)
            for wide, inner in space.wider:
                there, left = wide.reduce(moebius(compose(table, inner), wide.dim))
                if left:
                    places.append((wide, left, there))
                else:
                    found = there
        if found is None:
            atom = self._new(space, moebius(normal_form, space.dim), space.generation)
            self._loose[atom] = []
            found = frozenset([atom])
        for place, left, there in places:
            self._enter(place.functions, left.bit_length(), left, there ^ found)
        return found

    def loose_function(self, table: int, ground: Ground) -> Form:
        """As `function`, for the argument of `shortened` only."""
        return self._function(table, ground)[2]

    def loose_product(self, x: Form, y: Form) -> Form:
        """As `product`, for the argument of `shortened` only."""
        if not x or not y:
            return ZERO
        extra = ZERO
        if 0 in x:
            x ^= ONE
            extra = y
            if not x:
                return y
        if 0 in y:
            y ^= ONE
            extra ^= x
            if not y:
                return extra
        if x == y:
            return x ^ extra
        form, rest = self._multiple(x, y)
        if rest:
            form, rest = self._multiple(y, x)
            if rest:
                square = self._by_square(x, y)
                if square is None:
                    ground = self.ground((x, y))
                    assert ground is not None
                    square = self._function(ground.table(x) & ground.table(y), ground)[2]
                form = square
                self._enter_multiple(y, x, form)
            self._enter_multiple(x, y, form)
        return form ^ extra if extra else form

    def loose_pair(self, key: Hashable, x: Form, y: Form) -> Form:
        """As `loose_product`, remembered under a key that stands for the two factors."""
        row = self._pairs.get(key)
        if row is not None:
            return row[1]
        form = self.loose_product(x, y)
        self._enter(self._pairs, key, None, form)
        return form

    def loose_product_of_sums(self, left: Sequence[Form], right: Sequence[Form]) -> Form:
        """The XOR of the one times the XOR of the other, from the single products where they are known."""
        x, y = [reduce(frozenset.symmetric_difference, forms) for forms in (left, right)]
        if x and y and x != y and 0 not in x and 0 not in y and self._multiple(x, y)[1] and self._multiple(y, x)[1]:
            for sums, whole in ((left, y), (right, x)):
                parts = [self._multiple(part, whole) for part in sums]
                if not any(rest for _, rest in parts):
                    product = reduce(frozenset.symmetric_difference, [part for part, _ in parts])
                    self._enter_multiple(x, y, product)
                    self._enter_multiple(y, x, product)
                    return product
        return self.loose_product(x, y)

    def _multiple(self, x: Form, y: Form) -> tuple[Form, Form]:
        """x AND y as far as it is known from products with x, and the factor that is left of y.

        The product with a fixed form is linear: so it does not matter whether the rewrite rules have expanded it.
        """
        rows = self._multiples.get(x)
        if rows is None:
            return (x, ZERO) if x == y else (ZERO, y)
        product = ZERO
        while y:
            row = rows.get(max(y))
            if row is None:
                break
            y ^= row[0]
            product ^= row[1]
        return product, y

    def _enter_multiple(self, x: Form, y: Form, product: Form) -> None:
        rows = self._multiples.get(x)
        if rows is None:
            rows = self._multiples[x] = {max(x): (x, x)}
            self._partners[x] = []
        known, rest = self._multiple(x, y)
        if rest:
            self._partners[x].append(y)
            self._enter(rows, max(rest), rest, known ^ product)

    def _by_square(self, x: Form, y: Form) -> Form | None:
        """x AND y from xv, uy, uv and (x ^ u)(y ^ v), all known; else None.

        The rewrite rules may have expanded a product of two sums, and then parted what they made.
        """
        for v in self._partners.get(x, ()):
            for u in self._partners.get(y, ()):
                x_u, y_v = x ^ u, y ^ v
                whole, rest = self._multiple(x_u, y_v)
                if rest:
                    whole, rest = self._multiple(y_v, x_u)
                if not rest:
                    corner, rest = self._multiple(u, v)
                    if not rest:
                        return whole ^ corner ^ self._multiple(x, v)[0] ^ self._multiple(y, u)[0]
        return None

    # -- loose atoms ----------------------------------------------------------------------------

    def settled(self, form: Form) -> Form:
        """The form, whose atoms are in use from now on."""
        if self._loose:
            for atom in form & self._loose.keys():
                del self._loose[atom]
        return form

    def shortened(self, form: Form) -> Form:
        """The form to be used for a bit: where it is long and has a loose atom, a single new atom in place of that one.

        An atom is loose as long as no form in use has it. That makes this a change of basis, of p for p ^ the rest of the form,
        and nothing is lost by it. It keeps forms short where a linear part would grow from round to round (Keccak).
        """
        loose = form & self._loose.keys() if self._loose else ZERO
        if not loose:
            return form
        if len(form) <= SHORT:
            return self.settled(form)
        old = max(loose)
        constant = ONE & form
        form ^= constant
        new = self._new(None, 0, max([self.generation[atom] for atom in form]))
        self.definition[new] = tuple(form)
        newest = self.generation[new]
        self._pivots_of[new] = ZERO.union(*[self._pivots_of[a] for a in form if self.generation[a] == newest])
        short = frozenset([new])
        change = form ^ short
        for rows, key in self._loose.pop(old):
            left, known = rows[key]
            if old in known:
                self._enter(rows, key, left, known ^ change)
        return short ^ constant
