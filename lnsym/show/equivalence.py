"""A comparison of two routines as it runs: a line for each verdict, and where they part, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lnsym.bv.names import by_name
from lnsym.errors import LnsymError, one_line
from lnsym.prove.equivalence.comparison import Equivalence
from lnsym.prove.equivalence.disagreement import Differing, Disagreement
from lnsym.session import RoutinePair
from lnsym.show.running import Running
from lnsym.show.verdicts import (
    apart_lines,
    assumption_lines,
    case_text,
    input_lines,
    method_lines,
    report,
    verdict_line,
)


class Comparing(Running[RoutinePair, Equivalence]):
    """The verdicts on two routines, case by case."""

    def _name(self, question: RoutinePair) -> str:
        first, second = question.routines
        return one_line(f"{first.symbol} = {second.symbol} ({question.contract.name})")

    def _lines(self, verdict: Equivalence) -> Iterator[str]:
        texts = [case_text(pair.contract.name, pair.contract.completed(pair.case)) for pair in self.asked]
        return lines(verdict, max(map(len, texts)))

    def _error(self, question: RoutinePair, error: LnsymError) -> str:
        return str(error)

    def _print_sum(self, seconds: float) -> None:
        if len(self.asked) > 1 and self.verdicts:
            print(self._counts())


def lines(verdict: Equivalence, case_width: int = 0) -> Iterator[str]:
    """`PROVED  first = second  contract(parameters)  method  seconds`, why not, and where they part."""
    yield verdict_line(replace(verdict, routine=" = ".join(verdict.labels)), case_width=case_width)
    yield from assumption_lines(verdict)
    if verdict.disagreement is not None:
        yield from disagreement_lines(verdict.disagreement, verdict.labels)
    if verdict.status == "unknown":
        yield from method_lines(verdict)
    if verdict.apart is not None:
        yield from apart_lines(verdict.apart, "computed at")


def disagreement_lines(disagreement: Disagreement, names: tuple[str, str]) -> Iterator[str]:
    """The input; what else each routine found, if the result depends on it; what each left: a column for each routine."""
    values = [*disagreement.found, *disagreement.differences]
    width = max(
        map(len, [*[given.name for given in disagreement.inputs], *[value.name for value in values]]), default=0
    )
    yield from input_lines(disagreement.inputs, width)
    yield from _columns("found", disagreement.found, names, width)
    for violation in disagreement.violations:
        yield f"  Unicorn  {one_line(violation)}"
    yield from _columns("output", disagreement.differences, names, width)
    if disagreement.parting is not None:
        yield f"  parts    after {disagreement.parting.steps} instructions that do the same"
        for name, text in zip(names, disagreement.parting[1:], strict=True):
            yield f"           {name}: {text}"


def _columns(lead: str, values: Sequence[Differing], names: tuple[str, str], width: int) -> Iterator[str]:
    """A heading with the routines' names, then a line for each value."""
    if not values:
        return
    rows = [
        names,
        *[(_hexadecimal(value.first, value.width), _hexadecimal(value.second, value.width)) for value in values],
    ]
    column = max(len(first) for first, _ in rows)
    second_column = max(len(second) for _, second in rows) if any(value.meaning for value in values) else 0
    said = [("", ""), *[(value.name, value.meaning) for value in values]]
    for (name, meaning), (first, second) in zip(said, rows, strict=True):
        yield f"  {lead:<9}{name:<{width}}  {first:<{column}}  {second:<{second_column}}  {meaning}".rstrip()
        lead = ""


def _hexadecimal(value: int | None, width: int) -> str:
    return "-" if value is None else f"{value:0{(width + 3) // 4}x}"


def json_report(verdicts: Sequence[tuple[RoutinePair, Equivalence]], pair: RoutinePair) -> dict[str, Any]:
    """What `--json` writes: the files of a pair, the versions, and each verdict with times, counts and assumptions."""
    first, second = (routine.image for routine in pair.routines)
    written = report(first, [verdict for _, verdict in verdicts])
    del written["file"]
    written["files"] = [{"path": str(image.path), "sha256": image.sha256} for image in (first, second)]
    for entry, (_, verdict) in zip(written["verdicts"], verdicts, strict=True):
        del entry["routine"], entry["counterexample"]
        found = verdict.disagreement
        entry["routines"] = [verdict.routine, verdict.second]
        entry["disagreement"] = None if found is None else _disagreement(found)
    return written


def _disagreement(found: Disagreement) -> dict[str, Any]:
    return {
        "inputs": {name: hex(value) for name, value in by_name(found.sample).items()},
        "differences": [_differing(value) for value in found.differences],
        "found": [_differing(value) for value in found.found],
        "violations": list(found.violations),
        "parting": None if found.parting is None else found.parting._asdict(),
        "confirmed_on": "unicorn",
    }


def _differing(value: Differing) -> dict[str, Any]:
    first, second = (None if v is None else hex(v) for v in (value.first, value.second))
    told = {"name": value.name, "width": value.width, "first": first, "second": second}
    return {**told, "meaning": value.meaning} if value.meaning else told
