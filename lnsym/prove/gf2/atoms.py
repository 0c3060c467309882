"""Atoms: what forms are made of, and the forms of functions.

An atom is the constant 1, an input bit, a function on one space, or the name of a longer form. Functions of one space
are kept linearly independent, together with its coordinates, by elimination on algebraic normal forms. So two functions of
one space have the same form exactly when they are equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

from lnsym.prove.gf2.forms import ONE, ZERO, Form, echelon
from lnsym.prove.gf2.spaces import Functions, Ground, Pairs, Space
from lnsym.prove.gf2.truth_tables import MAX_DIM, NONLINEAR, compose, moebius, points

SHORT = 8
"""Forms of up to this many atoms get no name."""


class Atoms(Functions):
    """All atoms and spaces of one proof.

    `space`, `table` and `generation` are indexed by atom. Inputs are known by key in `inputs`. `generation` says
    how many nonlinear steps deep an atom lies; a sum of products is not looked through, and counts as an input.
    """

    def __init__(self) -> None:
        super().__init__()
        self.generation: list[int] = [0]
        self.inputs: dict[Hashable, Form] = {}
        self.sums: set[int] = set()
        """Sums of products (see `quadratic`), and names of XORs of these."""
        self.spaces: dict[tuple[Form, ...], Space] = {}
        self._pivots: dict[int, frozenset[int]] = {}
        self._by_top: defaultdict[int, list[Space]] = defaultdict(list)
        self._wide_by_pivot: defaultdict[int, list[Space]] = defaultdict(list)
        self._loose: set[int] = set()
        self._replaced: dict[int, Form] = {}
        self._gone: set[int] = set()
        """The atoms that are replaced."""

    def _new(self, space: Space | None, table: int, generation: int) -> int:
        self.space.append(space)
        self.table.append(table)
        self.generation.append(generation)
        return len(self.space) - 1

    def input(self, key: Hashable) -> Form:
        """The input bit known by this key."""
        form = self.inputs.get(key)
        if form is None:
            form = self.inputs[key] = frozenset([self._new(None, 0, 0)])
        return form

    def new_sum_of_products(self, pairs: Pairs) -> int:
        """A new atom for the XOR of products of forms."""
        atom = self._new(None, 0, 0)
        self.products[atom] = pairs
        self.sums.add(atom)
        return atom

    # -- from forms to spaces -------------------------------------------------------------------

    def ground(self, forms: Iterable[Form], deepest: bool = False) -> Ground | None:
        """A space that determines the forms; None when they span more than MAX_DIM dimensions.

        Looking through older spaces is what lets a chain of tables or gates collapse: the last gate of an S-box reads bits
        that are nonlinear themselves, yet all of them are functions of the same byte. Whole generations are opened,
        newest first, while the rank stays within MAX_DIM: opening one space at a time gets stuck, since the others count as
        independent until they are opened too.

        A known space that spans what is left ends that, unless the deepest is asked for. So all gates and tables of an S-box
        stay on the byte that it reads, where some of them could be opened further (the lowest bits of a counter, where the
        carries above them are functions of these same bits) and others could not.
        """
        rows = echelon(forms, MAX_DIM)
        if rows is None:
            return None
        opened: set[Space] = set()
        named: set[int] = set()
        generation = self.generation
        while deepest or not self._is_known(rows):
            newest = max([generation[atom] for row in rows.values() for atom in row], default=0)
            if not newest or self._spans_too_much(rows.values(), newest):
                break
            deeper = self._look_through(rows.values(), newest, opened, named)
            if deeper is None:
                break
            rows = deeper
        return Ground(self, rows, opened, named)

    def _is_known(self, rows: Mapping[int, Form]) -> bool:
        """Whether the span of rows, keyed by pivot, lies in a known space."""
        pivots, candidates = rows.keys(), self._wide_by_pivot.get(max(rows, default=0), ())
        return any(pivots <= wide.pivots and wide.spans(rows.values()) for wide in candidates)

    def _spans_too_much(self, forms: Iterable[Form], newest: int) -> bool:
        """Whether the spaces of this generation have too many pivots: rows with different pivots are independent."""
        pivots: set[int] = set()
        for form in forms:
            for atom in form:
                if self.generation[atom] == newest:
                    pivots |= self._pivots_of(atom)
                    if len(pivots) > MAX_DIM:
                        return True
        return False

    def _pivots_of(self, atom: int) -> frozenset[int]:
        """The pivots of the spaces of an atom's own generation that it leads to; of very many, only some."""
        space = self.space[atom]
        return self._pivots[atom] if space is None else space.pivots

    def _look_through(
        self, generators: Iterable[Form], newest: int, opened: set[Space], named: set[int]
    ) -> dict[int, Form] | None:
        """The basis after all atoms of the newest generation were opened, or None when that is too wide."""
        generation, space = self.generation, self.space
        active, expanded = opened.copy(), named.copy()
        waiting, left = list(generators), list[Form]()
        homes: set[Space] = set()
        while waiting or homes:
            if not waiting:
                for home in homes:
                    if active.isdisjoint([wide for wide, _ in home.wider]):
                        waiting += home.rows
                homes = set()
                continue
            form = waiting.pop()
            while True:
                young = [atom for atom in form if generation[atom] == newest]
                if not young:
                    break
                form = form.difference(young)
                for atom in young:
                    home_of_atom = space[atom]
                    if home_of_atom is None:
                        expanded.add(atom)
                        form ^= frozenset(self.definition[atom])
                    elif home_of_atom not in active:
                        active.add(home_of_atom)
                        homes.add(home_of_atom)
            left.append(form)
        rows = echelon(left, MAX_DIM)
        if rows is not None:
            opened |= active
            named |= expanded
        return rows

    def _space_of(self, ground: Ground) -> Space:
        found = self.spaces.get(ground.rows)
        if found is None:
            generation = self.generation
            newest = max([generation[atom] for row in ground.rows for atom in row])
            found = self.spaces[ground.rows] = Space(ground.pivots, ground.rows, newest + 1)
            self._relate(found)
            if found.wider:
                self._found_inside(found)
        return found

    def _found_inside(self, space: Space) -> None:
        """Of a new space that others span: it is opened with them, and what is known where it could be opened is kept."""
        space.generation = max([space.generation, *[wide.generation for wide, _ in space.wider]])
        deepest = self.ground(space.rows, deepest=True)
        assert deepest is not None
        if deepest.rows != space.rows:
            inner = points([deepest.table(row) for row in space.rows], deepest.dim)
            space.deeper = ((self._space_of(deepest), inner),)

    def _relate(self, space: Space) -> None:
        """Let spaces that lie in one another share what is known of their functions."""
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
        tables = narrow.coordinate_tables_on(wide)
        if tables is None:
            return
        inner = points(tables, wide.dim)
        narrow.wider += ((wide, inner),)
        for normal_form, form in narrow.functions.values():
            lifted = moebius(compose(moebius(normal_form, narrow.dim), inner), wide.dim)
            known, left = self._reduce(wide, lifted)
            if left:
                _learn(wide, left, form ^ known)

    # -- from functions to forms ----------------------------------------------------------------

    def function(self, table: int, ground: Ground) -> Form:
        """The form of a function of the ground's coordinates."""
        return self.settled(self.loose_function(table, ground))

    def loose_function(self, table: int, ground: Ground) -> Form:
        """As `function`; its new atom is loose, so the form goes into `shortened` or `settled` before it is used."""
        dim = ground.dim
        normal_form = moebius(table, dim)
        if not normal_form & NONLINEAR[dim]:
            return self.current(_linear_part(normal_form, ground.rows))
        space = self._space_of(ground)
        form, left = self._reduce(space, normal_form)
        return form ^ self._met(space, left) if left else form

    def loose_product(self, x: Form, y: Form) -> Form:
        """The AND of two different forms without constants; as `loose_function`."""
        ground = self.ground((x, y))
        assert ground is not None
        if ground.dim != 2 or ground.looks_through:
            return self.loose_function(ground.table(x) & ground.table(y), ground)
        # The coordinates are two of x, y and x ^ y, so the AND is that of the coordinates but for linear terms.
        normal_form = NONLINEAR[2]
        for j, pivot in enumerate(ground.pivots):
            if pivot in x and pivot in y:
                normal_form |= 1 << (1 << j)
        space = self._space_of(ground)
        form, left = self._reduce(space, normal_form)
        return form ^ self._met(space, left) if left else form

    def _reduce(self, space: Space, normal_form: int) -> tuple[Form, int]:
        """The form of a function as far as it is known, and the normal form of what is left of it."""
        form, functions, nonlinear = ZERO, space.functions, NONLINEAR[space.dim]
        while high := normal_form & nonlinear:
            key = high.bit_length()
            row = functions.get(key)
            if row is None:
                return form, normal_form
            known, part = row
            if not self._gone.isdisjoint(part):
                part = self.current(part)
                functions[key] = known, part
            normal_form ^= known
            form ^= part
        return form ^ self.current(_linear_part(normal_form, space.rows)), 0

    def _met(self, space: Space, normal_form: int) -> Form:
        """The form of a function that is none of those known in its space, for which it is now entered."""
        found: Form | None = None
        places = [(space, normal_form, ZERO)]
        elsewhere = space.wider + space.deeper
        if elsewhere:
            table = moebius(normal_form, space.dim)
            for other, inner in elsewhere:
                there, left = self._reduce(other, moebius(compose(table, inner), other.dim))
                if left:
                    places.append((other, left, there))
                else:
                    found = there
        if found is None:
            atom = self._new(space, moebius(normal_form, space.dim), space.generation)
            self._loose.add(atom)
            found = frozenset([atom])
        for place, left, there in places:
            _learn(place, left, there ^ found)
        return found

    # -- names ----------------------------------------------------------------------------------

    def settled(self, form: Form) -> Form:
        """The form, whose atoms are in use from now on."""
        if not self._loose.isdisjoint(form):
            self._loose -= form
        return form

    def shortened(self, form: Form) -> Form:
        """The form to be used for a bit: where it is long and has a loose atom, a name for it in place of that atom.

        An atom is loose as long as no form in use has it. That makes this a change of basis, of p for p ^ the rest of the form:
        nothing is lost by it. It keeps forms short where a linear part would grow from round to round (Keccak).
        """
        if self._loose.isdisjoint(form):
            return self._with_few_sums(form) if self.sums and len(form) > SHORT else form
        if len(form) <= SHORT or not self.sums.isdisjoint(form):
            return self.settled(form)
        old = max(form & self._loose)
        self._loose.remove(old)
        constant = ONE & form
        form -= ONE
        name = frozenset([self._named(form)])
        self._replaced[old] = form ^ name
        self._gone.add(old)
        return name ^ constant

    def _with_few_sums(self, form: Form) -> Form:
        """The form, with a name for the XOR of many sums of products: they grow by one product after the other."""
        many = form & self.sums
        if len(many) <= SHORT:
            return form
        new = self._new(None, 0, 0)
        self.definition[new] = tuple(many)
        self.sums.add(new)
        return form - many | {new}

    def _named(self, form: Form) -> int:
        """A new name for a form."""
        newest = max(map(self.generation.__getitem__, form))
        new = self._new(None, 0, newest)
        self.definition[new] = tuple(form)
        pivots: frozenset[int] = frozenset()
        for atom in form:
            if self.generation[atom] == newest and len(pivots) <= MAX_DIM:
                pivots |= self._pivots_of(atom)
        self._pivots[new] = pivots
        return new

    def current(self, form: Form) -> Form:
        """The form with the names that have come in the place of loose atoms."""
        if self._gone.isdisjoint(form):
            return form
        replaced = self._replaced
        atoms = set(form)
        while old := atoms & self._gone:
            for atom in old:
                if atom in atoms:
                    atoms ^= replaced[atom]
        return frozenset(atoms)


def _linear_part(normal_form: int, rows: Iterable[Form]) -> Form:
    form = ONE if normal_form & 1 else ZERO
    for j, row in enumerate(rows):
        if normal_form >> (1 << j) & 1:
            form ^= row
    return form


def _learn(space: Space, normal_form: int, form: Form) -> None:
    space.functions[(normal_form & NONLINEAR[space.dim]).bit_length()] = normal_form, form
