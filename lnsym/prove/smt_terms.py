"""Terms as z3 expressions, meaning by meaning what `lnsym.bv.term` says of each operator, and as SMT-LIB 2 text.

Where SMT-LIB and Arm differ, Arm's meaning is spelled out: a division by zero gives 0. SMT-LIB has no carry-less
product and no table lookup; the one becomes an XOR of shifted copies, the other a tree of choices over the index bits.

The text is z3's own print of the expressions, in SMT-LIB's operators only, so that there is one translation for z3, for other solvers
and for the files that `lnsym.prove.dump` writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, TypeAlias

import z3

from lnsym.bv import BV, Table, topological
from lnsym.bv.forms import items_in, sum_in
from lnsym.bv.names import VariableNames

Expression: TypeAlias = Any  # z3.BitVecRef; z3 is not typed


class Translator:
    """Translates terms in one z3 context, each node once.

    It keeps the terms it has seen, so that no node dies and leaves its expression to another.
    """

    def __init__(self, context: Any = None) -> None:
        self.context = context
        self._seen: dict[BV, Expression] = {}
        self._names = VariableNames()
        self.symbols: dict[str, BV] = {}
        """The variables that were met, by the symbols of SMT-LIB that stand for them."""

    def term(self, bv: BV) -> Expression:
        """The term as a z3 bit vector of the same width."""
        seen = self._seen
        found = seen.get(bv)
        if found is not None:
            return found
        for node in topological([bv]):
            if node not in seen:
                seen[node] = self._node(node)
        return seen[bv]

    def condition(self, bv: BV) -> Any:
        """A term of one bit as a z3 Boolean. Raises ValueError for other widths."""
        if bv.width != 1:
            raise ValueError(f"a condition of {bv.width} bits")
        return self.term(bv) == self.number(1, 1)

    def variable(self, bv: BV) -> Expression:
        """The z3 constant that stands for a variable."""
        name = self._names[bv]
        self.symbols[symbol(name)] = bv
        return z3.BitVec(symbol(name), bv.width, self.context)

    def _node(self, term: BV) -> Expression:
        return OPERATIONS[term.op](self, term)

    def number(self, value: int, width: int) -> Expression:
        """A constant of so many bits."""
        return z3.BitVecVal(value, width, self.context)

    def operands(self, term: BV) -> list[Expression]:
        """The arguments of a term that are terms, translated already."""
        return [self._seen[argument] for argument in term.args if isinstance(argument, BV)]

    def bitwise(self, term: BV) -> Expression:
        """A term of operator `anf`."""
        width = term.width
        ones = (1 << width) - 1
        products = []
        for monomial, mask in items_in(term):
            factors = [_rotated(self._seen[word], r) if r else self._seen[word] for _, r, word in monomial]
            if mask != ones or not factors:
                factors.append(self.number(mask, width))
            products.append(reduce(lambda a, b: a & b, factors))
        return reduce(lambda a, b: a ^ b, products)

    def sum(self, term: BV) -> Expression:
        """Coefficients from the upper half are subtracted."""
        addends, constant = sum_in(term)
        width = term.width
        half = 1 << (width - 1)
        total = self.number(constant, width)
        for _, coefficient, addend in addends:
            word = self._seen[addend]
            if coefficient == 1:
                total = total + word
            elif coefficient > half:
                total = total - word * self.number((1 << width) - coefficient, width)
            else:
                total = total + word * self.number(coefficient, width)
        return total

    def clmul(self, term: BV) -> Expression:
        """An XOR of shifted copies."""
        left, right = self.operands(term)
        width = term.args[0].width
        wide = z3.ZeroExt(width, left)
        zero = self.number(0, 2 * width)
        rows = [
            z3.If(z3.Extract(bit, bit, right) == self.number(1, 1), wide << bit if bit else wide, zero)
            for bit in range(width)
        ]
        return reduce(lambda a, b: a ^ b, rows)

    def lookup(self, term: BV) -> Expression:
        """A binary tree of choices, equal halves shared: it bit-blasts smaller than an array, and solves faster."""
        table: Table = term.args[0]
        (index,) = self.operands(term)
        size = index.size()
        bits = min(size, max(len(table.entries) - 1, 1).bit_length())
        row = [self.number(table[at], table.width) for at in range(1 << bits)]
        for bit in range(bits):
            chosen = z3.Extract(bit, bit, index) == self.number(1, 1)
            row = [
                low if low.eq(high) else z3.If(chosen, high, low) for low, high in zip(row[::2], row[1::2], strict=True)
            ]
        if bits == size:
            return row[0]
        past = z3.Extract(size - 1, bits, index) != self.number(0, size - bits)
        return z3.If(past, self.number(0, table.width), row[0])


def _rotated(word: Expression, amount: int) -> Expression:
    """SMT-LIB's rotation to the right; that of z3's Python, by a term, is an extension."""
    return z3.BitVecRef(z3.Z3_mk_rotate_right(word.ctx_ref(), amount, word.as_ast()), word.ctx)


def symbol(name: str) -> str:
    """A variable's name as a symbol of SMT-LIB: quotable, no reserved word, none of those z3 gives to shared terms (`?x7`, `$x7`).

    Other names get other symbols. Names of letters, digits, brackets and dots stay as they are unless SMT-LIB has taken them.
    """
    encoded = re.sub(r"[^ -~]|['%|\\]", lambda found: f"%{ord(found[0]):x}%", name)
    return "%" + encoded if _TAKEN.fullmatch(encoded) else encoded  # the only symbols with an odd number of %


@dataclass(frozen=True)
class Script:
    """A question in SMT-LIB 2, and the variables that its symbols stand for."""

    text: str
    symbols: Mapping[str, BV]


def script(title: str, conditions: Sequence[BV]) -> Script:
    """Asks whether all conditions, terms of one bit, can be 1 at once; the title is the first comment."""
    translator = Translator(z3.Context())
    formulas = [translator.condition(condition) for condition in conditions] or [z3.BoolVal(True, translator.context)]
    *assumptions, formula = formulas
    references = (z3.Ast * len(assumptions))(*[assumption.as_ast() for assumption in assumptions])
    text: str = z3.Z3_benchmark_to_smtlib_string(
        translator.context.ref(), title, "QF_BV", "unknown", "", len(references), references, formula.as_ast()
    )
    return Script(text, translator.symbols)


_TAKEN = re.compile(
    r"|[^A-Za-z_%].*|_|[a-z]+-[-a-z]+|bv\w+|BitVec|Bool|BINARY|DECIMAL|HEXADECIMAL|NUMERAL|STRING|and|as|assert|concat|const|"
    r"distinct|echo|exists|exit|extract|false|forall|ite|let|match|not|or|par|pop|push|repeat|reset|rotate_\w+|true|xor|\w+_extend"
)
"""Words of SMT-LIB 2.6 and of its theory of bit vectors, and what begins as solvers' own symbols do."""

