"""Verification of one routine: specify, simulate, compare, and say what came of it."""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from lnsym.bv import BV, terms_made, variables
from lnsym.contract import Contract, abi
from lnsym.contract.containment import contained
from lnsym.contract.execution import MAX_STEPS, Execution
from lnsym.contract.goals import Goal, unreachable
from lnsym.contract.inputs import Sample, samples
from lnsym.contract.theorem import Theorem
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.machine.image import Image
from lnsym.machine.paths import Path, TimeLimit
from lnsym.machine.state import SP
from lnsym.prove import refutation
from lnsym.prove.divergence import first_divergence, first_without_counterpart
from lnsym.prove.feasibility import Feasibility, on_feasible_paths
from lnsym.prove.minimise import minimised
from lnsym.prove.portfolio import AFTERWARDS, METHODS, Decision, Limits, decide
from lnsym.prove.provenance import locate_apart
from lnsym.prove.refutation import Counterexample
from lnsym.prove.vacuity import has_inputs
from lnsym.prove.verdict import EXIT_CODES, MethodUse, Status, Verdict


def assumptions_of_all(stack_bytes: int) -> tuple[str, ...]:
    """What every verdict rests on that assumes so much stack; the names are those of SOUNDNESS.md."""
    return (
        "isa-model",
        "specification",
        "normal-forms",
        "loader",
        "contract",
        "regions-disjoint",
        "no-interposition",
        abi.stack_assumption(stack_bytes),
        "single-thread",
    )


ASSUMPTIONS = assumptions_of_all(abi.STACK_BYTES)
"""Those under the usual bound on the stack."""

ASSUMPTION_OF_METHOD = {"gf2": "gf2", "sweep": "sweep", "z3": "solver", "bitwuzla": "solver"}


SHARE_OF_SIMULATION = 0.75
"""Which part of the time the simulation may take: the rest is for inputs that refute."""

GRACE = 15.0
"""Seconds between two looks at the clock, at most: who does not end by then is ended."""

CONFIRMATIONS = 8
"""How many candidates for a counterexample are run."""


@dataclass(frozen=True)
class Options:
    """Limits of one verification."""

    max_steps: int = MAX_STEPS
    timeout: float = 120.0
    """Seconds for all that one case takes."""
    methods: tuple[str, ...] = METHODS
    """Which methods may be used, of `portfolio.METHODS`."""
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
        """What the portfolio may use; queries written out are named by the title and their goal."""
        write_query = partial(self._write, title) if self.dump else None
        return Limits(deadline, self.goal_timeout, self.methods, write_query, self.processes)

    def _write(self, title: str, goal: str, conditions: Sequence[BV]) -> None:
        from lnsym.prove.dump import write_query

        assert self.dump is not None
        write_query(self.dump, f"{title}.{goal}", conditions)


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
    return _Verification(image, symbol, contract, dict(parameters or {}), options, deadline).verdict()


def assumptions_used(executions: Sequence[Execution], methods: Sequence[MethodUse]) -> list[str]:
    """Those of the instructions that were run, of the paths that were dropped and of the methods that closed goals."""
    run = [instruction for execution in executions for instruction in execution.code.decoded.values()]
    assumed = {i.encoding.assumption(i.fields) for i in run}
    used = [ASSUMPTION_OF_METHOD[m.name] for m in methods if m.goals and m.name in ASSUMPTION_OF_METHOD]
    objects = ["external-objects"] if any(execution.reads_external_objects for execution in executions) else []
    kept = ["globals-kept"] if any(e.theorem.globals_kept and len(e.theorem.calls) > 1 for e in executions) else []
    direct = ["called-directly"] if any(execution.called_directly for execution in executions) else []
    scratch = ["x18-scratch"] if any(execution.changed_x18 for execution in executions) else []
    questions = [execution.feasible for execution in executions if isinstance(execution.feasible, Feasibility)]
    if any(question.solver_dropped_some for question in questions):
        used.append("solver")
    return [*sorted(a.name for a in assumed if a is not None), *objects, *kept, *direct, *scratch, *dict.fromkeys(used)]


