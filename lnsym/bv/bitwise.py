"""Bitwise operations: the algebraic normal form over rotated words.

A term of op `anf` is an XOR of monomials, each a constant mask ANDed with some words, each word a term rotated
right by a constant:

    anf  = mask_1 & ror(a, i) & ror(b, j)  ^  mask_2 & ror(c, k)  ^ ... ^ constant

held as a sorted tuple of (monomial, mask), a monomial being a sorted tuple of factors (serial, rotation, word); the
constant is the mask of the empty monomial. This is the ring normal form (Zhegalkin polynomial) of a bitwise function,
unique for given words. A constant shift is a masked rotation, so two shifts that meet in an XOR, an OR or a
REV give back the rotation they make, and Ch, Maj and parity come out the same however they are written.

Unbounded, the form explodes (Keccak's XORs, any chain of ANDs). So a product of more than MAX_WORDS words first
turns its operands into opaque words, an XOR of more than MAX_MONOMIALS does the same, and a rotation goes
into at most MAX_ROTATED monomials. Where a bound bites, equal functions may stay different terms; they are never joined
wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from lnsym.bv import slices
from lnsym.bv.term import BV, intern, level

Factor: TypeAlias = tuple[int, int, BV]  # serial, rotation to the right, word
Monomial: TypeAlias = tuple[Factor, ...]
Item: TypeAlias = tuple[Monomial, int]  # monomial, mask

MAX_WORDS = 4
MAX_MONOMIALS = 64
MAX_ROTATED = 3


def items_of(term: BV) -> tuple[Item, ...]:
    """The term as monomials with masks; a term that is not `anf` is one word, a constant the empty monomial."""
    op = term.op
    if op == "anf":
        return term.args
    if op == "const":
        value = term.args[0]
        return (((), value),) if value else ()
    return ((((term.serial, 0, term),), (1 << term.width) - 1),)


def opaque_items(term: BV) -> tuple[Item, ...]:
    """The term as one word, its constant kept apart so that `~x` and `x` share the word."""
    if term.op != "anf":
        return items_of(term)
    first, mask = term.args[0]
    ones = (1 << term.width) - 1
    if first == ():
        word = from_items(dict(term.args[1:]), term.width)
        return (((), mask), (((word.serial, 0, word),), ones))
    return ((((term.serial, 0, term),), ones),)


def from_items(items: dict[Monomial, int], width: int) -> BV:
    """The term with these monomials and masks; no mask is zero."""
    if not items:
        return BV.const(0, width)
    if len(items) == 1:
        ((monomial, mask),) = items.items()
        if not monomial:
            return BV.const(mask, width)
        if len(monomial) == 1 and mask == (1 << width) - 1 and monomial[0][1] == 0:
            return monomial[0][2]
        return intern("anf", width, ((monomial, mask),))
    return intern("anf", width, tuple(sorted(items.items())))


def xor_items(left: Iterable[Item], right: Iterable[Item]) -> dict[Monomial, int]:
    """XOR of two lists of monomials: equal monomials XOR their masks, zero masks vanish."""
    result = dict(left)
    for monomial, mask in right:
        old = result.get(monomial)
        if old is None:
            result[monomial] = mask
        elif old != mask:
            result[monomial] = old ^ mask
        else:
            del result[monomial]
    return result


def and_items(left: Iterable[Item], right: Iterable[Item]) -> dict[Monomial, int]:
    """Product of two lists of monomials: AND distributes over XOR, and x & x = x."""
    result: dict[Monomial, int] = {}
    for monomial_l, mask_l in left:
        for monomial_r, mask_r in right:
            mask = mask_l & mask_r
            if not mask:
                continue
            if not monomial_l or monomial_l == monomial_r:
                monomial = monomial_r
            elif not monomial_r:
                monomial = monomial_l
            else:
                monomial = tuple(sorted({*monomial_l, *monomial_r}))
            mask ^= result.get(monomial, 0)
            if mask:
                result[monomial] = mask
            else:
                del result[monomial]
    return result


def _words(items: Iterable[Item]) -> set[tuple[int, int]]:
    return {(factor[0], factor[1]) for monomial, _ in items for factor in monomial}


def product_operands(a: BV, b: BV) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """The monomials to multiply: expanded while the words stay few, else each operand as one opaque word."""
    left, right = items_of(a), items_of(b)
    if len(left) > 1 or len(right) > 1:
        constant = not left or not right or a.op == "const" or b.op == "const"
        if not constant and len(_words(left) | _words(right)) > MAX_WORDS:
            if len(left) > 1:
                left = opaque_items(a)
            if len(right) > 1:
                right = opaque_items(b)
    return left, right


def bv_xor(a: BV, b: BV) -> BV:
    """a ^ b."""
    if a.op == "const":
        if b.op == "const":
            return BV.const(a.args[0] ^ b.args[0], a.width)
        a, b = b, a
    if b.op == "const" and b.args[0] == 0:
        return a
    if not level.rules:
        return intern("xor", a.width, (a, b))
    if a is b:
        return BV.const(0, a.width)
    if a.op == "concat" or b.op == "concat":
        return slices.split_bitwise(bv_xor, a, b)
    items = xor_items(items_of(a), items_of(b))
    if len(items) > MAX_MONOMIALS:
        items = xor_items(opaque_items(a), opaque_items(b))
    return from_items(items, a.width)


def bv_and(a: BV, b: BV) -> BV:
    """a & b."""
    if a.op == "const":
        if b.op == "const":
            return BV.const(a.args[0] & b.args[0], a.width)
        a, b = b, a
    if b.op == "const":
        if b.args[0] == 0:
            return b
        if b.args[0] == (1 << a.width) - 1:
            return a
    if not level.rules:
        return intern("and", a.width, (a, b))
    if a is b:
        return a
    if a.op == "concat" or b.op == "concat":
        return slices.split_bitwise(bv_and, a, b)
    return from_items(and_items(*product_operands(a, b)), a.width)


def bv_or(a: BV, b: BV) -> BV:
    """A | b: in the ring, a ^ b ^ (a & b)."""
    if a.op == "const":
        if b.op == "const":
            return BV.const(a.args[0] | b.args[0], a.width)
        a, b = b, a
    if b.op == "const":
        if b.args[0] == 0:
            return a
        if b.args[0] == (1 << a.width) - 1:
            return b
    if not level.rules:
        return intern("or", a.width, (a, b))
    if a is b:
        return a
    if a.op == "concat" or b.op == "concat":
        return slices.split_bitwise(bv_or, a, b)
    left, right = product_operands(a, b)
    both = and_items(left, right)
    items = xor_items(xor_items(left, right).items(), both.items())
    if len(items) > MAX_MONOMIALS:
        left, right = opaque_items(a), opaque_items(b)
        items = xor_items(xor_items(left, right).items(), and_items(left, right).items())
    return from_items(items, a.width)


def bv_not(a: BV) -> BV:
    """~a: in the ring, a ^ 11...1."""
    if a.op == "const":
        return BV.const(~a.args[0], a.width)
    if not level.rules:
        return intern("not", a.width, (a,))
    return bv_xor(a, BV.const(-1, a.width))


def rotate_items(term: BV, amount: int) -> tuple[Item, ...] | dict[Monomial, int]:
    """Monomials of the term rotated right: pushed to the words of a small form, else on the term as one word."""
    width = term.width
    items = items_of(term)
    if amount == 0:
        return items
    if len(items) > MAX_ROTATED:
        items = opaque_items(term)
    ones = (1 << width) - 1
    rotated: dict[Monomial, int] = {}
    for monomial, mask in items:
        factors = tuple(sorted([(s, (r + amount) % width, word) for s, r, word in monomial]))
        rotated[factors] = (mask >> amount | mask << (width - amount)) & ones
    return rotated


def unshifted(words: Iterable[Item], amount: int, width: int) -> BV:
    """The term that shifted left by `amount` has these monomials; its masks are full."""
    ones = (1 << width) - 1
    items = {
        tuple(sorted([(serial, (rotation + amount) % width, word) for serial, rotation, word in monomial])): ones
        for monomial, _ in words
    }
    return from_items(items, width)


def rotated_masked(term: BV, amount: int, mask: int) -> BV:
    """mask & ror(term, amount)."""
    items = rotate_items(term, amount % term.width)
    kept = {}
    for monomial, old in items.items() if isinstance(items, dict) else items:
        new = old & mask
        if new:
            kept[monomial] = new
    return from_items(kept, term.width)
