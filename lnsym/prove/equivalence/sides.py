"""The two sides of a comparison: what each routine leaves on each path, in the names of their product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lnsym.bv import BV, topological
from lnsym.contract import abi
from lnsym.contract.obligations import Obligation, unreachable
from lnsym.deadline import Deadline
from lnsym.machine.paths import Conditions
from lnsym.prove.refutation import Stopped
from lnsym.run.exploration import Execution
from lnsym.run.outputs import Outputs


@dataclass(frozen=True, eq=False)
class Arrival:
    """The end of a path that returns: its conditions and what it leaves."""

    conditions: Conditions
    outputs: Mapping[str, BV]
    preserved: Mapping[str, BV]
    """The callee-saved registers."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two routines, as it was simulated."""

    label: str
    execution: Execution
    outputs: Outputs
    arrivals: tuple[Arrival, ...]
    rules: tuple[Obligation, ...]
    """Those of AAPCS64 on each path."""
    stopped: Stopped


def side_of(
    execution: Execution, outputs: Outputs, label: str, renamed: Callable[[Sequence[BV]], list[BV]] = list
) -> Side:
    """A side, from an execution that claims nothing; `renamed` turns its terms into the product's."""
    arrivals = [
        Arrival(
            path.conditions,
            outputs.terms(path.state),
            dict(abi.preserved(path.state, execution.setup.statement.changed_registers)),
        )
        for path in execution.paths
        if path.returned
    ]
    stopped = {
        unreachable(f"{label}: {path.ending}", path.conditions, number): path
        for number, path in enumerate(execution.paths)
        if not path.returned
    }
    rules = [replace(rule, name=f"{label}: {rule.name}") for rule in execution.goals]
    old = list(dict.fromkeys(_terms(arrivals, [*rules, *stopped])))
    new = dict(zip(old, renamed(old), strict=True))

    def of_obligation(old: Obligation) -> Obligation:
        left, right, *premises = [new[term] for term in old.terms]
        return replace(old, left=left, right=right, premises=tuple(premises))

    def of_arrival(arrival: Arrival) -> Arrival:
        left, preserved = ({n: new[t] for n, t in d.items()} for d in (arrival.outputs, arrival.preserved))
        return Arrival(tuple([new[c] for c in arrival.conditions]), left, preserved)

    return Side(
        label,
        execution,
        outputs,
        tuple([of_arrival(arrival) for arrival in arrivals]),
        tuple([of_obligation(rule) for rule in rules]),
        {of_obligation(taken): (execution, path) for taken, path in stopped.items()},
    )


def _terms(arrivals: Sequence[Arrival], obligations: Sequence[Obligation]) -> Iterator[BV]:
    for arrival in arrivals:
        yield from arrival.conditions
        yield from arrival.outputs.values()
        yield from arrival.preserved.values()
    for obligation in obligations:
        yield from obligation.terms


@dataclass(frozen=True, eq=False)
class Pair:
    """A path of either routine, which some input may take both."""

    actual: Arrival
    expected: Arrival
    """Which is which makes no difference to what is proved."""

    @property
    def conditions(self) -> Conditions:
        """Those of both paths."""
        return tuple(dict.fromkeys([*self.actual.conditions, *self.expected.conditions]))

    def obligations(self, number: int) -> list[Obligation]:
        """That both leave the same in every output."""
        conditions = self.conditions
        return [
            Obligation(name, "output", term, self.expected.outputs[name], conditions, number)
            for name, term in self.actual.outputs.items()
        ]


PAIRING = "while the paths of both were paired"


def pairs(first: Side, second: Side, deadline: Deadline) -> Iterator[Pair]:
    """All pairs of paths that return, but for those whose conditions contradict each other on their face.

    The methods get the side of fewer terms as what is expected, where a specification would stand: it is made of larger steps, and these
    must be known before the small steps that make them up (an S-box as a table, then as gates). Raises DeadlinePassed.
    """
    expected, actual = sorted((first, second), key=_size)
    for one in actual.arrivals:
        deadline.check(PAIRING)
        excluded = {~condition for condition in one.conditions}
        for other in expected.arrivals:
            if excluded.isdisjoint(other.conditions):
                yield Pair(one, other)


def _size(side: Side) -> int:
    """How many terms make up the outputs."""
    return len(topological([term for arrival in side.arrivals for term in arrival.outputs.values()]))