def why_open(goal: Goal, externals: Mapping[BV, str], bases: Container[BV], reason: str) -> str:
    """Why a goal stays open, in words: what it hangs on that nobody knows, else the reason that the methods give.

    `externals` are the variables for what other files define, `bases` those for where the file's own pieces lie.
    """
    symbols = refutation.external_symbols(externals, goal)
    if symbols:
        named = ", ".join(f"`{symbol}`" for symbol in symbols)
        return f"it depends on {named}, which another file defines: give a file that links it in"
    if any(variable in bases for variable in variables([goal.actual, goal.expected])):
        return f"{reason}; it depends on where the file is linked or loaded, which nobody knows"
    return reason


def late_reason(decision: Decision, stopped: Mapping[Goal, Path]) -> str:
    """What used the time, if that is why goals are open: the simulation, or what was under way when it was over; else empty."""
    if not decision.left:
        return str(decision.late)
    errors = [stopped[goal].stopped if goal in stopped else None for goal, _ in decision.left]
    limit = next((error for error in errors if isinstance(error, TimeLimit)), None)
    return str(limit) if limit is not None and isinstance(errors[0], TimeLimit | None) else ""


def exit_code_of_stopped(left: Sequence[tuple[Goal, str]], stopped: Mapping[Goal, Path]) -> int:
    """The exit code of the first path among the open goals that was stopped, 3 for a fault of the code; 0 where there is none."""
    for goal, _ in left:
        error = stopped[goal].stopped if goal in stopped else None
        if error is not None:
            return 3 if error.exit_code == 1 else error.exit_code
    return 0


