"""The trial of one mutant: verified, and checked on Unicorn unless it was refuted."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.errors import LnsymError, ToolFault
from lnsym.mutation.equivalence import reason_for
from lnsym.mutation.mutants import Footprint, Mutant, footprint
from lnsym.mutation.second_opinion import Opinion, second_opinion
from lnsym.processes import Crashed, OutOfTime, Plan, Work, WorkAnswer, WorkReturned
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import GRACE, Options

TrialOutcome: TypeAlias = Literal["refuted", "equivalent", "wrong", "unknown", "fault"]
"""Refuted, with an input confirmed on Unicorn; proved, and no random input tells it apart from the specification; proved although one
does; neither; a crash, or a disagreement of model and Unicorn."""

STEPS_MARGIN = 1000
STEPS_FACTOR = 10
"""A mutant may run for so many times the original's steps, and the margin."""

SECONDS_MARGIN = 30.0
"""A second opinion gets a second for each input, and these."""

LEAST_FOR_ORIGINAL = 60.0
"""The time limit for the original, in seconds, where that for its mutants is lower."""


@dataclass(frozen=True)
class TrialLimits:
    """What a trial may cost."""

    timeout: float
    """Seconds for a verification, as `Options` has it."""
    checks: int
    """Random inputs for the second opinion."""
    processes: int = 1
    """How many methods may run at a time in one verification."""

    @property
    def verification_seconds(self) -> float:
        """After how long a verification that does not end is ended."""
        return Options(timeout=self.timeout).seconds_in_all

    @property
    def opinion_seconds(self) -> float:
        """Seconds for a second opinion."""
        return self.checks + SECONDS_MARGIN


@dataclass(frozen=True)
class Trial:
    """What came of one mutant."""

    mutant: Mutant
    outcome: TrialOutcome
    seconds: float = 0.0
    """Of the verification."""
    method: str = ""
    reason: str = ""
    """What was refuted, why nothing is known, or what the fault is; in one line."""
    why: str = ""
    """Why it does what the original does, as far as simple checks can tell."""
    inputs: int = 0
    """Random inputs run for the second opinion."""
    difference: str = ""
    """What the last of them showed; empty when nothing."""
    details: str = ""
    """The traceback of a crash."""


@dataclass(frozen=True)
class Survey:
    """The original before any change: its verdict, how long it runs, what it touches."""

    status: str
    reason: str
    seconds: float
    places: Footprint

    @property
    def max_steps(self) -> int:
        """The step limit for its mutants."""
        return STEPS_FACTOR * self.places.steps + STEPS_MARGIN


def survey(subject: Subject, limits: TrialLimits) -> Plan[Survey | WorkAnswer]:
    """Verify the original and see what it runs and reads; an error or crash is handed on as it is."""
    enough = replace(limits, timeout=max(LEAST_FOR_ORIGINAL, limits.timeout))
    answer = yield Work(partial(_survey, subject, enough), enough.verification_seconds + enough.timeout)
    return answer.value if isinstance(answer, WorkReturned) else answer


def _survey(subject: Subject, limits: TrialLimits) -> Survey | LnsymError:
    began = time.perf_counter()
    options = Options(timeout=limits.timeout, processes=limits.processes)
    try:
        verdict = subject.verify(options)
        seconds = time.perf_counter() - began
        unexplored = subject.unexplored(options.max_steps, options.deadline())
        places = footprint(unexplored)
        unexplored.limits.deadline.check("while it was seen what the routine runs and reads")
    except LnsymError as error:
        return error
    return Survey(verdict.status, verdict.reason, seconds, places)


def trial(subject: Subject, mutant: Mutant, max_steps: int, limits: TrialLimits) -> Plan[Trial]:
    """Verify a mutant, and run it on Unicorn unless it was refuted."""
    options = Options(max_steps=max_steps, timeout=limits.timeout, processes=limits.processes)
    answer = yield Work(partial(_verified, subject, mutant, options), limits.verification_seconds)
    found = _trial_of(mutant, answer)
    if found.outcome not in ("equivalent", "unknown"):
        return found
    work = partial(_opinion, subject, mutant, limits, max_steps)
    answer = yield Work(work, limits.opinion_seconds + GRACE)
    return _with_opinion(found, answer)


def _verified(subject: Subject, mutant: Mutant, options: Options) -> Trial:
    began = time.perf_counter()
    try:
        verdict = replace(subject, image=mutant.apply(subject.image)).verify(options)
    except ToolFault as fault:
        found = Trial(mutant, "fault", reason=str(fault))
    except LnsymError as error:
        found = Trial(mutant, "unknown", reason=str(error))
    else:
        found = _trial_of_verdict(mutant, verdict)
    return replace(found, seconds=time.perf_counter() - began)


def _trial_of_verdict(mutant: Mutant, verdict: Verdict) -> Trial:
    if verdict.status == "refuted" and verdict.counterexample is None:
        return Trial(mutant, "fault", reason=f"refuted without a confirmed input: {verdict.reason}")
    outcomes: dict[str, TrialOutcome] = {"proved": "equivalent", "refuted": "refuted", "unknown": "unknown"}
    return Trial(mutant, outcomes[verdict.status], method=verdict.method, reason=verdict.reason)


def _trial_of(mutant: Mutant, answer: WorkAnswer) -> Trial:
    match answer:
        case WorkReturned(Trial() as found):
            return found
        case Crashed(summary, details):
            return Trial(mutant, "fault", reason=summary, details=details)
        case OutOfTime(seconds):
            return Trial(mutant, "unknown", seconds, reason=f"no answer within {seconds:.0f} s, nor an end of its own")
        case _:
            raise AssertionError(answer)


def _opinion(subject: Subject, mutant: Mutant, limits: TrialLimits, max_steps: int) -> tuple[Opinion, str] | OutOfTime:
    """The second opinion, and why the mutant may be equivalent where nothing speaks against it."""
    deadline = Deadline.after(limits.opinion_seconds)
    image = mutant.apply(subject.image)
    seed = f"{subject.symbol} {mutant.address:#x} {mutant.after.hex()}"
    asked = (image, subject.symbol, subject.contract, subject.case)
    try:
        opinion = second_opinion(*asked, limits.checks, seed, max_steps, deadline)
    except DeadlinePassed:
        return OutOfTime(limits.opinion_seconds)
    if opinion.difference:
        return opinion, ""
    return opinion, reason_for(partial(subject.unexplored, max_steps, deadline), mutant)


def _with_opinion(found: Trial, answer: WorkAnswer) -> Trial:
    """The trial of a mutant that was not refuted, with what Unicorn and the specification say of it."""
    match answer:
        case WorkReturned((Opinion() as opinion, str(why))):
            wrong = found.outcome == "equivalent" and opinion.difference
            outcome: TrialOutcome = "wrong" if wrong else found.outcome
            return replace(found, outcome=outcome, why=why, inputs=opinion.inputs, difference=opinion.difference)
        case Crashed(summary, details):
            return replace(found, outcome="fault", reason=f"the second opinion: {summary}", details=details)
        case OutOfTime(seconds) | WorkReturned(OutOfTime(seconds)):
            reason = f"the second opinion: not done within {seconds:.0f} s"
            return replace(found, outcome="fault", reason=reason, details="")
        case _:
            raise AssertionError(answer)
