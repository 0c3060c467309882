"""A verification as it runs: progress on a terminal, a line for each verdict, a table's last line."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lnsym.contract import Contract, NoContractFor
from lnsym.contract.routines import Images, contract_for
from lnsym.errors import LnsymError, one_line
from lnsym.machine.image import Image
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.show.verdicts import apart_lines, case_text, counterexample_lines, method_lines, verdict_line

SEVERITY = (1, 4, 2, 3, 0)
"""Which exit code speaks for several routines: a refutation first."""


@dataclass
class Outcome:
    """All verdicts of one command, in order; the image of the last one; what to exit with."""

    verdicts: list[Verdict]
    image: Image | None
    exit_code: int


@contextmanager
def progress(text: str) -> Iterator[None]:
    """A spinner on stderr, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield


def choose_contract(symbol: str, contracts: Mapping[str, Contract]) -> Contract:
    """The contract for a routine of that name. Raises NoContractFor."""
    name = contract_for(symbol, contracts)
    if not name:
        raise NoContractFor(symbol, sorted(contracts))
    return contracts[name]


@dataclass(frozen=True)
class _Task:
    """A routine, its contract if there is one, and the cases to prove."""

    symbol: str
    contract: Contract | None
    cases: list[dict[str, object]]


def _cases(
    symbol: str, contract: Contract | None, contracts: Mapping[str, Contract], parameters: Mapping[str, object]
) -> tuple[Contract | None, list[dict[str, object]]]:
    """The contract for a routine and its cases; a contract that was not asked for ignores parameters it does not have."""
    if contract is not None:
        return contract, contract.choices(parameters)
    chosen = contracts.get(contract_for(symbol, contracts))
    if chosen is None:
        return None, []
    return chosen, chosen.choices({name: value for name, value in parameters.items() if name in chosen.parameters})


def verify_all(
    images: Images,
    symbols: Sequence[str],
    contract: Contract | None,
    contracts: Mapping[str, Contract],
    parameters: Mapping[str, object],
    options: Options,
) -> Outcome:
    """Verify routines one after the other and print each verdict as it is reached.

    Errors of a routine go to stderr as one line and the others go on. `contract` is used for all of them; None lets each have its own.
    """
    outcome = Outcome([], None, 0)
    codes = set()
    plan = [_Task(symbol, *_cases(symbol, contract, contracts, parameters)) for symbol in symbols]
    names = max((len(task.symbol) for task in plan), default=0)
    texts = [
        case_text(t.contract.name, {**t.contract.parameters, **case}) for t in plan if t.contract for case in t.cases
    ]
    cases = max(map(len, texts), default=0)
    for task in plan:
        try:
            outcome.image = images.with_routine(task.symbol)
            chosen = task.contract or choose_contract(task.symbol, contracts)
            for case in task.cases:
                with progress(f"{task.symbol} ({chosen.name})"):
                    verdict = verify(outcome.image, task.symbol, chosen, case, options)
                outcome.verdicts.append(verdict)
                codes.add(verdict.exit_code)
                print(verdict_line(verdict, names, cases), flush=True)
                for line in _details(verdict):
                    print(line)
        except LnsymError as error:
            print(f"lnsym: {one_line(task.symbol)}: {error}", file=sys.stderr)
            codes.add(error.exit_code)
    outcome.exit_code = next((code for code in SEVERITY if code in codes), 3)
    if len(symbols) > 1 or len(outcome.verdicts) > 1:
        print(summary(outcome.verdicts, sum(max(1, len(task.cases)) for task in plan)))
    return outcome


def _details(verdict: Verdict) -> Iterator[str]:
    """What follows the verdict's line: the counterexample, or what stayed open."""
    if verdict.counterexample is not None:
        yield from counterexample_lines(verdict.counterexample)
    if verdict.status == "unknown":
        yield from method_lines(verdict)
        if verdict.apart is not None:
            yield from apart_lines(verdict.apart)


def summary(verdicts: Sequence[Verdict], asked: int) -> str:
    """How many of each, how many of those asked for are missing, and the time of all."""
    counts = {status: sum(v.status == status for v in verdicts) for status in ("proved", "refuted", "unknown")}
    parts = [f"{count} {status}" for status, count in counts.items() if count]
    if asked > len(verdicts):
        parts.append(f"{asked - len(verdicts)} not verified")
    return f"{', '.join(parts)}; {sum(v.total_seconds for v in verdicts):.2f} s"
