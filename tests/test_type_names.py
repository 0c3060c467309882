"""A name means one type: no class and no alias of a type is called as another one is, anywhere in the product."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def _types(tree: ast.Module) -> Iterator[str]:
    """The names of classes, nested ones too, and of what is annotated as TypeAlias."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
            yield ast.unparse(node.target)


def _places() -> dict[str, list[str]]:
    """For each name of a type the files that define it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for package in ("lnsym", "isa", "programs"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for name in _types(ast.parse(path.read_text("utf-8"))):
                found[name].append(str(path.relative_to(ROOT)))
    return found


def test_no_type_name_stands_twice() -> None:
    twice = {name: places for name, places in _places().items() if len(places) > 1}
    assert twice == {}
