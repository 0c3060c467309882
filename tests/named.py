"""Samples of the variables of terms, given by the names that these print as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lnsym.bv import BV, variables


def named(roots: Iterable[BV], values: Mapping[str, int]) -> dict[BV, int]:
    """The values for the variables of the roots that have such a name."""
    found = {variable: str(variable.origin) for variable in variables(roots)}
    return {variable: values[name] for variable, name in found.items() if name in values}
