"""Equivalence of two routines: both simulated on the same inputs, compared on each pair of paths; no specification.

The contract gives the interface only: regions, arguments, preconditions, calls. A proof says that for every input of the
contract, whatever else the two callers leave around (`product`), both routines return, keep AAPCS64's rules and leave the same
values in every output.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from lnsym.bv import BV, show_apart, terms_made, variables
from lnsym.contract import Contract
from lnsym.contract.containment import contained
from lnsym.contract.execution import Execution
from lnsym.contract.goals import Goal
from lnsym.contract.inputs import Sample
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.errors import one_line
from lnsym.machine.image import Image
from lnsym.machine.paths import Path, TimeLimit
from lnsym.prove.equivalence.disagreement import Disagreement, candidates, confirm
from lnsym.prove.equivalence.interfaces import Interface, interfaces_of
from lnsym.prove.equivalence.joint_paths import JointPaths
from lnsym.prove.equivalence.product import Product
from lnsym.prove.equivalence.sides import Side, pairs, simulated
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.portfolio import AFTERWARDS, Decision, decide
from lnsym.prove.provenance import SHOWN_DEPTH, SHOWN_LENGTH, Apart, computed_at
from lnsym.prove.refutation import external_symbols, may_be_refuted
from lnsym.prove.vacuity import has_inputs
from lnsym.prove.verdict import EXIT_CODES, Status, Verdict
from lnsym.prove.verify import (
    CONFIRMATIONS,
    Options,
    assumptions_of_all,
    assumptions_used,
    exit_code_of_stopped,
    late_reason,
    why_open,
)


def assumptions_of_comparison(contract: Contract) -> tuple[str, ...]:
    """What every comparison under a contract rests on."""
    return tuple([name for name in assumptions_of_all(contract.stack_bytes) if name != "specification"])


SHARES_OF_SIMULATION = (0.4, 0.6)
"""Which part of the time that is left the simulation of each routine may take."""


@dataclass(frozen=True)
class Routine:
    """One of the two: a symbol of an image."""

    image: Image
    symbol: str


@dataclass
class Equivalence(Verdict):
    """The answer for two routines under one interface; `routine` is the first."""

    second: str = ""
    labels: tuple[str, str] = ("", "")
    """What reports call them, so that they can be told apart."""
    disagreement: Disagreement | None = None
    """`apart` has the second routine in the place of the specification."""

    @property
    def title(self) -> str:
        """Both routines and the parameters that are set, as a name for files."""
        return "-".join([self.routine, self.second, *[f"{name}-{v}" for name, v in self.parameters.items() if v]])


def labels(first: Routine, second: Routine) -> tuple[str, str]:
    """Short names that tell two routines apart, fit to be printed: by symbol, else by file, else by number."""
    symbols = (one_line(first.symbol), one_line(second.symbol))
    if symbols[0] != symbols[1]:
        return symbols
    files = (first.image.path.name, second.image.path.name)
    if files[0] != files[1]:
        return f"{symbols[0]} of {files[0]}", f"{symbols[1]} of {files[1]}"
    return f"first {symbols[0]}", f"second {symbols[1]}"


def compare(
    first: Routine,
    second: Routine,
    contract: Contract,
    parameters: Mapping[str, object] | None = None,
    options: Options | None = None,
    deadline: Deadline | None = None,
) -> Equivalence:
    """Prove, or refute, that two routines do the same under a contract's interface, by a deadline: else by that of the options.

    Raises errors of the input: of the images, the contract, and InterfacesDiffer.
    """
    options = options or Options()
    deadline = deadline or options.deadline()
    return _Comparison((first, second), contract, dict(parameters or {}), options, deadline).verdict()


def disagreeing(
    routines: tuple[Routine, Routine], contract: Contract, verdict: Equivalence, options: Options
) -> tuple[tuple[Execution, Execution], tuple[Sample, Sample]]:
    """The executions of a refuted comparison, not run, and what each of them finds where they disagree."""
    assert verdict.disagreement is not None
    interfaces = interfaces_of(contract, (routines[0].symbol, routines[1].symbol), verdict.parameters)
    executions = _executions(routines, interfaces, options, options.deadline())
    return executions, Product(*executions).split(verdict.disagreement.sample)


def _executions(
    routines: tuple[Routine, Routine], interfaces: tuple[Interface, Interface], options: Options, deadline: Deadline
) -> tuple[Execution, Execution]:
    first, second = (
        on_feasible_paths(
            routine.image, routine.symbol, interface.theorem, options.max_steps, deadline, options.reserve_x18
        )
        for routine, interface in zip(routines, interfaces, strict=True)
    )
    return first, second


class _Comparison:
    """One comparison; for the portfolio it tries inputs on both routines."""

    def __init__(
        self,
        routines: tuple[Routine, Routine],
        contract: Contract,
        parameters: dict[str, object],
        options: Options,
        deadline: Deadline,
    ) -> None:
        self._terms = terms_made()
        self._deadline = deadline
        self._options = options
        self._seconds: dict[str, float] = {}
        began = time.perf_counter()
        self._contract = contract
        with contained(deadline.left()):
            self._interfaces = interfaces_of(contract, (routines[0].symbol, routines[1].symbol), parameters)
        self._executions = _executions(routines, self._interfaces, options, deadline)
        self._product = Product(*self._executions)
        self._seconds["interface"] = time.perf_counter() - began
        self._sides: tuple[Side, Side]
        self._goals: list[Goal] = []
        self._stopped: dict[Goal, Path] = {}
        self._solver_dropped_some = False
        shown = {**contract.parameters, **parameters}
        self._verdict = Equivalence(
            routines[0].symbol,
            contract.name,
            shown,
            "unknown",
            second=routines[1].symbol,
            labels=labels(*routines),
            rules=options.rules,
            stack_bytes=contract.stack_bytes,
        )

    def verdict(self) -> Equivalence:
        """Simulate both, and compare."""
        verdict, executions = self._verdict, self._executions
        decision = Decision("unknown", [])
        try:
            has_inputs = self._simulate()
            began = time.perf_counter()
            decision, reached = self._decide()
            verdict.status, verdict.reason = self._conclusion(decision, has_inputs, reached)
            self._seconds["compare"] = time.perf_counter() - began
        except DeadlinePassed as late:
            verdict.status, verdict.reason = "unknown", self._simulation_late() or str(late)
        verdict.exit_code = verdict.exit_code or EXIT_CODES[verdict.status]
        verdict.instructions = sum(path.steps for e in executions for path in e.paths)
        verdict.paths = sum(len(e.paths) for e in executions)
        verdict.terms = terms_made() - self._terms
        verdict.seconds = self._seconds
        verdict.methods = decision.methods
        verdict.assumptions = tuple(self._assumptions(decision))
        return verdict

    def _has_inputs(self) -> bool:
        """Whether an input that satisfies the preconditions was found. Raises ContractError where there is none."""
        product = self._product
        stream = product.samples(variables(product.assumptions))
        return has_inputs(self._contract, product.preconditions, stream, self._deadline)

    def _simulate(self) -> bool:
        """Run both; whether an input was found that satisfies the preconditions. Raises DeadlinePassed."""
        self._deadline.check("while the contract was stated")
        found = self._has_inputs()
        self._deadline.check("while an input was looked for that meets the preconditions")
        for execution, share in zip(self._executions, SHARES_OF_SIMULATION, strict=True):
            execution.run(share)
        self._seconds["decode"] = sum(e.code.seconds for e in self._executions)
        self._seconds["simulate"] = sum(e.seconds for e in self._executions) - self._seconds["decode"]
        return found

    def _simulation_late(self) -> str:
        """What the first path says that was not at its end in time, with its routine; empty where all were."""
        for execution, label in zip(self._executions, self._verdict.labels, strict=True):
            for path in execution.paths:
                if isinstance(path.stopped, TimeLimit):
                    return f"{label}: {path.stopped}"
        return ""

    def _decide(self) -> tuple[Decision, bool]:
        """What came of all goals; whether some input takes both routines to their end."""
        names = self._verdict.labels
        outputs = [interface.outputs for interface in self._interfaces]
        one = simulated(self._executions[0], outputs[0], names[0])
        other = simulated(self._executions[1], outputs[1], names[1], self._product.renamed)
        self._sides = (one, other)
        self._stopped = {**one.stopped, **other.stopped}
        joint = JointPaths(self._product, list(pairs(one, other, self._deadline)), self._deadline)
        self._solver_dropped_some = joint.solver_dropped_some
        compared = [goal for number, pair in enumerate(joint.kept) for goal in pair.goals(number)]
        self._goals = [*one.goals, *other.goals, *compared]
        self._verdict.goals = len(self._goals)
        limits = self._options.limits(self._verdict.title, self._deadline)
        goals = [*self._goals, *self._stopped]
        decision = decide(goals, self._product.premises, self, limits, self._may_be_refuted)
        return decision, decision.status == "proved" and bool(compared) and joint.some_input_returns()

    def _conclusion(self, decision: Decision, has_inputs: bool, reached: bool) -> tuple[Status, str]:
        if decision.status == "refuted":
            assert self._verdict.disagreement is not None
            return "refuted", self._verdict.disagreement.summary
        if decision.status == "unknown":
            return "unknown", self._left_open(decision)
        for side in self._sides:
            if not side.arrivals:
                return "unknown", f"no path of {side.label} reaches the end: the equivalence would be vacuous"
        if not has_inputs or not reached:
            return "unknown", "no input was found that takes both to their end: the equivalence may be vacuous"
        return "proved", ""

    def _left_open(self, decision: Decision) -> str:
        """What is open, in a line; the exit code of a path that was stopped is the verdict's."""
        self._verdict.exit_code = exit_code_of_stopped(decision.left, self._stopped)
        late = late_reason(decision, self._stopped)
        if late:
            return self._simulation_late() or late
        first, reason = decision.left[0]
        more = f" (and {len(decision.left) - 1} more)" if len(decision.left) > 1 else ""
        if first not in self._stopped:
            reason = why_open(first, self._product.external_variables, self._product.base_variables, reason)
            self._verdict.apart = self._located(*(decision.apart or (first.actual, first.expected)))
        return f"{first.name}{more}" if first in self._stopped else f"{first.name}: {reason}{more}"

    def _located(self, one: BV, other: BV) -> Apart:
        """Two terms that were not joined, one of each routine if they can be told apart, and the instructions they come from."""
        allowance = self._deadline.extended(AFTERWARDS)
        found = [computed_at(execution, (one, other), allowance) for execution in self._executions]
        if other in found[0] and (one not in found[0] or other not in found[1]):
            one, other = other, one

        def place(term: BV, sides: tuple[int, ...]) -> str:
            for side in sides:
                instruction = found[side].get(term)
                if instruction is not None:
                    return f"{instruction.address:#x}  {instruction.text}, of {self._verdict.labels[side]}"
            return ""

        actual, expected = show_apart(one, other, SHOWN_DEPTH, SHOWN_LENGTH)
        return Apart(actual, expected, place(one, (0, 1)), place(other, (1, 0)))

    def _assumptions(self, decision: Decision) -> Iterator[str]:
        """Those of every comparison, of the instructions that were run and of the methods that closed goals."""
        yield from assumptions_of_comparison(self._contract)
        used = assumptions_used(self._executions, decision.methods)
        yield from dict.fromkeys([*used, "solver"] if self._solver_dropped_some else used)

    # -- as the portfolio's refuter -------------------------------------------------------------

    def by_samples(self, goals: Sequence[Goal], count: int) -> bool:
        """Samples on which a path stops, or a goal fails, according to the simulator."""
        return self._confirm(candidates(self._product, [g for g in goals if self._may_be_refuted(g)], count))

    def by_model(self, goal: Goal, model: Sample) -> bool:
        """A solver's input."""
        return self._may_be_refuted(goal) and self._confirm(self._placed(model))

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        """Samples of the variables, everything placed for both sides."""
        return self._product.samples(free)

    def _may_be_refuted(self, goal: Goal) -> bool:
        if goal in self._stopped:
            side = next(side for side in self._sides if goal in side.stopped)
            return may_be_refuted(side.execution, self._stopped[goal])
        return not external_symbols(self._product.external_variables, goal)

    def _placed(self, model: Sample) -> Iterator[Sample]:
        """The solver's input with everything at addresses that can be mapped, and as it is."""
        stream = self._product.samples([])
        for _ in range(2):
            yield {**model, **next(stream)}
        yield {**next(stream), **model}

    def _confirm(self, found: Iterator[Sample]) -> bool:
        """Whether one of the candidates is a disagreement that Unicorn confirms."""
        for sample in islice(found, CONFIRMATIONS):
            disagreement = confirm(self._product, self._sides, sample)
            if disagreement is not None:
                self._verdict.disagreement = disagreement
                with suppress(DeadlinePassed):  # it is one, whether or not there is a smaller one
                    smaller = self._product.smaller([*self._goals, *self._stopped], disagreement.sample)
                    self._verdict.disagreement = confirm(self._product, self._sides, smaller) or disagreement
                return True
        return False
