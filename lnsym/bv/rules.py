"""The laws of all rewrite rules, read from where they stand: at the code that applies them.

A law is written `name: law` in a docstring or a comment, up to the end of the line or the next law. `tests/bv` has examples and near misses
for each, and proves them. This prints docs/rules.md:

    python -m lnsym.bv.rules > docs/rules.md
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType

from lnsym.bv import bitwise, choices, products, shifts, slices, sums, term

MODULES: tuple[ModuleType, ...] = (term, bitwise, shifts, sums, slices, products, choices)

_BEGIN = r"(?:^ *|^[^#\n]*# |\"\"\"|\. |; )([a-z]+(?:-[a-z]+)+): "
_LAW = re.compile(rf"{_BEGIN}(.+?)(?=; [a-z]+(?:-[a-z]+)+: |\"\"\"$|$)", re.MULTILINE)


def laws(module: ModuleType) -> list[tuple[str, str]]:
    """The rules of a module: name and law, in the order of the source."""
    return _LAW.findall(inspect.getsource(module))


def markdown() -> str:
    """The text of docs/rules.md."""
    lines = [
        "# The rewrite rules of lnsym.bv",
        "",
        "Printed by `python -m lnsym.bv.rules` from the laws that stand at the code. `tests/bv/rule_examples.py` has examples of",
        "where each fires and where it must not; `tests/bv/test_rules.py` proves them with z3 at widths from 1 to 64 where they apply.",
        "Constants fold at every level, and the rules of `term.py` hold at every level.",
        "",
        "x, y, z are terms, m, n constants, b, c bits, k, l numbers; n is also the width where a number is meant.",
        "`++` is concatenation, `<u` and `<s` compare unsigned and signed, `c ? x : y` chooses.",
    ]
    for module in MODULES:
        lines += ["", f"## lnsym/bv/{module.__name__.rsplit('.')[-1]}.py", "", "| rule | law |", "| --- | --- |"]
        for name, law in laws(module):
            escaped = law.replace("|", "\\|")
            lines.append(f"| {name} | `{escaped}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
