"""Verification of one routine: specify, simulate, compare, and say what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from isa.assumptions import assumption_of
from lnsym.bv import BV, terms_made, variables
from lnsym.contract import Contract
from lnsym.contract.execution import MAX_STEPS, Execution
from lnsym.contract.goals import Goal
from lnsym.contract.inputs import Sample, holds, samples
from lnsym.contract.preconditions import preconditions
from lnsym.contract.theorem import ContractError, Theorem
from lnsym.machine.image import Image
from lnsym.machine.paths import Path
from lnsym.machine.state import SP
from lnsym.prove import refutation, structural
from lnsym.prove.feasibility import Feasibility
from lnsym.prove.refutation import Counterexample
from lnsym.prove.verdict import EXIT_CODES, MethodUse, Status, Verdict

ASSUMPTIONS = (
    "isa-model",
    "specification",
    "normal-forms",
    "loader",
    "contract",
    "regions-disjoint",
    "link-address",
    "stack-64KiB",
    "single-thread",
)
"""What every verdict rests on; the names are those of SOUNDNESS.md."""


FEW_SAMPLES = 4
"""Samples that are tried before the costly methods."""


@dataclass(frozen=True)
class Options:
    """Limits of one verification."""

    max_steps: int = MAX_STEPS
    timeout: float = 60.0
    """Seconds for the methods that may take long, all goals together."""


def verify(
    image: Image,
    symbol: str,
    contract: Contract,
    parameters: Mapping[str, object] | None = None,
    options: Options | None = None,
) -> Verdict:
    """Prove, or refute, that a routine of an image meets a contract.

    Raises errors of the input: of the image, the contract, an instruction that is not modelled on every path.
    """
    return _Verification(image, symbol, contract, dict(parameters or {}), options or Options()).verdict()


class _Verification:
    def __init__(
        self, image: Image, symbol: str, contract: Contract, parameters: dict[str, object], options: Options
    ) -> None:
        self._terms = terms_made()
        self._options = options
        self._seconds: dict[str, float] = {}
        self._methods: list[MethodUse] = []
        self._has_inputs = True
        began = time.perf_counter()
        theorem: Theorem = contract.theorem(symbol, **parameters)
        self._seconds["specify"] = time.perf_counter() - began
        self._execution = Execution(image, symbol, theorem, options.max_steps)
        self._execution.feasible = Feasibility(self._execution)
        shown = {**contract.parameters, **parameters}
        self._verdict = Verdict(symbol, contract.name, shown, "unknown", assumptions=ASSUMPTIONS)

    def verdict(self) -> Verdict:
        execution, verdict = self._execution, self._verdict
        self._check_preconditions()
        execution.run()
        self._seconds["decode"] = execution.code.seconds
        self._seconds["simulate"] = execution.seconds - execution.code.seconds
        began = time.perf_counter()
        status, reason = self._decide()
        self._seconds["compare"] = time.perf_counter() - began
        verdict.status, verdict.reason = status, reason
        verdict.exit_code = verdict.exit_code or EXIT_CODES[status]
        verdict.instructions = sum(path.steps for path in execution.paths)
        verdict.paths = len(execution.paths)
        verdict.goals = len(execution.goals)
        verdict.terms = terms_made() - self._terms
        verdict.seconds = self._seconds
        verdict.methods = self._methods
        verdict.assumptions = (*ASSUMPTIONS, *self._assumptions_used())
        return verdict

    def _assumptions_used(self) -> list[str]:
        """Those of the instructions that were run and of the methods that closed goals."""
        run = self._execution.code.decoded.values()
        named = {assumption_of(i.encoding.mnemonic(i.fields) or "") for i in run}
        methods = {"gf2": "gf2", "smt": "solver"}
        return sorted(name for name in named if name) + [
            methods[m.name] for m in self._methods if m.goals and m.name in methods
        ]

    def _check_preconditions(self) -> None:
        """Raises ContractError when no input satisfies the preconditions: everything would be proved of nothing."""
        assumptions = self._execution.theorem.assumptions
        stream = samples(self._execution, variables(assumptions))
        if not assumptions or any(holds(assumptions, next(stream)) for _ in range(refutation.SAMPLES)):
            return
        from lnsym.prove import smt

        answer = smt.solve(preconditions(self._execution), self._options.timeout)
        self._has_inputs = answer.status == "sat"
        if answer.status == "unsat":
            raise ContractError(
                f"the preconditions of {self._verdict.contract!r} contradict each other: no input satisfies them"
            )

    def _decide(self) -> tuple[Status, str]:
        """The methods in the order of cost. A few samples come before the costly ones: most wrong code is wrong on most inputs."""
        execution = self._execution
        deadline = time.perf_counter() + self._options.timeout
        stopped = [path for path in execution.paths if path.stopped is not None]
        began = time.perf_counter()
        goals = [goal for goal in execution.goals if not structural.proves(goal)]
        self._note("structural", len(execution.goals) - len(goals), began)
        if not goals and not stopped:
            return self._proved()
        refuted = self._refute(self._candidates(goals, stopped, FEW_SAMPLES))
        if refuted:
            return "refuted", refuted
        goals = self._by_gf2(goals, deadline)
        if not goals and not stopped:
            return self._proved()
        refuted = self._refute(self._candidates(goals, stopped, refutation.SAMPLES))
        if refuted:
            return "refuted", refuted
        return self._by_solver(goals, stopped, deadline)

    def _candidates(self, goals: Sequence[Goal], stopped: Sequence[Path], count: int) -> Iterator[Sample]:
        """Samples on which a path stops, or a goal fails, according to the simulator."""
        for path in stopped:
            if refutation.may_be_refuted(path):
                yield from refutation.stopped_candidates(self._execution, path, count)
        yield from refutation.candidates(self._execution, goals, count)

    def _by_gf2(self, goals: Sequence[Goal], deadline: float) -> list[Goal]:
        """The goals that the GF(2) method leaves open."""
        from lnsym.prove.gf2 import Solver

        began = time.perf_counter()
        closed = Solver().prove([(goal.actual, goal.expected) for goal in goals], deadline)
        self._note("gf2", sum(closed), began)
        return [goal for goal, proved in zip(goals, closed, strict=True) if not proved]

    def _proved(self) -> tuple[Status, str]:
        """The verdict when every goal holds, provided that there were inputs, and goals for each path that reaches the end."""
        if not self._has_inputs:
            return "unknown", "no input that satisfies the preconditions was found in time: the theorem may be vacuous"
        returned = {number for number, path in enumerate(self._execution.paths) if path.stopped is None}
        if not returned:
            return "unknown", "no path reaches the end: the theorem would be vacuous"
        if not returned <= {goal.path for goal in self._execution.goals}:
            return "unknown", "a path reaches the end and nothing was compared there: the theorem would be vacuous"
        return "proved", ""

    def _note(self, method: str, goals: int, began: float) -> None:
        self._methods.append(MethodUse(method, goals, time.perf_counter() - began))

    def _refute(self, found: Iterator[Sample]) -> str:
        """The reason when one of the candidates is a confirmed counterexample, else nothing."""
        began = time.perf_counter()
        reason = ""
        for _, sample in zip(range(8), found, strict=False):
            counterexample = refutation.confirm(self._execution, sample)
            if counterexample is not None:
                self._verdict.counterexample = counterexample
                reason = _describe(counterexample)
                break
        self._note("refute", 0, began)
        return reason

    def _by_solver(self, goals: Sequence[Goal], stopped: Sequence[Path], deadline: float) -> tuple[Status, str]:
        from lnsym.prove import smt

        began = time.perf_counter()
        closed = 0
        unknown: list[str] = []
        for path in stopped:
            assert path.stopped is not None
            answer = smt.solve(self._with_pointers(path.conditions), max(0.1, deadline - time.perf_counter()))
            if answer.status == "unsat":
                continue
            if answer.status == "sat" and refutation.may_be_refuted(path):
                refuted = self._refute(self._placed(answer.model))
                if refuted:
                    return "refuted", refuted
            self._verdict.exit_code = self._verdict.exit_code or path.stopped.exit_code
            if path.stopped.exit_code == 1:
                self._verdict.exit_code = 3
            unknown.append(str(path.stopped))
        for goal in goals:
            left = deadline - time.perf_counter()
            if left <= 0:
                unknown.append(f"{goal.name}: no time left")
                continue
            different = ~goal.actual.eq(goal.expected)
            answer = smt.solve(self._with_pointers([*goal.conditions, different]), left)
            if answer.status == "unsat":
                closed += 1
            elif answer.status == "sat":
                refuted = self._refute(self._placed(answer.model))
                if refuted:
                    self._note("smt", closed, began)
                    return "refuted", refuted
                unknown.append(f"{goal.name}: a counterexample that did not run")
            else:
                unknown.append(f"{goal.name}: the solver found no answer in time")
        self._note("smt", closed, began)
        if unknown:
            return "unknown", unknown[0] + (f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else "")
        return self._proved()

    def _with_pointers(self, conditions: Sequence[BV]) -> list[BV]:
        """The conditions with the contract's, and with what is known of pointers where they speak of any."""
        execution = self._execution
        pointers = {block.base for block in execution.theorem.blocks} | {execution.start.x_or_sp(SP)}
        known = [*conditions, *execution.theorem.assumptions]
        return [*conditions, *preconditions(execution)] if pointers.intersection(variables(known)) else known

    def _placed(self, model: Sample) -> Iterator[Sample]:
        """The solver's input with regions at addresses that can be mapped, and as it is."""
        stream = samples(self._execution, [])
        for _ in range(2):
            yield {**model, **next(stream)}
        yield {**next(stream), **model}


def _describe(counterexample: Counterexample) -> str:
    if counterexample.violation:
        return counterexample.violation
    first = counterexample.differences[0]
    more = f" (and {len(counterexample.differences) - 1} more)" if len(counterexample.differences) > 1 else ""
    return f"{first.name} is {first.actual:#x}, should be {first.expected:#x}{more}"
