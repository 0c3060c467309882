"""The method `gf2`: two terms are equal when their bits, as XORs over atoms, are the same.

Every bit of a term becomes a *form*, an XOR of atoms: the constant 1, input bits, and nonlinear functions. What is linear costs nothing
but set operations. A nonlinear step (an S-box, a nibble table, an AND gate, a choice) is a function on the *span* of the
forms it reads, a space of at most eight dimensions, and is known by its truth table over that space's reduced row echelon basis.
So code that works in another basis (vector-permute AES keeps its state multiplied by a matrix), and code that makes one S-box of
many tables or gates (T-tables, bitslicing), meets the standard in the same atoms, and no hint says how.
Products of two linear spaces are too wide for that: a bit of GHASH's product is the XOR of some three hundred ANDs, and is a matrix
over the atoms of its factors instead (`quadratic`).

Why it is exact. Each step replaces a bit by an equal one: a form by its definition, a function by its truth table, a truth table
by the XOR of coordinates and of functions that elimination says it is, a sum or product by what its operands' forms determine.
A sum of products is multiplied out by a & (b ^ c) = a & b ^ a & c and a & a = a alone, and its matrix is replaced by matrices whose XOR
it is. A column of a multiplication is an XOR only where the counts of the products in lighter columns leave nothing to carry.
So a form always is the function of the inputs that the term is, and two equal forms are equal functions. An operator that is not
understood (a division, the carries of a wide addition) becomes an input of its own, keyed by the forms it depends on: it stands
for one function of them, whatever that is. Nothing is hashed, sampled or assumed; truth tables are complete.

Where completeness stops: it can miss an equality, it cannot invent one.
- A nonlinear function of more than MAX_DIM dimensions is only found equal to one that is composed of the same steps.
- Products are bilinear in their factors (`products`, `quadratic`), not more: equal polynomials of degree three and above over many bits,
  grouped differently, stay apart (two blocks of GHASH by powers of the subkey), and so do carries of a wide addition from the gates of
  an adder.
- What one space looks through depends on what is known when it is made (`Atoms.ground`). So the second of two terms, the specification, is
  taken first: gates that came before the table of their S-box would, where some of them depend on few bits of the
  round before, be opened further than others, and be kept apart from it.
- Path conditions are not used: the terms must be equal on every input.

The modules, from the bottom: `truth_tables`, `forms` (XORs and spans), `spaces`, `atoms` (spaces to forms of functions), `quadratic`
(sums of products), `products`, `monomials` (bits of a bitwise form), `words` and `sums` (arithmetic, tables), `sharing` and `demand` (what
has to be computed at all), `bits` (operators of terms).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from lnsym.bv import BV
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.bits import Bits
from lnsym.prove.gf2.demand import Demand
from lnsym.prove.gf2.forms import ONE, Form
from lnsym.prove.gf2.products import Products
from lnsym.prove.gf2.quadratic import Quadratic
from lnsym.prove.gf2.sums import Sums
from lnsym.prove.gf2.words import Word


class Solver:
    """Shows equalities of terms. What it has learned of functions serves all that it is asked."""

    def __init__(self) -> None:
        self.atoms = Atoms()
        self.quadratic = Quadratic(self.atoms)
        self.products = Products(self.atoms, self.quadratic)
        self.sums = Sums(self.atoms)

    def word(self, term: BV) -> Word:
        """The forms of all bits of a term."""
        demand = Demand([term])
        bits = Bits(self.atoms, self.quadratic, self.products, self.sums, demand)
        for node in demand.order:
            bits.evaluate(node)
        return bits.words[term]

    def equal(self, a: BV, b: BV) -> bool:
        """Whether the two are shown to be one function."""
        return self.prove([(a, b)]) == [True]

    def prove(self, pairs: Sequence[tuple[BV, BV]], deadline: Deadline = NEVER) -> list[bool]:
        """For each pair of terms of one width whether the two are shown to be the same function of the variables.

        False says nothing. The pairs share one walk over their terms, second ones first; those not reached by the deadline are False.
        """
        results: list[bool] = []
        self.products.deadline = deadline
        with _collector_paused(), suppress(DeadlinePassed):
            for proved in self._proved(pairs, deadline):
                results.append(proved)
        self.products.deadline = NEVER
        return results + [False] * (len(pairs) - len(results))

    def _proved(self, pairs: Sequence[tuple[BV, BV]], deadline: Deadline) -> Iterator[bool]:
        """The answers one after the other. Raises DeadlinePassed."""
        demand = Demand([*[b for _, b in pairs], *[a for a, _ in pairs]])
        bits = Bits(self.atoms, self.quadratic, self.products, self.sums, demand)
        order = iter(demand.order)
        done: set[BV] = set()
        for a, b in pairs:
            while not (a in done and b in done):
                deadline.check("in gf2")
                term = next(order)
                bits.evaluate(term)
                done.add(term)
            yield a.width == b.width and self._same(bits.words[a], bits.words[b])
            bits.release(a)
            bits.release(b)

    def _same(self, a: Word, b: Word) -> bool:
        return all(self._zero(form ^ b[i]) for i, form in a.items())

    def _zero(self, form: Form) -> bool:
        """Whether a form is 0; if it is not empty, its atoms may still cancel once they are looked through."""
        if not form:
            return True
        if form == ONE:
            return False
        if self.quadratic.is_zero(form):
            return True
        form = self.quadratic.normal(form)
        ground = self.atoms.ground([form], deepest=True)
        return ground is not None and ground.table(form) == 0


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cyclic garbage collection: a proof makes millions of small objects in no cycles, to walk them takes most of its time.

    To freeze and unfreeze moves them among the old objects, else the end of the pause would walk them once.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