class _Verification:
    def __init__(
        self,
        image: Image,
        symbol: str,
        contract: Contract,
        parameters: dict[str, object],
        options: Options,
        deadline: Deadline,
    ) -> None:
        self._terms = terms_made()
        self._options = options
        self._seconds: dict[str, float] = {}
        self._methods: list[MethodUse] = []
        self._has_inputs = True
        self._stopped: dict[Goal, Path] = {}
        began = time.perf_counter()
        self._state_theorem = partial(contract.theorem, symbol, **parameters)
        self._contract = contract
        self._deadline = deadline
        with contained(deadline.left()):
            theorem: Theorem = self._state_theorem()
        self._seconds["specify"] = time.perf_counter() - began
        self._execution = on_feasible_paths(image, symbol, theorem, options.max_steps, deadline, options.reserve_x18)
        shown = {**contract.parameters, **parameters}
        self._assumptions = assumptions_of_all(contract.stack_bytes)
        self._verdict = Verdict(
            symbol,
            contract.name,
            shown,
            "unknown",
            assumptions=self._assumptions,
            rules=options.rules,
            stack_bytes=contract.stack_bytes,
        )

    def verdict(self) -> Verdict:
        execution, verdict = self._execution, self._verdict
        try:
            verdict.status, verdict.reason = self._answer()
        except DeadlinePassed as late:
            verdict.status, verdict.reason = "unknown", str(late)
        verdict.exit_code = verdict.exit_code or EXIT_CODES[verdict.status]
        verdict.instructions = sum(path.steps for path in execution.paths)
        verdict.paths = len(execution.paths)
        verdict.goals = len(execution.goals)
        verdict.terms = terms_made() - self._terms
        verdict.seconds = self._seconds
        verdict.methods = self._methods
        verdict.assumptions = (*self._assumptions, *assumptions_used([execution], self._methods))
        return verdict

    def _answer(self) -> tuple[Status, str]:
        """The phases one after the other. Raises DeadlinePassed between them."""
        execution = self._execution
        self._deadline.check("while the contract was stated")
        self._check_preconditions()
        self._deadline.check("while an input was looked for that meets the preconditions")
        execution.run(SHARE_OF_SIMULATION)
        self._seconds["decode"] = execution.code.seconds
        self._seconds["simulate"] = execution.seconds - execution.code.seconds
        began = time.perf_counter()
        try:
            return self._decide()
        finally:
            self._seconds["compare"] = time.perf_counter() - began

    def _check_preconditions(self) -> None:
        """Raises ContractError when no input satisfies the preconditions: everything would be proved of nothing."""
        stream = samples(self._execution, variables(self._execution.theorem.assumptions))
        self._has_inputs = has_inputs(self._contract, self._execution.preconditions, stream, self._deadline)

    def _decide(self) -> tuple[Status, str]:
        """All goals, and that the paths that do not return cannot be taken, by the portfolio."""
        execution = self._execution
        self._stopped = {
            unreachable(str(path.stopped), path.conditions, number): path
            for number, path in enumerate(execution.paths)
            if path.stopped is not None
        }
        limits = self._options.limits(self._verdict.title, self._deadline)
        decision = decide([*execution.goals, *self._stopped], self._premises, self, limits, self._may_be_refuted)
        self._methods = decision.methods
        if decision.status == "refuted":
            assert self._verdict.counterexample is not None
            return "refuted", _describe(self._verdict.counterexample)
        if decision.status == "proved":
            return self._proved()
        return "unknown", self._left_open(decision)

    def _left_open(self, decision: Decision) -> str:
        """What is open, in a line; the exit code of a path that was stopped is the verdict's."""
        self._verdict.exit_code = exit_code_of_stopped(decision.left, self._stopped)
        late = late_reason(decision, self._stopped)
        if late:
            return late
        first, reason = decision.left[0]
        more = f" (and {len(decision.left) - 1} more)" if len(decision.left) > 1 else ""
        if first not in self._stopped:
            execution = self._execution
            reason = why_open(first, execution.external_variables, execution.addresses.variables, reason)
            apart = decision.apart or (first.actual, first.expected)
            allowance = self._deadline.extended(AFTERWARDS)
            self._verdict.apart = locate_apart(self._execution, self._state_theorem, *apart, allowance)
        return f"{first.name}{more}" if first in self._stopped else f"{first.name}: {reason}{more}"

    # -- as the portfolio's refuter -------------------------------------------------------------

    def by_samples(self, goals: Sequence[Goal], count: int) -> bool:
        """Samples on which a path stops, or a goal fails, according to the simulator."""
        shown = [goal for goal in goals if self._may_be_refuted(goal)]
        return self._confirm(refutation.candidates(self._execution, shown, count))

    def by_model(self, goal: Goal, model: Sample) -> bool:
        """A solver's input."""
        return self._may_be_refuted(goal) and self._confirm(self._placed(model))

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        """Samples of the variables, regions placed."""
        return samples(self._execution, free)

    def _may_be_refuted(self, goal: Goal) -> bool:
        if goal in self._stopped:
            return refutation.may_be_refuted(self._execution, self._stopped[goal])
        return not refutation.external_symbols(self._execution.external_variables, goal)

    def _confirm(self, found: Iterator[Sample]) -> bool:
        """Whether one of the candidates is a counterexample that Unicorn confirms."""
        for sample in islice(found, CONFIRMATIONS):
            counterexample = refutation.confirm(self._execution, sample)
            if counterexample is not None:
                self._verdict.counterexample = counterexample
                with suppress(DeadlinePassed, TimeLimit):  # it is one, whatever more could be said of it
                    smaller = refutation.confirm(self._execution, minimised(self._execution, counterexample.sample))
                    self._verdict.counterexample = smaller or counterexample
                    self._locate(self._verdict.counterexample)
                return True
        return False

    def _locate(self, counterexample: Counterexample) -> None:
        """Say where the computation leaves the specification, if it returned and that can be told."""
        if not counterexample.differences:
            return
        execution = self._execution
        counterexample.divergence = first_divergence(execution, counterexample.sample)
        instruction = first_without_counterpart(execution, counterexample.sample)
        if instruction is not None:
            place = execution.image.describe(instruction.address)
            counterexample.origin = f"{instruction.address:#x} ({place})  {instruction.text}"

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

    def _premises(self, goal: Goal) -> list[BV]:
        """The goal's conditions with the contract's, and with what is known of pointers where any of it speaks of one."""
        conditions = goal.conditions
        execution = self._execution
        pointers = {block.base for block in execution.theorem.blocks} | {execution.start.x_or_sp(SP)}
        pointers.update(execution.addresses.variables)
        known = [*conditions, *execution.theorem.assumptions]
        asked = variables([*known, goal.actual, goal.expected])
        return [*conditions, *execution.preconditions] if pointers.intersection(asked) else known

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
