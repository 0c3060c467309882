"""Products of two forms, in whatever way the rewrite rules have expanded and flattened them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import reduce

from lnsym.deadline import NEVER
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.quadratic import Quadratic

MANY = 16
"""Partners of a form, after which its products with forms of inputs are sums of products."""


class _Multiples:
    """The products with one form as far as they are known: an echelon basis of (factor, product) by pivot."""

    __slots__ = ("partners", "rows")

    def __init__(self, form: Form) -> None:
        self.rows: dict[int, tuple[Form, Form]] = {max(form): (form, form)}
        self.partners: list[Form] = []


class Products:
    """The products met in one proof.

    A product with a fixed form is linear. So x & (y ^ z) is known once x & y and x & z are, and the other way round.

    What is said in `Atoms.loose_function` of loose atoms holds for all forms that are given here.
    """

    def __init__(self, atoms: Atoms, quadratic: Quadratic) -> None:
        self.deadline = NEVER
        """When no new product is made any more: what is known until then stays right."""
        self._atoms = atoms
        self._quadratic = quadratic
        self._multiples: dict[Form, _Multiples] = {}
        self._hubs: set[Form] = set()
        """Forms of so many partners that their products are likely to be added up, as those in a product of words are."""
        self._pairs: dict[Hashable, dict[int, Form]] = {}

    def pairs(self, key: Hashable) -> dict[int, Form]:
        """For the products of two words at one distance: those met so far, by bit."""
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = {}
        return found

    def product(self, x: Form, y: Form) -> Form:
        """x AND y. Raises DeadlinePassed."""
        if self._atoms.sums:
            x, y = self._quadratic.normal(x), self._quadratic.normal(y)
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
        form, rest = self._known(x, y)
        if rest:
            there, rest_there = self._known(y, x)
            product = there
            if rest_there:
                self.deadline.check("in gf2")
                if self._hubs and (x in self._hubs or y in self._hubs) and self._of_inputs(x, y):
                    return self._quadratic.product(x, y) ^ extra
                found = self._by_square(x, y)
                product = self._atoms.loose_product(x, y) if found is None else found
                self._enter(y, x, rest_there, there ^ product)
            self._enter(x, y, rest, form ^ product)
            form = product
        return form ^ extra if extra else form

    def _of_inputs(self, x: Form, y: Form) -> bool:
        generation = self._atoms.generation
        return not any(generation[atom] for atom in x | y)

    def product_of_sums(self, left: Sequence[Form], right: Sequence[Form]) -> Form:
        """The XOR of the ones times the XOR of the others, made of the single products where they are known."""
        x, y = [reduce(frozenset.symmetric_difference, forms) for forms in (left, right)]
        if x and y and x != y and self._known(x, y)[1] and self._known(y, x)[1]:
            for sums, whole in ((left, y), (right, x)):
                parts = [self._known(part, whole) for part in sums]
                if not any(rest for _, rest in parts):
                    product = reduce(frozenset.symmetric_difference, [part for part, _ in parts])
                    for form, other in ((x, y), (y, x)):
                        known, rest = self._known(form, other)
                        self._enter(form, other, rest, known ^ product)
                    return product
        return self.product(x, y)

    def _known(self, x: Form, y: Form) -> tuple[Form, Form]:
        """x AND y as far as it is known from the products with x, and the factor that is left of y."""
        multiples = self._multiples.get(x)
        if multiples is None:
            return (x, ZERO) if x == y else (ZERO, y)
        product, rows = ZERO, multiples.rows
        while y:
            row = rows.get(max(y))
            if row is None:
                break
            y ^= row[0]
            product ^= row[1]
        return self._atoms.current(product) if product else product, y

    def _enter(self, x: Form, y: Form, rest: Form, product: Form) -> None:
        """Enter a partner of x, and what `_known` leaves of it with its product."""
        multiples = self._multiples.get(x)
        if multiples is None:
            multiples = self._multiples[x] = _Multiples(x)
            if max(rest) == max(x):
                rest, product = rest ^ x, product ^ x
        multiples.partners.append(y)
        if len(multiples.partners) == MANY:
            self._hubs.add(x)
        multiples.rows[max(rest)] = rest, product

    def _by_square(self, x: Form, y: Form) -> Form | None:
        """x AND y from xv, uy, uv and (x ^ u)(y ^ v), all known; else None.

        The rewrite rules may have expanded a product of two sums, and then parted what they made.
        """
        beside_x, beside_y = self._multiples.get(x), self._multiples.get(y)
        if beside_x is None or beside_y is None:
            return None
        for v in beside_x.partners:
            for u in beside_y.partners:
                x_u, y_v = x ^ u, y ^ v
                if not x_u or not y_v:
                    continue
                whole, rest = self._known(x_u, y_v)
                if rest:
                    whole, rest = self._known(y_v, x_u)
                if not rest:
                    corner, rest = self._known(u, v)
                    if not rest:
                        return whole ^ corner ^ self._known(x, v)[0] ^ self._known(y, u)[0]
        return None
