"""The table: a row for each source, a column for each way to compile it, and the shares that are proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil

from benchmarks.unseen.measure import Cell, Measured, Outcome, SameObject
from lnsym import session
from lnsym.errors import LnsymError, one_line
from lnsym.show.exit_codes import INTERRUPTED, exit_code_of

NAME = 20
WIDTH = 6
"""Of a column, at least: the names of compilers take more where these have few levels."""


class Table:
    """Prints each row when it is complete, and keeps what was measured."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.outcomes: dict[Cell, Outcome | LnsymError] = {}
        self.interrupted = False
        self._columns = list(dict.fromkeys((cell.compiler.name, cell.level) for cell in cells))
        self._levels = Counter(name for name, _ in self._columns)
        self._width = max(WIDTH, *(ceil((2 + len(name)) / count) for name, count in self._levels.items()))
        self._row: list[Cell] = []
        self._cells = cells

    def show(self, event: session.SessionEvent[Cell, Outcome]) -> None:
        """Take in what happened."""
        match event:
            case session.Judged(cell, outcome):
                self._add(cell, outcome)
            case session.Failed(cell, error):
                self._add(cell, error)
            case session.Finished(_, interrupted):
                self.end(interrupted)

    def header(self) -> None:
        """Print which column is which."""
        print(" " * NAME + "".join(f"{'  ' + name:<{count * self._width}}" for name, count in self._levels.items()))
        print(
            f"{'source':<{NAME}}" + "".join(f"{'-O' + level:>{self._width}}" for _, level in self._columns), flush=True
        )

    def end(self, interrupted: bool) -> None:
        """Nothing more comes."""
        self.interrupted = interrupted
        self._end_row()

    def _add(self, cell: Cell, outcome: Outcome | LnsymError) -> None:
        if self._row and self._row[0].source != cell.source:
            self._end_row()
        self.outcomes[cell] = outcome
        self._row.append(cell)

    def _end_row(self) -> None:
        if self._row:
            texts = {(cell.compiler.name, cell.level): text(self.outcomes[cell]) for cell in self._row}
            line = "".join(f"{texts.get(column, ''):>{self._width}}" for column in self._columns)
            print(f"{self._row[0].routine:<{NAME}}{line}", flush=True)
        for cell in self._row:
            if wrong(self.outcomes[cell]):
                print(f"!!! {cell.routine}, {cell.column}: {reason(self.outcomes[cell])}", flush=True)
        self._row = []

    def unknowns(self) -> list[str]:
        """A line for each routine that is neither proved nor wrong: which it is, and why."""
        return [
            f"{cell.routine}, {cell.column}, {outcome.instructions} instructions: {reason(outcome)}"
            for cell, outcome in self.outcomes.items()
            if isinstance(outcome, Measured) and outcome.verdict.status == "unknown"
        ]

    def shares(self) -> dict[str, tuple[int, int]]:
        """How many different objects are proved, and of how many: of each algorithm, and of all under `all`."""
        found: dict[str, tuple[int, int]] = {}
        for cell, outcome in self.outcomes.items():
            if not isinstance(outcome, SameObject):
                for name in (cell.algorithm, "all"):
                    proved, count = found.get(name, (0, 0))
                    found[name] = (proved + is_proved(outcome), count + 1)
        return {name: found[name] for name in [*sorted(found.keys() - {"all"}), *(["all"] if found else [])]}

    def summary(self) -> None:
        """Print shares, unknowns, and what is missing."""
        print()
        for name, (proved, count) in self.shares().items():
            print(f"{name:<{NAME}}{proved:>4} of {count:<4}{100 * proved / count:6.1f} %")
        if unknown := self.unknowns():
            print("\nunknown")
            print("\n".join(unknown))
        bad = [cell for cell, outcome in self.outcomes.items() if wrong(outcome)]
        if bad:
            print(f"\n!!! {len(bad)} refuted or without a verdict: a bug in a source, a contract or lnsym")
        if len(self.outcomes) < len(self._cells):
            print(f"\ninterrupted: {len(self._cells) - len(self.outcomes)} of {len(self._cells)} were not measured")

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, 1 where something is refuted or has no verdict, else 0."""
        if self.interrupted:
            return INTERRUPTED
        return 1 if any(wrong(outcome) for outcome in self.outcomes.values()) else 0

    def as_json(self) -> dict[str, object]:
        """Everything measured."""
        return {
            "interrupted": self.interrupted,
            "shares": {name: {"proved": proved, "objects": count} for name, (proved, count) in self.shares().items()},
            "cells": [
                {"source": cell.source.name, "compiler": cell.compiler.name, "level": cell.level} | facts(outcome)
                for cell, outcome in self.outcomes.items()
            ],
        }


def is_proved(outcome: Outcome | LnsymError) -> bool:
    """Whether it was proved within its limit: the check before PROVED may take longer."""
    return isinstance(outcome, Measured) and outcome.verdict.status == "proved" and not outcome.late


def wrong(outcome: Outcome | LnsymError) -> bool:
    """Whether it is refuted, or there is no verdict."""
    return isinstance(outcome, LnsymError) or (isinstance(outcome, Measured) and outcome.verdict.status == "refuted")


def text(outcome: Outcome | LnsymError) -> str:
    """Seconds of a proof, `late`, `?` for unknown, `!` for wrong, `=` for the object of an earlier column."""
    match outcome:
        case SameObject():
            return "="
        case Measured(verdict) if verdict.status == "proved":
            return "late" if outcome.late else f"{verdict.total_seconds:.2f}"
        case Measured(verdict) if verdict.status == "unknown":
            return "?"
        case _:
            return "!"


def reason(outcome: Outcome | LnsymError) -> str:
    """Why it was not proved, in one line."""
    return one_line(outcome.verdict.reason) if isinstance(outcome, Measured) else str(outcome)


def facts(outcome: Outcome | LnsymError) -> dict[str, object]:
    """What is written of an outcome."""
    match outcome:
        case SameObject(earlier):
            return {"same_as": {"compiler": earlier.compiler.name, "level": earlier.level}}
        case Measured(verdict, instructions, limit):
            return {
                "status": verdict.status,
                "seconds": round(verdict.total_seconds, 3),
                "limit": limit,
                "instructions": instructions,
                "methods": {use.name: use.goals for use in verdict.methods if use.goals},
                "reason": verdict.reason,
            }
        case _:
            return {"status": "error", "exit_code": exit_code_of(outcome), "reason": str(outcome)}
