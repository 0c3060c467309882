"""The operators of terms, a closed set: one row each. What `args` holds stands in `term`.

Other tables over operators name every one of these; `tests/test_operators.py` compares them with this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lnsym.bv import notation
from lnsym.bv.arithmetic import carryless_product, signed, signed_quotient, unsigned_quotient
from lnsym.bv.forms import items_in, sum_in, words_in
from lnsym.bv.tables import lookup
from lnsym.bv.term import BV, clmul, concat, ite

Values: TypeAlias = Mapping[BV, int]
Args: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class OperandPlaces:
    """Where in its arguments an operator has its operands."""

    operands: Callable[[BV], tuple[BV, ...]]
    """The operands of a term, each once for a bitwise form."""

    replaced: Callable[[Args, Mapping[BV, BV]], Args]
    """The arguments with another term in the place of each operand."""


NO_OPERAND: Final = OperandPlaces(lambda term: (), lambda args, new: args)
ALL_ARGUMENTS: Final = OperandPlaces(
    lambda term: term.args, lambda args, new: tuple([new[operand] for operand in args])
)
FIRST_ARGUMENT: Final = OperandPlaces(lambda term: term.args[:1], lambda args, new: (new[args[0]], *args[1:]))
LAST_ARGUMENT: Final = OperandPlaces(lambda term: term.args[-1:], lambda args, new: (*args[:-1], new[args[-1]]))
ITEMS: Final = OperandPlaces(
    words_in,
    lambda args, new: tuple([(tuple([(s, r, new[word]) for s, r, word in monomial]), mask) for monomial, mask in args]),
)
ADDENDS: Final = OperandPlaces(
    lambda term: tuple([addend for _, _, addend in sum_in(term)[0]]),
    lambda args, new: (tuple([(s, times, new[addend]) for s, times, addend in args[0]]), args[1]),
)


@dataclass(frozen=True, slots=True)
class Operator:
    """All that terms themselves must know of an operator."""

    places: OperandPlaces

    value: Callable[[BV, Values], int]
    """The value of a term, given those of its operands, modulo 2**width."""

    build: Callable[[int, Args], BV]
    """The term of a width with these arguments, at the rewrite level in force. Serial numbers in the arguments are not looked at."""

    shown: Callable[[BV, notation.OperandTexts, bool], str]
    """The term as text: see `notation`."""


def _binary(
    value: Callable[[int, int, int], int],
    build: Callable[[BV, BV], BV],
    shown: Callable[[BV, notation.OperandTexts, bool], str],
) -> Operator:
    """A row for two operands of one width, the third argument of `value`."""

    def value_of(term: BV, values: Values) -> int:
        left, right = term.args
        return value(values[left], values[right], left.width)

    return Operator(ALL_ARGUMENTS, value_of, lambda width, args: build(*args), shown)


def _unbound(term: BV, values: Values) -> int:
    raise KeyError(term.origin)


def _bitwise_value(term: BV, values: Values) -> int:
    width = term.width
    ones = (1 << width) - 1
    result = 0
    for monomial, product in items_in(term):
        for _, rotation, word in monomial:
            value = values[word]
            if rotation:
                value = (value >> rotation | value << (width - rotation)) & ones
            product &= value
        result ^= product
    return result


def _bitwise(width: int, args: Args) -> BV:
    total = BV.const(0, width)
    for monomial, mask in args:
        product = BV.const(mask, width)
        for _, rotation, word in monomial:
            product = product & word.rotate_right(rotation)
        total = total ^ product
    return total


def _sum_value(term: BV, values: Values) -> int:
    addends, total = sum_in(term)
    for _, times, addend in addends:
        total += times * values[addend]
    return total


def _sum(width: int, args: Args) -> BV:
    addends, constant = args
    parts: list[BV] = [addend * times for _, times, addend in addends]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total + BV.const(constant, width)


def _concat_value(term: BV, values: Values) -> int:
    result = 0
    for piece in term.args:
        result = result << piece.width | values[piece]
    return result


def _extended(width: int, args: Args) -> BV:
    word: BV
    (word,) = args
    return word.sign_extend(width)


def _rotated_value(term: BV, values: Values) -> int:
    amount: int = term.args[1]
    value = values[term.args[0]]
    return value >> amount | value << (term.width - amount)


OPERATORS: Final[Mapping[str, Operator]] = {
    "const": Operator(
        NO_OPERAND, lambda term, values: term.value, lambda width, args: BV.const(args[0], width), notation.number
    ),
    "var": Operator(NO_OPERAND, _unbound, lambda width, args: BV.var(args[0], width), notation.named),
    "anf": Operator(ITEMS, _bitwise_value, _bitwise, notation.bitwise),
    "sum": Operator(ADDENDS, _sum_value, _sum, notation.total),
    "concat": Operator(ALL_ARGUMENTS, _concat_value, lambda width, args: concat(*args), notation.joined),
    "extract": Operator(
        FIRST_ARGUMENT,
        lambda term, values: values[term.args[0]] >> term.args[1],
        lambda width, args: args[0].extract(args[1] + width - 1, args[1]),
        notation.sliced,
    ),
    "ite": Operator(
        ALL_ARGUMENTS,
        lambda term, values: values[term.args[1] if values[term.args[0]] else term.args[2]],
        lambda width, args: ite(*args),
        notation.chosen,
    ),
    "eq": _binary(lambda a, b, _: int(a == b), BV.eq, notation.equated),
    "ult": _binary(lambda a, b, _: int(a < b), BV.ult, notation.infix("<u")),
    "slt": _binary(lambda a, b, w: int(signed(a, w) < signed(b, w)), BV.slt, notation.infix("<s")),
    "mul": _binary(lambda a, b, _: a * b, BV.__mul__, notation.in_either_order("·")),
    "udiv": _binary(lambda a, b, _: unsigned_quotient(a, b), BV.udiv, notation.infix("udiv")),
    "sdiv": _binary(signed_quotient, BV.sdiv, notation.infix("sdiv")),
    "clmul": _binary(lambda a, b, _: carryless_product(a, b), clmul, notation.in_either_order("⊗")),
    "shl": _binary(lambda a, b, w: a << b if b < w else 0, BV.__lshift__, notation.infix("<<")),
    "lshr": _binary(lambda a, b, w: a >> b if b < w else 0, BV.__rshift__, notation.infix(">>")),
    "ashr": _binary(lambda a, b, w: signed(a, w) >> min(b, w), BV.shift_right_arithmetic, notation.infix(">>s")),
    "sext": Operator(
        ALL_ARGUMENTS,
        lambda term, values: signed(values[term.args[0]], term.args[0].width),
        _extended,
        notation.extended,
    ),
    "lookup": Operator(
        LAST_ARGUMENT,
        lambda term, values: term.args[0][values[term.args[1]]],
        lambda width, args: lookup(*args),
        notation.looked_up,
    ),
    "not": Operator(
        ALL_ARGUMENTS,
        lambda term, values: ~values[term.args[0]],
        lambda width, args: BV.__invert__(*args),
        notation.negated,
    ),
    "and": _binary(lambda a, b, _: a & b, BV.__and__, notation.infix("∧")),
    "or": _binary(lambda a, b, _: a | b, BV.__or__, notation.infix("∨")),
    "xor": _binary(lambda a, b, _: a ^ b, BV.__xor__, notation.infix("⊕")),
    "add": _binary(lambda a, b, _: a + b, BV.__add__, notation.infix("+")),
    "ror": Operator(
        FIRST_ARGUMENT, _rotated_value, lambda width, args: args[0].rotate_right(args[1]), notation.rotated
    ),
}
"""By the name that `BV.op` has. An unknown name raises KeyError."""


def operands(term: BV) -> tuple[BV, ...]:
    """The terms that this term is directly made of, each once for a bitwise form."""
    found = term.known_operands
    if found is None:
        found = term.known_operands = OPERATORS[term.op].places.operands(term)
    return found


def evaluate_node(term: BV, values: Values) -> int:
    """The unsigned value of a term that is no variable, given those of its operands."""
    return OPERATORS[term.op].value(term, values) & ((1 << term.width) - 1)


def rebuild(term: BV, new: Mapping[BV, BV]) -> BV:
    """The term with `new[operand]` in the place of each operand, at the rewrite level in force."""
    row = OPERATORS[term.op]
    return row.build(term.width, row.places.replaced(term.args, new))
