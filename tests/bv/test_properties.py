"""Both rewrite levels agree with plain Python numbers on random expressions.

`meaning` interprets the expression tree on Python integers. It uses nothing of lnsym, so it is an independent word
on what every operation means; `build` makes the same tree with the public operators.
"""

from __future__ import annotations

import random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnsym.bv import BV, clmul, concat, evaluate, ite, live_terms, lookup, rewrite_level, table
from lnsym.bv.bitwise import moves_bits
from tests.named import named

Tree = tuple[Any, ...]  # (operation, width, operands and parameters ...)

LETTERS = "xyz"
MANY = "stuvwxyz"
TABLES = {
    8: (5, 0, 255, 7, 7, 1, 128, 3, 90),
    32: tuple(k * 0x9E3779B1 & 0xFFFFFFFF for k in range(40)),
}


def signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> (width - 1) & 1 else value


def polynomial_product(a: int, b: int) -> int:
    total = 0
    for bit in range(b.bit_length()):
        if b >> bit & 1:
            total ^= a << bit
    return total


def quotient(a: int, b: int) -> int:
    if b == 0:
        return 0
    magnitude = abs(a) // abs(b)
    return -magnitude if (a < 0) != (b < 0) else magnitude


def meaning(tree: Tree, values: dict[str, int], known: dict[int, int] | None = None) -> int:
    """The unsigned value of the tree; `known` holds the values of subtrees met before, by their identity."""
    known = {} if known is None else known
    if id(tree) in known:
        return known[id(tree)]
    op, width, *args = tree

    def of(number: int) -> int:
        return meaning(args[number], values, known)

    def width_of(number: int) -> int:
        return int(args[number][1])

    match op:
        case "const":
            value = args[0]
        case "var":
            value = values[args[0]]
        case "not":
            value = ~of(0)
        case "neg":
            value = -of(0)
        case "and":
            value = of(0) & of(1)
        case "or":
            value = of(0) | of(1)
        case "xor":
            value = of(0) ^ of(1)
        case "add":
            value = of(0) + of(1)
        case "sub":
            value = of(0) - of(1)
        case "mul":
            value = of(0) * of(1)
        case "scale":
            value = of(0) * args[1]
        case "udiv":
            value = quotient(of(0), of(1))
        case "sdiv":
            value = quotient(signed(of(0), width), signed(of(1), width))
        case "shl" | "shl_by":
            amount = args[1] if op == "shl" else of(1)
            value = of(0) << amount if amount < width else 0
        case "lshr" | "lshr_by":
            amount = args[1] if op == "lshr" else of(1)
            value = of(0) >> amount
        case "ashr" | "ashr_by":
            amount = args[1] if op == "ashr" else of(1)
            value = signed(of(0), width) >> amount
        case "ror" | "ror_by":
            amount = (args[1] if op == "ror" else of(1)) % width
            bits = format(of(0), f"0{width}b")
            value = int(bits[width - amount :] + bits[: width - amount], 2)
        case "rev":
            value = int.from_bytes(of(0).to_bytes(width // 8, "big"), "little")
        case "slice":
            value = of(0) >> args[1]
        case "zext":
            value = of(0)
        case "sext":
            value = signed(of(0), width_of(0))
        case "concat":
            value = 0
            for number in range(len(args)):
                value = (value << width_of(number)) + of(number)
        case "ite":
            value = of(1) if of(0) else of(2)
        case "eq":
            value = of(0) == of(1)
        case "ne":
            value = of(0) != of(1)
        case "ult":
            value = of(0) < of(1)
        case "ule":
            value = of(0) <= of(1)
        case "slt":
            value = signed(of(0), width_of(0)) < signed(of(1), width_of(1))
        case "sle":
            value = signed(of(0), width_of(0)) <= signed(of(1), width_of(1))
        case "lookup":
            entries = TABLES[width]
            value = entries[of(0)] if of(0) < len(entries) else 0
        case "clmul":
            value = polynomial_product(of(0), of(1))
        case _:
            raise AssertionError(op)
    known[id(tree)] = int(value) & ((1 << width) - 1)
    return known[id(tree)]


def build(tree: Tree, known: dict[int, BV] | None = None) -> BV:
    """The tree as a term, at the rewrite level in force."""
    known = {} if known is None else known
    if id(tree) not in known:
        op, width, *args = tree
        known[id(tree)] = build_node(op, width, [build(arg, known) if isinstance(arg, tuple) else arg for arg in args])
    return known[id(tree)]


def build_node(op: str, width: int, parts: list[Any]) -> BV:
    match op:
        case "const":
            return BV.const(parts[0], width)
        case "var":
            return BV.var(parts[0], width)
        case "not":
            return ~parts[0]
        case "neg":
            return -parts[0]
        case "and":
            return parts[0] & parts[1]
        case "or":
            return parts[0] | parts[1]
        case "xor":
            return parts[0] ^ parts[1]
        case "add":
            return parts[0] + parts[1]
        case "sub":
            return parts[0] - parts[1]
        case "mul" | "scale":
            return parts[0] * parts[1]
        case "shl" | "shl_by":
            return parts[0] << parts[1]
        case "lshr" | "lshr_by":
            return parts[0] >> parts[1]
        case "ashr" | "ashr_by":
            return parts[0].shift_right_arithmetic(parts[1])
        case "ror" | "ror_by":
            return parts[0].rotate_right(parts[1])
        case "rev":
            return parts[0].reverse_bytes()
        case "slice":
            return parts[0].extract(parts[1] + width - 1, parts[1])
        case "zext":
            return parts[0].zero_extend(width)
        case "sext":
            return parts[0].sign_extend(width)
        case "concat":
            return concat(*parts)
        case "ite":
            return ite(*parts)
        case "lookup":
            return lookup(table(TABLES[width], width), parts[0])
        case "clmul":
            return clmul(*parts)
        case _:
            return getattr(parts[0], op)(*parts[1:])  # udiv, sdiv, eq, ne, ult, ule, slt, sle


class Grower:
    """Grows trees; it returns to subtrees it has made before, for rules that see one word twice."""

    def __init__(self, choose: random.Random, reach: int, few: bool = False) -> None:
        self.choose = choose
        self.reach = reach  # the widest subtree
        self.few = few  # few widths, many words: large terms, that meet the bounds
        self.made: dict[int, list[Tree]] = {}

    def constant(self, width: int) -> int:
        ones = (1 << width) - 1
        low = self.choose.randrange(width)
        few = [0, 1, ones, ones - 1, 1 << (width - 1), ones >> 1, 1 << low, (1 << low) - 1, ones ^ ((1 << low) - 1)]
        return self.choose.choice([*few, self.choose.getrandbits(width)]) & ones

    def leaf(self, width: int) -> Tree:
        if self.choose.random() < 0.3:
            return ("const", width, self.constant(width))
        return ("var", width, f"{self.choose.choice(MANY if self.few else LETTERS)}{width}")

    def width(self) -> int:
        if self.few:
            return self.choose.choice([1, 2, 3, 8])
        return self.choose.choice([1, 2, 3, 7, 8, 8, 13, 16, 32, 64, self.choose.randint(1, 70)])

    def tree(self, width: int, depth: int) -> Tree:
        earlier = self.made.setdefault(width, [])
        if earlier and self.choose.random() < 0.25:
            return self.choose.choice(earlier)
        grown = self.leaf(width) if depth == 0 or self.choose.random() < 0.1 else self.node(width, depth - 1)
        earlier.append(grown)
        return grown

    def node(self, width: int, depth: int) -> Tree:
        kinds = ["same", "same", "same", "amount", "amount", "scale", "ite", "not"]
        if width % 8 == 0:
            kinds += ["rev"]
        if width == 1:
            kinds += ["compare", "compare"]
        if width > 1:
            kinds += ["concat", "concat", "extend"]
        if width < self.reach:
            kinds += ["slice", "slice"]
        if width % 2 == 0:
            kinds += ["clmul"]
        if width in TABLES:
            kinds += ["lookup", "lookup"]
        kinds += ["hard"]
        if self.few:
            kinds = ["same", "same", "same", "same", "amount", "amount", "not", "not", kinds[-2], *kinds]
        choose = self.choose
        match choose.choice(kinds):
            case "same":
                op = choose.choice(["and", "or", "xor", "add", "sub"])
                return (op, width, self.tree(width, depth), self.tree(width, depth))
            case "not":
                return (choose.choice(["not", "neg"]), width, self.tree(width, depth))
            case "amount":
                return self.by_amount(width, depth)
            case "scale":
                return ("scale", width, self.tree(width, depth), self.constant(width))
            case "ite":
                return ("ite", width, self.tree(1, depth), self.tree(width, depth), self.tree(width, depth))
            case "concat":
                cuts = sorted(choose.sample(range(1, width), min(width - 1, choose.randint(1, 3))))
                widths = [high - low for low, high in zip([0, *cuts], [*cuts, width], strict=True)]
                return ("concat", width, *[self.tree(piece, depth) for piece in widths])
            case "extend":
                return (choose.choice(["zext", "sext"]), width, self.tree(choose.randint(1, width), depth))
            case "slice":
                wide = choose.randint(width, self.reach)
                return ("slice", width, self.tree(wide, depth), choose.randint(0, wide - width))
            case "compare":
                op = choose.choice(["eq", "ne", "ult", "ule", "slt", "sle"])
                wide = choose.choice([self.width(), choose.randint(1, 4)])  # small words are often equal
                right = ("const", wide, self.constant(wide)) if choose.random() < 0.3 else self.tree(wide, depth)
                return (op, 1, *choose.sample([self.tree(wide, depth), right], 2))
            case "rev":
                return ("rev", width, self.tree(width, depth))
            case "clmul":
                half = width // 2
                return ("clmul", width, self.tree(half, depth), self.tree(half, depth))
            case "lookup":
                return ("lookup", width, self.tree(choose.randint(1, 12), depth))
        ops = ["mul", "udiv", "sdiv", "shl_by", "lshr_by", "ashr_by"]
        if width & (width - 1) == 0:
            ops.append("ror_by")
        return (choose.choice(ops), width, self.tree(width, depth), self.tree(width, depth))

    def by_amount(self, width: int, depth: int) -> Tree:
        op = self.choose.choice(["shl", "lshr", "ashr", "ror", "rotation"])
        word = self.tree(width, depth)
        amount = self.choose.randint(0, width + 1)
        if op == "rotation":  # two shifts that make a rotation
            amount = self.choose.randint(0, width)
            join = self.choose.choice(["or", "xor", "add"])
            return (join, width, ("shl", width, word, amount), ("lshr", width, word, width - amount))
        return (op, width, word, amount)


def samples(choose: random.Random, number: int) -> list[dict[str, int]]:
    names = [(f"{letter}{width}", width) for letter in MANY for width in range(1, 71)]
    corners = [{name: 0 for name, _ in names}, {name: (1 << width) - 1 for name, width in names}]
    return corners + [{name: choose.getrandbits(width) for name, width in names} for _ in range(number)]


def check(seed: int, depth: int, few: bool = False) -> None:
    choose = random.Random(seed)
    grower = Grower(choose, 16 if few else 70, few)
    tree = grower.tree(grower.width(), depth)
    assignments = samples(choose, 4)
    expected = [meaning(tree, values) for values in assignments]
    with rewrite_level(0):
        raw = build(tree)
    normal = build(tree)
    assert [value for (value,) in evaluate([raw], [named([raw], values) for values in assignments])] == expected, tree
    assert [
        value for (value,) in evaluate([normal], [named([normal], values) for values in assignments])
    ] == expected, tree


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**64 - 1), depth=st.integers(1, 6))
def test_levels_agree_with_plain_numbers(seed: int, depth: int) -> None:
    check(seed, depth)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**64 - 1), depth=st.integers(5, 9))
