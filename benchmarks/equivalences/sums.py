"""Additions: carry-save trees, carry chains, prefix adders, redundant limbs, saturation."""

from __future__ import annotations

from functools import partial

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from isa.flags import add_with_carry
from lnsym.bv import BV, concat, ite


def carry_save(a: BV, b: BV, c: BV) -> tuple[BV, BV]:
    """Two words with the sum of three."""
    return a ^ b ^ c, ((a & b) | (a & c) | (b & c)) << 1


def carry_save_tree(count: int, width: int) -> Sides:
    """The sum of some words: a tree of carry-save adders (C. S. Wallace, 1964), against one addition after the other."""
    row = [BV.var(f"x[{i}]", width) for i in range(count)]
    expected = sum(row[1:], row[0])
    while len(row) > 2:
        whole = len(row) // 3 * 3
        row = [word for i in range(0, whole, 3) for word in carry_save(*row[i : i + 3])] + row[whole:]
    return Sides(row[0] + row[1], expected)


def carry_chain(words: int) -> Sides:
    """A sum of several words by ADDS and ADCS, as the instruction model has them, against one wide sum."""
    a, b = BV.var("a", 64 * words), BV.var("b", 64 * words)
    carry: BV | int = 0
    pieces = []
    for low in range(0, 64 * words, 64):
        piece, flags = add_with_carry(a[low + 63 : low], b[low + 63 : low], carry)
        pieces.append(piece)
        carry = flags.c
    wide = a.zero_extend(64 * words + 1) + b.zero_extend(64 * words + 1)
    return Sides(concat(flags.c, *reversed(pieces)), wide)


def carries_by_comparison(words: int) -> Sides:
    """A sum of several words with carries found by compares, as C code does, against one wide sum."""
    a, b = BV.var("a", 64 * words), BV.var("b", 64 * words)
    carry = BV.const(0, 64)
    pieces = []
    for low in range(0, 64 * words, 64):
        x, y = a[low + 63 : low], b[low + 63 : low]
        partial_sum = x + carry
        total = partial_sum + y
        carry = partial_sum.ult(carry).zero_extend(64) + total.ult(y).zero_extend(64)
        pieces.append(total)
    return Sides(concat(*reversed(pieces)), a + b)


def prefix_adder(width: int) -> Sides:
    """A sum by a parallel-prefix network of generate and propagate bits (P. Kogge, H. Stone, 1973), against an addition."""
    a, b = BV.var("a", width), BV.var("b", width)
    generate, propagate = a & b, a ^ b
    distance = 1
    while distance < width:
        generate = generate | (propagate & (generate << distance))
        propagate = propagate & (propagate << distance)
        distance *= 2
    return Sides(a ^ b ^ (generate << 1), a + b)


def saturated_sums() -> Sides:
    """UQADD and SQADD of 32 bits: by carry and overflow masks, against wider sums and compares."""
    x, y = BV.var("x", 32), BV.var("y", 32)
    total = x + y
    unsigned = total | total.ult(x).sign_extend(32)
    limit = (x >> 31) + 0x7FFFFFFF
    signed = ite(((limit ^ y) | ~(y ^ total))[31], total, limit)
    wide = x.zero_extend(33) + y.zero_extend(33)
    wide_signed = x.sign_extend(33) + y.sign_extend(33)
    expected = ite(wide_signed.slt(-(1 << 31)), BV.const(1 << 31, 32), wide_signed[31:0])
    expected = ite(BV.const((1 << 31) - 1, 33).slt(wide_signed), BV.const((1 << 31) - 1, 32), expected)
    return Sides(concat(unsigned, signed), concat(ite(wide[32], BV.const(-1, 32), wide[31:0]), expected))


LIMB = 26
MASK26 = (1 << LIMB) - 1


def limbs_of(number: BV) -> list[BV]:
    """The five limbs of 26 bits of a number of 130, each in a word of 64."""
    return [number[LIMB * i + 25 : LIMB * i].zero_extend(64) for i in range(5)]


def redundant_limbs() -> Sides:
    """Three numbers of 130 bits added limb by limb, carries resolved once as Poly1305 code does, against a wide sum."""
    numbers = [BV.var(name, 130) for name in "abc"]
    totals = [sum(column[1:], column[0]) for column in zip(*map(limbs_of, numbers), strict=True)]
    resolved = []
    carry = BV.const(0, 64)
    for limb in totals:
        limb = limb + carry
        resolved.append(limb[25:0])
        carry = limb >> LIMB
    return Sides(concat(*reversed(resolved)), sum(numbers[1:], numbers[0]))


def conditional_subtraction(bits: int) -> Sides:
    """A sum modulo p = 2**bits - 1: p subtracted under a borrow's mask, against compare and select; operands below p."""
    p = (1 << bits) - 1
    a, b = BV.var("a", 64), BV.var("b", 64)
    total = a + b
    difference = total - p
    masked = difference + (difference.shift_right_arithmetic(63) & p)
    folded = (total & p) + (total >> bits)
    return Sides(masked, ite(folded.eq(p), BV.const(0, 64), folded), (a.ult(p), b.ult(p)))


GOALS = [
    EquivalenceGoal("carry-save-tree-4x64", partial(carry_save_tree, 4, 64)),
    EquivalenceGoal("adds-adcs-512", partial(carry_chain, 8)),
    EquivalenceGoal("carries-by-compares-256", partial(carries_by_comparison, 4)),
    EquivalenceGoal("prefix-adder-64", partial(prefix_adder, 64)),
    EquivalenceGoal("saturated-sums-32", saturated_sums),
    EquivalenceGoal("limbs-of-26-bits-130", redundant_limbs),
    EquivalenceGoal("sum-mod-mersenne-61", partial(conditional_subtraction, 61)),
]
