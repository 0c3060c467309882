"""The method `gf2`."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from lnsym.bv import BV
from lnsym.prove.gf2.atoms import Atoms
from lnsym.prove.gf2.bits import Bits
from lnsym.prove.gf2.demand import Demand
from lnsym.prove.gf2.forms import ONE, Form
from lnsym.prove.gf2.products import Products
from lnsym.prove.gf2.words import Word


class Solver:
    """Decides equalities of terms; what it has learned of functions serves all its proofs."""

    def __init__(self) -> None:
        self.atoms = Atoms()
        self.products = Products(self.atoms)

    def word(self, term: BV) -> Word:
        """The forms of all bits of a term."""
        demand = Demand([term])
        bits = Bits(self.atoms, self.products, demand)
        for node in demand.order:
            bits.evaluate(node)
        return bits.words[term]

    def equal(self, a: BV, b: BV) -> bool:
        """Whether the two are shown to be one function."""
        return self.prove([(a, b)]) == [True]

    def prove(self, pairs: Sequence[tuple[BV, BV]], deadline: float | None = None) -> list[bool]:
        """For each pair of terms of one width whether the two are shown to be the same function of the variables.

        False says nothing. The pairs share one walk over their terms; those not reached by `deadline`, a reading of
        `time.perf_counter`, are False.
        """
        with _collector_paused():
            return self._prove(pairs, deadline)

    def _prove(self, pairs: Sequence[tuple[BV, BV]], deadline: float | None) -> list[bool]:
        demand = Demand([*[b for _, b in pairs], *[a for a, _ in pairs]])
        bits = Bits(self.atoms, self.products, demand)
        order = iter(demand.order)
        done: set[BV] = set()
        results: list[bool] = []
        for a, b in pairs:
            while not (a in done and b in done):
                if deadline is not None and time.perf_counter() > deadline:
                    return results + [False] * (len(pairs) - len(results))
                term = next(order)
                bits.evaluate(term)
                done.add(term)
            results.append(a.width == b.width and self._same(bits.words[a], bits.words[b]))
            bits.release(a)
            bits.release(b)
        return results

    def _same(self, a: Word, b: Word) -> bool:
        return all(self._zero(form ^ b[i]) for i, form in a.items())

    def _zero(self, form: Form) -> bool:
        """Whether a form is 0; if it is not empty, its atoms may still cancel once they are looked through."""
        if not form:
            return True
        if form == ONE:
            return False
        ground = self.atoms.ground([form])
        return ground is not None and ground.table(form) == 0


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cyclic garbage collection: a proof makes millions of small objects in no cycles, to walk them takes most of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