def test_levels_agree_past_the_bounds(seed: int, depth: int) -> None:
    check(seed, depth, few=True)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), parts=st.integers(2, 8))
def test_order_of_additions_does_not_show(seed: int, parts: int) -> None:
    choose = random.Random(seed)
    width = choose.choice([1, 2, 5, 8, 32, 64])
    grower = Grower(choose, width)
    terms = [build(grower.tree(width, 2)) for _ in range(parts)]
    # With a variable of its own the sum stays a sum. Alone, a sum of one addend may have been written bitwise.
    fresh = BV.var("fresh", width)
    forward, backward = terms[0], terms[-1]
    for term in terms[1:]:
        forward = forward + term
    for term in terms[-2::-1]:
        backward = backward + term
    assert forward + fresh is backward + fresh
    shuffled = choose.sample(terms, parts)
    half = parts // 2
    left, right = shuffled[0], shuffled[half]
    for term in shuffled[1:half]:
        left = left + term
    for term in shuffled[half + 1 :]:
        right = right + term
    assert left + (fresh + right) is forward + fresh
    total = -shuffled[0]
    for term in shuffled[1:]:
        total = total - term
    assert fresh - total is forward + fresh


def register(choose: random.Random, width: int) -> BV:
    """What routines keep in memory: words, sums, products, choices, bitwise functions of few words, masked words."""
    x, y, z = (BV.var(f"{letter}{width}", width) for letter in LETTERS)
    constant = BV.const(choose.getrandbits(width), width)
    a = choose.choice([x, x + y, x * y + 3, ite(BV.var("c", 1), x, y), ite(BV.var("c", 1), x, constant), x.udiv(z)])
    b = choose.choice([y, z - 5, ~z, y * 3])
    amount, other = choose.randrange(1, width), choose.randrange(1, width)
    word = choose.choice([
        a, b, a << amount, a >> amount, a & constant, a.rotate_right(amount),
        a ^ b, a & b, a | b, ~(a ^ b.rotate_right(amount)), (a & b) ^ (~a & z), (a & b) ^ (a & z) ^ (b & z),
        a.rotate_right(amount) ^ a.rotate_right(other) ^ (a >> 1), (a << amount) ^ b,
    ])  # fmt: skip
    return choose.choice([word, word ^ constant, ~word])


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**64 - 1))
def test_pieces_give_the_word_back(seed: int) -> None:
    choose = random.Random(seed)
    width = choose.choice([8, 16, 32, 64])
    word, other = register(choose, width), register(choose, width)
    cut = choose.randint(1, width - 1)
    assert concat(word[width - 1 : cut], word[cut - 1 : 0]) is word
    assert word.reverse_bytes().reverse_bytes() is word
    pair = concat(word, other)
    assert pair[2 * width - 1 : width] is word
    assert pair[width - 1 : 0] is other
    assert concat(pair[2 * width - 1 : width], pair[width - 1 : 0]) is pair
    extended = word.sign_extend(2 * width)
    assert extended[width - 1 : 0] is word
    if not any(part.op == "anf" and moves_bits(part.args) for part in (word, other)):
        assert concat(pair[2 * width - 1 : cut], pair[cut - 1 : 0]) is pair
        assert pair.reverse_bytes().reverse_bytes() is pair
        assert concat(extended[2 * width - 1 : cut], extended[cut - 1 : 0]) is extended


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**64 - 1))
def test_laws_of_the_ring(seed: int) -> None:
    """Few words: within the bounds, equal bitwise functions are one term however they are written."""
    choose = random.Random(seed)
    width = choose.choice([1, 7, 8, 32, 64])
    x, y, z = (BV.var(f"{letter}{width}", width) for letter in LETTERS)
    x, y, z = (choose.choice([word, ~word, word.rotate_right(choose.randrange(width))]) for word in (x, y, z))
    assert x & (y ^ z) is (x & y) ^ (x & z)
    assert ~(x & y) is ~x | ~y
    assert x | (y & z) is (x | y) & (x | z)
    assert (x & y) ^ (~x & z) is z ^ (x & (y ^ z))
    assert (x & y) ^ (x & z) ^ (y & z) is (x & y) | (z & (x | y))
    assert x ^ y ^ x is y
    amount = choose.randint(1, width)
    assert (x ^ y).rotate_right(amount) is x.rotate_right(amount) ^ y.rotate_right(amount)
    assert x.rotate_right(amount).rotate_left(amount) is x


def test_random_trees_leave_nothing_alive() -> None:
    before = live_terms()
    for seed in range(50):
        check(seed, 4)
    assert live_terms() == before
