"""`python -m benchmarks.equivalences [--methods sweep,z3,bitwuzla,portfolio] [--timeout 60] [--json FILE] [NAME...]`

Columns: the rewrite level at which the goal's terms are built (at 0 `structural` and `gf2` are not run), then the seconds of each
method in a process of its own, or `time-out`, `unknown` where the method gave up, `died` where its process ended (out of memory, say).
In the total a goal that a method did not decide counts as the limit. A NAME stands for the goals whose names contain it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from benchmarks.equivalences import GOALS, NEAR_MISSES
from benchmarks.equivalences.goal import EquivalenceGoal
from benchmarks.equivalences.measure import Measurement, measure
from benchmarks.equivalences.methods import METHODS
from lnsym.errors import LnsymError
from lnsym.prove import smt


def chosen_goals(names: Sequence[str]) -> list[EquivalenceGoal]:
    """The goals and near misses whose names contain one of these; all where none is given. Raises ValueError for one that none has."""
    every = [*GOALS, *NEAR_MISSES]
    for name in names:
        if not any(name in goal.name for goal in every):
            raise ValueError(f"no goal's name contains {name!r}")
    return [goal for goal in every if not names or any(name in goal.name for name in names)]


def chosen_methods(text: str | None) -> list[str]:
    """The names of the methods, in the order given. Raises ValueError for an unknown one, SolverMissing where it is not installed."""
    if text is None:
        return [name for name in METHODS if name != "bitwuzla" or name in smt.installed()]
    names = text.split(",")
    for name in names:
        if name not in METHODS:
            raise ValueError(f"no method {name!r}; there are {', '.join(METHODS)}")
        if name in ("z3", "bitwuzla"):
            smt.require(name)  # type: ignore[arg-type]
    return names


def cell(goal: EquivalenceGoal, measurement: Measurement) -> str:
    """The text of one measurement: an answer that is not the goal's shows."""
    if not measurement.answered:
        return measurement.outcome
    if (measurement.outcome == "proved") != goal.equal:
        return f"WRONG {measurement.seconds:.2f}"
    return f"{measurement.seconds:.2f}"


class Table:
    """Prints rows as they come and keeps them."""

    def __init__(self, methods: Sequence[str], limit: float) -> None:
        self.methods = methods
        self.limit = limit
        self.rows: list[tuple[EquivalenceGoal, dict[str, Measurement]]] = []

    def line(self, name: str, level: str, cells: Sequence[str]) -> None:
        """Print one line."""
        print(f"{name:<30} {level:>5}" + "".join(f"{text:>12}" for text in cells), flush=True)

    def measure(self, goals: Sequence[EquivalenceGoal]) -> None:
        """Run every method on some goals, and print a row for each goal."""
        for goal in goals:
            row: dict[str, Measurement] = {}
            self.rows.append((goal, row))
            for method in self.methods:
                row[method] = measure(goal, METHODS[method], self.limit)
            self.line(goal.name, str(goal.level), [cell(goal, m) for m in row.values()])

    def totals(self) -> None:
        """Print what the goals cost in all; near misses are not among them."""
        rows = [row for goal, row in self.rows if goal.equal]
        totals = {m: sum(row[m].charged(self.limit) for row in rows) for m in self.methods}
        self.line(f"total of {len(rows)} goals, seconds", "", [f"{seconds:.1f}" for seconds in totals.values()])
        self.line("decided", "", [str(sum(row[m].answered for row in rows)) for m in self.methods])
        if "z3" in totals:
            others = {m: f"{totals['z3'] / seconds:.1f}" for m, seconds in totals.items() if seconds}
            self.line("z3's total over this", "", [others.get(m, "") for m in self.methods])

    def wrong(self) -> bool:
        """Whether a method gave a wrong answer."""
        return any(
            m.answered and (m.outcome == "proved") != goal.equal for goal, row in self.rows for m in row.values()
        )

    def as_json(self) -> dict[str, object]:
        """Everything measured."""
        return {
            "timeout": self.limit,
            "goals": [
                {
                    "name": goal.name,
                    "level": goal.level,
                    "equal": goal.equal,
                    "methods": {m: {"outcome": x.outcome, "seconds": round(x.seconds, 4)} for m, x in row.items()},
                }
                for goal, row in self.rows
            ],
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a method gave a wrong answer, 2 for arguments that make no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.equivalences", description="Forty equivalences, method by method."
    )
    parser.add_argument("name", nargs="*", help="goals whose names contain this; all by default")
    parser.add_argument("--methods", help=f"some of {','.join(METHODS)}")
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for one method on one goal (60)")
    parser.add_argument("--json", type=argparse.FileType("w"), metavar="FILE", help="write the measurements there too")
    chosen = parser.parse_args(arguments)
    if not chosen.timeout > 0:
        parser.error("--timeout must be more than 0 seconds")
    try:
        goals, methods = chosen_goals(chosen.name), chosen_methods(chosen.methods)
    except (ValueError, LnsymError) as error:
        parser.error(str(error))
    table = Table(methods, chosen.timeout)
    table.line("goal", "level", methods)
    table.measure([goal for goal in goals if goal.equal])
    table.totals()
    near_misses = [goal for goal in goals if not goal.equal]
    if near_misses:
        print("\nnear misses, to be refuted")
        table.measure(near_misses)
    if chosen.json:
        json.dump(table.as_json(), chosen.json, indent=1)
        chosen.json.write("\n")
    return 1 if table.wrong() else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader of the table went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
