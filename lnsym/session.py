"""Work on many questions: each is judged in processes of its own, and what happens is told as events.

`Started` says that a question is under way. `Judged` and `Failed` say what came of it, in the order of the questions. `Finished` is the
last event, also after Ctrl-C. Nothing here prints, and nothing here knows exit codes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from lnsym.contract import Contract
from lnsym.contract.routines import Choice, Images
from lnsym.errors import LnsymError
from lnsym.faults import ProcessDied, recorded
from lnsym.processes import Crashed, OutOfTime, Plan, PlanBegun, Work, WorkReturned, steps
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, unanswered

if TYPE_CHECKING:
    from lnsym.mutation.campaign import Campaign, Original, ProvedOriginal
    from lnsym.mutation.mutants import Mutant
    from lnsym.mutation.trial import Trial
    from lnsym.prove.equivalence.comparison import Equivalence, RoutineInImage

Q = TypeVar("Q")
"""What a question is about."""

A = TypeVar("A")
"""The answer to a question."""


@dataclass(frozen=True)
class Planned(Generic[Q, A]):
    """A question, and the plan that comes to its answer, or to an error."""

    question: Q
    plan: Callable[[], Plan[A | LnsymError]]


@dataclass(frozen=True)
class Started(Generic[Q]):
    """Work on a question was begun."""

    question: Q


@dataclass(frozen=True)
class Judged(Generic[Q, A]):
    """A question has an answer."""

    question: Q
    answer: A


@dataclass(frozen=True)
class Failed(Generic[Q]):
    """A question has no answer: the input is wrong, or a process died. Never a verdict."""

    question: Q
    error: LnsymError


@dataclass(frozen=True)
class Finished:
    """The end, after all that was asked or after Ctrl-C; seconds by the clock."""

    seconds: float
    interrupted: bool


SessionEvent: TypeAlias = Started[Q] | Judged[Q, A] | Failed[Q] | Finished
Happenings: TypeAlias = Generator[Started[Q] | Judged[Q, A] | Failed[Q], None, None]
Events: TypeAlias = Generator[Started[Q] | Judged[Q, A] | Failed[Q] | Finished, None, None]


def happenings(tasks: Iterable[Planned[Q, A]], jobs: int) -> Happenings[Q, A]:
    """Work on tasks, `jobs` processes at a time: each is started, and judged or failed, in their order.

    Closing the iterator, or an exception in it, ends all processes.
    """
    under_way: dict[int, Q] = {}

    def plans() -> Iterator[Plan[A | LnsymError]]:
        for number, task in enumerate(tasks):
            under_way[number] = task.question
            yield task.plan()

    with closing(steps(plans(), jobs)) as all_steps:
        for step in all_steps:
            if isinstance(step, PlanBegun):
                yield Started(under_way[step.number])
            elif isinstance(step.result, LnsymError):
                yield Failed(under_way.pop(step.number), step.result)
            else:
                yield Judged(under_way.pop(step.number), step.result)


def session(happening: Happenings[Q, A]) -> Events[Q, A]:
    """The same events, and `Finished` at last: also after Ctrl-C, which may be thrown in by the one who listens."""
    began = time.perf_counter()
    interrupted = False
    try:
        with closing(happening):
            yield from happening
    except KeyboardInterrupt:
        interrupted = True
    yield Finished(time.perf_counter() - began, interrupted)


# -- verification ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Absent:
    """A routine that was asked for, and why no case of it can be verified."""

    symbol: str
    error: LnsymError


def cases(images: Images, symbols: Sequence[str], choice: Choice) -> list[Subject | Absent]:
    """All cases of routines, in their order. Raises NoSuchParameter for one that is given, and that none of them has."""
    choice.check_names(symbols)
    found: list[Subject | Absent] = []
    for symbol in symbols:
        try:
            image = images.with_routine(symbol)
            contract, given = choice.for_routine(symbol)
            if contract.links:
                image = images.with_routine(symbol, contract.links)
            found += [Subject(image, symbol, contract, case) for case in given]
        except LnsymError as error:
            found.append(Absent(symbol, error))
    return found


def jobs_for(asked: Sequence[Subject | Absent], jobs: int) -> int:
    """How many of so many processes there is work for, at least 1."""
    return max(1, min(jobs, sum(isinstance(one, Subject) for one in asked)))


def verify(asked: Sequence[Subject | Absent], options: Options, jobs: int = 1) -> Events[Subject | Absent, Verdict]:
    """Verify cases, `jobs` side by side, which share out the processors."""
    shared = replace(options, processes=max(1, options.processes // jobs))

    def plan(one: Subject | Absent) -> Plan[Verdict | LnsymError]:
        return one.error if isinstance(one, Absent) else (yield from verification(one, shared, quiet=jobs > 1))

    return session(happenings((Planned(one, partial(plan, one)) for one in asked), jobs))


def verification(subject: Subject, options: Options, quiet: bool) -> Plan[Verdict | LnsymError]:
    """The plan that verifies one case, in a process of its own."""
    ask = partial(Subject.verify, subject, options)
    return (yield from _judgement(ask, partial(_given_up, subject, options), options, quiet))


def _given_up(subject: Subject, options: Options, reason: str, seconds: float) -> Verdict:
    asked = unanswered(subject.symbol, subject.contract, subject.case, options)
    return replace(asked, reason=reason, seconds={"given up": seconds})


# -- equivalence -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoutinePair:
    """Two routines, and one case of the contract that gives both their interface."""

    routines: tuple[RoutineInImage, RoutineInImage]
    contract: Contract
    case: Mapping[str, object]


def pairs(
    files: tuple[Images, Images], symbols: tuple[str, str], contract: Contract, given: Iterable[Mapping[str, object]]
) -> list[RoutinePair]:
    """Two routines in each of these cases. Raises errors of the files and symbols."""
    from lnsym.prove.equivalence.comparison import RoutineInImage

    first, second = (
        RoutineInImage(f.with_routine(symbol, contract.links), symbol) for f, symbol in zip(files, symbols, strict=True)
    )
    return [RoutinePair((first, second), contract, case) for case in given]


def compare_all(asked: Sequence[RoutinePair], options: Options) -> Events[RoutinePair, Equivalence]:
    """Compare two routines in one case after the other, up to the first that fails."""
    from lnsym.prove.equivalence.comparison import compare

    def plan(pair: RoutinePair) -> Plan[Equivalence | LnsymError]:
        ask = partial(compare, *pair.routines, pair.contract, pair.case, options)
        return (yield from _judgement(ask, partial(_comparison_given_up, pair, options), options, quiet=False))

    def up_to_a_failure() -> Happenings[RoutinePair, Equivalence]:
        with closing(happenings((Planned(pair, partial(plan, pair)) for pair in asked), 1)) as events:
            for event in events:
                yield event
                if isinstance(event, Failed):
                    return

    return session(up_to_a_failure())


def _comparison_given_up(pair: RoutinePair, options: Options, reason: str, seconds: float) -> Equivalence:
    from lnsym.prove.equivalence.comparison import unanswered as unanswered_comparison

    asked = unanswered_comparison(pair.routines, pair.contract, pair.case, options)
    return replace(asked, reason=reason, seconds={"given up": seconds})


# -- mutation --------------------------------------------------------------------------------------


def mutate(campaign: Campaign) -> Events[Original | Mutant, ProvedOriginal | Trial]:
    """Try every routine as it is, and each of its mutants if it is proved. What came of a mutant is its trial, a crash too."""
    return session(_originals_and_mutants(campaign))


def _originals_and_mutants(campaign: Campaign) -> Happenings[Original | Mutant, ProvedOriginal | Trial]:
    from lnsym.mutation.campaign import ProvedOriginal, load_once

    load_once()
    for original in campaign.originals:
        proved = None
        task: Planned[Original | Mutant, ProvedOriginal | Trial] = Planned(original, partial(campaign.prove, original))
        with closing(happenings([task], 1)) as surveyed:
            for event in surveyed:
                yield event
                if isinstance(event, Judged) and isinstance(event.answer, ProvedOriginal):
                    proved = event.answer
        if proved is not None:
            tasks: Iterator[Planned[Original | Mutant, ProvedOriginal | Trial]] = (
                Planned(mutant, partial(campaign.trial, proved, mutant)) for mutant in campaign.mutants(proved)
            )
            yield from happenings(tasks, campaign.order.jobs)


# -- what verification and equivalence have in common ----------------------------------------------------------------------


def _judgement(
    ask: Callable[[], A], given_up: Callable[[str, float], A], options: Options, quiet: bool
) -> Plan[A | LnsymError]:
    """Ask in a process of its own. One that does not keep its deadline is ended: that is a verdict, a crash is none."""
    match (yield Work(partial(_answer, ask), options.seconds_in_all, quiet)):
        case WorkReturned(value):
            answer: A | LnsymError = value
            return answer
        case Crashed(summary):
            return ProcessDied(summary)
        case OutOfTime(seconds):
            return given_up(_out_of_time(seconds), seconds)


def _answer(ask: Callable[[], A]) -> A | LnsymError:
    try:
        return ask()
    except LnsymError as error:
        return error
    except Exception as error:  # whatever it is, it is no verdict, and the other questions go on
        return recorded(error)


def _out_of_time(seconds: float) -> str:
    return (
        f"it did not keep its deadline and was ended after {seconds:.0f} s, in a call that does not come back; "
        "another --timeout or --method may avoid that"
    )
