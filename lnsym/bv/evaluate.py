"""Evaluation and substitution of terms, without recursion: a hash is 10**5 nodes deep."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from lnsym.bv.arithmetic import carryless_product, signed, signed_quotient, unsigned_quotient
from lnsym.bv.sums import sum_of
from lnsym.bv.tables import lookup
from lnsym.bv.term import BV, WidthMismatch, clmul, concat, ite


class UnboundVariable(LookupError):
    """Evaluation met a variable that has no value."""

    def __init__(self, variable: BV) -> None:
        super().__init__(f"no value for the variable {variable.origin}")
        self.variable = variable


def operands(term: BV) -> tuple[BV, ...]:
    """The terms that this term is directly made of, each once for a bitwise form."""
    found = term.known_operands
    if found is None:
        found = term.known_operands = _operands(term)
    return found


def _operands(term: BV) -> tuple[BV, ...]:
    op, args = term.op, term.args
    if op in ("const", "var"):
        return ()
    if op == "anf":
        return tuple({f[2]: None for monomial, _ in args for f in monomial})
    if op == "sum":
        return tuple([addend[2] for addend in args[0]])
    if op in ("extract", "ror"):
        return (args[0],)
    if op == "lookup":
        return (args[1],)
    return args


def topological(roots: Iterable[BV], known: Container[BV] = ()) -> list[BV]:
    """All terms under the roots, each once, operands before the terms made of them; not those in `known` or below them alone."""
    order: list[BV] = []
    done: set[BV] = set()
    stack = list(roots)[::-1]
    while stack:
        term = stack[-1]
        if term in done or term in known:
            stack.pop()
            continue
        below = term.known_operands
        if below is None:
            below = operands(term)
        waiting = [operand for operand in below if operand not in done and operand not in known]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            stack.pop()
            done.add(term)
            order.append(term)
    return order


def variables(roots: Iterable[BV]) -> list[BV]:
    """The variables under the roots, in the order of their serial numbers."""
    return sorted((t for t in topological(roots) if t.op == "var"), key=lambda term: term.serial)


def _evaluate_anf(term: BV, values: Mapping[BV, int]) -> int:
    width = term.width
    ones = (1 << width) - 1
    result = 0
    for monomial, product in term.args:
        for _, rotation, word in monomial:
            value = values[word]
            if rotation:
                value = (value >> rotation | value << (width - rotation)) & ones
            product &= value
        result ^= product
    return result


def _evaluate_sum(term: BV, values: Mapping[BV, int]) -> int:
    addends, total = term.args
    for _, coefficient, addend in addends:
        total += coefficient * values[addend]
    return int(total)


def _evaluate_concat(term: BV, values: Mapping[BV, int]) -> int:
    result = 0
    for piece in term.args:
        result = result << piece.width | values[piece]
    return result


_BINARY: dict[str, Callable[[int, int, int], int]] = {
    "eq": lambda a, b, _: int(a == b),
    "ult": lambda a, b, _: int(a < b),
    "slt": lambda a, b, w: int(signed(a, w) < signed(b, w)),
    "mul": lambda a, b, _: a * b,
    "udiv": lambda a, b, _: unsigned_quotient(a, b),
    "sdiv": signed_quotient,
    "clmul": lambda a, b, _: carryless_product(a, b),
    "shl": lambda a, b, w: a << b if b < w else 0,
    "lshr": lambda a, b, w: a >> b if b < w else 0,
    "ashr": lambda a, b, w: signed(a, w) >> min(b, w),
    "and": lambda a, b, _: a & b,
    "or": lambda a, b, _: a | b,
    "xor": lambda a, b, _: a ^ b,
    "add": lambda a, b, _: a + b,
}
"""Binary operators on unsigned operands of the third argument's width, before reduction to the result's."""


def evaluate_node(term: BV, values: Mapping[BV, int]) -> int:
    """The unsigned value of a term that is no variable, given those of its operands."""
    op, args = term.op, term.args
    binary = _BINARY.get(op)
    if binary is not None:
        value = binary(values[args[0]], values[args[1]], args[0].width)
    elif op == "anf":
        return _evaluate_anf(term, values)
    elif op == "sum":
        value = _evaluate_sum(term, values)
    elif op == "const":
        return int(args[0])
    elif op == "concat":
        return _evaluate_concat(term, values)
    elif op == "extract":
        value = values[args[0]] >> args[1]
    elif op == "ite":
        return values[args[1] if values[args[0]] else args[2]]
    elif op == "sext":
        value = signed(values[args[0]], args[0].width)
    elif op == "lookup":
        return int(args[0][values[args[1]]])
    elif op == "not":
        value = ~values[args[0]]
    elif op == "ror":
        value = values[args[0]]
        value = value >> args[1] | value << (term.width - args[1])
    else:
        raise AssertionError(f"no value for the operator {op}")
    return value & ((1 << term.width) - 1)


def evaluate(
    roots: Sequence[BV], samples: Sequence[Mapping[BV, int]], default: int | None = None
) -> list[tuple[int, ...]]:
    """The values of the roots on each sample, a map from variables to unsigned values.

    A variable without a value takes `default`; where that is None it raises UnboundVariable.
    """
    order = topological(roots)
    results = []
    for sample in samples:
        values: dict[BV, int] = {}
        for term in order:
            if term.op == "var":
                value = sample.get(term, default)
                if value is None:
                    raise UnboundVariable(term)
                values[term] = value & ((1 << term.width) - 1)
            else:
                values[term] = evaluate_node(term, values)
        results.append(tuple([values[root] for root in roots]))
    return results


def rebuild(term: BV, new: Mapping[BV, BV]) -> BV:
    """The term with `new[operand]` in the place of each operand, at the rewrite level in force."""
    op, args = term.op, term.args
    if op == "anf":
        total = BV.const(0, term.width)
        for monomial, mask in args:
            product = BV.const(mask, term.width)
            for _, rotation, word in monomial:
                product = product & new[word].rotate_right(rotation)
            total = total ^ product
        return total
    if op == "sum":
        return sum_of([new[t] * c for _, c, t in args[0]] + [BV.const(args[1], term.width)])
    if op == "extract":
        return new[args[0]].extract(args[1] + term.width - 1, args[1])
    if op == "lookup":
        return lookup(args[0], new[args[1]])
    if op == "ror":
        return new[args[0]].rotate_right(args[1])
    if op == "sext":
        return new[args[0]].sign_extend(term.width)
    built: BV = _BUILDERS[op](*[new[argument] for argument in args])
    return built


_BUILDERS: dict[str, Callable[..., BV]] = {
    "concat": concat,
    "ite": ite,
    "eq": BV.eq,
    "ult": BV.ult,
    "slt": BV.slt,
    "clmul": clmul,
    "mul": BV.__mul__,
    "udiv": BV.udiv,
    "sdiv": BV.sdiv,
    "shl": BV.__lshift__,
    "lshr": BV.__rshift__,
    "ashr": BV.shift_right_arithmetic,
    "and": BV.__and__,
    "or": BV.__or__,
    "xor": BV.__xor__,
    "add": BV.__add__,
    "not": BV.__invert__,
}


def substitute(roots: Sequence[BV], replacement: Mapping[BV, BV]) -> list[BV]:
    """The roots with each term in `replacement` replaced, rebuilt at the rewrite level in force.

    Raises WidthMismatch when a replacement has another width than the term it replaces.
    """
    for old, replaced in replacement.items():
        if old.width != replaced.width:
            raise WidthMismatch(f"{old.width} bits and {replaced.width} bits: {old!r}, {replaced!r}")
    new: dict[BV, BV] = {}
    for term in topological(roots):
        if term in replacement:
            new[term] = replacement[term]
        elif term.op in ("const", "var"):
            new[term] = term
        else:
            same = all(new[operand] is operand for operand in operands(term))
            new[term] = term if same else rebuild(term, new)
    return [new[root] for root in roots]
