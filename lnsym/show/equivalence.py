"""A comparison of two routines as it runs: a line for each verdict, and where they part, side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lnsym.bv.names import by_name
from lnsym.contract import Contract, NoContractFor
from lnsym.contract.routines import Images, contract_for
from lnsym.errors import LnsymError, one_line
from lnsym.faults import ProcessDied, recorded
from lnsym.processes import Crashed, OutOfTime, Plan, Returned, Work, results
from lnsym.prove.equivalence.comparison import Equivalence, Routine, compare, unanswered
from lnsym.prove.equivalence.disagreement import Differing, Disagreement
from lnsym.prove.provenance import Apart
from lnsym.prove.verify import Options
from lnsym.show.verdicts import assumption_lines, case_text, input_lines, method_lines, report, verdict_line
from lnsym.show.verification import SEVERITY, out_of_time, progress, summary


@dataclass(eq=False)
class ContractsDiffer(LnsymError):
    """Two routines for which there are two contracts."""

    routines: tuple[str, str]
    contracts: tuple[str, str]

    def _message(self) -> str:
        (first, second), (one, other) = self.routines, self.contracts
        return (
            f"{first} has the contract {one}, {second} has {other}: they are for different things; "
            "if one interface fits both, name it with --contract"
        )


def contract_for_both(symbols: tuple[str, str], contracts: Mapping[str, Contract]) -> Contract:
    """The contract that gives two routines their interface. Raises ContractsDiffer, NoContractFor."""
    found = [contract_for(symbol, contracts) for symbol in symbols]
    if all(found) and found[0] != found[1]:
        raise ContractsDiffer(symbols, (found[0], found[1]))
    name = found[0] or found[1]
    if not name:
        raise NoContractFor(" or ".join(symbols), sorted(contracts))
    return contracts[name]


@dataclass
class Outcome:
    """All verdicts of one command, in the order of the cases, and what to exit with."""

    routines: tuple[Routine, Routine]
    verdicts: list[Equivalence]
    exit_code: int = 3


def compare_all(
    files: tuple[Images, Images],
    symbols: tuple[str, str],
    contract: Contract,
    parameters: Mapping[str, object],
    options: Options,
) -> Outcome:
    """Compare two routines in every case of a contract, and print each verdict as it is reached.

    Raises errors of the files and symbols; an error of a case goes to stderr as one line and ends the comparison.
    """
    images = [file.with_routine(symbol) for file, symbol in zip(files, symbols, strict=True)]
    routines = (Routine(images[0], symbols[0]), Routine(images[1], symbols[1]))
    outcome = Outcome(routines, [])
    cases = contract.choices(parameters)
    width = max(len(case_text(contract.name, {**contract.parameters, **case})) for case in cases)
    codes = set()
    with closing(results((_plan(routines, contract, case, options) for case in cases), 1)) as answers:
        for _ in cases:
            with progress(one_line(f"{symbols[0]} = {symbols[1]} ({contract.name})")):
                answer = next(answers)
            codes.add(answer.exit_code)
            if isinstance(answer, LnsymError):
                print(f"lnsym: {answer}", file=sys.stderr)
                break
            outcome.verdicts.append(answer)
            for line in lines(answer, width):
                print(line, flush=True)
    outcome.exit_code = next((code for code in SEVERITY if code in codes), 3)
    if len(cases) > 1 and outcome.verdicts:
        print(summary(outcome.verdicts, len(cases)))
    return outcome


def _plan(
    routines: tuple[Routine, Routine], contract: Contract, case: Mapping[str, object], options: Options
) -> Plan[Equivalence | LnsymError]:
    answer = yield Work(partial(_answer, routines, contract, case, options), options.seconds_in_all, quiet=False)
    match answer:
        case Returned(Equivalence() | LnsymError() as value):
            return value
        case Crashed(summary):
            return ProcessDied(summary)
        case OutOfTime(seconds):
            asked = unanswered(routines, contract, case, options)
            return replace(asked, reason=out_of_time(seconds), exit_code=3, seconds={"given up": seconds})
        case _:
            raise AssertionError(answer)


def _answer(
    routines: tuple[Routine, Routine], contract: Contract, case: Mapping[str, object], options: Options
) -> Equivalence | LnsymError:
    try:
        return compare(*routines, contract, case, options)
    except LnsymError as error:
        return error
    except Exception as error:  # whatever it is, it is no verdict
        return recorded(error)


def lines(verdict: Equivalence, case_width: int = 0) -> Iterator[str]:
    """`PROVED  first = second  contract(parameters)  method  seconds`, why not, and where they part."""
    yield verdict_line(replace(verdict, routine=" = ".join(verdict.labels)), case_width=case_width)
    yield from assumption_lines(verdict)
    if verdict.disagreement is not None:
        yield from disagreement_lines(verdict.disagreement, verdict.labels)
    if verdict.status == "unknown":
        yield from method_lines(verdict)
    if verdict.apart is not None:
        yield from _apart_lines(verdict.apart)


def _apart_lines(apart: Apart) -> Iterator[str]:
    """The two terms that stayed apart, and the instruction that computes each."""
    yield f"  apart    {apart.actual}"
    if apart.computed_at:
        yield f"           computed at {apart.computed_at}"
    yield f"  and      {apart.expected}"
    if apart.specified_at:
        yield f"           computed at {apart.specified_at}"


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


def json_report(outcome: Outcome) -> dict[str, Any]:
    """What `--json` writes: both files, the versions, and each verdict with times, counts and assumptions."""
    first, second = (routine.image for routine in outcome.routines)
    written = report(first, outcome.verdicts)
    del written["file"]
    written["files"] = [{"path": str(image.path), "sha256": image.sha256} for image in (first, second)]
    for entry, verdict in zip(written["verdicts"], outcome.verdicts, strict=True):
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
