"""The portfolio: the methods in the order of cost, the costly ones side by side in processes, until every goal is answered.

Structural identity and gf2 run here; few samples go before the costly methods, since wrong code is wrong on most inputs, and then inputs
on which rare events come about (`rare`), since some is wrong on few. Then
`sweep` and the SMT solvers take what is left, each in a process of its own as far as there are processors: the first answer to a
goal counts, a confirmed counterexample ends everything, and what has no answer in time is left open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from lnsym.bv import BV, evaluate, topological
from lnsym.bv.dag import listing
from lnsym.bv.names import values_listed
from lnsym.contract.goals import Goal
from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.errors import ToolFault
from lnsym.prove import consistency, structural
from lnsym.prove.consistency import Claim
from lnsym.prove.race import CANDIDATES, NEEDLES, Ended, Finding, Message, Task, chains, race
from lnsym.prove.rare import Needles, comparisons, predicates
from lnsym.prove.verdict import MethodUse, Status

METHODS = ("structural", "gf2", "sweep", "smt")
"""All of them, in the order of cost."""

FEW_SAMPLES = 4
"""Samples that are tried before the costly methods."""

SAMPLES = 48

SHARE_OF_NEEDLES = 0.05
"""Which part of the time goes by at most before the costly methods begin, for events that inversion brings about."""

LEAST_OF_NEEDLES = 1.0
"""Seconds that this gets however short the time is."""

AFTERWARDS = 5.0
"""Seconds past the deadline for what must not be left out: the check of what was proved, or where an open goal comes from."""

SHARE_OF_GF2 = 0.75
"""Which part of the time gf2 may take where other methods come after it."""


@dataclass(frozen=True)
class Limits:
    """What the methods may use."""

    deadline: Deadline = NEVER
    """For all goals together."""
    goal_timeout: float | None = None
    """Seconds for one goal and one solver."""
    methods: tuple[str, ...] = METHODS
    write_query: Callable[[str, Sequence[BV]], None] | None = None
    """Takes the name of each goal that comes to sweep and the SMT solvers, and terms of one bit that it says cannot all be 1."""
    processes: int = 1
    """How many methods run at a time."""


class Refuter(Protocol):
    """Tries inputs; each answer is whether a counterexample was confirmed by running it."""

    def by_samples(self, goals: Sequence[Goal], count: int) -> bool:
        """Inputs of its own making."""

    def by_model(self, goal: Goal, model: dict[BV, int]) -> bool:
        """Values of the variables on which the goal fails; those it lacks are free."""

    def inputs(self, free: Sequence[BV]) -> Iterator[Mapping[BV, int]]:
        """Endless values of variables, and of all pointers, free or not, where the preconditions allow them."""


@dataclass
class Decision:
    """What came of the goals."""

    status: Status
    methods: list[MethodUse]
    left: list[tuple[Goal, str]] = field(default_factory=list)
    """Goals that nothing answered, each with a reason."""
    apart: tuple[BV, BV] | None = None
    """The smallest two terms, of the code and of what it is compared with, that agree on all samples and were not shown equal."""
    late: DeadlinePassed | None = None
    """What was under way when the time was over, where that is why nothing is known."""


def decide(
    goals: Sequence[Goal],
    premises: Callable[[Goal], list[BV]],
    refuter: Refuter,
    limits: Limits,
    can_be_shown: Callable[[Goal], bool] = lambda goal: True,
) -> Decision:
    """Prove all goals, or refute one.

    `premises` adds to a goal's conditions what else holds of the variables in it. `can_be_shown` says whether the refuter may confirm an
    input on which the goal fails: where it cannot, and a solver has one, the goal stays open at once.
    """
    return _Portfolio(goals, premises, refuter, limits, can_be_shown).decision()


class _Portfolio:
    def __init__(
        self,
        goals: Sequence[Goal],
        premises: Callable[[Goal], list[BV]],
        refuter: Refuter,
        limits: Limits,
        can_be_shown: Callable[[Goal], bool],
    ) -> None:
        self._can_be_shown = can_be_shown
        self._open = list(goals)
        self._premises = premises
        self._refuter = refuter
        self._limits = limits
        self._uses: dict[str, MethodUse] = {}
        self._reasons: dict[Goal, str] = {}
        self._apart: tuple[BV, BV] | None = None
        self._claims: list[Claim] = []
        self._models: dict[Goal, str] = {}
        """Goals that an input refutes on the terms, and what found it: nothing may prove them."""
        self._rare: Needles | None = None

    def decision(self) -> Decision:
        """The methods one after the other, until the time is over."""
        try:
            return self._decided(self._status())
        except DeadlinePassed as late:
            return self._decided("unknown", late)

    def _status(self) -> Status:
        """What becomes of the goals. Raises DeadlinePassed."""
        methods = self._limits.methods
        if "structural" in methods:
            self._structural()
        if self._open and self._samples(FEW_SAMPLES):
            return "refuted"
        if self._open and self._needles(comparisons):
            return "refuted"
        if self._open and "gf2" in methods:
            self._gf2()
        if self._open and (self._samples(SAMPLES) or self._needles(predicates)):
            return "refuted"
        if self._open and {"sweep", "smt"}.intersection(methods) and self._race():
            return "refuted"
        if self._open:
            return "unknown"
        allowance = self._limits.deadline.extended(AFTERWARDS)
        consistency.check(self._claims, self._refuter.inputs([]), deadline=allowance)
        return "proved"

    def _decided(self, status: Status, late: DeadlinePassed | None = None) -> Decision:
        otherwise = str(late or "no method that was tried closes it")
        left = [(goal, self._reasons.get(goal, otherwise)) for goal in self._open]
        return Decision(status, list(self._uses.values()), left, self._apart, late)

    def _note(self, method: str, goals: int, seconds: float) -> None:
        use = self._uses.setdefault(method, MethodUse(method, 0, 0.0))
        use.goals += goals
        use.seconds += seconds

    def _structural(self) -> None:
        began = time.perf_counter()
        before = len(self._open)
        self._open = [goal for goal in self._open if not structural.proves(goal)]
        self._note("structural", before - len(self._open), time.perf_counter() - began)

    def _samples(self, count: int) -> bool:
        began = time.perf_counter()
        try:
            return self._refuter.by_samples(self._open, count)
        finally:
            self._note("refute", 0, time.perf_counter() - began)

    def _gf2(self) -> None:
        """The goals that the GF(2) method leaves open. It does not use path conditions."""
        from lnsym.prove.gf2 import Solver

        began = time.perf_counter()
        goals = [goal for goal in self._open if goal.kind != "unreachable"]
        last = not {"sweep", "smt"}.intersection(self._limits.methods)
        deadline = self._limits.deadline.slice(1.0 if last else SHARE_OF_GF2)
        closed = Solver().prove([(goal.actual, goal.expected) for goal in goals], deadline)
        proved = {goal for goal, done in zip(goals, closed, strict=True) if done}
        for goal in proved:
            self._proved_by(goal, "gf2")
        self._open = [goal for goal in self._open if goal not in proved]
        self._note("gf2", len(proved), time.perf_counter() - began)

    def _needles(self, decisive: Callable[[Iterable[BV]], Iterator[BV]]) -> bool:
        """Inputs on which rare events of such terms come about; whether one refuted a goal."""
        began = time.perf_counter()
        refuted = any(self._refuted_by(*candidate) for candidate in islice(self._rare_inputs(decisive), CANDIDATES))
        self._note("refute", 0, time.perf_counter() - began)
        return refuted

    def _rare_inputs(
        self, decisive: Callable[[Iterable[BV]], Iterator[BV]]
    ) -> Iterator[tuple[Goal, Finding, Sequence[BV]]]:
        """Open goals with inputs on which they fail, and their premises. What was tried before is not tried again."""
        goals, before, self._rare = list(self._open), self._rare, None
        terms = [term for goal in goals for term in (goal.actual, goal.expected, *goal.conditions)]
        terms += self._premises(goals[0])  # what the contract assumes is the same for all
        deadline = self._limits.deadline
        if next(decisive(terms), None) is None or deadline.passed:
            return
        self._rare = Needles(goals, [self._premises(goal) for goal in goals], self._refuter.inputs, decisive)
        if before is not None and (before.goals, before.decisive) == (goals, self._rare.decisive):
            self._rare = before
            return
        for number, sample in self._rare.by_inversion(deadline.slice(SHARE_OF_NEEDLES, LEAST_OF_NEEDLES)):
            yield goals[number], Finding(number, NEEDLES, "refuted", sample), self._rare.premises[number]

    def _refuted_by(self, goal: Goal, found: Finding, premises: Sequence[BV]) -> bool:
        """Whether an input that a method found is confirmed. Where it is not and the goal is false on it, nothing may prove the goal.

        Raises ToolFault where the goal holds on it.
        """
        if self._refuter.by_model(goal, found.model):
            return True
        if not _refutes(goal, premises, found.model):
            raise _no_model(goal, premises, found)
        self._reasons[goal] = found.reason or f"{found.method} found a counterexample that did not run"
        self._models[goal] = found.method
        return False

    def _proved_by(self, goal: Goal, method: str, premises: tuple[BV, ...] = ()) -> None:
        """Note what a method said. Raises ToolFault where an input shows the goal to be false."""
        if goal in self._models:
            raise _outvoted(goal, self._models[goal], method)
        self._claims.append(Claim(goal.name, method, goal.actual, goal.expected, premises))

    def _race(self) -> bool:
        """Run the costly methods on the open goals; whether one was refuted."""
        limits = self._limits
        asked = [goal for goal in self._open if self._is_worth_asking(goal)]
        if not asked:
            return False
        given = [self._premises_in_time(goal) for goal in asked]
        rare = self._rare if self._rare is not None and self._rare.worthwhile else None
        task = Task(asked, given, limits.deadline, limits.goal_timeout, rare)
        if limits.write_query is not None:
            for goal, premises in zip(asked, task.premises, strict=True):
                if goal.actual is not goal.expected:
                    limits.write_query(goal.name, [*premises, goal.actual.ne(goal.expected)])
        open_ = dict.fromkeys(asked)
        began = time.perf_counter()
        rivals = chains(limits.methods, limits.processes, rare is not None)
        try:
            with closing(race(task, rivals)) as findings:
                return self._heard(findings, task, open_)
        finally:
            self._open = [goal for goal in self._open if goal in open_ or goal not in asked]
            ended = [next(method for method in rival if method != NEEDLES) for rival in rivals]
            self._note_ended(ended, time.perf_counter() - began)

    def _note_ended(self, methods: Sequence[str], seconds: float) -> None:
        """The methods that were ended with the race took as long as it did."""
        for method in methods:
            if not self._uses.setdefault(method, MethodUse(method, 0, 0.0)).seconds:
                self._uses[method].seconds = seconds

    def _heard(self, findings: Iterator[Message], task: Task, open_: dict[Goal, None]) -> bool:
        """Take what is found off the open goals; whether one was refuted."""
        asked = task.goals
        began = time.perf_counter()
        for found in findings:
            if isinstance(found, ToolFault):
                raise found
            if isinstance(found, Ended):
                self._note(_use_of(found.method), 0, found.seconds)
                self._apart = self._apart or self._named(found.apart, asked)
                continue
            goal = asked[found.goal]
            if goal not in open_:
                continue
            premises = tuple(task.premises[found.goal])
            if found.status == "proved":
                self._proved_by(goal, found.method, premises)
                del open_[goal]
                self._note(found.method, 1, 0.0)
                if not open_:
                    break
            elif found.status == "refuted":
                if self._refuted_by(goal, found, premises):
                    self._note(_use_of(found.method), 0, time.perf_counter() - began)
                    return True
                if not any(self._is_worth_asking(goal) for goal in open_):
                    break
            else:
                self._reasons.setdefault(goal, found.reason)
        return False

    def _is_worth_asking(self, goal: Goal) -> bool:
        """Whether a method may still prove the goal, or refute it with an input that runs."""
        return goal not in self._models or self._can_be_shown(goal)

    def _premises_in_time(self, goal: Goal) -> list[BV]:
        self._limits.deadline.check("before sweep and the solvers began")
        return self._premises(goal)

    def _named(self, serials: tuple[int, int] | None, goals: Sequence[Goal]) -> tuple[BV, BV] | None:
        """The terms with these serial numbers."""
        if serials is None:
            return None
        roots = [side for goal in goals for side in (goal.actual, goal.expected)]
        by_serial = {term.serial: term for term in topological(roots)}
        first, second = (by_serial.get(serial) for serial in serials)
        return (first, second) if first is not None and second is not None else None


def _use_of(method: str) -> str:
    """Under which name a report counts what a method did."""
    return "refute" if method == NEEDLES else method


def _refutes(goal: Goal, premises: Sequence[BV], model: Mapping[BV, int]) -> bool:
    """Whether the two sides differ on a solver's model, all premises being 1: the goal is then false, whether or not it runs."""
    ((actual, expected, *held),) = evaluate([goal.actual, goal.expected, *premises], [model], default=0)
    return actual != expected and all(held)


def _no_model(goal: Goal, premises: Sequence[BV], found: Finding) -> ToolFault:
    what = f"the model that {found.method} found for {goal.name} does not tell the two sides apart"
    terms = {"one side": goal.actual, "other side": goal.expected}
    terms |= {f"premise {number}": premise for number, premise in enumerate(premises)}
    return ToolFault(what, f"{what}\n{listing(terms)}{values_listed(found.model)}")


def _outvoted(goal: Goal, refuted: str, proved: str) -> ToolFault:
    what = f"{proved} proved {goal.name}, which is false on the model that {refuted} found"
    return ToolFault(what, f"{what}\n{listing({'one side': goal.actual, 'other side': goal.expected})}")
