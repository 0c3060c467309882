"""Sums of products of two forms, multiplied out: bilinear forms over two spaces of atoms, and quadratic forms over one.

A carry-less product of two words is a few hundred bits, each of which is the XOR of up to as many products. Multiplied out over the atoms
of its factors such a bit is a matrix over GF(2), and it does not matter any more how the products were grouped (Karatsuba), in
which order they were added up, or which linear map came before or behind (a reduction, a byte order, a doubled operand).

A sum of products becomes one atom, and stays as it is while it is only XORed. It is multiplied out (`normal`) when it enters
another nonlinear step, or when it is compared with another bit at last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.spaces import Pairs
from lnsym.prove.gf2.truth_tables import MAX_DIM, QUADRATIC, moebius

Matrix: TypeAlias = dict[int, int]
"""The XOR of products of two different atoms: the row of an atom's number is the mask of the smaller ones that it is multiplied by.

Rows that are zero are left out. Atoms are numbered anew here, in the order in which they become factors.
"""

FEW = 4
"""The matrix of an atom of more products is kept."""


class Quadratic:
    """The sums of products of one proof."""

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._number: dict[int, int] = {}
        self._factors: list[int] = []
        self._masks: dict[Form, int] = {}
        self._known: dict[Pairs, int] = {}
        self._matrices: dict[int, tuple[Matrix, int]] = {}
        self._normal: dict[Form, Form] = {}
        self._basis: dict[tuple[int, int], tuple[Matrix, int]] = {}

    def sum_of_products(self, pairs: Iterable[tuple[Form, Form]]) -> Form:
        """The XOR of ANDs of forms, as one atom and what is linear in it."""
        linear = ZERO
        products: list[tuple[Form, Form]] = []
        for x, y in pairs:
            x, y = self.factor(x), self.factor(y)
            if 0 in x:
                x ^= ONE
                linear ^= y
            if 0 in y:
                y ^= ONE
                linear ^= x
            if x == y:
                linear ^= x
            elif x and y:
                products.append((x, y))
        if not products:
            return linear
        key = tuple(products)
        atom = self._known.get(key)
        if atom is None:
            atom = self._known[key] = self._atoms.new_sum_of_products(key)
        return linear ^ frozenset([atom])

    def product(self, x: Form, y: Form) -> Form:
        """x AND y."""
        return self.sum_of_products([(x, y)])

    def normal(self, form: Form) -> Form:
        """An equal form, the same one for equal sums of products of the same atoms; a form without such sums stays as it is."""
        if self._atoms.sums.isdisjoint(form):
            return form
        found = self._normal.get(form)
        if found is None:
            found = self._normal[form] = self._form_of(*self._multiplied_out(form))
            self._normal[found] = found
        return found

    def factor(self, form: Form) -> Form:
        """The normal form of a factor. Here an XOR of many gates is one too, since the other side may have made it as a product."""
        if not self._atoms.sums.isdisjoint(form):
            return self.normal(form)
        if len(form) <= FEW and self._atoms.definition.keys().isdisjoint(form):
            return form
        found = self._normal.get(form)
        if found is None:
            linear, matrix = self._multiplied_out(form)
            found = form if self._few_products(matrix) is not None else linear ^ self._reduced(matrix)
            self._normal[form] = found
        return found

    def _form_of(self, linear: Form, matrix: Matrix) -> Form:
        """What is a function of at most MAX_DIM forms becomes one on their space, where gates and tables may meet it.

        The other matrices are kept linearly independent by elimination.
        """
        if not matrix:
            return linear
        products = self._few_products(matrix)
        if products is None:
            return linear ^ self._reduced(matrix)
        factors = [self._form(mask) for pair in products for mask in pair]
        ground = self._atoms.ground(factors)
        assert ground is not None, "the factors span the rows of a matrix of small rank"
        table = 0
        for x, y in zip(factors[::2], factors[1::2], strict=True):
            table ^= ground.table(x) & ground.table(y)
        for u, v in products:
            linear ^= self._form(u & v)
        return linear ^ self._atoms.function(table, ground)

    def is_zero(self, form: Form) -> bool:
        """Whether nothing is left of a form that is multiplied out as far as can be."""
        linear, matrix = self._multiplied_out(form)
        return not linear and not matrix

    # -- matrices -------------------------------------------------------------------------------

    def _multiplied_out(self, form: Form) -> tuple[Form, Matrix]:
        """The form as what is linear, and products of two atoms.

        Each atom is made of older ones, so from the youngest one downwards none comes twice.
        """
        linear: set[int] = set()
        matrix: Matrix = {}
        waiting = set(form)
        order = [-atom for atom in form]
        heapify(order)
        while order:
            atom = -heappop(order)
            if atom not in waiting:
                continue
            waiting.remove(atom)
            older = self._add_atom(matrix, atom)
            if older is None:
                linear.add(atom)
                continue
            for part in older:
                if part in waiting:
                    waiting.remove(part)
                else:
                    waiting.add(part)
                    heappush(order, -part)
        return frozenset(linear), {number: row for number, row in matrix.items() if row}

    def _add_atom(self, matrix: Matrix, atom: int) -> Iterable[int] | None:
        """Add the products that an atom consists of to a matrix; the linear rest, or None where it is no sum of products."""
        atoms = self._atoms
        pairs = atoms.products.get(atom)
        if pairs is not None:
            if len(pairs) <= FEW:
                return self._form(self._add_products(matrix, pairs))
            known = self._matrices.get(atom)
            if known is None:
                own: Matrix = {}
                known = self._matrices[atom] = own, self._add_products(own, pairs)
            _add(matrix, known[0])
            return self._form(known[1])
        if atom in atoms.definition:
            return atoms.definition[atom]
        space = atoms.space[atom]
        if space is None:
            return None
        normal_form = moebius(atoms.table[atom], space.dim)
        if normal_form & ~QUADRATIC[space.dim]:
            return None
        rest = ONE if normal_form & 1 else ZERO
        for j, row in enumerate(space.rows):
            if normal_form >> (1 << j) & 1:
                rest ^= row
            for i in range(j):
                if normal_form >> (1 << j | 1 << i) & 1:
                    rest ^= self._form(self._add_products(matrix, [(row, space.rows[i])]))
        return rest

    def _add_products(self, matrix: Matrix, pairs: Iterable[tuple[Form, Form]]) -> int:
        """Add products of forms without constants to a matrix; the mask of the atoms that were multiplied by themselves."""
        squares = 0
        for x, y in pairs:
            u, v = self._mask(x), self._mask(y)
            squares ^= u & v
            for left, right in ((u, v), (v, u)):
                left &= -2 * (right & -right)  # the numbers that are greater than the smallest one on the other side
                while left:
                    high = left & -left
                    left ^= high
                    number = high.bit_length() - 1
                    matrix[number] = matrix.get(number, 0) ^ right & (high - 1)
        return squares

    def _mask(self, form: Form) -> int:
        """The atoms of a form as a mask of their numbers here."""
        mask = self._masks.get(form)
        if mask is None:
            mask = 0
            for atom in form:
                number = self._number.get(atom)
                if number is None:
                    number = self._number[atom] = len(self._factors)
                    self._factors.append(atom)
                mask |= 1 << number
            self._masks[form] = mask
        return mask

    def _form(self, mask: int) -> Form:
        return frozenset([self._factors[number] for number in _bits(mask)]) if mask else ZERO

    # -- the forms of matrices ------------------------------------------------------------------

    def _few_products(self, matrix: Matrix) -> list[tuple[int, int]] | None:
        """Pairs of masks whose products have this XOR but for squares; None where they would take more than MAX_DIM forms.

        Dickson's reduction: with u the atoms that s is multiplied by, and v those that t in u is, u * v has all products of s and t.
        """
        partners = dict.fromkeys(matrix, 0)
        for number, row in matrix.items():
            partners[number] ^= row
            for other in _bits(row):
                partners[other] = partners.get(other, 0) ^ 1 << number
        products: list[tuple[int, int]] = []
        for s in list(partners):
            u = partners[s]
            if not u:
                continue
            if 2 * len(products) == MAX_DIM:
                return None
            t = u.bit_length() - 1
            v = partners[t]
            for left, right in ((u, v), (v, u)):
                for number in _bits(left):
                    partners[number] ^= right
            products.append((u, v))
        return products

    def _reduced(self, matrix: Matrix) -> Form:
        """The form of a matrix of large rank, over those met so far and perhaps a new one."""
        form = ZERO
        while matrix:
            last = max(matrix)
            if not matrix[last]:
                del matrix[last]
                continue
            pivot = last, matrix[last].bit_length()
            known = self._basis.get(pivot)
            if known is None:
                pairs = tuple([(self._form(1 << number), self._form(row)) for number, row in matrix.items() if row])
                known = self._basis[pivot] = matrix.copy(), self._atoms.new_sum_of_products(pairs)
            form ^= frozenset([known[1]])
            _add(matrix, known[0])
        return form


def _add(matrix: Matrix, other: Matrix) -> None:
    """Add to a matrix in place; rows may become zero."""
    for number, row in other.items():
        matrix[number] = matrix.get(number, 0) ^ row


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
