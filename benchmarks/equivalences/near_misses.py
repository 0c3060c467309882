"""Near misses: bugs of the same kinds of code, wrong on few inputs. Every method must refute them."""

from __future__ import annotations

from functools import partial, reduce
from operator import xor

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from benchmarks.equivalences.products import division_by_constant
from benchmarks.equivalences.s_boxes import by_circuit
from crypto_specs import aes
from lnsym.bv import BV, concat, ite, lookup, table


def gray_code_step() -> Sides:
    """The bit in which the Gray codes of x and x + 1 differ is the lowest 0 of x; it has none when all bits are 1."""
    x = BV.var("x", 64)
    after = x + 1
    return Sides((x ^ (x >> 1)) ^ (after ^ (after >> 1)), ~x & after)


def carry_lost() -> Sides:
    """A sum of two words each: the carry into the upper word is lost where adding it to an operand of all ones wraps."""
    a, b = BV.var("a", 192), BV.var("b", 192)
    carry = BV.const(0, 64)
    pieces = []
    for low in range(0, 192, 64):
        x, y = a[low + 63 : low], b[low + 63 : low]
        total = x + carry + y
        carry = total.ult(y).zero_extend(64)
        pieces.append(total)
    return Sides(concat(*reversed(pieces)), a + b)


def second_zero() -> Sides:
    """A sum modulo p = 2**61 - 1 by folding: where it is p itself, p comes out instead of 0; operands below p."""
    p = (1 << 61) - 1
    a, b = BV.var("a", 64), BV.var("b", 64)
    total = a + b
    folded = (total & p) + (total >> 61)
    return Sides(folded, ite(total.ult(p), total, total - p), (a.ult(p), b.ult(p)))


def zero_bytes() -> Sides:
    """Which bytes of a word are 0, as strlen finds the first: a byte 01 above a zero byte is taken for one."""
    x = BV.var("x", 64)
    found = (x - 0x0101010101010101) & ~x & 0x8080808080808080
    zero = BV.const(0, 7)
    exact = [piece for i in reversed(range(8)) for piece in (x[8 * i + 7 : 8 * i].eq(0), zero)]
    return Sides(found, concat(*exact))


def wrong_entry() -> Sides:
    """Four S-boxes XORed: one entry of the table is not what the circuit gives."""
    bytes_ = [BV.var(f"s[{i}]", 8) for i in range(4)]
    entries = list(aes.SBOX.entries)
    entries[0xA7] ^= 0x10
    return Sides(reduce(xor, [lookup(table(entries, 8), s) for s in bytes_]), reduce(xor, map(by_circuit, bytes_)))


NEAR_MISSES = [
    EquivalenceGoal("gray-code-wraps-64", gray_code_step, equal=False),
    EquivalenceGoal("carry-lost-192", carry_lost, equal=False),
    EquivalenceGoal("second-zero-mod-mersenne-61", second_zero, equal=False),
    EquivalenceGoal("zero-bytes-64", zero_bytes, equal=False),
    EquivalenceGoal("sbox-entry-wrong", wrong_entry, level=0, equal=False),
    EquivalenceGoal("division-by-7-short-16", partial(division_by_constant, 16, 7, 2), equal=False),
]
