"""Concatenation and extraction.

A concatenation is flat, what an extraction may have parted is joined in it, and where all its pieces are slices of
words as wide as itself it becomes masked rotations of those words (see `bitwise`): so the bytes of a word put back in
order are the word, and two slices that make a rotation are that rotation. An extraction goes into concatenations and
into a bitwise form where that is one word at each bit; over sums, choices and other bitwise forms it stays,
opaque, so that a store and a load of the same word give it back whole. (Not so a shifted word within a longer term that
is stored whole and loaded by bytes: cutting those to slices explodes where code moves single bits about.)
"""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.bv import bitwise
from lnsym.bv.forms import Monomial, items_in
from lnsym.bv.known_bits import fixed_low_bits
from lnsym.bv.term import BV, concat, intern


def extract(term: BV, high: int, low: int) -> BV:
    """Bits high..low of the term, where they are fewer than all."""
    op = term.op
    if op == "concat":
        return _extract_from_concat(term, high, low)
    if op == "anf":
        return _extract_from_bitwise(term, high, low)
    if op == "sext":
        return _extract_from_sext(term.args[0], high, low)
    if op == "sum":  # slice-of-fixed-bits: (2**k * x + m)[i:j] = m[i:j], i < k
        count, value = fixed_low_bits(term)
        if high < count:
            return BV.const(value >> low, high - low + 1)
    return intern("extract", high - low + 1, (term, low))


def _extract_from_concat(term: BV, high: int, low: int) -> BV:
    """slice-of-pieces: (x ++ y)[i:j] = x[i':0] ++ y[n:j']"""
    pieces = []
    position = term.width
    for piece in term.args:
        position -= piece.width
        if position <= high:
            if position + piece.width <= low:
                break
            top = min(high - position, piece.width - 1)
            pieces.append(piece.extract(top, max(low - position, 0)))
    return pieces[0] if len(pieces) == 1 else concat(*pieces)


def _extract_from_sext(inner: BV, high: int, low: int) -> BV:
    """slice-of-sign-extension: sext(x)[i:j] = x[i:j] below the sign, copies of the sign above it"""
    top = inner.width - 1
    if high <= top:
        return inner.extract(high, low)
    return inner.extract(top, min(low, top)).sign_extend(high - low + 1)


def _extract_from_bitwise(term: BV, high: int, low: int) -> BV:
    """slice-of-rotation: (m & ror(x, k))[i:j] = slices of x and zeros, where each bit is of one word

    slice-of-constant-xor: (x ^ n)[i:j] = x[i:j] ^ n[i:j], n a constant
    """
    word, constant = split_constant(term)
    if constant:
        ones = (1 << (high - low + 1)) - 1
        return word.extract(high, low) ^ (constant >> low & ones)
    pieces = _cut_bitwise(term, high, low)
    return intern("extract", high - low + 1, (term, low)) if pieces is None else concat(*pieces)


def split_constant(term: BV) -> tuple[BV, int]:
    """x and n of x ^ n, n a constant."""
    if term.op == "anf":
        monomial, mask = term.args[0]
        if not monomial:
            return bitwise.from_sorted(term.args[1:], term.width), mask
    return term, 0


def moved_by_constant(term: BV) -> tuple[BV, int] | None:
    """x and n of a term x ^ n or x, n a constant, where x is no bitwise form; else None."""
    if term.op != "anf":
        return term, 0
    items = items_in(term)
    if len(items) == 2 and not items[0][0] and len(items[1][0]) == 1:
        (_, rotation, word), mask = items[1][0][0], items[1][1]
        if rotation == 0 and mask == (1 << term.width) - 1:
            return word, items[0][1]
    return None


def _cut_bitwise(term: BV, high: int, low: int) -> list[BV] | None:
    """Bits high..low of a bitwise form as slices of its words and zeros, where all of it only moves bits.

    None where it does more, or has too many parts. That does not depend on the bits asked for, so pieces always fit
    together again.
    """
    items = items_in(term)
    if not bitwise.moves_bits(items):
        return None
    edges = 1 << term.width | 1
    for _, mask in items:
        edges |= mask ^ mask << 1
    if edges.bit_count() > bitwise.MAX_SEGMENTS + 1:
        return None
    pieces: list[BV] = []
    above = term.width
    while above > low:
        below = (edges & ((1 << above) - 1)).bit_length() - 1
        top, bottom = min(above - 1, high), max(below, low)
        above = below
        if top < bottom:
            continue
        for monomial, mask in items:
            if mask >> below & 1:
                _, rotation, word = monomial[0]
                pieces.extend(_slice_of_rotation(word, rotation, top, bottom))
                break
        else:
            pieces.append(BV.const(0, top - bottom + 1))
    return pieces


def _slice_of_rotation(word: BV, rotation: int, high: int, low: int) -> tuple[BV, ...]:
    """Bits high..low of ror(word, rotation): one slice, or two."""
    width = word.width
    top, bottom = (high + rotation) % width, (low + rotation) % width
    if bottom <= top:
        return (word.extract(top, bottom),)
    return word.extract(top, 0), word.extract(width - 1, bottom)


def join(pieces: tuple[BV, ...], width: int) -> BV:
    """The pieces side by side, not all of them constants."""
    merged = _merge_adjacent(pieces)
    if len(merged) == 1:
        return merged[0]
    words = _as_bitwise(merged, width)
    return intern("concat", width, tuple(merged)) if words is None else words


