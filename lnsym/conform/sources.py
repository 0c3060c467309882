"""The source files of `isa`, read and not imported: which module uses which."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """The directory of the package."""
    spec = importlib.util.find_spec("isa")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    inside = root().joinpath(*module.split(".")[1:])
    return inside / "__init__.py" if inside.is_dir() else inside.with_suffix(".py")


@cache
def modules() -> tuple[str, ...]:
    """All modules of the package, by name."""
    paths = sorted(path.relative_to(root()) for path in root().rglob("*.py") if path.name != "__init__.py")
    return tuple(".".join(("isa", *path.with_suffix("").parts)) for path in paths)


@cache
def source(module: str) -> str:
    """A module's text."""
    return path_of(module).read_text("utf-8")


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the package that a module imports from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return frozenset(found.intersection(modules()))


@cache
def used_by(module: str) -> frozenset[str]:
    """A module and all modules of the package that it uses."""
    used, waiting = {module}, [module]
    while waiting:
        fresh = imports(waiting.pop()) - used
        used |= fresh
        waiting += fresh
    return frozenset(used)
