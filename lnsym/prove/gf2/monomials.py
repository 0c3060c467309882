"""XORs of ANDs, one bit of a bitwise form.

The rewrite rules expand a product of sums where these are short. So that it is found again, what is expanded is put back: a
factor that long monomials share is taken out, and (p ^ q) & (r ^ s) is one AND.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from lnsym.bv.forms import Monomial
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.forms import ONE, ZERO, Form
from lnsym.prove.gf2.products import Products


def entangled(monomials: Iterable[Monomial]) -> bool:
    """Whether monomials of words may be an expanded product: one is long, or two words have two partners in common."""
    partners: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for monomial in monomials:
        if len(monomial) > 2:
            return True
        x, y = [factor[:2] for factor in monomial]
        partners.setdefault(x, set()).add(y)
        partners.setdefault(y, set()).add(x)
    several = [others for others in partners.values() if len(others) > 1]
    return any(len(a & b) > 1 for a, b in combinations(several, 2))


def sum_of_products(atoms: Atoms, products: Products, monomials: Iterable[Sequence[Form]]) -> Form:
    """The XOR of ANDs; a form for `Atoms.shortened`."""
    result, plain = _without_constants(monomials)
    while any(len(monomial) > 2 for monomial in plain):
        counts = Counter(form for monomial in plain for form in monomial)
        shared = max([form for monomial in plain if len(monomial) > 2 for form in monomial], key=counts.__getitem__)
        inner = [list(monomial - {shared}) for monomial in plain if shared in monomial]
        plain = {monomial: None for monomial in plain if shared not in monomial}
        result ^= products.product(shared, atoms.settled(sum_of_products(atoms, products, inner)))
    squares, pairs = _factored(plain)
    for left, right in squares:
        result ^= products.product_of_sums(left, right)
    for x, y in pairs:
        result ^= products.product(x, y)
    return result


def _without_constants(monomials: Iterable[Sequence[Form]]) -> tuple[Form, dict[frozenset[Form], None]]:
    """An equal form and ANDs of two and more different forms without constants: (x ^ 1) & y = x & y ^ y."""
    linear = ZERO
    plain: dict[frozenset[Form], None] = {}
    for factors in monomials:
        expanded: dict[frozenset[Form], None] = {frozenset(): None}
        for form in factors:
            core = form - ONE
            times: dict[frozenset[Form], None] = {}
            for monomial in expanded:
                if core:
                    _toggle(times, monomial | {core})
                if 0 in form:
                    _toggle(times, monomial)
            expanded = times
        for monomial in expanded:
            if len(monomial) < 2:
                linear ^= next(iter(monomial), ONE)
            else:
                _toggle(plain, monomial)
    return linear, plain


def _toggle(monomials: dict[frozenset[Form], None], monomial: frozenset[Form]) -> None:
    if monomial in monomials:
        del monomials[monomial]
    else:
        monomials[monomial] = None


def _factored(
    pairs: Iterable[Collection[Form]],
) -> tuple[list[tuple[list[Form], list[Form]]], list[tuple[Form, Form]]]:
    """Products of sums, and pairs of which no two forms have two partners in common, with the same XOR as the pairs."""
    partners: dict[Form, dict[Form, None]] = {}
    for x, y in pairs:
        partners.setdefault(x, {})[y] = None
        partners.setdefault(y, {})[x] = None
    squares = []
    for x, y in combinations(partners, 2):
        common = [z for z in partners[x] if z in partners[y]]
        if len(common) > 1:
            alike = [z for z in partners if all(other in partners[z] for other in common)]
            for z in alike:
                for other in common:
                    del partners[z][other]
                    del partners[other][z]
            squares.append((alike, common))
    single = []
    for x, others in partners.items():
        for y in others:
            single.append((x, y))
            del partners[y][x]
    return squares, single