def _pieces_of(term: BV) -> Sequence[BV]:
    """pieces-flatten: (x ++ y) ++ z = x ++ y ++ z"""
    if term.op == "concat":
        pieces: tuple[BV, ...] = term.args
        return pieces
    return (term,)


def _merge_adjacent(terms: tuple[BV, ...]) -> list[BV]:
    merged: list[BV] = []
    for term in terms:
        for piece in _pieces_of(term):
            if merged:
                joined = join_adjacent(merged[-1], piece)
                if joined is not None:
                    merged[-1] = joined
                    continue
            merged.append(piece)
    return merged


def join_adjacent(high: BV, low: BV) -> BV | None:
    """high ++ low as one piece, where the two are what an extraction parts a term into; else None."""
    op = high.op
    if op == "anf" or low.op == "anf":
        return _join_constant_xors(high, low)
    if op == "extract":
        if low.op == "extract":  # adjacent-slices: x[i:j] ++ x[j-1:k] = x[i:k]
            word, bottom = low.args
            if high.args[0] is word and high.args[1] == bottom + low.width:
                width = high.width + low.width
                return word if width == word.width else intern("extract", width, (word, bottom))
        elif low.op == "const" and high.args[0].op == "sum" and high.args[1] == low.width:
            # adjacent-fixed-bits: x[i:k] ++ m = x[i:0], where the low k bits of x are always m
            whole: BV = high.args[0]
            count, value = fixed_low_bits(whole)
            if low.width <= count and low.args[0] == value & ((1 << low.width) - 1):
                return whole.extract(high.width + low.width - 1, 0)
    elif op == "const":
        if low.op == "const":  # adjacent-constants: m ++ n = 2**k * m + n, k the width of n
            return BV.const(high.args[0] << low.width | low.args[0], high.width + low.width)
    elif op == "sext":
        return _join_sign(high, low)
    return None


def _join_constant_xors(high: BV, low: BV) -> BV | None:
    """adjacent-constant-xors: (x ^ m) ++ (y ^ n) = (x ++ y) ^ (m ++ n), where x and y join; m and n constants"""
    parts_h, parts_l = moved_by_constant(high), moved_by_constant(low)
    if parts_h is None or parts_l is None:
        return None
    (word_h, constant_h), (word_l, constant_l) = parts_h, parts_l
    joined = join_adjacent(word_h, word_l)
    if joined is None:
        return None
    return joined ^ (constant_h << low.width | constant_l)


def _join_sign(high: BV, low: BV) -> BV | None:
    """adjacent-sign: sext(x[i]) ++ x[i:j] = sext(x[i:j]) and sext(x[i:j]) ++ x[j-1:k] = sext(x[i:k])"""
    inner = high.args[0]
    if inner.width == 1 and inner is low.extract(low.width - 1, low.width - 1):
        return low.sign_extend(high.width + low.width)
    joined = join_adjacent(inner, low)
    return None if joined is None else joined.sign_extend(high.width + low.width)


def _as_bitwise(pieces: list[BV], width: int) -> BV | None:
    """slices-as-rotation: x[k-1:0] ++ x[n-1:k] = ror(x, k), of words as wide as the whole"""
    rotations: dict[BV, int] = {}  # of each word that is a bitwise form, -1 where there are several
    placed: list[tuple[BV, int, int]] = []  # word, rotation, mask
    constant = 0
    position = width
    for piece in pieces:
        position -= piece.width
        if piece.op == "const":
            constant |= piece.args[0] << position
            continue
        slice_, offset = split_constant(piece)
        constant |= offset << position
        if slice_.op != "extract" or slice_.args[0].width != width:
            return None
        word, bottom = slice_.args
        rotation = (bottom - position) % width
        if word.op == "anf" and rotations.setdefault(word, rotation) != rotation:
            rotations[word] = -1
        placed.append((word, rotation, ((1 << piece.width) - 1) << position))
    result: dict[Monomial, int] = {}
    for word, rotation, mask in placed:
        # A form whose parts are scattered stays one word, so that gathering them gives it back.
        limit = 0 if rotations.get(word) == -1 else bitwise.MAX_ROTATED
        rotated = bitwise.rotate_items(word, rotation, limit)
        result = bitwise.xor_items(result.items(), [(f, old & mask) for f, old in rotated if old & mask])
        if len(result) > bitwise.MAX_MONOMIALS:
            return None
    if constant:
        result = bitwise.xor_items(result.items(), [((), constant)])
    return bitwise.from_items(result, width)


def sign_extend(term: BV, width: int) -> BV:
    """The same two's complement value in a greater width."""
    word, constant = split_constant(term)
    if constant:  # sign-of-constant-xor: sext(x ^ n) = sext(x) ^ sext(n), n a constant
        return word.sign_extend(width) ^ BV.const(constant, term.width).sign_extend(width)
    if term.op == "sext":  # sign-of-sign: sext(sext(x)) = sext(x)
        term = term.args[0]
    else:
        sign = term[term.width - 1]
        more = width - term.width
        if sign.op == "const":  # known-sign: sext(0 ++ x) = 0 ++ x, sext(1 ++ x) = 1..1 ++ x
            return concat(BV.const(-sign.args[0], more), term)
        first, *rest = _pieces_of(term)
        if rest:  # sign-of-pieces: sext(x ++ y) = sext(x) ++ y
            return concat(first.sign_extend(first.width + more), *rest)
    return intern("sext", width, (term,))
