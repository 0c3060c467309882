"""Queries written out, so that other solvers can be tried on them: SMT-LIB 2, AIGER and DIMACS.

Each file asks whether some terms of one bit can all be 1. For a goal these are its conditions and the difference of its sides: the answer
`unsat` means that the goal holds, a model is a counterexample.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from lnsym.bv import BV
from lnsym.errors import DumpUnwritable
from lnsym.prove.circuit.blast import Blaster
from lnsym.prove.circuit.graph import Graph
from lnsym.prove.circuit_files import aiger, dimacs
from lnsym.prove.smt_terms import script

LONGEST = 100
"""Characters of a query's name that go into those of its files."""


def prepare(directory: Path) -> None:
    """Make the directory, if need be, and see that it can be written. Raises DumpUnwritable."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise DumpUnwritable(directory, error.strerror or str(error)) from None


def write_query(directory: Path, name: str, conditions: Sequence[BV]) -> list[Path]:
    """Write the query as `name.smt2`, `name.aig` and `name.cnf`, and give their paths. Raises DumpUnwritable.

    In the files' names `_` stands for what is no letter, digit, dot, dash or underscore. Files that are there
    already are left as they are: the new ones get a number.
    """
    prepare(directory)
    title = f"lnsym: {ascii(name)[1:-1]}"
    graph = Graph()
    blaster = Blaster(graph, plain=True)
    root = graph.all_of([blaster.word(condition)[0] for condition in conditions])
    contents = {
        "smt2": script(title, conditions).text.encode(),
        "aig": aiger(graph, root, title),
        "cnf": "".join(f"{line}\n" for line in dimacs(graph, root, title)).encode(),
    }
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._-")[:LONGEST] or "query"
    try:
        return _write_new(directory, stem, contents)
    except OSError as error:
        raise DumpUnwritable(directory, error.strerror or str(error)) from None


def _write_new(directory: Path, stem: str, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files with these suffixes under the first name that none of them has."""
    for number in count(1):
        numbered = stem if number == 1 else f"{stem}-{number}"
        paths = {directory / f"{numbered}.{suffix}": content for suffix, content in contents.items()}
        if any(path.exists() for path in paths):
            continue
        for path, content in paths.items():
            with path.open("xb") as file:
                file.write(content)
        return list(paths)
    raise AssertionError("numbers do not end")
