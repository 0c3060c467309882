"""Examples for every rewrite rule of `lnsym.bv`: where it fires, and near misses where it must not.

The law of a rule stands at the code (see `lnsym.bv.rules`). Here are builders of examples for any width, by the rule's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lnsym.bv import bitwise
from lnsym.bv.term import BV, clmul, concat, intern, ite

Builder: TypeAlias = Callable[[int], BV]


@dataclass(frozen=True)
class Example:
    """`build` at the default level becomes `result`, of operator `shape`, at widths from `least` to `most`."""

    build: Builder
    result: Builder
    shape: str
    least: int = 1
    most: int = 64
    raw: Builder | None = None
    """The term that the rule removes, for a rule that holds at rewrite level 0 too; else `build` gives it there."""


@dataclass(frozen=True)
class NearMiss:
    """`build` looks as if the rule applied, but must not become `wrong`."""

    why: str
    build: Builder
    wrong: Builder
    least: int = 2
    most: int = 64


@dataclass(frozen=True)
class Rule:
    """The examples of the rule of this name."""

    name: str
    fires: tuple[Example, ...]
    must_not_fire: tuple[NearMiss, ...] = ()


def x(width: int) -> BV:
    """The variable x."""
    return BV.var(f"x{width}", width)


def y(width: int) -> BV:
    """The variable y."""
    return BV.var(f"y{width}", width)


def z(width: int) -> BV:
    """The variable z."""
    return BV.var(f"z{width}", width)


def many(width: int, number: int) -> list[BV]:
    """So many variables."""
    return [BV.var(f"v{at}_{width}", width) for at in range(number)]


def bit(name: str = "c") -> BV:
    """A variable of one bit."""
    return BV.var(name, 1)


def const(value: int, width: int) -> BV:
    """A constant."""
    return BV.const(value, width)


def third(width: int) -> int:
    """An amount within the width, not its half."""
    return max(1, width // 3)


def total(terms: list[BV]) -> BV:
    """The XOR of the terms."""
    result = terms[0]
    for term in terms[1:]:
        result = result ^ term
    return result


def product(terms: list[BV]) -> BV:
    """The AND of the terms."""
    result = terms[0]
    for term in terms[1:]:
        result = result & term
    return result


def odd_mask(width: int) -> int:
    """Every other bit."""
    return sum(1 << at for at in range(0, width, 2))


def plain(op: str, *builders: Builder) -> Builder:
    """A node as it stands, no rule applied."""
    return lambda w: intern(op, w, tuple([builder(w) for builder in builders]))


def number(value: int) -> Builder:
    """A constant of the width at hand."""
    return lambda w: const(value, w)


BITWISE = (
    Rule(
        "xor-zero",
        (Example(lambda w: x(w) ^ 0, x, "var", raw=plain("xor", x, number(0))),),
        (NearMiss("1 is not 0", lambda w: x(w) ^ 1, x),),
    ),
    Rule(
        "xor-self", (Example(lambda w: x(w) ^ x(w), number(0), "const"),),
         (NearMiss("x and ~x", lambda w: x(w) ^ ~x(w), number(0)),)),
    Rule(
        "ring-xor",
        (
            Example(lambda w: (x(w) & 3) ^ (x(w) & 6), lambda w: x(w) & 5, "anf", least=3),
            Example(lambda w: x(w) ^ (y(w) ^ x(w)), y, "var"),
        ),
        (
            NearMiss("different words", lambda w: (x(w) & 3) ^ (y(w) & 6), lambda w: x(w) & 5, least=3),
            NearMiss("different rotations", lambda w: x(w) ^ x(w).rotate_right(1), number(0)),
            NearMiss(
                "more than MAX_MONOMIALS: the sum so far is one word, and its words cancel no more",
                lambda w: total(many(w, bitwise.MAX_MONOMIALS + 1)) ^ many(w, 1)[0],
                lambda w: total(many(w, bitwise.MAX_MONOMIALS + 1)[1:]), least=1,
            ),
        ),
    ),
    Rule(
        "and-zero",
        (Example(lambda w: x(w) & 0, number(0), "const", raw=plain("and", x, number(0))),),
    ),
    Rule(
        "and-ones",
        (Example(lambda w: x(w) & -1, x, "var", raw=plain("and", x, number(-1))),),
        (NearMiss("one bit is missing", lambda w: x(w) & -2, x),),
    ),
    Rule(
        "mask-of-fixed-bits",
        (
            Example(lambda w: (4 * x(w) + 7) & 3, number(3), "const", least=4),
            Example(lambda w: (4 * x(w) - 8 * y(w) + 7) & 2, number(2), "const", least=4),
            Example(lambda w: (4 * x(w) + 7) & -4, lambda w: 4 * x(w) + 4, "sum", least=4),
            Example(lambda w: (4 * x(w) + 15) & -2, lambda w: 4 * x(w) + 14, "sum", least=5),
            Example(lambda w: (4 * x(w + 1) + 7)[w - 1 : 0] & 3, number(3), "const", least=4),
        ),
        (NearMiss("a bit of x in the mask", lambda w: (4 * x(w) + 7) & 7, number(7), least=4),
         NearMiss("a bit of x not in it", lambda w: (4 * x(w) + 15) & -8, lambda w: 4 * x(w) + 8, least=5)),
    ),
    Rule(
        "xor-with-fixed-bits",
        (
            Example(lambda w: (4 * x(w) + 9) ^ 3, lambda w: 4 * x(w) + 10, "sum", least=5),
            Example(lambda w: (4 * x(w) - 8 * y(w) + 9) ^ 1, lambda w: 4 * x(w) - 8 * y(w) + 8, "sum", least=5),
        ),
        (NearMiss("a bit of x is flipped", lambda w: (4 * x(w) + 8) ^ 4, lambda w: 4 * x(w) + 12, least=5),),
    ),
    Rule(
        "or-with-fixed-bits",
        (
            Example(lambda w: (4 * x(w) + 9) | 3, lambda w: 4 * x(w) + 11, "sum", least=5),
            Example(lambda w: (4 * x(w) - 8 * y(w) + 9) | 1, lambda w: 4 * x(w) - 8 * y(w) + 9, "sum", least=5),
        ),
        (NearMiss("a bit of x is set", lambda w: (4 * x(w) + 8) | 4, lambda w: 4 * x(w) + 12, least=5),),
    ),
    Rule(
        "and-self", (Example(lambda w: x(w) & x(w), x, "var"),)),
    Rule(
        "ring-and",
        (
            Example(lambda w: (x(w) ^ y(w)) & z(w), lambda w: (x(w) & z(w)) ^ (y(w) & z(w)), "anf"),
            Example(lambda w: (x(w) & y(w)) ^ (~x(w) & z(w)), lambda w: z(w) ^ (x(w) & (y(w) ^ z(w))), "anf"),
            Example(
                lambda w: (x(w) & y(w)) ^ (x(w) & z(w)) ^ (y(w) & z(w)),
                lambda w: (x(w) & y(w)) | (z(w) & (x(w) | y(w))), "anf",
            ),
            Example(lambda w: x(w) & (x(w) & y(w)), lambda w: x(w) & y(w), "anf"),
        ),
        (
            NearMiss(
                "more than MAX_WORDS: the operands are words",
                lambda w: total(many(w, bitwise.MAX_WORDS)) & x(w),
                lambda w: total([word & x(w) for word in many(w, bitwise.MAX_WORDS)]), least=1,
            ),
            NearMiss(
                "more than MAX_WORDS besides a constant: x stays as it is where a word is complemented",
                lambda w: ~total(many(w, bitwise.MAX_WORDS)) & x(w),
                lambda w: total(many(w, bitwise.MAX_WORDS)) & x(w),
                least=1,
            ),
            NearMiss(
                "more than MAX_FACTORS: a long product is a word",
                lambda w: product(many(w, bitwise.MAX_FACTORS + 1)),
                lambda w: product(many(w, bitwise.MAX_FACTORS + 1)[::-1]), least=1,
            ),
        ),
    ),
    Rule(
        "or-zero",
        (Example(lambda w: x(w) | 0, x, "var", raw=plain("or", x, number(0))),),
    ),
    Rule(
        "or-ones",
        (Example(lambda w: x(w) | -1, number(-1), "const", raw=plain("or", x, number(-1))),),
    ),
    Rule(
        "or-self", (Example(lambda w: x(w) | x(w), x, "var"),)),
    Rule(
        "ring-or",
        (
            Example(lambda w: x(w) | y(w), lambda w: x(w) ^ y(w) ^ (x(w) & y(w)), "anf"),
            Example(lambda w: x(w) | y(w), lambda w: ~(~x(w) & ~y(w)), "anf"),
        ),
        (NearMiss("masks that meet", lambda w: (x(w) & 3) | (y(w) & 2), lambda w: (x(w) & 3) ^ (y(w) & 2)),),
    ),
    Rule(
        "ring-not",
        (Example(lambda w: ~x(w), lambda w: x(w) ^ -1, "anf"), Example(lambda w: ~~x(w), x, "var")),
    ),
    Rule(
        "rotate-words",
        (
            Example(
                lambda w: (x(w) ^ y(w)).rotate_right(third(w)),
                lambda w: x(w).rotate_right(third(w)) ^ y(w).rotate_right(third(w)), "anf",
            ),
            Example(
                lambda w: x(w).rotate_right(third(w)).rotate_right(1),
                lambda w: x(w).rotate_left(w - third(w) - 1), "anf", least=3,
            ),
            Example(lambda w: x(w).rotate_right(third(w)).rotate_left(third(w)), x, "var", least=2),
        ),
        (
            NearMiss(
                "more than MAX_ROTATED: the form is one word",
                lambda w: total(many(w, bitwise.MAX_ROTATED + 1)).rotate_right(1),
                lambda w: total([word.rotate_right(1) for word in many(w, bitwise.MAX_ROTATED + 1)]),
            ),
            NearMiss(
                "more than MAX_ROTATED besides a constant, which is rotated",
                lambda w: (total(many(w, bitwise.MAX_ROTATED + 1)) ^ 1).rotate_right(1),
                lambda w: total(many(w, bitwise.MAX_ROTATED + 1)).rotate_right(1) ^ 1,
            ),
            NearMiss("a sum is not split", lambda w: (x(w) + y(w)).rotate_right(1),
                     lambda w: x(w).rotate_right(1) + y(w).rotate_right(1)),
        ),
    ),
)  # fmt: skip

SHIFTS = (
    Rule(
        "left-shift",
        (
            Example(
                lambda w: x(w) << third(w),
                lambda w: x(w).rotate_left(third(w)) & (-1 << third(w)), "anf", least=2,
            ),
            Example(
                lambda w: (x(w) << third(w)) | (x(w) >> (w - third(w))),
                lambda w: x(w).rotate_left(third(w)), "anf", least=3,
            ),
            Example(lambda w: (x(w) << 1) << 1, lambda w: x(w) << 2, "anf", least=3),
        ),
        (
            NearMiss("amounts that fall short of the width", lambda w: (x(w) << 1) | (x(w) >> (w - 2)),
                     lambda w: x(w).rotate_left(1), least=3),
            NearMiss("amounts past the width", lambda w: (x(w) << 2) | (x(w) >> (w - 1)),
                     lambda w: x(w).rotate_left(2), least=3),
            NearMiss("two words", lambda w: (x(w) << 1) | (y(w) >> (w - 1)), lambda w: x(w).rotate_left(1)),
            NearMiss("there and back loses bits", lambda w: (x(w) << 1) >> 1, x),
        ),
    ),
    Rule(
        "left-shift-out",
         (Example(lambda w: x(w) << w, number(0), "const", raw=plain("shl", x, lambda w: const(w, w)), least=3),)),
    Rule(
        "right-shift",
        (
            Example(
                lambda w: x(w) >> third(w),
                lambda w: x(w).rotate_right(third(w)) & ((1 << (w - third(w))) - 1), "anf", least=2,
            ),
            Example(
                lambda w: (x(w) >> third(w)) ^ (x(w) << (w - third(w))),
                lambda w: x(w).rotate_right(third(w)), "anf", least=3,
            ),
        ),
        (NearMiss("the sign comes in", lambda w: x(w).shift_right_arithmetic(1), lambda w: x(w) >> 1),),
    ),
    Rule(
        "right-shift-out",
         (Example(lambda w: x(w) >> w, number(0), "const", raw=plain("lshr", x, lambda w: const(w, w)), least=3),)),
    Rule(
        "sign-shift",
        (
            Example(
                lambda w: x(w).shift_right_arithmetic(third(w)),
                lambda w: x(w)[w - 1 : third(w)].sign_extend(w), "sext", least=2,
                raw=lambda w: intern("ashr", w, (x(w), const(third(w), w))),
            ),
            Example(
                lambda w: x(w).shift_right_arithmetic(w + 5), lambda w: x(w)[w - 1].sign_extend(w), "sext", least=3,
                raw=lambda w: intern("ashr", w, (x(w), const(w, w))),
            ),
        ),
    ),
    Rule(
        "rotation-modulo",
        (
            Example(
                lambda w: x(w).rotate_right(w + 1), lambda w: x(w).rotate_right(1), "anf", least=2,
                raw=lambda w: x(w)[0:0] if w == 1 else concat(x(w)[0], x(w)[w - 1 : 1]),
            ),
        ),
    ),
)  # fmt: skip

SUMS = (
    Rule(
        "add-zero", (Example(lambda w: x(w) + 0, x, "var", raw=plain("add", x, number(0))),)),
    Rule(
        "bit-sum",
         (Example(lambda w: x(w) + y(w), lambda w: x(w) ^ y(w), "anf", most=1),
          Example(lambda w: x(w) - y(w), lambda w: x(w) ^ y(w), "anf", most=1)),
         (NearMiss("two bits carry", lambda w: x(w) + y(w), lambda w: x(w) ^ y(w)),)),
    Rule(
        "sum-flattens",
        (
            Example(lambda w: (x(w) + y(w)) + (x(w) + z(w)), lambda w: z(w) + 2 * x(w) + y(w), "sum", least=2),
            Example(lambda w: (x(w) + y(w)) - (y(w) + z(w)), lambda w: x(w) - z(w), "sum", least=2),
            Example(lambda w: (x(w) + 5) - (x(w) + 3), number(2), "const", least=2),
            Example(lambda w: (x(w) - y(w)) + y(w), x, "var", least=2),
        ),
        (NearMiss("a bitwise function of a sum", lambda w: (x(w) + y(w)) ^ z(w), lambda w: x(w) + (y(w) ^ z(w))),),
    ),
    Rule(
        "sign-as-sum",
        (
            Example(lambda w: y(w) - bit().sign_extend(w), lambda w: y(w) + bit().zero_extend(w), "sum", least=2),
        ),
        (NearMiss("two bits", lambda w: z(w) - x(2).sign_extend(w), lambda w: z(w) + x(2).zero_extend(w), least=3),),
    ),
    Rule(
        "not-as-sum",
        (
            Example(lambda w: x(w) + ~y(w) + 1, lambda w: x(w) - y(w), "sum", least=2),
            Example(lambda w: ~(x(w) + y(w)) + z(w), lambda w: z(w) - x(w) - y(w) - 1, "sum", least=2),
            Example(lambda w: z(w) + ~bit().zero_extend(w), lambda w: z(w) - bit().zero_extend(w) - 1, "sum", least=2),
            Example(lambda w: z(w) + (x(w) ^ 1) + ~(x(w) ^ 1), lambda w: z(w) - 1, "sum", least=2),
        ),
        (NearMiss("not all bits are flipped", lambda w: x(w) + (y(w) ^ -2), lambda w: x(w) - y(w) - 1),),
    ),
    Rule(
        "shift-as-sum",
        (
            Example(lambda w: y(w) + (x(w) << 1), lambda w: x(w) + (y(w) + x(w)), "sum", least=2),
            Example(lambda w: z(w) + ((x(w) + y(w)) << 1), lambda w: z(w) + 2 * x(w) + 2 * y(w), "sum", least=3),
            Example(lambda w: z(w) + ((x(w) ^ y(w)) << 1), lambda w: z(w) + 2 * (x(w) ^ y(w)), "sum", least=2),
            Example(lambda w: z(w) + (~x(w) << 1), lambda w: z(w) - 2 * x(w) - 2, "sum", least=2),
        ),
        (
            NearMiss("a right shift", lambda w: y(w) + (x(w) >> 1), lambda w: y(w) + x(w) * (1 << (w - 1)), least=3),
            NearMiss("a mask that is no shift", lambda w: y(w) + (x(w) & -2), lambda w: y(w) + 2 * x(w)),
            NearMiss("a bit that comes in below the shift", lambda w: y(w) + ((x(w) << 2) ^ 2),
                     lambda w: y(w) + 4 * x(w), least=3),
            NearMiss("a shift that is masked", lambda w: y(w) + ((x(w) << 1) & 2), lambda w: y(w) + 2 * x(w), least=3),
        ),
    ),
    Rule(
        "piece-shift-as-sum",
        (
            Example(
                lambda w: z(w) + (x(w - 2).zero_extend(w) << 1), lambda w: z(w) + 2 * x(w - 2).zero_extend(w),
                "sum", least=4,
            ),
        ),
        (NearMiss("something comes in below", lambda w: z(w) + concat(x(w - 1), bit()),
                  lambda w: z(w) + 2 * x(w - 1).zero_extend(w)),),
    ),
    Rule(
        "power-as-shift",
        (
            Example(lambda w: x(w) * (1 << (w - 1)), lambda w: x(w) << (w - 1), "anf", least=2),
            Example(lambda w: x(w) + x(w), lambda w: x(w) << 1, "anf", least=2),
            Example(lambda w: x(w - 1).zero_extend(w) * 2, lambda w: x(w - 1).zero_extend(w) << 1, "concat", least=2),
        ),
        (NearMiss("no power of two", lambda w: x(w) * 3, lambda w: x(w) << 1, least=3),),
    ),
    Rule(
        "minus-bit-as-sign",
        (Example(lambda w: -bit().zero_extend(w), lambda w: bit().sign_extend(w), "sext", least=2),),
        (NearMiss("two bits", lambda w: -x(2).zero_extend(w), lambda w: x(2).sign_extend(w), least=3),),
    ),
    Rule(
        "minus-as-not",
        (
            Example(lambda w: -x(w) - 1, lambda w: ~x(w), "anf", least=2),
            Example(lambda w: -2 * x(w) - 2, lambda w: ~x(w) << 1, "anf", least=2),
        ),
        (NearMiss("minus two", lambda w: -x(w) - 2, lambda w: ~x(w)),),
    ),
    Rule(
        "scale-distributes",
        (Example(lambda w: (x(w) + y(w)) * 5, lambda w: 5 * y(w) + 5 * x(w), "sum", least=2),),
        (NearMiss("bitwise forms do not", lambda w: (x(w) ^ y(w)) * 3, lambda w: (x(w) * 3) ^ (y(w) * 3)),),
    ),
)  # fmt: skip

SLICES = (
    Rule(
        "slice-of-all",
         (Example(lambda w: x(w)[w - 1 : 0], x, "var", raw=lambda w: intern("extract", w, (x(w), 0))),)),
    Rule(
        "slice-of-slice",
        (
            Example(
                lambda w: x(w + 4)[w + 2 : 1][w : 1], lambda w: x(w + 4)[w + 1 : 2], "extract",
                raw=lambda w: intern("extract", w, (intern("extract", w + 2, (x(w + 4), 1)), 1)),
            ),
        ),
    ),
    Rule(
        "slice-of-pieces",
        (
            Example(lambda w: concat(x(w), y(w))[2 * w - 1 : w], x, "var"),
            Example(lambda w: concat(x(w), y(w))[w - 1 : 0], y, "var"),
            Example(
                lambda w: concat(x(w), y(w))[2 * w - 2 : 1], lambda w: concat(x(w)[w - 2 : 0], y(w)[w - 1 : 1]),
                "concat", least=3,
            ),
        ),
    ),
    Rule(
        "slice-of-sign-extension",
        (
            Example(lambda w: x(w).sign_extend(2 * w)[w - 1 : 0], x, "var"),
            Example(lambda w: x(w).sign_extend(2 * w)[2 * w - 1 : w], lambda w: x(w)[w - 1].sign_extend(w), "sext",
                    least=2),
            Example(
                lambda w: x(w).sign_extend(2 * w)[w : w - 1],
                lambda w: x(w)[w - 1].sign_extend(2),
                "sext",
                least=2,
            ),
        ),
    ),
    Rule(
        "slice-of-fixed-bits",
        (
            Example(lambda w: (4 * x(w) + 7)[1:0], lambda w: const(3, 2), "const", least=4),
            Example(lambda w: (4 * x(w) - 8 * y(w) + 7)[1], lambda w: const(1, 1), "const", least=4),
        ),
        (NearMiss("a bit of x among them", lambda w: (4 * x(w) + 7)[2:0], lambda w: const(7, 3), least=4),
         NearMiss("another addend", lambda w: (4 * x(w) + y(w) + 7)[1:0], lambda w: const(3, 2), least=4)),
    ),
    Rule(
        "adjacent-fixed-bits",
        (
            Example(lambda w: concat((4 * x(w) + 7)[w - 1 : 2], const(3, 2)), lambda w: 4 * x(w) + 7, "sum", least=5),
            Example(lambda w: concat((4 * x(w) + 7)[w - 1 : 1], const(1, 1)), lambda w: 4 * x(w) + 7, "sum", least=5),
        ),
        (NearMiss("other bits", lambda w: concat((4 * x(w) + 7)[w - 1 : 2], const(1, 2)), lambda w: 4 * x(w) + 7,
                  least=5),),
    ),
    Rule(
        "slice-of-rotation",
        (
            Example(lambda w: (x(w + 2) >> 1)[w : 1], lambda w: x(w + 2)[w + 1 : 2], "extract"),
            Example(lambda w: (x(w + 2) << 1)[w : 0], lambda w: concat(x(w + 2)[w - 1 : 0], const(0, 1)), "concat"),
            Example(lambda w: x(w + 2).rotate_right(1)[w : 0], lambda w: x(w + 2)[w + 1 : 1], "extract"),
            Example(
                lambda w: ((x(2 * w) << w) | (y(2 * w) >> w))[2 * w - 1 : w], lambda w: x(2 * w)[w - 1 : 0], "extract",
            ),
        ),
        (
            NearMiss("two words at each bit", lambda w: (x(w) ^ y(w))[w - 1 : 1],
                     lambda w: x(w)[w - 1 : 1] ^ y(w)[w - 1 : 1]),
            NearMiss("a sum", lambda w: (x(w) + y(w))[w - 2 : 0], lambda w: x(w)[w - 2 : 0] + y(w)[w - 2 : 0], least=3),
            NearMiss(
                "more than MAX_SEGMENTS parts",
                lambda w: (x(w) & odd_mask(w))[w - 1 : 1],
                lambda w: concat(*[const(0, 1) if at % 2 else x(w)[at] for at in range(w - 1, 0, -1)]),
                least=bitwise.MAX_SEGMENTS + 2,
            ),
        ),
    ),
    Rule(
        "slice-of-constant-xor",
        (
            Example(lambda w: (~x(w + 1))[w : 1], lambda w: ~(x(w + 1)[w : 1]), "anf"),
            Example(lambda w: (x(w + 1) ^ 3)[w : 1], lambda w: x(w + 1)[w : 1] ^ 1, "anf"),
            Example(lambda w: (~(x(w + 1) ^ y(w + 1)))[w : 1], lambda w: ~((x(w + 1) ^ y(w + 1))[w : 1]), "anf"),
        ),
    ),
    Rule(
        "pieces-flatten",
        (Example(lambda w: concat(concat(x(w), y(w)), z(w)), lambda w: concat(x(w), concat(y(w), z(w))), "concat"),),
        (NearMiss("a rotation in a longer term stays one piece", lambda w: concat(y(w), x(w).rotate_right(1)),
                  lambda w: concat(y(w), x(w)[0], x(w)[w - 1 : 1])),),
    ),
    Rule(
        "adjacent-slices",
        (
            Example(lambda w: concat(x(w)[w - 1 : 1], x(w)[0]), x, "var", least=2),
            Example(lambda w: concat(x(w + 2)[w : 2], x(w + 2)[1]), lambda w: x(w + 2)[w : 1], "extract", least=2),
        ),
        (
            NearMiss("two words", lambda w: concat(x(w)[w - 1 : 1], y(w)[0]), x),
            NearMiss("slices that overlap", lambda w: concat(x(w)[w - 1 : 1], x(w)[1]), x),
            NearMiss("slices that leave a gap", lambda w: concat(x(w + 1)[w : 2], x(w + 1)[0]),
                     lambda w: x(w + 1)[w : 1]),
            NearMiss("slices in the other order", lambda w: concat(x(w)[0], x(w)[w - 1 : 1]), x),
        ),
    ),
    Rule(
        "adjacent-constants",
        (
            Example(
                lambda w: concat(x(w), const(5, 3), const(1, 2)), lambda w: concat(x(w), const(21, 5)), "concat",
            ),
        ),
    ),
    Rule(
        "adjacent-sign",
        (
            Example(
                lambda w: concat(x(w)[w - 1].sign_extend(w), x(w)), lambda w: x(w).sign_extend(2 * w), "sext", least=2,
            ),
            Example(
                lambda w: concat(x(w)[w - 1 : 1].sign_extend(w), x(w)[0]), lambda w: x(w).sign_extend(w + 1), "sext",
                least=3,
            ),
        ),
        (NearMiss("another bit", lambda w: concat(x(w)[w - 2].sign_extend(w), x(w)),
                  lambda w: x(w).sign_extend(2 * w)),),
    ),
    Rule(
        "adjacent-constant-xors",
        (
            Example(
                lambda w: concat(z(w), ~(x(w)[w - 1 : 1]), x(w)[0]), lambda w: concat(z(w), x(w) ^ -2), "concat",
                least=2,
            ),
        ),
        (NearMiss("two words", lambda w: concat(z(w), ~(x(w)[w - 1 : 1]), ~(y(w)[0])), lambda w: concat(z(w), ~x(w))),),
    ),
    Rule(
        "slices-as-rotation",
        (
            Example(lambda w: concat(x(w)[0], x(w)[w - 1 : 1]), lambda w: x(w).rotate_right(1), "anf", least=2),
            Example(lambda w: concat(const(0, 1), x(w)[w - 1 : 1]), lambda w: x(w) >> 1, "anf", least=2),
            Example(
                lambda w: concat(x(w)[w - 2 : 0], y(w)[w - 1]), lambda w: (x(w) << 1) ^ (y(w) >> (w - 1)), "anf",
                least=2,
            ),
            Example(
                lambda w: concat((x(w) ^ y(w))[0], (x(w) ^ y(w))[w - 1 : 1]),
                lambda w: (x(w) ^ y(w)).rotate_right(1), "anf", least=2,
            ),
        ),
        (
            NearMiss("a slice of a wider word", lambda w: concat(x(w + 1)[0], x(w + 1)[w : 2]),
                     lambda w: x(w).rotate_right(1)),
            NearMiss("the first slice again", lambda w: concat(x(w)[0], x(w)[w - 2 : 0]),
                     lambda w: x(w).rotate_right(1)),
        ),
    ),
    Rule(
        "split-at-pieces",
        (
            Example(
                lambda w: concat(x(w), y(w)) & z(2 * w),
                lambda w: concat(x(w) & z(2 * w)[2 * w - 1 : w], y(w) & z(2 * w)[w - 1 : 0]), "concat",
            ),
            Example(
                lambda w: concat(x(w), y(w)) ^ concat(y(w), x(w)), lambda w: concat(x(w) ^ y(w), x(w) ^ y(w)), "concat",
            ),
            Example(lambda w: concat(x(w), y(w)) | const(1, w).zero_extend(2 * w),
                    lambda w: concat(x(w), y(w) | 1), "concat"),
        ),
        (
            NearMiss("a sum carries", lambda w: concat(x(w), y(w)) + concat(y(w), x(w)),
                     lambda w: concat(x(w) + y(w), x(w) + y(w)), least=1),
            NearMiss(
                "more than MAX_SEGMENTS pieces: the term is one word",
                lambda w: ~concat(*many(w, bitwise.MAX_SEGMENTS + 1)),
                lambda w: concat(*[~word for word in many(w, bitwise.MAX_SEGMENTS + 1)]), least=1, most=8,
            ),
            NearMiss(
                "more than MAX_SEGMENTS pieces in a sum",
                lambda w: concat(const(1, 1), *many(w, bitwise.MAX_SEGMENTS)) + 1,
                lambda w: concat(*many(w, bitwise.MAX_SEGMENTS), bit()), least=1, most=8,
            ),
        ),
    ),
    Rule(
        "sign-of-sign",
        (Example(lambda w: x(w).sign_extend(w + 1).sign_extend(w + 3), lambda w: x(w).sign_extend(w + 3), "sext"),),
    ),
    Rule(
        "known-sign",
        (
            Example(lambda w: x(w).zero_extend(w + 1).sign_extend(w + 3), lambda w: x(w).zero_extend(w + 3), "concat"),
            Example(
                lambda w: concat(const(1, 1), x(w)).sign_extend(w + 3), lambda w: concat(const(7, 3), x(w)), "concat"
            ),
            Example(lambda w: (x(w) >> 1).sign_extend(w + 2), lambda w: (x(w) >> 1).zero_extend(w + 2), "concat",
                    least=2),
        ),
        (NearMiss("a free sign", lambda w: x(w).sign_extend(w + 1), lambda w: x(w).zero_extend(w + 1), least=1),),
    ),
    Rule(
        "sign-of-pieces",
        (
            Example(
                lambda w: concat(x(w), y(w)).sign_extend(3 * w), lambda w: concat(x(w).sign_extend(2 * w), y(w)),
                "concat",
            ),
        ),
    ),
    Rule(
        "sign-of-constant-xor",
        (Example(lambda w: (~x(w)).sign_extend(2 * w), lambda w: ~(x(w).sign_extend(2 * w)), "anf"),),
    ),
)  # fmt: skip

PRODUCTS = (
    Rule(
        "mul-zero",
         (Example(lambda w: x(w) * 0, number(0), "const", raw=plain("mul", x, number(0))),)),
    Rule(
        "mul-one",
         (Example(lambda w: x(w) * 1, x, "var", raw=plain("mul", x, number(1))),)),
    Rule(
        "mul-constant",
        (Example(lambda w: x(w) * 7, lambda w: (x(w) << 3) - x(w), "sum", least=4),),
        (NearMiss("a product of terms does not distribute", lambda w: x(w) * (y(w) + z(w)),
                  lambda w: x(w) * y(w) + x(w) * z(w), most=4),),
    ),
    Rule(
        "bit-product",
         (Example(lambda w: x(w) * y(w), lambda w: x(w) & y(w), "anf", most=1),),
         (NearMiss("two bits", lambda w: x(w) * y(w), lambda w: x(w) & y(w), most=8),)),
    Rule(
        "mul-commutes",
        (
            Example(lambda w: (x(w) * y(w)) ^ (y(w) * x(w)), number(0), "const", least=2),
        ),
    ),
    Rule(
        "udiv-one",
         (Example(lambda w: x(w).udiv(1), x, "var", raw=plain("udiv", x, number(1))),),
         (NearMiss("0 divides too", lambda w: x(w).udiv(x(w)), number(1), least=1, most=8),)),
    Rule(
        "sdiv-one",
         (Example(lambda w: x(w).sdiv(1), x, "var", raw=plain("sdiv", x, number(1))),)),
    Rule(
        "clmul-zero",
        (Example(lambda w: clmul(x(w), const(0, w)), lambda w: const(0, 2 * w), "const",
                 raw=lambda w: intern("clmul", 2 * w, (x(w), const(0, w)))),),
    ),
    Rule(
        "clmul-one",
        (Example(lambda w: clmul(x(w), const(1, w)), lambda w: x(w).zero_extend(2 * w), "concat",
                 raw=lambda w: intern("clmul", 2 * w, (x(w), const(1, w)))),),
        (NearMiss("2 shifts", lambda w: clmul(x(w), const(2, w)), lambda w: x(w).zero_extend(2 * w)),),
    ),
    Rule(
        "clmul-commutes",
         (Example(lambda w: clmul(x(w), y(w)) ^ clmul(y(w), x(w)), lambda w: const(0, 2 * w), "const", most=6),)),
)  # fmt: skip

CHOICES = (
    Rule(
        "equal-self",
         (Example(lambda w: x(w).eq(x(w)), lambda _: const(1, 1), "const",
                  raw=lambda w: intern("eq", 1, (x(w), x(w)))),)),
    Rule(
        "bit-equal",
         (Example(lambda w: x(w).eq(y(w)), lambda w: ~(x(w) ^ y(w)), "anf", most=1),)),
    Rule(
        "equal-commutes",
        (
            Example(lambda w: x(w).eq(y(w)) ^ y(w).eq(x(w)), lambda _: const(0, 1), "const", least=2),
            Example(lambda w: const(2, w).eq(x(w)), lambda w: x(w).eq(2), "eq", least=2),
        ),
    ),
    Rule(
        "equal-difference",
        (
            Example(lambda w: (x(w) + y(w) + 1).eq(z(w) + x(w) + 1), lambda w: y(w).eq(z(w)), "eq", least=2),
            Example(lambda w: (x(w) - y(w)).eq(0), lambda w: x(w).eq(y(w)), "eq", least=2),
            Example(lambda w: (x(w) - 3).eq(0), lambda w: x(w).eq(3), "eq", least=2),
            Example(lambda w: (x(w) - y(w)).eq(z(w)) ^ (y(w) + z(w)).eq(x(w)), lambda _: const(0, 1), "const", least=2),
            Example(
                lambda w: ((x(w) << (w - 1)) + y(w)).eq(z(w)) ^ z(w).eq((x(w) << (w - 1)) + y(w)),
                lambda _: const(0, 1), "const", least=2,
            ),
            Example(lambda w: (x(w) - y(w)).eq(1) ^ (y(w) - x(w)).eq(-1), lambda _: const(0, 1), "const", least=2),
            Example(lambda w: (x(w) + 3).eq(x(w) + 2), lambda _: const(0, 1), "const", least=2),
        ),
        (
            NearMiss("even coefficients do not divide out", lambda w: (x(w) * 2 + y(w) * 2).eq(0),
                     lambda w: (x(w) + y(w)).eq(0)),
            NearMiss("x + y = 0 is not x = y", lambda w: (x(w) + y(w)).eq(0), lambda w: x(w).eq(y(w))),
        ),
    ),
    Rule(
        "equal-pieces",
        (
            Example(lambda w: x(w).zero_extend(w + 3).eq(y(w).zero_extend(w + 3)), lambda w: x(w).eq(y(w)), "eq",
                    least=2),
            Example(lambda w: x(w).zero_extend(w + 3).eq(2), lambda w: x(w).eq(2), "eq", least=3),
            Example(lambda w: x(w).zero_extend(w + 3).eq(1 << (w + 1)), lambda _: const(0, 1), "const"),
        ),
        (NearMiss("the other piece differs", lambda w: concat(x(w), y(w)).eq(concat(y(w), y(w) + 1)),
                  lambda w: x(w).eq(y(w))),),
    ),
    Rule(
        "equal-xor",
        (
            Example(lambda w: (x(w) ^ y(w)).eq(0), lambda w: x(w).eq(y(w)), "eq", least=2),
            Example(lambda w: (~x(w)).eq(2), lambda w: x(w).eq(-3), "eq", least=2),
            Example(lambda w: (x(w) ^ y(w)).eq(x(w) ^ z(w)), lambda w: y(w).eq(z(w)), "eq", least=2),
        ),
        (NearMiss("only masked bits are equal", lambda w: (x(w) & 1).eq(y(w) & 1), lambda w: x(w).eq(y(w))),),
    ),
    Rule(
        "equal-masked",
        (Example(lambda w: (x(w) << 1).eq(1), lambda _: const(0, 1), "const", least=2),),
        (NearMiss("all bits of n are in m", lambda w: (x(w) & 2).eq(2), lambda _: const(0, 1)),),
    ),
    Rule(
        "below-self",
         (Example(lambda w: x(w).ult(x(w)), lambda _: const(0, 1), "const",
                  raw=lambda w: intern("ult", 1, (x(w), x(w)))),)),
    Rule(
        "below-zero",
         (Example(lambda w: x(w).ult(0), lambda _: const(0, 1), "const",
                  raw=lambda w: intern("ult", 1, (x(w), const(0, w)))),)),
    Rule(
        "bit-below",
         (Example(lambda w: x(w).ult(y(w)), lambda w: ~x(w) & y(w), "anf", most=1),)),
    Rule(
        "below-one",
         (Example(lambda w: x(w).ult(1), lambda w: x(w).eq(0), "eq", least=2),),
         (NearMiss("2", lambda w: x(w).ult(2), lambda w: x(w).eq(0)),)),
    Rule(
        "below-ones",
         (Example(lambda w: x(w).ult(-1), lambda w: x(w).ne(-1), "anf", least=2),)),
    Rule(
        "above-ones",
         (Example(lambda w: const(-1, w).ult(x(w)), lambda _: const(0, 1), "const", least=2),)),
    Rule(
        "above-zero",
         (Example(lambda w: const(0, w).ult(x(w)), lambda w: x(w).ne(0), "anf", least=2),)),
    Rule(
        "below-pieces",
        (
            Example(lambda w: x(w).zero_extend(w + 2).ult(y(w).zero_extend(w + 2)), lambda w: x(w).ult(y(w)), "ult",
                    least=2),
            Example(lambda w: x(w).zero_extend(w + 2).ult(3), lambda w: x(w).ult(3), "ult", least=3),
        ),
        (NearMiss("one piece is not 0", lambda w: x(w).zero_extend(w + 1).ult(concat(bit(), y(w))),
                  lambda w: x(w).ult(y(w))),),
    ),
    Rule(
        "below-range",
         (Example(lambda w: x(w).zero_extend(w + 1).ult(1 << w), lambda _: const(1, 1), "const"),),
         (NearMiss("the greatest x", lambda w: x(w).zero_extend(w + 1).ult((1 << w) - 1), lambda _: const(1, 1)),)),
    Rule(
        "above-range",
         (Example(lambda w: const(1 << w, w + 1).ult(x(w).zero_extend(w + 1)), lambda _: const(0, 1), "const"),)),
    Rule(
        "less-self",
         (Example(lambda w: x(w).slt(x(w)), lambda _: const(0, 1), "const",
                  raw=lambda w: intern("slt", 1, (x(w), x(w)))),)),
    Rule(
        "bit-less",
         (Example(lambda w: x(w).slt(y(w)), lambda w: x(w) & ~y(w), "anf", most=1),)),
    Rule(
        "less-zero",
         (Example(lambda w: x(w).slt(0), lambda w: x(w)[w - 1], "extract", least=2),),
         (NearMiss("one more", lambda w: x(w).slt(1), lambda w: x(w)[w - 1]),)),
    Rule(
        "less-least",
         (Example(lambda w: x(w).slt(1 << (w - 1)), lambda _: const(0, 1), "const", least=2),)),
    Rule(
        "more-minus-one",
         (Example(lambda w: const(-1, w).slt(x(w)), lambda w: ~x(w)[w - 1], "anf", least=2),
          Example(lambda w: const(0, w).sle(x(w)), lambda w: ~x(w)[w - 1], "anf", least=2))),
    Rule(
        "more-greatest",
         (Example(lambda w: const((1 << (w - 1)) - 1, w).slt(x(w)), lambda _: const(0, 1), "const", least=2),)),
    Rule(
        "choice-known",
        (
            Example(lambda w: ite(const(1, 1), x(w), y(w)), x, "var",
                    raw=lambda w: intern("ite", w, (const(1, 1), x(w), y(w)))),
            Example(lambda w: ite(const(0, 1), x(w), y(w)), y, "var",
                    raw=lambda w: intern("ite", w, (const(0, 1), x(w), y(w)))),
        ),
    ),
    Rule(
        "choice-same",
         (Example(lambda w: ite(bit(), x(w), x(w)), x, "var",
                  raw=lambda w: intern("ite", w, (bit(), x(w), x(w)))),)),
    Rule(
        "bit-choice",
         (Example(lambda w: ite(bit(), x(w), y(w)), lambda w: y(w) ^ (bit() & (x(w) ^ y(w))), "anf", most=1),)),
    Rule(
        "choice-not",
         (Example(lambda w: ite(~bit(), x(w), y(w)), lambda w: ite(bit(), y(w), x(w)), "ite", least=2),)),
    Rule(
        "choice-again",
        (
            Example(lambda w: ite(bit(), ite(bit(), x(w), y(w)), z(w)), lambda w: ite(bit(), x(w), z(w)), "ite",
                    least=2),
            Example(lambda w: ite(bit(), x(w), ite(bit(), y(w), z(w))), lambda w: ite(bit(), x(w), z(w)), "ite",
                    least=2),
            Example(lambda w: ite(bit(), x(w), ite(bit(), y(w), x(w))), x, "var", least=2),
        ),
        (NearMiss("another condition", lambda w: ite(bit(), ite(bit("d"), x(w), y(w)), z(w)),
                  lambda w: ite(bit(), x(w), z(w))),),
    ),
    Rule(
        "choice-bit",
        (
            Example(lambda w: ite(bit(), const(1, w), 0), lambda w: bit().zero_extend(w), "concat", least=2),
            Example(lambda w: ite(bit(), const(0, w), 1), lambda w: (~bit()).zero_extend(w), "concat", least=2),
            Example(lambda w: ite(bit(), const(-1, w), 0), lambda w: bit().sign_extend(w), "sext", least=2),
            Example(lambda w: ite(bit(), const(0, w), -1), lambda w: ~bit().sign_extend(w), "anf", least=2),
        ),
        (NearMiss("other constants", lambda w: ite(bit(), const(2, w), 0), lambda w: bit().zero_extend(w)),
         NearMiss("1 and -1", lambda w: ite(bit(), const(1, w), -1), lambda w: bit().zero_extend(w))),
    ),
    Rule(
        "choice-zeros",
        (
            Example(
                lambda w: ite(bit(), x(w).zero_extend(w + 2), y(w).zero_extend(w + 2)),
                lambda w: ite(bit(), x(w), y(w)).zero_extend(w + 2), "concat",
            ),
            Example(lambda w: ite(bit(), x(w).zero_extend(w + 2), 0), lambda w: ite(bit(), x(w), 0).zero_extend(w + 2),
                    "concat"),
        ),
        (NearMiss("two addresses stay what they are", lambda w: ite(bit(), const(4, w + 4), 8),
                  lambda w: ite(bit(), const(4, 4), 8).zero_extend(w + 4), least=1),),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = BITWISE + SHIFTS + SUMS + SLICES + PRODUCTS + CHOICES
