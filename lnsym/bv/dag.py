"""Terms as plain data, and back: numbered nodes, operands before the terms made of them.

    {"nodes": [[0, "var", 8, "x"], [1, "const", 8, "0x5"], [2, "udiv", 8, 0, 1]], "roots": {"quotient": 2}}

A node is its number, operator, width and arguments. An operand is the number of an earlier node, a bit pattern is in hexadecimal. The
arguments of most operators are their operands, and of the others

    const    value
    var      name
    extract  operand, lowest bit
    ror      operand, amount
    lookup   [entry, ...], operand
    anf      [mask, [rotation, operand], ...], ...
    sum      constant, [coefficient, operand], ...

All of it goes through JSON as it is. The same terms give the same data in each run of the same program.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

from lnsym.bv.evaluate import topological
from lnsym.bv.names import VariableNames
from lnsym.bv.operators import (
    ADDENDS,
    ALL_ARGUMENTS,
    FIRST_ARGUMENT,
    ITEMS,
    LAST_ARGUMENT,
    NO_OPERAND,
    OPERATORS,
    Args,
    OperandPlaces,
)
from lnsym.bv.tables import table
from lnsym.bv.term import BV

Data: TypeAlias = dict[str, Any]

MOST_BITS: Final = 1 << 20
"""Wider terms are not read, nor nodes of which the operands are wider together."""


class BadTerms(ValueError):
    """Data that describes no terms; says at which node and why."""


def export(roots: Mapping[str, BV]) -> Data:
    """The terms under the roots as nodes, and the numbers of the roots. Variables have names that differ."""
    numbers: dict[BV, int] = {}
    names = VariableNames()
    nodes = []
    for number, term in enumerate(topological(roots.values())):
        numbers[term] = number
        write = _WRITERS[OPERATORS[term.op].places]
        arguments = [names[term]] if term.op == "var" else write(term.args, numbers)
        nodes.append([number, term.op, term.width, *arguments])
    return {"nodes": nodes, "roots": {name: numbers[root] for name, root in roots.items()}}


def listing(roots: Mapping[str, BV]) -> str:
    """`export` as JSON, one line for each node; for reports of a fault and for other tools."""
    data = export(roots)
    nodes = ",\n".join(json.dumps(node, ensure_ascii=False) for node in data["nodes"])
    return f'{{"nodes": [\n{nodes}\n],\n"roots": {json.dumps(data["roots"], ensure_ascii=False)}}}\n'


def read(data: object, variable: Callable[[str, int], BV] = BV.var) -> dict[str, BV]:
    """The roots by name, built at the rewrite level in force: at level 0 the terms of level 0 as they were, else equal functions.

    `variable` gives the variable of a name and width. Raises BadTerms for what `export` does not write.
    """
    if not isinstance(data, dict) or set(data) != {"nodes", "roots"}:
        raise BadTerms("terms are nodes and roots")
    nodes, roots = data["nodes"], data["roots"]
    if not isinstance(nodes, list) or not isinstance(roots, dict):
        raise BadTerms("nodes are a list, roots have names")
    reader = _Reader(variable)
    for node in nodes:
        reader.add(node)
    return {str(name): reader.root(name, number) for name, number in roots.items()}


# -- writing ---------------------------------------------------------------------------------------

_WRITERS: Final[Mapping[OperandPlaces, Callable[[Args, Mapping[BV, int]], list[Any]]]] = {
    NO_OPERAND: lambda args, numbers: [hex(args[0])],
    ALL_ARGUMENTS: lambda args, numbers: [numbers[operand] for operand in args],
    FIRST_ARGUMENT: lambda args, numbers: [numbers[args[0]], args[1]],
    LAST_ARGUMENT: lambda args, numbers: [[hex(entry) for entry in args[0].entries], numbers[args[1]]],
    ITEMS: lambda args, numbers: [
        [hex(mask), *[[rotation, numbers[word]] for _, rotation, word in monomial]] for monomial, mask in args
    ],
    ADDENDS: lambda args, numbers: [hex(args[1]), *[[hex(times), numbers[addend]] for _, times, addend in args[0]]],
}


# -- reading ---------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, variable: Callable[[str, int], BV]) -> None:
        self._variable = variable
        self._terms: list[BV] = []
        self._names: set[str] = set()

    def add(self, node: object) -> None:
        """Take in the next node."""
        if not isinstance(node, list) or len(node) < 3:
            self._fail("a node is a number, an operator, a width and arguments")
        number, op, width, *arguments = node
        if type(number) is not int or number != len(self._terms):
            self._fail(f"its number is {number!r:.40}")
        if type(op) is not str or op not in OPERATORS:
            self._fail(f"no operator {op!r:.40}")
        if type(width) is not int or not 0 < width <= MOST_BITS:
            self._fail(f"no width {width!r:.40}")
        try:
            term = self._built(op, width, arguments)
        except (TypeError, ValueError, IndexError) as error:
            if isinstance(error, BadTerms):
                raise
            raise BadTerms(f"node {len(self._terms)}: {op} of {len(arguments)} arguments: {error}") from error
        if term.width != width:
            self._fail(f"{op} is {term.width} bits wide, not {width}")
        self._terms.append(term)

    def root(self, name: object, number: object) -> BV:
        """The term of a root."""
        if type(name) is not str or type(number) is not int or not 0 <= number < len(self._terms):
            raise BadTerms(f"the root {name!r:.40} is no node: {number!r:.40}")
        return self._terms[number]

    def _built(self, op: str, width: int, arguments: list[Any]) -> BV:
        row = OPERATORS[op]
        if op == "var":
            (name,) = arguments
            if type(name) is not str or name in self._names:
                self._fail(f"no new name: {name!r:.40}")
            self._names.add(name)
            return self._variable(name, width)
        args = _READERS[row.places](self, width, arguments)
        return row.build(width, args)

    def _fail(self, why: str) -> NoReturn:
        raise BadTerms(f"node {len(self._terms)}: {why}")

    def _operands(self, numbers: Sequence[object]) -> list[BV]:
        found = []
        for number in numbers:
            if type(number) is not int or not 0 <= number < len(self._terms):
                self._fail(f"no earlier node {number!r:.40}")
            found.append(self._terms[number])
        if sum(term.width for term in found) > MOST_BITS:
            self._fail(f"operands of more than {MOST_BITS} bits")
        return found

    def _pattern(self, text: object, width: int) -> int:
        if type(text) is not str or not text.startswith("0x"):
            self._fail(f"no bit pattern: {text!r:.40}")
        value = int(text, 16)
        if not 0 <= value < 1 << width:
            self._fail(f"{text:.40} has more than {width} bits")
        return value

    def _place(self, number: object, bound: int) -> int:
        if type(number) is not int or not 0 <= number < bound:
            self._fail(f"no bit {number!r:.40} of {bound}")
        return number

    def value(self, width: int, arguments: list[Any]) -> Args:
        (text,) = arguments
        return (self._pattern(text, width),)

    def all_operands(self, width: int, arguments: list[Any]) -> Args:
        return tuple(self._operands(arguments))

    def first_operand(self, width: int, arguments: list[Any]) -> Args:
        number, place = arguments
        (word,) = self._operands([number])
        return word, self._place(place, word.width)

    def indexed(self, width: int, arguments: list[Any]) -> Args:
        entries, number = arguments
        if not isinstance(entries, list):
            self._fail("a table is a list")
        return table([self._pattern(entry, width) for entry in entries], width), *self._operands([number])

    def items(self, width: int, arguments: list[Any]) -> Args:
        found = []
        for mask, *factors in arguments:
            words = self._operands([number for _, number in factors])
            rotations = [self._place(rotation, width) for rotation, _ in factors]
            monomial = tuple([(0, rotation, word) for rotation, word in zip(rotations, words, strict=True)])
            found.append((monomial, self._pattern(mask, width)))
        return tuple(found)

    def addends(self, width: int, arguments: list[Any]) -> Args:
        constant, *parts = arguments
        words = self._operands([number for _, number in parts])
        times = [self._pattern(coefficient, width) for coefficient, _ in parts]
        if not words:
            self._fail("a sum of nothing")
        return tuple([(0, *part) for part in zip(times, words, strict=True)]), self._pattern(constant, width)


_READERS: Final[Mapping[OperandPlaces, Callable[[_Reader, int, list[Any]], Args]]] = {
    NO_OPERAND: _Reader.value,
    ALL_ARGUMENTS: _Reader.all_operands,
    FIRST_ARGUMENT: _Reader.first_operand,
    LAST_ARGUMENT: _Reader.indexed,
    ITEMS: _Reader.items,
    ADDENDS: _Reader.addends,
}
