"""A verification as it runs: progress on a terminal, a line for each verdict, a table's last line."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from lnsym.contract import Contract, NoContractFor
from lnsym.contract.routines import Images, contract_for
from lnsym.errors import LnsymError, one_line
from lnsym.faults import ProcessDied, recorded
from lnsym.machine.image import Image
from lnsym.processes import Crashed, OutOfTime, Plan, Returned, Work, results
from lnsym.prove.refutation import Counterexample
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, unanswered
from lnsym.show.verdicts import (
    apart_lines,
    assumption_lines,
    case_text,
    counterexample_lines,
    method_lines,
    verdict_line,
)

SEVERITY = (70, 1, 4, 2, 3, 0)
"""Which exit code speaks for several routines: a refutation first."""


@dataclass
class Outcome:
    """All verdicts of one command, in order; the image of the last one; what to exit with."""

    verdicts: list[Verdict]
    image: Image | None
    exit_code: int
    refuted: list[tuple[Subject, Counterexample]] = field(default_factory=list)


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


def _subjects(
    images: Images,
    symbols: Sequence[str],
    contract: Contract | None,
    contracts: Mapping[str, Contract],
    parameters: Mapping[str, object],
) -> Iterator[Subject | tuple[str, LnsymError]]:
    """All cases of all routines; for a routine that is not there, or has no contract, its name and what is wrong.

    A contract that was not asked for ignores parameters it does not have.
    """
    for symbol in symbols:
        try:
            image = images.with_routine(symbol)
            chosen = contract or choose_contract(symbol, contracts)
            given = {name: value for name, value in parameters.items() if contract or name in chosen.parameters}
            yield from [Subject(image, symbol, chosen, case) for case in chosen.choices(given)]
        except LnsymError as error:
            yield symbol, error


def verify_all(
    images: Images,
    symbols: Sequence[str],
    contract: Contract | None,
    contracts: Mapping[str, Contract],
    parameters: Mapping[str, object],
    options: Options,
    jobs: int = 1,
) -> Outcome:
    """Verify routines, `jobs` cases side by side, and print the verdicts in order, each as soon as it and those before are there.

    Errors of a routine go to stderr as one line and the others go on. `contract` is used for all of them; None lets each have its own.
    """
    began = time.perf_counter()
    outcome = Outcome([], None, 0)
    asked = list(_subjects(images, symbols, contract, contracts, parameters))
    subjects = [subject for subject in asked if isinstance(subject, Subject)]
    names = max((len(subject.symbol) for subject in subjects), default=0)
    cases = max((len(_case_text(subject)) for subject in subjects), default=0)
    jobs = max(1, min(jobs, len(subjects)))
    codes = set()
    said = set()
    with closing(_each(asked, options, jobs)) as answers:
        for symbol, subject, answer in answers:
            codes.add(answer.exit_code)
            if subject is None or isinstance(answer, LnsymError):
                line = f"lnsym: {one_line(symbol)}: {answer}"
                if line not in said:
                    print(line, file=sys.stderr)
                said.add(line)
                continue
            outcome.image = subject.image
            outcome.verdicts.append(answer)
            if answer.counterexample is not None:
                outcome.refuted.append((subject, answer.counterexample))
            print(verdict_line(answer, names, cases), flush=True)
            for line in _details(answer):
                print(line)
    outcome.exit_code = next((code for code in SEVERITY if code in codes), 3)
    if len(asked) > 1:
        clock = f"; {time.perf_counter() - began:.2f} s by the clock, {jobs} at a time" if jobs > 1 else ""
        print(summary(outcome.verdicts, len(asked)) + clock)
    return outcome


def _each(
    asked: Sequence[Subject | tuple[str, LnsymError]], options: Options, jobs: int
) -> Generator[tuple[str, Subject | None, Verdict | LnsymError], None, None]:
    """What comes of all that was asked, in order, with its symbol; closing it ends all processes."""
    subjects = [one for one in asked if isinstance(one, Subject)]
    with closing(_answers(subjects, options, jobs)) as answers:
        for one in asked:
            if isinstance(one, Subject):
                what = one_line(f"{one.symbol} ({one.contract.name})")
                with progress(what if jobs == 1 else f"{what}, {jobs} at a time"):
                    answer = next(answers)
                yield one.symbol, one, answer
            else:
                yield one[0], None, one[1]


def _case_text(subject: Subject) -> str:
    return case_text(subject.contract.name, {**subject.contract.parameters, **subject.case})


def _answers(subjects: Sequence[Subject], options: Options, jobs: int) -> Generator[Verdict | LnsymError, None, None]:
    """What comes of each case, in their order, each in a process of its own; they share out the processors."""
    shared = replace(options, processes=max(1, options.processes // jobs))
    yield from results((_plan(subject, shared, quiet=jobs > 1) for subject in subjects), jobs)


def _answer(subject: Subject, options: Options) -> Verdict | LnsymError:
    try:
        return subject.verify(options)
    except LnsymError as error:
        return error
    except Exception as error:  # whatever it is, it is no verdict, and the other cases go on
        return recorded(error)


def _plan(subject: Subject, options: Options, quiet: bool) -> Plan[Verdict | LnsymError]:
    answer = yield Work(partial(_answer, subject, options), options.seconds_in_all, quiet)
    match answer:
        case Returned(Verdict() | LnsymError() as value):
            return value
        case Crashed(summary):
            return ProcessDied(summary)
        case OutOfTime(seconds):
            asked = unanswered(subject.symbol, subject.contract, subject.case, options)
            return replace(asked, reason=out_of_time(seconds), exit_code=3, seconds={"given up": seconds})
        case _:
            raise AssertionError(answer)


def out_of_time(seconds: float) -> str:
    """The reason of a verdict that was given up."""
    return (
        f"it did not keep its deadline and was ended after {seconds:.0f} s, in a call that does not come back; "
        "another --timeout or --method may avoid that"
    )


def _details(verdict: Verdict) -> Iterator[str]:
    """What follows the verdict's line: the counterexample, or what stayed open."""
    yield from assumption_lines(verdict)
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
