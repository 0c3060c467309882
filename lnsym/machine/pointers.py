"""What is known of pointers that are rounded down: their low bits, and how far below another pointer they lie.

`aligned` holds the bases of regions and the power of two that each is known to be a multiple of. All of it holds for every value of the
variables that meets the preconditions; where nothing is known the answers are wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lnsym.bv import BV
from lnsym.bv.forms import items_in
from lnsym.bv.known_bits import possible_ones
from lnsym.bv.sums import addends_of

MAX_DEPTH = 16
"""Through how many sums and roundings low bits are followed."""

MAX_NESTED = 6
"""How deep sums in sums are looked into for their bounds."""

WORD = 1 << 64


class Residue(NamedTuple):
    """A term of 64 bits is `rest` modulo `step`, a power of two."""

    step: int
    rest: int


class Rounded(NamedTuple):
    """A term that is another, rounded down to a multiple of `step`, a power of two."""

    whole: BV
    step: int


def rounded(term: BV) -> Rounded | None:
    """The term as another one with some low bits cleared; None where it is none."""
    if term.op != "anf" or term.width != 64 or len(term.args) != 1:
        return None
    ((monomial, mask),) = term.args
    step = mask & -mask
    if mask + step != WORD or len(monomial) != 1 or monomial[0][1] != 0:
        return None
    return Rounded(monomial[0][2], step)


def residue(term: BV, aligned: Mapping[BV, int], depth: int = MAX_DEPTH) -> Residue:
    """What is known of the low bits of a term of 64 bits."""
    addends, total = addends_of(term)
    step = WORD
    for _, coefficient, addend in addends:
        part = _of_addend(addend, aligned, depth)
        step = min(step, part.step * (coefficient & -coefficient))
        total += coefficient * part.rest
    return Residue(step, total % step)


def _of_addend(term: BV, aligned: Mapping[BV, int], depth: int) -> Residue:
    if term in aligned:
        return Residue(aligned[term], 0)
    found = rounded(term) if depth else None
    if found is None:
        ones = possible_ones(term)
        return Residue(ones & -ones or WORD, 0)
    step, rest = residue(found.whole, aligned, depth - 1)
    return Residue(max(step, found.step), rest // found.step * found.step % max(step, found.step))


def settled(address: BV, aligned: Mapping[BV, int]) -> BV:
    """The same value, with bits that are cleared, set or replaced below a pointer's alignment as a number or an offset.

    Where SP is a multiple of 16, (SP - 24) & -16 = SP - 32, (SP - 32) | 4 = SP - 28, and SP with bits 3:2 of n inserted is SP + (n & 12).
    """
    result = address
    for _, coefficient, addend in addends_of(address)[0]:
        if coefficient in (1, WORD - 1) and addend.op == "anf":
            plain = addend if coefficient == 1 else ~addend  # a sum may hold -~t for t + 1
            other = _settled_bits(plain, aligned)
            if other is not plain:
                result = result - plain + other
    return result


def _settled_bits(term: BV, aligned: Mapping[BV, int]) -> BV:
    """As `settled`, for one bitwise term: a pointer's bits above the cut, whatever below it."""
    if term.op != "anf" or term.width != WORD.bit_length() - 1:
        return term
    high = [(monomial, mask) for monomial, mask in items_in(term) if mask >> 63]
    if len(high) != 1 or len(high[0][0]) != 1:
        return term
    (((_, rotation, whole),), mask) = high[0]
    if rotation or not _is_pointer(whole, aligned):
        return term
    step, rest = residue(whole, aligned)
    cleared = ~mask & WORD - 1
    cut = 1 << cleared.bit_length()  # from there on all bits are the pointer's
    base = whole - rest if cut <= step else whole & WORD - cut
    cut = max(cut, step)
    low = BV.const(0, 64)
    for monomial, mask in items_in(term):
        below = BV.const(mask % cut, 64)
        if cut <= mask < 1 << 63:
            return term
        for _, rotation, word in monomial:
            known = word is whole and not rotation
            if known and mask % cut >= step:
                return term
            below = below & (rest if known else word.rotate_right(rotation))
        low = low ^ below
    return base + low


class Span(NamedTuple):
    """A number lies between these, both included; they are whole numbers, not modulo anything."""

    least: int
    most: int


def distance_below(top: BV, term: BV, aligned: Mapping[BV, int]) -> Span:
    """Where top - term lies, modulo 2**64: a pointer that is rounded down lies less than a step below what it was."""
    least = most = 0
    for _ in range(MAX_DEPTH):
        for _, coefficient, addend in addends_of(term)[0]:
            found = rounded(addend) if coefficient == 1 and addend not in aligned else None
            if found is not None and _is_pointer(found.whole, aligned):
                step, rest = residue(found.whole, aligned)
                cut = rest % min(step, found.step)  # of the low bits that are cleared these are known
                least += cut
                most += cut + max(0, found.step - step)
                term = term - addend + found.whole
                break
        else:
            break
    addends, constant = addends_of(top - term)
    constant -= WORD if constant >> 63 else 0
    least, most = least + constant, most + constant
    for _, coefficient, addend in addends:
        times = coefficient - (WORD if coefficient >> 63 else 0)
        ends = [times * end for end in extent(addend)]
        least, most = least + min(ends), most + max(ends)
    return Span(least, most)


def extent(term: BV, depth: int = MAX_NESTED) -> Span:
    """Where the value of a term lies, unsigned."""
    ones = possible_ones(term)
    if depth and term.op == "sum":
        addends, total = term.args
        parts = [(coefficient, extent(addend, depth - 1)) for _, coefficient, addend in addends]
        most = total + sum(coefficient * part.most for coefficient, part in parts)
        if most >> term.width == 0:  # nothing wraps
            return Span(total + sum(coefficient * part.least for coefficient, part in parts), min(most, ones))
    if depth and term.op == "concat" and len(term.args) == 2 and term.args[0].is_const and term.args[0].value == 0:
        return extent(term.args[1], depth - 1)
    if depth and term.op == "anf" and len(term.args) == 1:
        ((monomial, mask),) = term.args
        if len(monomial) == 1 and monomial[0][1] == 0:
            least, most = extent(monomial[0][2], depth - 1)
            step = mask & -mask
            reached = (1 << most.bit_length()) - 1
            if (mask | (step - 1)) & reached == reached:  # of what can be 1 only the bits below the step are cleared
                return Span(least // step * step, min(most // step * step, ones))
    return Span(0, ones)


def _is_pointer(term: BV, aligned: Mapping[BV, int]) -> bool:
    """Whether one base, or one rounded down, is an addend."""
    addends = [addend for _, coefficient, addend in addends_of(term)[0] if coefficient == 1]
    return any(
        addend in aligned or ((found := rounded(addend)) is not None and _is_pointer(found.whole, aligned))
        for addend in addends
    )
