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

from lnsym.prove.gf2.forms import ONE, ZERO, Form, echelon
from lnsym.prove.gf2.truth_tables import COORDINATES, FULL, MAX_DIM, NONLINEAR, compose, moebius, points


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

    def learn(self, normal_form: int, form: Form) -> None:
        """Enter a function and its form, if it is not yet known."""
        known, left = self.reduce(normal_form)
        if left:
            self.functions[left.bit_length()] = (left, form ^ known)

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

    __slots__ = ("_atoms", "_inner", "_opened", "_tables", "dim", "pivots", "rows")

    def __init__(self, atoms: Atoms, rows: dict[int, Form], opened: set[Space]) -> None:
        self.pivots = sorted(rows)
        self.rows = tuple([rows[pivot] for pivot in self.pivots])
        self.dim = len(rows)
        self._atoms = atoms
        self._opened = opened
        self._tables: dict[int, int] = {}
        self._inner: dict[Space, bytes] = {}

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
        atoms = self._atoms
        closed, waiting = set(), set(form)
        while waiting:
            atom = waiting.pop()
            if atoms.space[atom] in self._opened:
                result ^= self._atom_table(atom)
                offset = atoms.offset[atom]
                if offset:
                    closed ^= offset  # what is opened of it is moved on below
                    more = {a for a in closed if atoms.space[a] in self._opened}
                    closed -= more
                    waiting ^= more
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

    `space`, `table`, `offset` and `generation` are indexed by atom: an atom with a space is `table` of its coordinates,
    XOR the form `offset` of older atoms; the others are inputs, and `inputs` says of what.
    """

    def __init__(self) -> None:
        self.space: list[Space | None] = [None]
        self.table: list[int] = [0]
        self.offset: list[Form] = [ZERO]
        self.generation: list[int] = [0]
        self.inputs: dict[Hashable, Form] = {}
        self._spaces: dict[tuple[Form, ...], Space] = {}
        self._by_top: defaultdict[int, list[Space]] = defaultdict(list)
        self._wide_by_pivot: defaultdict[int, list[Space]] = defaultdict(list)
        self._products: dict[tuple[Form, Form], Form] = {}
        self._renamed = False
        self._fresh = 0
        self._fresh_in: list[tuple[Space, int]] = []
        self._fresh_product: tuple[Form, Form] | None = None

    def _new(self, space: Space | None, table: int, generation: int) -> int:
        self.space.append(space)
        self.table.append(table)
        self.offset.append(ZERO)
        self.generation.append(generation)
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
        self._fresh = 0
        rows = echelon(forms, MAX_DIM)
        if rows is None:
            return None
        opened: set[Space] = set()
        generation = self.generation
        while True:
            newest = max([generation[atom] for row in rows.values() for atom in row], default=0)
            if not newest:
                break
            deeper = self._opened(rows.values(), newest, opened)
            if deeper is None:
                break
            rows = deeper
        return Ground(self, rows, opened)

    def _opened(self, generators: Iterable[Form], newest: int, opened: set[Space]) -> dict[int, Form] | None:
        """The basis after all atoms of the newest generation were looked through, or None when that is too wide."""
        generation, space, offset, renamed = self.generation, self.space, self.offset, self._renamed
        active = opened.copy()
        pivots: set[int] = set()
        waiting, left = list(generators), list[Form]()
        while waiting:
            form = waiting.pop()
            while True:
                young = [atom for atom in form if generation[atom] == newest or (renamed and space[atom] in active)]
                if not young:
                    break
                form = form.difference(young)
                for atom in young:
                    home = space[atom]
                    assert home is not None
                    if home not in active:
                        active.add(home)
                        pivots |= home.pivots
                        if len(pivots) > MAX_DIM:  # rows with different greatest atoms are independent
                            return None
                        waiting += home.rows
                    if offset[atom]:
                        form ^= offset[atom]
            left.append(form)
            if renamed and not waiting and any(space[atom] in active for form in left for atom in form):
                waiting, left = left, []
        rows = echelon(left, MAX_DIM)
        if rows is not None:
            opened |= active
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
                wide.learn(moebius(compose(moebius(normal_form, narrow.dim), inner), wide.dim), form)

    # -- from functions to forms ----------------------------------------------------------------

    def function(self, table: int, ground: Ground) -> Form:
        """The form of a function of the ground's coordinates."""
        dim = ground.dim
        normal_form = moebius(table, dim)
        if not normal_form & NONLINEAR[dim]:
            form = ONE if normal_form & 1 else ZERO
            for j, row in enumerate(ground.rows):
                if normal_form >> (1 << j) & 1:
                    form ^= row
            return form
        space = self.space_of(ground)
        known, left = space.reduce(normal_form)
        if not left:
            return known
        found: Form | None = None
        unknown = []
        for wide, inner in space.wider:
            there, more = wide.reduce(moebius(compose(table, inner), wide.dim))
            if more:
                unknown.append((wide, more, there))
            else:
                found = there
        places = [(space, left, known), *unknown]
        if found is None:
            atom = self._new(space, table, space.generation)
            found = frozenset([atom])
            self._fresh, self._fresh_product = atom, None
            self._fresh_in = [(place, more.bit_length()) for place, more, _ in places]
        for place, more, there in places:
            place.functions[more.bit_length()] = (more, there ^ found)
        return found

    def product(self, x: Form, y: Form) -> Form:
        """x AND y."""
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
        key = (x, y)
        found = self._products.get(key)
        if found is None:
            found = self._products.get((y, x))
        if found is None:
            ground = self.ground(key)
            assert ground is not None
            before = len(self.space)
            found = self._products[key] = self.function(ground.table(x) & ground.table(y), ground)
            if len(self.space) > before:
                self._fresh_product = key
        return found ^ extra if extra else found

    # -- renaming -------------------------------------------------------------------------------

    def mark(self) -> int:
        """A moment, for `shortened`."""
        return len(self.space)

    def shortened(self, form: Form, since: int) -> Form:
        """A shorter form for the same bit, where an atom in it was made since that moment and is in no other form.

        That atom then stands for the whole bit. It is a change of basis, from p to p ^ offset, and nothing is lost by it. It keeps
        forms short where a linear part would grow from round to round (Keccak).
        """
        atom = self._fresh
        if atom < since or len(form) <= 8 or atom not in form:
            return form
        constant = ONE & form
        short = frozenset([atom])
        offset = form ^ short ^ constant
        for space, key in self._fresh_in:
            normal_form, known = space.functions[key]
            space.functions[key] = (normal_form, known ^ offset)
        if self._fresh_product is not None:
            self._products[self._fresh_product] ^= offset
        self.offset[atom] = offset
        self.generation[atom] = max([self.generation[a] for a in form])
        self._fresh = 0
        self._renamed = True
        return short ^ constant
