"""The house stands on its floors: an import goes down, never up, and none goes round in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = (
    {"lnsym._own_packages", "lnsym.errors"},
    {"lnsym", "lnsym.deadline", "lnsym.faults", "lnsym.signals"},
    {"lnsym.processes"},
    {"lnsym.bv"},
    {"isa", "crypto_specs"},
    {"lnsym.machine"},
    {"lnsym.contract"},
    {"lnsym.run"},
    {"programs"},
    {"lnsym.prove"},
    {"lnsym.audit", "lnsym.conform", "lnsym.mutation"},
    {"lnsym.session"},
    {"lnsym.show"},
    {"lnsym.command_options"},
    {"lnsym.cli"},
    {"lnsym.__main__"},
)
"""Rooms from the ground up. A room imports from itself and from lower floors."""

SEES = {"lnsym.bv": set[str](), "isa": {"lnsym.bv"}, "crypto_specs": {"lnsym.bv"}}
"""Rooms that see less than all that is below them."""

CIRCLES = {
    ("isa", "isa.encoding"): "`encoding` lists the modules of its own package",
    (
        "lnsym.run.preconditions",
        "lnsym.run.setup",
    ): "the preconditions name the type of the set-up that they are made for",
    (
        "lnsym.machine.decode",
        "lnsym.machine.events",
        "lnsym.machine.memory",
        "lnsym.machine.relocated",
        "lnsym.machine.state",
    ): "events name the types of what they carry",
}
"""Circles that stand, with the reason."""

Graph = Mapping[str, set[str]]


def modules() -> dict[str, Path]:
    found = {}
    for top in ("lnsym", "isa", "crypto_specs", "programs"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: str, known: Iterable[str]) -> set[str]:
    """The known modules that a source imports, inside functions and for the type checker too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found & set(known)


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """The sets of modules that reach each other, each sorted."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting += graph[module]
        return seen

    below = {module: reached(module) for module in graph}
    found = {tuple(sorted(other for other in below[module] if module in below[other])) for module in graph}
    return sorted(found - {()})


def room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "lnsym" else parts[0]


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


def faults(graph: Graph) -> list[str]:
    """Imports that go up, or that see what their room does not."""
    found = []
    for module, used in graph.items():
        here = room(module)
        for other in sorted(used):
            there = room(other)
            if there != here and (floor(there) >= floor(here) or there not in SEES.get(here, {there})):
                found.append(f"{module} imports {other}")
    return found


@pytest.fixture(scope="module")
def graph() -> Graph:
    paths = modules()
    return {module: imports(path.read_text(), paths) - {module} for module, path in paths.items()}


def test_every_room_has_a_floor(graph: Graph) -> None:
    assert {room(module) for module in graph} <= set[str]().union(*FLOORS)


def test_imports_go_down(graph: Graph) -> None:
    assert faults(graph) == []


def test_no_import_goes_round_in_a_circle(graph: Graph) -> None:
    assert [circle for circle in circles(graph) if circle not in CIRCLES] == []


def test_a_planted_circle_is_found() -> None:
    planted = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set[str]()}
    assert circles(planted) == [("b", "c")]
    known = ("lnsym.bv.term", "lnsym.bv.sums", "lnsym.bv")
    assert imports("def late():\n    from lnsym.bv import sums, BV", known) == {"lnsym.bv.sums", "lnsym.bv"}


def test_a_planted_import_upwards_is_found() -> None:
    planted = {
        "isa.add": {"lnsym.machine.state", "lnsym.bv"},
        "lnsym.bv.term": {"lnsym.errors"},
        "lnsym.prove.judge": {"lnsym.show.text"},
    }
    assert faults(planted) == [
        "isa.add imports lnsym.machine.state",
        "lnsym.bv.term imports lnsym.errors",
        "lnsym.prove.judge imports lnsym.show.text",
    ]
