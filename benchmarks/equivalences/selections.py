"""Choices: masks against selects, branches merged by CSEL, min and max, shifts and rotations by data."""

from __future__ import annotations

from benchmarks.equivalences.goal import EquivalenceGoal, Sides
from crypto_specs import sha2
from lnsym.bv import BV, concat, ite


def words(names: str, width: int) -> list[BV]:
    """A variable of `width` bits for each letter."""
    return [BV.var(name, width) for name in names]


def mask(bit: BV, width: int) -> BV:
    """All ones where the bit is 1: what SBFX, CSETM and a compare of vectors give."""
    return bit.sign_extend(width)


def choice_and_majority() -> Sides:
    """Ch and Maj by AND and OR, as BIC, BSL and ORR give them, against FIPS 180-4; Maj also through Ch of x ^ y."""
    x, y, z = words("xyz", 64)
    actual = concat((x & y) | (z & (x | y)), ((x ^ y) & z) | (~(x ^ y) & y), (x & y) | (z & ~x))
    return Sides(actual, concat(sha2.maj(x, y, z), sha2.maj(x, y, z), sha2.ch(x, y, z)))


def signed_minimum_and_maximum() -> Sides:
    """y ^ ((x ^ y) & m) with m from the flags N ^ V of x - y, against a signed compare and CSEL."""
    x, y = words("xy", 64)
    difference = x - y
    less = difference[63] ^ ((x[63] ^ y[63]) & (x[63] ^ difference[63]))
    swap = (x ^ y) & mask(less, 64)
    return Sides(concat(y ^ swap, x ^ swap), concat(ite(x.slt(y), x, y), ite(x.slt(y), y, x)))


def median() -> Sides:
    """The median of three: by minima and maxima, against a tree of compares and CSEL."""
    x, y, z = words("xyz", 32)

    def low(a: BV, b: BV) -> BV:
        return ite(b.ult(a), b, a)

    def high(a: BV, b: BV) -> BV:
        return ite(a.ult(b), b, a)

    tree = ite(x.ult(y), ite(y.ult(z), y, ite(x.ult(z), z, x)), ite(x.ult(z), x, ite(y.ult(z), z, y)))
    return Sides(high(low(x, y), low(high(x, y), z)), tree)


def merged_branches() -> Sides:
    """A state machine's next value: four CSELs in the order of the source, against branches taken the other way round."""
    x, y, z = words("xyz", 32)
    state, wanted = BV.var("state", 2), x + y
    first = ite(state.eq(3), x ^ y, ite(state.eq(2), wanted, ite(state.eq(1), z, x)))
    first = ite(z.ult(wanted) & state[1], first + 1, first)
    high = ite(state[0], ite(z.ult(wanted), (x ^ y) + 1, x ^ y), ite(wanted.ule(z), y + x, y - ~x))
    return Sides(first, ite(state.ult(2), ite(state[0], z, x), high))


def clamped() -> Sides:
    """A signed word clamped to a byte: by the sign spread over the bits above, against two compares and CSELs."""
    (x,) = words("x", 32)
    lowest, highest = BV.const(-128, 32), BV.const(127, 32)
    selected = ite(x.slt(lowest), lowest, x)
    selected = ite(highest.slt(selected), highest, selected)
    sign = x.shift_right_arithmetic(31)
    overflow = x.shift_right_arithmetic(7) ^ sign
    return Sides(ite(overflow.eq(0), x, sign ^ 127), selected)


def rotation_by_masks() -> Sides:
    """A rotation by data made of five rotations by constants under masks, against ROR by a register."""
    x, n = words("xn", 32)
    rotated = x
    for bit in range(5):
        rotated = rotated ^ ((rotated ^ rotated.rotate_left(1 << bit)) & mask(n[bit], 32))
    return Sides(rotated, x.rotate_right(-n))


def next_power_of_two() -> Sides:
    """The least power of two at or above x: the top bit smeared downwards, against a priority tree; x is 1 to 2**31."""
    (x,) = words("x", 32)
    smeared = x - 1
    for amount in (1, 2, 4, 8, 16):
        smeared = smeared | (smeared >> amount)
    expected = BV.const(0, 32)
    for bit in reversed(range(32)):
        expected = ite(x.ule(1 << bit), BV.const(1 << bit, 32), expected)
    return Sides(smeared + 1, expected, (x.ne(0), x.ule(1 << 31)))


GOALS = [
    EquivalenceGoal("ch-maj-64", choice_and_majority, level=0),
    EquivalenceGoal("min-max-by-masks-64", signed_minimum_and_maximum),
    EquivalenceGoal("median-of-three-32", median),
    EquivalenceGoal("merged-branches-32", merged_branches),
    EquivalenceGoal("clamp-to-byte-32", clamped),
    EquivalenceGoal("rotation-by-masks-32", rotation_by_masks),
    EquivalenceGoal("next-power-of-two-32", next_power_of_two),
]
