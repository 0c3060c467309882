"""Which bits of a term can be 1, and which low bits never change: cheap bounds."""

from __future__ import annotations

from lnsym.bv.term import BV

MAX_DEPTH = 12


def fixed_low_bits(term: BV) -> tuple[int, int]:
    """(count, value): the lowest `count` bits of a sum, or of its low part, are `value` whatever the variables are.

    That is so below the lowest bit of all its coefficients. (0, 0) for any other term.
    """
    if term.op == "extract" and term.args[1] == 0:
        count, value = fixed_low_bits(term.args[0])
        return (count, value) if count <= term.width else (0, 0)
    if term.op != "sum":
        return 0, 0
    addends, constant = term.args
    together = 0
    for _, coefficient, _ in addends:
        together |= coefficient
        if together & 1:
            return 0, 0
    lowest = together & -together
    return lowest.bit_length() - 1, constant & (lowest - 1)


def possible_ones(term: BV, depth: int = MAX_DEPTH) -> int:
    """A mask that holds every bit that is 1 for some values of the variables; all bits where nothing is known."""
    return _ones(term, depth, {})


def _ones(term: BV, depth: int, known: dict[tuple[BV, int], int]) -> int:
    """As `possible_ones`, each term once for each depth: shared terms would else be visited over and over."""
    found = known.get((term, depth))
    if found is None:
        found = known[term, depth] = _ones_of(term, depth, known)
    return found


def _ones_of(term: BV, depth: int, known: dict[tuple[BV, int], int]) -> int:
    op, args = term.op, term.args
    ones = (1 << term.width) - 1
    if op == "const":
        value: int = args[0]
        return value
    if depth == 0:
        return ones
    if op == "concat":
        result = 0
        for piece in args:
            result = result << piece.width | _ones(piece, depth - 1, known)
        return result
    if op == "anf":
        result = 0
        for monomial, mask in args:
            for _, rotation, word in monomial:
                inner = _ones(word, depth - 1, known)
                mask &= inner >> rotation | inner << (word.width - rotation)
            result |= mask
        return result & ones
    if op == "extract":
        low: int = args[1]
        return _ones(args[0], depth - 1, known) >> low & ones
    if op == "ite":
        return _ones(args[1], depth - 1, known) | _ones(args[2], depth - 1, known)
    if op == "lookup":
        result = 0
        for entry in args[0].entries:
            result |= entry
        return result
    if op == "sum":
        bound: int = args[1]
        for _, coefficient, addend in args[0]:
            bound += coefficient * _ones(addend, depth - 1, known)
        return (1 << bound.bit_length()) - 1 if bound <= ones else ones
    return ones
