"""Verdicts, and everything a report says about how one came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, TypeVar

from lnsym.bv import variables
from lnsym.contract.abi import STACK_BYTES
from lnsym.contract.obligations import Obligation
from lnsym.machine.endings import Ending
from lnsym.machine.paths import TimeLimit
from lnsym.prove.assumptions import assumptions_used
from lnsym.prove.evidence import Proof
from lnsym.prove.frontier import Frontier
from lnsym.prove.judge import Disproved, Established, Judgement, LeftOpen, MethodUse, Outcome, ProofQuestion
from lnsym.prove.provenance import Apart
from lnsym.prove.refutation import Counterexample, Stopped, external_symbols
from lnsym.run.exploration import Execution

Status: TypeAlias = Literal["proved", "refuted", "unknown"]


@dataclass(frozen=True)
class LemmaUse:
    """A lemma of the contract, and the method that proved it; empty while none has, and then nothing rests on it."""

    name: str
    method: str


@dataclass(frozen=True)
class Verdict:
    """The answer for one routine under one contract."""

    routine: str
    contract: str
    parameters: Mapping[str, object]
    status: Status
    reason: str = ""
    """Why not proved, in one line."""
    stopped_by: type[Ending] | None = None
    """How the first path ended that is open and does not return, where there is one. Its class, since terms stay in their process."""
    instructions: int = 0
    """Instructions executed, over all paths."""
    paths: int = 0
    goals: int = 0
    """Lemmas included."""
    lemmas: tuple[LemmaUse, ...] = ()
    terms: int = 0
    """Distinct terms made."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """By phase: specify, decode, simulate, compare."""
    methods: tuple[MethodUse, ...] = ()
    assumptions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Rules of the platform that were checked because they were asked for."""
    stack_bytes: int = STACK_BYTES
    """How much stack below SP is assumed to be there."""
    counterexample: Counterexample | None = None
    apart: Apart | None = None
    """Where it is unknown: what the code computes and what it should, as far down as the methods could not join them."""
    invariants: tuple[str, ...] = ()
    """Of a theorem for every count, in words: a line for each head, and one for each place there."""
    proofs: tuple[Proof, ...] = field(default=(), repr=False)
    """Of each goal that was proved, by which method and why."""

    @property
    def title(self) -> str:
        """The routine and the parameters that are set, as a name for files."""
        return "-".join([self.routine, *[f"{name}-{value}" for name, value in self.parameters.items() if value]])

    @property
    def total_seconds(self) -> float:
        """All phases together."""
        return sum(self.seconds.values())

    @property
    def method(self) -> str:
        """The names of the methods that closed goals, in the order of cost."""
        return "+".join(use.name for use in self.methods if use.goals) or "-"


@dataclass(frozen=True)
class Conclusion:
    """What is said of a judgement."""

    status: Status
    reason: str = ""
    stopped_by: type[Ending] | None = None
    apart: Apart | None = None


Some = TypeVar("Some", bound=Verdict)


def concluded(
    asked: Some,
    said: Conclusion,
    judgement: Judgement[Any],
    executions: Sequence[Execution],
    seconds: Mapping[str, float],
    terms: int,
    pairs_dropped: bool = False,
) -> Some:
    """The verdict on what was asked. `pairs_dropped` says that solvers dropped pairs of paths."""
    return replace(
        asked,
        status=said.status,
        reason=said.reason,
        stopped_by=said.stopped_by,
        instructions=sum(path.steps for execution in executions for path in execution.paths),
        paths=sum(len(execution.paths) for execution in executions),
        terms=terms,
        seconds=dict(seconds),
        methods=judgement.methods,
        proofs=judgement.proofs,
        apart=said.apart,
        assumptions=(*asked.assumptions, *assumptions_used(executions, judgement.proofs, pairs_dropped)),
    )


def conclusion(
    outcome: Outcome[Any], question: ProofQuestion[Any], locate: Callable[[Frontier], Apart], vacuous: Callable[[], str]
) -> Conclusion:
    """What is said of an outcome, in a line.

    `locate` says where the terms at a frontier come from. `vacuous` says why a proof would say nothing, in words.
    """
    match outcome:
        case Disproved(shown):
            return Conclusion("refuted", shown.summary)
        case Established():
            why = vacuous()
            return Conclusion("unknown", why) if why else Conclusion("proved")
        case LeftOpen():
            return _left_open(outcome, question, locate)


def _left_open(outcome: LeftOpen, question: ProofQuestion[Any], locate: Callable[[Frontier], Apart]) -> Conclusion:
    """What is open, how a path was stopped, and where code and specification part."""
    stopped_by = _stopped_by(outcome, question.stopped)
    late = _late_reason(outcome, question.stopped)
    if late:
        return Conclusion("unknown", late, stopped_by)
    first, reason = outcome.left[0]
    more = f" (and {len(outcome.left) - 1} more)" if len(outcome.left) > 1 else ""
    if first in question.stopped:
        return Conclusion("unknown", f"{first.name}{more}", stopped_by)
    reason = _why_open(first, question, reason)
    apart = None if outcome.frontier is None else locate(outcome.frontier)
    return Conclusion("unknown", f"{first.name}: {reason}{more}", stopped_by, apart)


def _why_open(obligation: Obligation, question: ProofQuestion[Any], reason: str) -> str:
    """Why an obligation stays open: what it hangs on that nobody knows, else the reason that the methods give."""
    symbols = external_symbols(question.replayer.given.externals, obligation)
    if symbols:
        named = ", ".join(f"`{symbol}`" for symbol in symbols)
        return f"it depends on {named}, which another file defines: give a file that links it in"
    if any(variable in question.replayer.given.bases for variable in variables([obligation.left, obligation.right])):
        return f"{reason}; it depends on where the file is linked or loaded, which nobody knows"
    return reason


def _late_reason(outcome: LeftOpen, stopped: Stopped) -> str:
    """What used the time, if that is why something is open: the simulation, or what was under way when it was over; else empty."""
    if not outcome.left:
        return str(outcome.late)
    endings = [stopped[open_][1].ending if open_ in stopped else None for open_, _ in outcome.left]
    limits = [
        open_.name for (open_, _), ending in zip(outcome.left, endings, strict=True) if isinstance(ending, TimeLimit)
    ]
    return limits[0] if limits and isinstance(endings[0], TimeLimit | None) else ""


def _stopped_by(outcome: LeftOpen, stopped: Stopped) -> type[Ending] | None:
    """The class of the ending of the first open path that was stopped."""
    return next((type(stopped[open_][1].ending) for open_, _ in outcome.left if open_ in stopped), None)
