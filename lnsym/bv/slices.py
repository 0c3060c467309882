"""Concatenation and extraction.

A concatenation is flat, its adjacent constants and adjacent slices of one word are merged, and where all its pieces are
slices of words as wide as itself it becomes a masked rotation of those words (see `bitwise`): so the bytes of a word put back in
order are the word, and two slices that make a rotation are that rotation. An extraction goes into concatenations and
into the words of a bitwise form that is one word at each bit; over sums and wider bitwise functions it stays,
opaque, so that a store and a load of the same word give it back whole.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from lnsym.bv import bitwise
from lnsym.bv.term import BV, intern, level

MAX_SEGMENTS = 16
"""Into how many pieces an extraction may cut a masked bitwise form."""


def extract(term: BV, high: int, low: int) -> BV:
    """Bits high..low of the term. Raises IndexError when they are not bits of it."""
    if not 0 <= low <= high < term.width:
        raise IndexError(f"bits {high}..{low} of a term of {term.width} bits")
    width = high - low + 1
    if width == term.width:
        return term
    op = term.op
    if op == "const":
        return BV.const(term.args[0] >> low, width)
    if op == "extract":
        return extract(term.args[0], high + term.args[1], low + term.args[1])
    if level.rules:
        if op == "concat":
            return _extract_from_concat(term, high, low)
        if op == "anf":
            return _extract_from_bitwise(term, high, low)
        if op == "sext" and low < term.args[0].width:
            return _extract_from_sext(term.args[0], high, low)
        if op == "ite":
            _, then, otherwise = term.args
            if then.op == "const" or otherwise.op == "const":
                from lnsym.bv.choices import ite

                return ite(term.args[0], extract(then, high, low), extract(otherwise, high, low))
    return intern("extract", width, (term, low))


def _extract_from_concat(term: BV, high: int, low: int) -> BV:
    pieces = []
    position = term.width
    for piece in term.args:
        position -= piece.width
        if position <= high:
            if position + piece.width <= low:
                break
            top = min(high - position, piece.width - 1)
            pieces.append(extract(piece, top, max(low - position, 0)))
    return pieces[0] if len(pieces) == 1 else concat(*pieces)


def _extract_from_sext(inner: BV, high: int, low: int) -> BV:
    if high < inner.width:
        return extract(inner, high, low)
    return sign_extend(extract(inner, inner.width - 1, low), high - low + 1)


def _extract_from_bitwise(term: BV, high: int, low: int) -> BV:
    width = high - low + 1
    window = ((1 << width) - 1) << low
    items: list[bitwise.Item] = [item for item in term.args if item[1] & window]
    if not items:
        return BV.const(0, width)
    if all(len(monomial) <= 1 for monomial, _ in items):
        segments = _single_word_segments(items, high, low)
        if segments is not None:
            return concat(*[_segment(items, top, bottom) for top, bottom in segments])
    if len(items) < len(term.args):
        term = bitwise.from_items(dict(items), term.width)
    return intern("extract", width, (term, low))


def _single_word_segments(items: list[bitwise.Item], high: int, low: int) -> list[tuple[int, int]] | None:
    """Cut high..low where masks change, most significant first; None when some bit depends on two words."""
    cuts = {low, high + 1}
    window = (1 << (high - low + 1)) - 1
    seen = constant = 0
    for monomial, mask in items:
        mask = mask >> low & window
        if monomial:
            if seen & mask:
                return None
            seen |= mask
        else:
            constant = mask
        edges = mask ^ mask << 1
        while edges:
            cuts.add(low + (edges & -edges).bit_length() - 1)
            edges &= edges - 1
        if len(cuts) > MAX_SEGMENTS + 1:
            return None
    if seen & constant:
        return None
    return [(above - 1, below) for below, above in pairwise(sorted(cuts))][::-1]


def _segment(items: list[bitwise.Item], high: int, low: int) -> BV:
    for monomial, mask in items:
        if mask >> low & 1:
            if not monomial:
                return BV.const(mask >> low, high - low + 1)
            _, rotation, word = monomial[0]
            return _slice_of_rotation(word, rotation, high, low)
    return BV.const(0, high - low + 1)


def _slice_of_rotation(word: BV, rotation: int, high: int, low: int) -> BV:
    """Bits high..low of ror(word, rotation)."""
    width = word.width
    top, bottom = (high + rotation) % width, (low + rotation) % width
    if bottom <= top:
        return extract(word, top, bottom)
    return concat(extract(word, top, 0), extract(word, width - 1, bottom))


def concat(*pieces: BV) -> BV:
    """The pieces side by side, the first one most significant."""
    if len(pieces) == 1:
        return pieces[0]
    width = 0
    for piece in pieces:
        width += piece.width
    if all(piece.op == "const" for piece in pieces):
        value = 0
        for piece in pieces:
            value = value << piece.width | piece.args[0]
        return BV.const(value, width)
    if not level.rules:
        return intern("concat", width, pieces)
    merged = _merge_adjacent(pieces)
    if len(merged) == 1:
        return merged[0]
    words = _as_bitwise(merged, width)
    return intern("concat", width, tuple(merged)) if words is None else words


def _merge_adjacent(pieces: tuple[BV, ...]) -> list[BV]:
    merged: list[BV] = []
    for outer in pieces:
        for piece in outer.args if outer.op == "concat" else (outer,):
            if merged:
                joined = join_adjacent(merged[-1], piece)
                if joined is not None:
                    merged[-1] = joined
                    continue
            merged.append(piece)
    return merged


def join_adjacent(high: BV, low: BV) -> BV | None:
    """adjacent-slices: x[i:j] ++ x[j-1:k] = x[i:k]; adjacent-constants likewise."""
    if high.op == "extract" and low.op == "extract":
        word, bottom = low.args
        if high.args[0] is word and high.args[1] == bottom + low.width:
            return extract(word, bottom + high.width + low.width - 1, bottom)
    elif high.op == "const" and low.op == "const":
        return BV.const(high.args[0] << low.width | low.args[0], high.width + low.width)
    return None


def _as_bitwise(pieces: list[BV], width: int) -> BV | None:
    """slices-as-rotation: pieces that are all slices of words of this very width are masked rotations of them."""
    for piece in pieces:
        if piece.op == "extract":
            if piece.args[0].width != width:
                return None
        elif piece.op != "const":
            return None
    result: dict[bitwise.Monomial, int] = {}
    position = width
    for piece in pieces:
        position -= piece.width
        mask = ((1 << piece.width) - 1) << position
        if piece.op == "const":
            rotated: dict[bitwise.Monomial, int] = {(): mask}
            mask = piece.args[0] << position
        else:
            word, bottom = piece.args
            rotated = dict(bitwise.rotate_items(word, (bottom - position) % width))
        masked = [(monomial, old & mask) for monomial, old in rotated.items() if old & mask]
        result = bitwise.xor_items(result.items(), masked)
    return bitwise.from_items(result, width)


def split_bitwise(operation: Callable[[BV, BV], BV], a: BV, b: BV) -> BV:
    """split-at-pieces: an operation bit by bit on a concatenation is one on each of its pieces."""
    cuts = {0}
    for term in (a, b):
        if term.op == "concat":
            position = 0
            for piece in reversed(term.args):
                position += piece.width
                cuts.add(position)
    bounds = sorted(cuts, reverse=True)
    return concat(
        *[operation(extract(a, top - 1, low), extract(b, top - 1, low)) for top, low in pairwise(bounds)]
    )


def zero_extend(term: BV, width: int) -> BV:
    """The same unsigned value, `width` bits wide. Raises ValueError when that is narrower."""
    more = width - term.width
    if more < 0:
        raise ValueError(f"zero_extend of {term.width} bits to {width}")
    return concat(BV.const(0, more), term) if more else term


def sign_extend(term: BV, width: int) -> BV:
    """The same two's complement value, `width` bits wide. Raises ValueError when that is narrower."""
    more = width - term.width
    if more < 0:
        raise ValueError(f"sign_extend of {term.width} bits to {width}")
    if more == 0:
        return term
    if term.op == "const":
        sign = 1 << (term.width - 1)
        return BV.const((term.args[0] ^ sign) - sign, width)
    if level.rules and term.op == "sext":
        term = term.args[0]
    return intern("sext", width, (term,))


def reverse_bytes(term: BV) -> BV:
    """The bytes in the opposite order. Raises ValueError when the width is no multiple of 8."""
    if term.width % 8:
        raise ValueError(f"reverse_bytes of {term.width} bits")
    return concat(*[extract(term, low + 7, low) for low in range(0, term.width, 8)])
