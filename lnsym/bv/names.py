"""Names for variables that differ where the variables do."""

from __future__ import annotations

from collections.abc import Mapping

from lnsym.bv.term import BV


class VariableNames:
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
    names = VariableNames()
    return dict(sorted((names[variable], value) for variable, value in sample.items()))
