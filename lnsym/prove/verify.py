"""Verification of one routine: specify, simulate, judge, and say what came of it."""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from lnsym.bv import BV, terms_made, variables
from lnsym.contract import Contract
from lnsym.contract.checks import ContractError
from lnsym.contract.containment import contained
from lnsym.contract.obligations import Obligation, unreachable
from lnsym.contract.statement import Statement
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.machine.image import Image
from lnsym.machine.paths import TimeLimit
from lnsym.prove.assumptions import assumptions_of_all
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.frontier import Frontier
from lnsym.prove.induction import ByInduction, by_induction
from lnsym.prove.judge import AFTERWARDS, Disproved, GivenInputs, Judgement, Limits, ProofQuestion, judge
from lnsym.prove.methods import choices, chosen
from lnsym.prove.provenance import Apart, locate_apart
from lnsym.prove.refutation import Counterexample, GivenToOne, OneRoutine, Stopped
from lnsym.prove.vacuity import has_inputs
from lnsym.prove.verdict import Conclusion, LemmaUse, Verdict, concluded, conclusion
from lnsym.run.exploration import MAX_STEPS, Execution, Unexplored

SHARE_OF_SIMULATION = 0.75
"""Which part of the time the simulation may take: the rest is for inputs that refute."""

SHARE_OF_INDUCTION = 0.6
"""Which part of the time is spent on a proof for every count, before small ones are tried."""

SHARE_OF_COUNT = 0.3
"""Which part of what is left then each of them may take."""

SHARE_OF_FIRST = 0.02
LEAST_OF_FIRST = 2.0
"""Which part of the time goes by, and how many seconds at least, for an input that refutes one step, before anything is proved."""

COUNTS = (0, 1, 2, 3, 4, 5, 8, 9)
"""For which counts an input that refutes is looked for."""

CHEAP = ("structural",)
"""The methods where only an input that refutes is looked for."""

NO_INPUT = "no input that satisfies the preconditions was found in time: the theorem may be vacuous"

GRACE = 15.0
"""Seconds between two looks at the clock, at most: who does not end by then is ended."""


@dataclass(frozen=True)
class Options:
    """Limits of one verification."""

    max_steps: int = MAX_STEPS
    timeout: float = 120.0
    """Seconds for all that one case takes."""
    methods: tuple[str, ...] = field(default_factory=choices)
    """Which methods may be used, as `--method` names them."""
    goal_timeout: float | None = None
    """Seconds for one goal and one solver."""
    dump: pathlib.Path | None = None
    """A directory for the queries that sweep and the SMT solvers are asked."""
    processes: int = field(default_factory=lambda: os.cpu_count() or 1)
    """How many methods run at a time."""
    reserve_x18: bool = False
    """Whether the platform reserves X18, so that code may not change it."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are checked because they were asked for; the names are those of SOUNDNESS.md."""
        return ("x18-reserved",) if self.reserve_x18 else ()

    @property
    def seconds_in_all(self) -> float:
        """After how long whoever waits for a verdict gives up: the last resort, for a call that does not come back."""
        return self.timeout + AFTERWARDS + GRACE

    def deadline(self) -> Deadline:
        """That of a case that begins now."""
        return Deadline.after(self.timeout)

    def limits(self, title: str, deadline: Deadline) -> Limits:
        """What the judge may use; queries written out are named by the title and their goal."""
        write_query = partial(_write_query, self.dump, title) if self.dump else None
        return Limits(deadline, self.goal_timeout, chosen(*self.methods), write_query, self.processes)


def _write_query(directory: pathlib.Path, title: str, goal: str, conditions: Sequence[BV]) -> None:
    from lnsym.prove.dump import write_query

    write_query(directory, f"{title}.{goal}", conditions)


def unanswered(symbol: str, contract: Contract, parameters: Mapping[str, object], options: Options) -> Verdict:
    """What is asked of a routine, with no answer yet."""
    return Verdict(
        symbol,
        contract.name,
        contract.completed(parameters),
        "unknown",
        assumptions=assumptions_of_all(contract.stack_bytes),
        rules=options.rules,
        stack_bytes=contract.stack_bytes,
    )