Operation: TypeAlias = Callable[[Translator, BV], Expression]


def _as_in_smt_lib(operation: Callable[..., Any]) -> Operation:
    """An operator whose meaning is SMT-LIB's."""
    return lambda translator, term: operation(*translator.operands(term))


def _comparison(operation: Callable[[Any, Any], Any]) -> Operation:
    def compared(translator: Translator, term: BV) -> Expression:
        return z3.If(operation(*translator.operands(term)), translator.number(1, 1), translator.number(0, 1))

    return compared


def _division(operation: Callable[[Any, Any], Any]) -> Operation:
    """The quotient, 0 where the divisor is 0."""

    def quotient(translator: Translator, term: BV) -> Expression:
        dividend, divisor = translator.operands(term)
        zero = translator.number(0, term.width)
        return z3.If(divisor == zero, zero, operation(dividend, divisor))

    return quotient


def _extract(translator: Translator, term: BV) -> Expression:
    low = term.args[1]
    return z3.Extract(low + term.width - 1, low, *translator.operands(term))


def _choice(translator: Translator, term: BV) -> Expression:
    condition, then, otherwise = translator.operands(term)
    return z3.If(condition == translator.number(1, 1), then, otherwise)


OPERATIONS: Final[Mapping[str, Operation]] = {
    "const": lambda translator, term: translator.number(term.value, term.width),
    "var": Translator.variable,
    "anf": Translator.bitwise,
    "sum": Translator.sum,
    "concat": _as_in_smt_lib(z3.Concat),
    "extract": _extract,
    "sext": lambda translator, term: z3.SignExt(term.width - term.args[0].width, *translator.operands(term)),
    "ror": lambda translator, term: _rotated(translator.operands(term)[0], term.args[1]),
    "lookup": Translator.lookup,
    "clmul": Translator.clmul,
    "ite": _choice,
    "eq": _comparison(lambda a, b: a == b),
    "ult": _comparison(z3.ULT),
    "slt": _comparison(lambda a, b: a < b),
    "udiv": _division(z3.UDiv),
    "sdiv": _division(lambda a, b: a / b),
    "mul": _as_in_smt_lib(lambda a, b: a * b),
    "shl": _as_in_smt_lib(lambda a, b: a << b),
    "lshr": _as_in_smt_lib(z3.LShR),
    "ashr": _as_in_smt_lib(lambda a, b: a >> b),
    "not": _as_in_smt_lib(lambda a: ~a),
    "and": _as_in_smt_lib(lambda a, b: a & b),
    "or": _as_in_smt_lib(lambda a, b: a | b),
    "xor": _as_in_smt_lib(lambda a, b: a ^ b),
    "add": _as_in_smt_lib(lambda a, b: a + b),
}
"""By operator; an unknown one raises KeyError."""
