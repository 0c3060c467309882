"""Which bits of which terms the goals depend on: a word of which one byte is used costs one byte."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lnsym.bv import BV, operands, topological
from lnsym.bv.forms import sum_in
from lnsym.prove.gf2.sharing import common_sums

MAX_ADDENDS = 32
"""A sum of more addends is itself one addend of the next."""

WHOLE = frozenset(["const", "var", "eq", "ult", "slt", "mul", "udiv", "sdiv", "clmul", "shl", "lshr", "ashr", "lookup"])
"""Operators that need all bits of their operands, or have none."""

LINEAR = frozenset(["const", "var", "concat", "extract", "sext", "ror", "not", "xor"])
"""Operators whose bits are XORs of bits of their operands."""


class Demand:
    """The terms under some roots, each with a mask of its needed bits and the number of terms that use it.

    Of the roots all bits are needed. `order` has operands before the terms made of them. `inlined` holds the ANDs and ORs
    whose only user is an XOR (they are plain nodes of rewrite level 0): the XOR makes them itself, bit by bit.
    """

    def __init__(self, roots: Iterable[BV]) -> None:
        roots = list(roots)
        self.order = topological(roots)
        self.sums = common_sums(self.order)
        self.addends: dict[BV, tuple[dict[BV, int], int]] = {}
        for term in self.order:
            if term.op in ("sum", "add"):
                self.addends[term] = self._flattened(term)
        self.users: dict[BV, int] = dict.fromkeys(self.order, 0)
        for term in self.order:
            for operand in self.operands(term):
                self.users[operand] += 1
        for root in roots:
            self.users[root] += 1
        self.inlined = {
            operand
            for term in self.order
            if term.op == "xor"
            for operand in term.args
            if operand.op in ("and", "or") and self.users[operand] == 1
        }
        self.factors = {factor for term in self.order for factor in self._factors(term)}
        """The terms whose bits enter a nonlinear step of another."""
        self.needed: dict[BV, int] = dict.fromkeys(self.order, 0)
        for root in roots:
            self.needed[root] = _ones(root)
        for term in reversed(self.order):
            if self.needed[term]:
                self._spread(term, self.needed[term])

    def operands(self, term: BV) -> Sequence[BV]:
        """The terms that the bits of a term are made from."""
        if term in self.sums:
            return self.sums[term].words()
        return list(self.addends[term][0]) if term in self.addends else operands(term)

    def _factors(self, term: BV) -> Sequence[BV]:
        """The operands in whose bits a term is not linear."""
        op, args = term.op, term.args
        if op == "anf":
            return [factor[2] for monomial, _ in self.sums[term].items if len(monomial) > 1 for factor in monomial]
        if op == "ite":
            return args[:1]
        if op in LINEAR or (op == "clmul" and any(operand.op == "const" for operand in args)):
            return ()
        return self.operands(term)

    def _flattened(self, term: BV) -> tuple[dict[BV, int], int]:
        """A sum as addends with coefficients and a constant, where one addend may be a sum itself: chains of plain additions."""
        ones = (1 << term.width) - 1
        if term.op == "sum":
            parts, last = sum_in(term)
            return {addend: coefficient for _, coefficient, addend in parts}, last
        addends: dict[BV, int] = {}
        constant = 0
        for operand in term.args:
            factor = 1
            while True:
                if operand.op == "not":  # ~x = -x - 1
                    operand, factor, constant = operand.args[0], -factor, constant - factor
                elif operand.op == "mul" and operand.args[1].op == "const":
                    operand, factor = operand.args[0], factor * operand.args[1].value
                else:
                    break
            if operand.op == "const":
                constant += factor * operand.value
                continue
            inner, more = self.addends.get(operand, ({operand: 1}, 0))
            if len(inner) > MAX_ADDENDS:
                inner, more = {operand: 1}, 0
            constant += factor * more
            for addend, coefficient in inner.items():
                addends[addend] = (addends.get(addend, 0) + factor * coefficient) & ones
        return {addend: coefficient for addend, coefficient in addends.items() if coefficient}, constant & ones

    def _spread(self, term: BV, mask: int) -> None:
        needed, op, args = self.needed, term.op, term.args
        if op == "anf":
            width, ones = term.width, _ones(term)
            items, base, turn = self.sums[term]
            for monomial, where in items:
                used = where & mask
                if used:
                    for _, rotation, word in monomial:
                        needed[word] |= (used << rotation | used >> (width - rotation)) & ones
            if base is not None:
                needed[base] |= (mask << turn | mask >> (width - turn)) & ones
        elif op == "extract":
            needed[args[0]] |= mask << args[1]
        elif op == "concat":
            for piece in reversed(args):
                needed[piece] |= mask & _ones(piece)
                mask >>= piece.width
        elif op in ("and", "or", "xor", "not"):
            for operand in args:
                needed[operand] |= mask
        elif op == "ite":
            needed[args[0]] |= 1
            needed[args[1]] |= mask
            needed[args[2]] |= mask
        elif op == "ror":
            word, rotation = args
            needed[word] |= (mask << rotation | mask >> (word.width - rotation)) & _ones(word)
        elif op == "sext":
            inner = args[0]
            needed[inner] |= mask & _ones(inner)
            if mask >> inner.width:
                needed[inner] |= 1 << (inner.width - 1)
        elif op in ("sum", "add"):
            for operand in self.addends[term][0]:
                needed[operand] |= (1 << mask.bit_length()) - 1
        elif op in WHOLE:
            for operand in operands(term):
                needed[operand] |= _ones(operand)
        else:
            raise AssertionError(f"no demand for the operator {op}")


def _ones(term: BV) -> int:
    return (1 << term.width) - 1