def verify(
    image: Image,
    symbol: str,
    contract: Contract,
    parameters: Mapping[str, object] | None = None,
    options: Options | None = None,
    deadline: Deadline | None = None,
) -> Verdict:
    """Prove, or refute, that a routine of an image meets a contract, by a deadline: else by that of the options.

    Raises errors of the input: of the image, the contract, an instruction that is not modelled on every path.
    """
    options = options or Options()
    deadline = deadline or options.deadline()
    asked = unanswered(symbol, contract, parameters or {}, options)
    terms = terms_made()
    seconds: dict[str, float] = {}
    state_theorem = partial(contract.statement, symbol, **(parameters or {}))
    with timed(seconds, "specify"), contained(deadline.left()):
        statement: Statement = state_theorem()
    unexplored = on_feasible_paths(image, symbol, statement, options.max_steps, deadline, options.reserve_x18)
    if statement.counts:
        return _for_every_count(image, symbol, contract, parameters or {}, options, unexplored, asked, seconds)
    executions: Sequence[Execution] = ()
    judgement: Judgement[Counterexample] = Judgement()
    try:
        some_input = meets_preconditions(contract, GivenToOne(unexplored.setup), deadline)
        (execution,) = executions = simulated([unexplored], [SHARE_OF_SIMULATION], seconds)
        with timed(seconds, "compare"):
            question = ProofQuestion(
                execution.goals, OneRoutine(execution), _stopped(execution), _to_prove(statement), statement.labelled
            )
            judgement = judge(question, options.limits(asked.title, deadline))
            locate = partial(_located, execution, state_theorem, deadline)
            said = conclusion(judgement.outcome, question, locate, partial(_vacuous, execution, some_input))
    except DeadlinePassed as late:
        said = Conclusion("unknown", str(late))
    verdict = concluded(asked, said, judgement, executions, seconds, terms_made() - terms)
    shown = judgement.outcome.shown if isinstance(judgement.outcome, Disproved) else None
    goals = sum(len(execution.goals) for execution in executions)
    return replace(
        verdict, goals=goals + len(statement.lemmas), lemmas=_lemmas(statement, verdict), counterexample=shown
    )


@contextmanager
def timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    """Note how long the block takes."""
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[phase] = time.perf_counter() - began


def meets_preconditions(contract: Contract, given: GivenInputs, deadline: Deadline) -> bool:
    """Whether an input was found that meets the preconditions.

    Raises ContractError where there is none, since everything would be proved of nothing; DeadlinePassed.
    """
    deadline.check("while the contract was stated")
    found = has_inputs(contract, given.preconditions, given.inputs(variables(given.assumptions)), deadline)
    deadline.check("while an input was looked for that meets the preconditions")
    return found


def simulated(
    unexplored: Sequence[Unexplored], shares: Sequence[float], seconds: dict[str, float]
) -> tuple[Execution, ...]:
    """Explore set-ups, one after the other, each in its share of the time that is left then."""
    found = tuple([one.explored(share=share) for one, share in zip(unexplored, shares, strict=True)])
    seconds["decode"] = sum(execution.setup.code.seconds for execution in found)
    seconds["simulate"] = sum(execution.seconds for execution in found) - seconds["decode"]
    return found


def _stopped(execution: Execution) -> Stopped:
    """That no input takes the paths which do not return."""
    return {
        unreachable(str(path.ending), path.conditions, number): (execution, path)
        for number, path in enumerate(execution.paths)
        if not path.returned
    }


def _located(execution: Execution, state_theorem: Callable[[], object], deadline: Deadline, found: Frontier) -> Apart:
    return locate_apart(execution, state_theorem, found, deadline.extended(AFTERWARDS))


