"""SipHash: one round, the whole function on messages of a length, and the three parts of an interface that takes its message in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from crypto_specs import octets, siphash
from lnsym.bv import BV, concat
from lnsym.contract import Block, Theorem, contract

HashBytes: TypeAlias = Literal[8, 16]
"""The sizes of a tag."""


@contract("siphash-round", routines=["siphash_round"])
def siphash_round(t: Theorem) -> None:
    """void f(uint64_t v[4]): SipRound. The SipHash paper, section 2.4."""
    v = t.region("v", 4, 64, access="rw", alignment=8)
    t.call(v)
    t.ensure(v, siphash.sip_round(v.elements))


@contract("siphash-24", routines=["SIPHASH_24"])
def siphash_24(t: Theorem, length: int = 16) -> None:
    """uint64_t f(const uint64_t key[2], const uint8_t *data, size_t length): SipHash-2-4 of `length` octets."""
    key = t.region("key", 2, 64, alignment=8)
    data = t.region("data", length, 8) if length else None
    t.call(key, data or t.value("data", 64), length)
    t.ensure_result(siphash.siphash(key.elements, data.elements if data else []))


# The structure of OpenSSL's SIPHASH: uint64_t total, v[4]; unsigned length, hash_size; int c, d; uint8_t rest[8], in words of 32 bits
TOTAL, V, LENGTH, HASH_SIZE, C, D, REST = 0, 2, 10, 11, 12, 13, 14
WORDS = 16


def _context(t: Theorem, fixed: Mapping[int, int]) -> tuple[Block, list[BV]]:
    """The structure, and the state of it."""
    context = t.region("context", WORDS, 32, access="rw", alignment=8, fixed=fixed)
    words = context.elements
    return context, [concat(words[at + 1], words[at]) for at in range(V, LENGTH, 2)]


def _halves(words: Sequence[BV]) -> list[BV]:
    """Words of 64 bits as memory has them in words of 32."""
    return [half for word in words for half in (word[31:0], word[63:32])]


@contract("siphash-init", routines=["SipHash_Init"])
def siphash_init(t: Theorem, c: int = 2, d: int = 4, size: HashBytes = 16) -> None:
    """void f(SIPHASH *, const uint8_t key[16], int c, int d): the paper's section 2.1. c = 2 and d = 4 are meant by zeros, too.

    The size of the tag was set before, or is zero, which means 16.
    """
    context, _ = _context(t, {HASH_SIZE: 0 if size == 16 else size})
    key = t.region("key", 2, 64)
    t.call(context, key, BV.const(c, 32), BV.const(d, 32))
    start = siphash.initialization if size == 8 else siphash.initialization_128
    numbers = [BV.const(number, 32) for number in (0, size, c or 2, d or 4)]
    zero = BV.const(0, 32)
    t.ensure(context, [zero, zero, *_halves(start(key.elements)), *numbers, *context.elements[REST:]])


@contract("siphash-update", routines=["SipHash_Update"])
def siphash_update(t: Theorem, words: int = 2, c: int = 2) -> None:
    """void f(SIPHASH *, const uint8_t *data, size_t length): c rounds for each of `words` whole words, none being left from before.

    The paper's section 2.2. Octets that are left over would be copied by memcpy, which is in another file.
    """
    context, v = _context(t, {LENGTH: 0, C: c})
    data = t.region("data", words, 64)
    t.call(context, data, 8 * words)
    before = context.elements
    total = concat(before[1], before[0]) + 8 * words
    after = siphash.compression(v, data.elements, c)
    t.ensure(context, [*_halves([total, *after]), *before[LENGTH:]])


@contract("siphash-final", routines=["SipHash_Final"])
def siphash_final(t: Theorem, rest: int = 7, c: int = 2, d: int = 4, size: HashBytes = 16) -> None:
    """int f(SIPHASH *, uint8_t *tag, size_t size): the last word and the tag, `rest` octets being left over; 1.

    The paper's sections 2.2 and 2.3.
    """
    context, v = _context(t, {LENGTH: rest, HASH_SIZE: size, C: c, D: d})
    tag = t.region("tag", size, 8, access="w")
    t.call(context, tag, size)
    left = [octet for word in context.elements[REST:] for octet in octets.little_endian_octets(word)]
    v = siphash.compression(v, [siphash.last_word(left[:rest], context.elements[TOTAL][7:0])], c)
    words = [siphash.finalization(v, d)] if size == 8 else siphash.finalization_128(v, d)
    t.ensure(tag, [octet for word in words for octet in octets.little_endian_octets(word)])
    t.ensure(context, context.elements)
    t.ensure_result(1, 32)
