"""Which bits of a term can be 1, and which low bits never change: cheap bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from lnsym.bv.forms import items_in, sum_in
from lnsym.bv.term import BV

OperandOnes: TypeAlias = Callable[[BV], int]
"""The possible ones of an operand."""

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
    addends, constant = sum_in(term)
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
    if term.op == "const":
        return term.value
    if depth == 0 or term.op in UNKNOWN:
        return (1 << term.width) - 1
    return BOUNDS[term.op](term, lambda operand: _ones(operand, depth - 1, known))


def _of_pieces(term: BV, below: OperandOnes) -> int:
    result = 0
    for piece in term.args:
        result = result << piece.width | below(piece)
    return result


def _of_items(term: BV, below: OperandOnes) -> int:
    result = 0
    for monomial, mask in items_in(term):
        for _, rotation, word in monomial:
            inner = below(word)
            mask &= inner >> rotation | inner << (word.width - rotation)
        result |= mask
    return result


def _of_slice(term: BV, below: OperandOnes) -> int:
    low: int = term.args[1]
    return below(term.args[0]) >> low & ((1 << term.width) - 1)


def _of_entries(term: BV, below: OperandOnes) -> int:
    result = 0
    for entry in term.args[0].entries:
        result |= entry
    return result


def _of_sum(term: BV, below: OperandOnes) -> int:
    ones = (1 << term.width) - 1
    addends, bound = sum_in(term)
    for _, coefficient, addend in addends:
        bound += coefficient * below(addend)
    return (1 << bound.bit_length()) - 1 if bound <= ones else ones


def _of_sign_extended(term: BV, below: OperandOnes) -> int:
    """The operand's; the bits above are copies of its sign, and none of them is 1 where that is 0."""
    operand = term.args[0]
    inner, sign = below(operand), 1 << operand.width - 1
    return inner | ((1 << term.width) - sign if inner & sign else 0)


BOUNDS: Final[Mapping[str, Callable[[BV, OperandOnes], int]]] = {
    "anf": _of_items,
    "sum": _of_sum,
    "concat": _of_pieces,
    "extract": _of_slice,
    "ite": lambda term, below: below(term.args[1]) | below(term.args[2]),
    "lookup": _of_entries,
    "sext": _of_sign_extended,
}

UNKNOWN: Final = frozenset(
    [
        "var",
        "eq",
        "ult",
        "slt",
        "mul",
        "udiv",
        "sdiv",
        "clmul",
        "shl",
        "lshr",
        "ashr",
        "not",
        "and",
        "or",
        "xor",
        "add",
        "ror",
    ]
)
"""Operators of which any bit may be 1, as far as is looked at here."""
