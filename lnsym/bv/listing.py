"""Terms written out whole: one numbered line for each node, operands before the terms made of them.

For reports of a fault and for other tools; `printing` is for people and leaves out what does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lnsym.bv.evaluate import topological
from lnsym.bv.term import BV


def listing(roots: Mapping[str, BV]) -> str:
    """The nodes under the roots, then each root by its name.

    A line is `number: width operator arguments`. An argument is `#number` of a node, or a number, name or table in place; bitwise
    forms and sums have their rotations, masks and coefficients as `term` documents them.
    """
    numbers: dict[BV, int] = {}
    lines = []
    for number, term in enumerate(topological(roots.values())):
        numbers[term] = number
        lines.append(f"{number}: {term.width} {term.op} {_arguments(term, numbers)}")
    lines += [f"{name} = #{numbers[root]}" for name, root in roots.items()]
    return "\n".join(lines) + "\n"


class Names:
    """A name for each variable: what its origin prints, with a number behind it where another one prints the same."""

    def __init__(self) -> None:
        self._names: dict[BV, str] = {}
        self._taken: set[str] = set()

    def __getitem__(self, variable: BV) -> str:
        name = self._names.get(variable)
        if name is None:
            shown, number = str(variable.origin), 1
            name = shown
            while name in self._taken:
                number += 1
                name = f"{shown}#{number}"
            self._names[variable] = name
            self._taken.add(name)
        return name


def values_listed(sample: Mapping[BV, int]) -> str:
    """The values of variables, a line for each, in the order of their names."""
    return "".join(f"{name} = {value:#x}\n" for name, value in by_name(sample).items())


def by_name(sample: Mapping[BV, int]) -> dict[str, int]:
    """The values of variables by names that differ, in their order."""
    names = Names()
    return dict(sorted((names[variable], value) for variable, value in sample.items()))


def _arguments(term: BV, numbers: Mapping[BV, int]) -> str:
    if term.op == "anf":
        return " ^ ".join(f"{mask:#x}{_factors(monomial, numbers)}" for monomial, mask in term.args)
    if term.op == "sum":
        addends, constant = term.args
        return " + ".join([*[f"{times:#x}*#{numbers[addend]}" for _, times, addend in addends], f"{constant:#x}"])
    if term.op == "lookup":
        entries, index = term.args
        return f"[{' '.join(f'{entry:#x}' for entry in entries.entries)}] #{numbers[index]}"
    return " ".join(_argument(argument, numbers) for argument in term.args)


def _factors(monomial: Sequence[tuple[int, int, BV]], numbers: Mapping[BV, int]) -> str:
    return "".join(f"&ror{rotation}(#{numbers[word]})" for _, rotation, word in monomial)


def _argument(argument: object, numbers: Mapping[BV, int]) -> str:
    if isinstance(argument, BV):
        return f"#{numbers[argument]}"
    return f"{argument:#x}" if isinstance(argument, int) else repr(str(argument))