def _for_every_count(
    image: Image,
    symbol: str,
    contract: Contract,
    parameters: Mapping[str, object],
    options: Options,
    unexplored: Unexplored,
    asked: Verdict,
    seconds: dict[str, float],
) -> Verdict:
    """The verdict by induction; before it a moment goes to an input that refutes one step, after it small counts are tried."""
    deadline, terms, statement = unexplored.limits.deadline, terms_made(), unexplored.setup.statement
    if len(statement.counts) > 1:
        raise ContractError("two counts that may be any: give a number for all but one")

    def for_count(count: int, methods: tuple[str, ...], until: Deadline) -> Verdict | None:
        """The verdict for one count; None for one that the contract does not take."""
        case = contract.numbered(contract.completed(parameters), count)
        try:
            return verify(image, symbol, contract, case, replace(options, methods=methods), until)
        except ContractError:
            return None

    first = for_count(1, CHEAP, deadline.slice(SHARE_OF_FIRST, LEAST_OF_FIRST))
    if first is not None and first.status == "refuted":
        return first
    try:
        some_input = meets_preconditions(contract, GivenToOne(unexplored.setup), deadline)
        share = deadline.slice(SHARE_OF_INDUCTION)
        limited = replace(unexplored, limits=replace(unexplored.limits, deadline=share))
        with timed(seconds, "compare"):
            found = by_induction(limited, options.limits(asked.title, share), _to_prove(statement))
        reason = found.reason or ("" if some_input else NO_INPUT)
    except DeadlinePassed as late:
        found = ByInduction(reason=str(late))
        reason = found.reason
    executions = [] if found.execution is None else [found.execution]
    said = Conclusion("unknown", f"for every count: {reason}") if reason else Conclusion("proved")
    verdict = concluded(asked, said, found.judgement, executions, seconds, terms_made() - terms)
    goals = sum(len(execution.goals) for execution in executions) + len(statement.lemmas)
    verdict = replace(verdict, goals=goals, lemmas=_lemmas(statement, verdict), invariants=found.invariants)
    return verdict if not reason else _with_small_counts(verdict, for_count, options.methods, deadline)


def _with_small_counts(
    verdict: Verdict,
    for_count: Callable[[int, tuple[str, ...], Deadline], Verdict | None],
    methods: tuple[str, ...],
    deadline: Deadline,
) -> Verdict:
    """A refutation for a small count, else the verdict with what is known of these.

    Once one is proved the others are only run on inputs.
    """
    proved: list[int] = []
    stopped: list[tuple[int, Verdict]] = []
    for count in COUNTS:
        if deadline.passed:
            break
        one = for_count(count, CHEAP if proved else methods, deadline.slice(SHARE_OF_COUNT))
        if one is None:
            continue
        if one.status == "refuted":
            return one
        if one.status == "proved":
            proved.append(count)
        elif one.stopped_by not in {None, TimeLimit}:
            stopped.append((count, one))
    known = [f"proved for {', '.join(map(str, proved))} alone"] if proved else []
    if stopped:
        count, first = stopped[0]
        known.append(f"for {count}: {first.reason}")
        verdict = replace(verdict, stopped_by=first.stopped_by)
    return replace(verdict, reason="; ".join([verdict.reason, *known]))


def _to_prove(statement: Statement) -> list[Obligation]:
    return [Obligation(str(lemma), "lemma", lemma.left, lemma.right) for lemma in statement.lemmas]


def _lemmas(statement: Statement, verdict: Verdict) -> tuple[LemmaUse, ...]:
    proved = {proof.obligation: proof.method for proof in verdict.proofs}
    return tuple([LemmaUse(lemma.name, proved.get(str(lemma), "")) for lemma in statement.lemmas])


def _vacuous(execution: Execution, some_input: bool) -> str:
    """Why a proof would say nothing, in words; empty where it says something of each path that reaches the end."""
    if not some_input:
        return NO_INPUT
    returned = {number for number, path in enumerate(execution.paths) if path.returned}
    if not returned:
        return "no path reaches the end: the theorem would be vacuous"
    if not returned <= {goal.path for goal in execution.goals}:
        return "a path reaches the end and nothing was compared there: the theorem would be vacuous"
    return ""
