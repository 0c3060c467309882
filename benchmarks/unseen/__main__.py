"""`python -m benchmarks.unseen [--only PATTERN] [--compiler NAME,...] [--levels 0,2] [--timeout 10] [--jobs N] [--json FILE]`

A row is a source, a column a compiler and its level; `-scalar` is the compiler without vector registers. An entry is the seconds of the
proof, `?` where it is UNKNOWN, `=` where the object is that of an earlier column, which counts once. `!` is a bug in a source, a
contract or lnsym: REFUTED, or no verdict. A routine that executes over 5,000 instructions has twice the time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.unseen.compilers import COMPILERS, LEVELS, SOURCES, Compiler, NoCompiler
from benchmarks.unseen.measure import Cell, measurements
from benchmarks.unseen.table import Table
from lnsym.show.exit_codes import CLOSED_PIPE, INTERRUPTED
from lnsym.show.running import follow


def chosen_sources(patterns: Sequence[str]) -> list[Path]:
    """The sources whose names match one of these; all where none is given. Raises ValueError for one that matches none."""
    every = sorted(SOURCES.glob("*.c"))
    for pattern in patterns:
        if not any(fnmatchcase(source.stem, pattern) for source in every):
            raise ValueError(f"no source matches {pattern!r}; there are {', '.join(source.stem for source in every)}")
    return [s for s in every if not patterns or any(fnmatchcase(s.stem, pattern) for pattern in patterns)]


def chosen_compilers(text: str | None) -> list[Compiler]:
    """Those that are named, or all that are installed. Raises ValueError for an unknown name, NoCompiler."""
    known = {compiler.name: compiler for compiler in COMPILERS}
    names = list(dict.fromkeys(text.split(","))) if text else list(known)
    for name in names:
        if name not in known:
            raise ValueError(f"no compiler {name!r}; there are {', '.join(known)}")
    missing = [known[name].command[0] for name in names if not known[name].installed]
    if missing and (text or len(missing) == len(names)):
        raise NoCompiler(missing[0])
    for command in dict.fromkeys(missing):
        print(f"{NoCompiler(command)}: its columns are left out", file=sys.stderr)
    return [known[name] for name in names if known[name].installed]


def chosen_levels(text: str) -> list[str]:
    """The levels, in the order given. Raises ValueError for an unknown one."""
    for level in text.split(","):
        if level not in LEVELS:
            raise ValueError(f"no level {level!r}; there are {', '.join(LEVELS)}")
    return list(dict.fromkeys(text.split(",")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 for a bug, 2 for arguments that make no sense or a missing compiler, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.unseen", description="The share of unseen code that is proved."
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="sources whose names match: 'sha256_*'"
    )
    parser.add_argument("--compiler", metavar="NAME,...", help=f"some of {','.join(c.name for c in COMPILERS)}")
    parser.add_argument("--levels", default=",".join(LEVELS), metavar="LEVEL,...", help=f"some of {','.join(LEVELS)}")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds for each routine (10)")
    parser.add_argument("--jobs", type=int, default=1, help="routines side by side (1)")
    parser.add_argument("--json", type=argparse.FileType("w"), metavar="FILE", help="write the measurements there too")
    chosen = parser.parse_args(arguments)
    if not chosen.timeout > 0 or chosen.jobs < 1:
        parser.error("--timeout must be more than 0 seconds, --jobs at least 1")
    try:
        sources, compilers = chosen_sources(chosen.only), chosen_compilers(chosen.compiler)
        levels = chosen_levels(chosen.levels)
    except (ValueError, NoCompiler) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    import benchmarks.unseen.contracts  # noqa: F401 (which registers them)

    cells = [Cell(source, compiler, level) for source in sources for compiler in compilers for level in levels]
    table = Table(cells)
    try:
        table.header()
        with tempfile.TemporaryDirectory() as directory:
            follow(measurements(cells, chosen.timeout, chosen.jobs, Path(directory)), table.show)
    except KeyboardInterrupt:  # where no session was there to take it
        table.end(interrupted=True)
    table.summary()
    if chosen.json:
        json.dump(table.as_json(), chosen.json, indent=1)
        chosen.json.write("\n")
    return table.exit_code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # the reader of the table went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)
