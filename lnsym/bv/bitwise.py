"""Bitwise operations: the algebraic normal form over rotated words.

A term of op `anf` is an XOR of monomials, each a constant mask ANDed with some words, each word a term rotated
right by a constant:

    anf  = mask_1 & ror(a, i) & ror(b, j)  ^  mask_2 & ror(c, k)  ^ ... ^ constant

held as a sorted tuple of (monomial, mask), a monomial being a sorted tuple of factors (serial, rotation, word); the
constant is the mask of the empty monomial. This is the ring normal form (Zhegalkin polynomial) of a bitwise function,
unique for given words. A constant shift is a masked rotation, so two shifts that meet in an XOR, an OR or a
REV give back the rotation they make, and Ch, Maj and parity come out the same however they are written.

Unbounded, the form explodes (Keccak's XORs, any chain of ANDs). So a product that would distribute over more than
MAX_WORDS words, or make a monomial of more than MAX_FACTORS, first turns its operands into opaque words, an XOR of more
than MAX_MONOMIALS does the same, and a rotation goes into at most MAX_ROTATED monomials, or MAX_MOVED where each bit is
of one word. Where a bound bites, equal functions may stay different terms; they are never joined wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from lnsym.bv.forms import Item, Items, Monomial
from lnsym.bv.known_bits import fixed_low_bits
from lnsym.bv.term import BV, concat, intern

MAX_WORDS = 3
"""Enough for Ch and Maj however they are written; (p ^ q) & (r ^ s) stays one product of two words."""

MAX_FACTORS = 16
MAX_MONOMIALS = 40
MAX_ROTATED = 3
MAX_MOVED = 16
MAX_SEGMENTS = 16
"""How many pieces a bitwise operation, or a slice of a masked bitwise form, may have."""


def items_of(term: BV) -> Items:
    """The term as monomials with masks; a term that is not `anf` is one word, a constant the empty monomial."""
    op = term.op
    if op == "anf":
        return term.args
    if op == "const":
        value = term.args[0]
        return (((), value),) if value else ()
    return ((((term.serial, 0, term),), (1 << term.width) - 1),)


def opaque_items(term: BV) -> Items:
    """The term as one word, its constant kept apart so that `~x` and `x` share the word; a rotated word is one already."""
    if term.op != "anf":
        return items_of(term)
    constant, items = _constant_apart(term.args)
    ones = (1 << term.width) - 1
    if len(items) == 1 and len(items[0][0]) == 1 and items[0][1] == ones:
        return items_of(term)
    word = from_sorted(items, term.width)
    return (*constant, (((word.serial, 0, word),), ones))


def _constant_apart(items: Items) -> tuple[Items, Items]:
    """The mask of the empty monomial, if there is one, and the other monomials."""
    return (items[:1], items[1:]) if items[0][0] == () else ((), items)


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


def from_sorted(items: Items, width: int) -> BV:
    """The term with these monomials and masks, one or more, sorted already."""
    return from_items(dict(items), width) if len(items) == 1 else intern("anf", width, items)


def xor_items(left: Iterable[Item], right: Iterable[Item]) -> dict[Monomial, int]:
    """ring-xor: (m & x) ^ (n & x) = (m ^ n) & x"""
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
    """ring-and: (x ^ y) & z = (x & z) ^ (y & z), and x & x = x, while the words stay few"""
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


def product_operands(a: BV, b: BV) -> tuple[Items, Items]:
    """The monomials to multiply: expanded while the words stay few, else each operand as one opaque word."""
    left, right = items_of(a), items_of(b)
    if len(left) > 1 or len(right) > 1:
        constant = not left or not right or a.op == "const" or b.op == "const"
        if not constant and len(_words(left) | _words(right)) > MAX_WORDS:
            if len(left) > 1:
                left = opaque_items(a)
            if len(right) > 1:
                right = opaque_items(b)
    elif left and right and len(left[0][0]) + len(right[0][0]) > MAX_FACTORS:
        left, right = opaque_items(a), opaque_items(b)
    return left, right


def xor(a: BV, b: BV) -> BV:
    """a ^ b. xor-self: x ^ x = 0"""
    if b.op == "const":
        count, value = fixed_low_bits(a)
        if not b.args[0] >> count:  # xor-with-fixed-bits: (2**k * x + m) ^ n = 2**k * x + (m ^ n), m, n < 2**k
            return a + ((value ^ b.value) - value)
    if a is b:
        return BV.const(0, a.width)
    if a.op == "concat" or b.op == "concat":
        split = _split_at_pieces(BV.__xor__, a, b)
        if split is not None:
            return split
    items = xor_items(items_of(a), items_of(b))
    if len(items) > MAX_MONOMIALS:
        items = xor_items(opaque_items(a), opaque_items(b))
    return from_items(items, a.width)


def and_(a: BV, b: BV) -> BV:
    """a & b. and-self: x & x = x"""
    if b.op == "const":
        masked = _mask_of_fixed_bits(a, b.args[0])
        if masked is not None:
            return masked
    if a is b:
        return a
    if a.op == "concat" or b.op == "concat":
        split = _split_at_pieces(BV.__and__, a, b)
        if split is not None:
            return split
    return from_items(and_items(*product_operands(a, b)), a.width)


def _mask_of_fixed_bits(term: BV, mask: int) -> BV | None:
    """mask-of-fixed-bits: (2**k * x + m) & n = m & n, n < 2**k; and 2**k * x + (m & n), where all bits of n from k up are 1"""
    count, value = fixed_low_bits(term)
    if not count:
        return None
    below = (1 << count) - 1
    if not mask & ~below:
        return BV.const(value & mask, term.width)
    if mask | below == (1 << term.width) - 1:
        return term - (value & ~mask)
    return None


def or_(a: BV, b: BV) -> BV:
    """a | b. or-self: x | x = x; ring-or: x | y = x ^ y ^ (x & y)"""
    if b.op == "const":
        count, value = fixed_low_bits(a)
        if not b.args[0] >> count:  # or-with-fixed-bits: (2**k * x + m) | n = 2**k * x + (m | n), m, n < 2**k
            return a + ((value | b.value) - value)
    if a is b:
        return a
    if a.op == "concat" or b.op == "concat":
        split = _split_at_pieces(BV.__or__, a, b)
        if split is not None:
            return split
    left, right = product_operands(a, b)
    both = and_items(left, right)
    items = xor_items(xor_items(left, right).items(), both.items())
    if len(items) > MAX_MONOMIALS:
        left, right = opaque_items(a), opaque_items(b)
        items = xor_items(xor_items(left, right).items(), and_items(left, right).items())
    return from_items(items, a.width)


def not_(a: BV) -> BV:
    """ring-not: ~x = x ^ 1..1"""
    return xor(a, BV.const(-1, a.width))


def _split_at_pieces(operation: Callable[[BV, BV], BV], a: BV, b: BV) -> BV | None:
    """split-at-pieces: (x ++ y) & z = (x & z[n:k]) ++ (y & z[k-1:0]), for every operation bit by bit

    None for more than MAX_SEGMENTS pieces: code that scrambles single bits would be cut to single bits.
    """
    cuts = {0}
    for term in (a, b):
        if term.op == "concat":
            position = 0
            for piece in reversed(term.args):
                position += piece.width
                cuts.add(position)
    if len(cuts) > MAX_SEGMENTS + 1:
        return None
    bounds = sorted(cuts, reverse=True)
    return concat(*[operation(a.extract(top - 1, low), b.extract(top - 1, low)) for top, low in pairwise(bounds)])


def moves_bits(items: Items) -> bool:
    """Whether each bit is of one word, up to a constant, so that moving the bits on makes the form no larger."""
    seen = 0
    for monomial, mask in items:
        if monomial:
            if len(monomial) > 1 or seen & mask:
                return False
            seen |= mask
    return len(items) <= MAX_MOVED


def rotate_items(term: BV, amount: int, limit: int = MAX_ROTATED) -> Items:
    """rotate-words: ror(x ^ y, k) = ror(x, k) ^ ror(y, k) and ror(ror(x, k), l) = ror(x, k+l), in a short form"""
    width = term.width
    items = items_of(term)
    if amount == 0:
        return items
    if len(items) > limit + (not items[0][0]) and not moves_bits(items):
        items = opaque_items(term)
    ones = (1 << width) - 1
    rotated = []
    for monomial, mask in items:
        if len(monomial) == 1:
            ((serial, rotation, word),) = monomial
            monomial = ((serial, (rotation + amount) % width, word),)
        else:
            monomial = tuple(sorted([(s, (r + amount) % width, word) for s, r, word in monomial]))
        rotated.append((monomial, mask if mask == ones else (mask >> amount | mask << (width - amount)) & ones))
    return tuple(rotated)


def unshifted(items: Iterable[Item], amount: int, width: int) -> BV | None:
    """x of x << amount, where the monomials are those of such a shift of unrotated words."""
    ones = (1 << width) - 1
    shifted = ones ^ ((1 << amount) - 1)
    words: dict[Monomial, int] = {}
    for monomial, mask in items:
        if mask != shifted or any(rotation + amount != width for _, rotation, _ in monomial):
            return None
        words[tuple([(serial, 0, word) for serial, _, word in monomial])] = ones
    return from_items(words, width)


def rotated_masked(term: BV, amount: int, mask: int) -> BV:
    """mask & ror(term, amount)."""
    kept = {}
    for monomial, old in rotate_items(term, amount % term.width):
        new = old & mask
        if new:
            kept[monomial] = new
    return from_items(kept, term.width)
