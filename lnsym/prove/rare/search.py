"""The search for needles: inputs on which rare events come about and a goal fails.

Each event is brought about by inverting terms, or by asking a solver for it alone, never for the whole goal; then the other variables
are sampled. Several events are brought about at once where that is possible. What is found is a candidate: the goal's sides differ there
by evaluation, all premises being 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from random import Random
from typing import TypeAlias

from lnsym.bv import BV, evaluate, variables
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.prove.method import Budget, Method, Refuted
from lnsym.prove.needles import adversarial_samples
from lnsym.prove.rare.events import RareEvent, predicates, rare_events
from lnsym.prove.rare.inversion import ones
from lnsym.prove.rare.local_search import LocalSearch
from lnsym.run.inputs import Sample

Way: TypeAlias = dict[BV, int]
"""Values of variables that bring events about whatever the others are."""

Inputs: TypeAlias = Callable[[Sequence[BV]], Iterator[Mapping[BV, int]]]
"""Endless samples of variables, pointers placed, whether or not they are among them."""

Decisive: TypeAlias = Callable[[Iterable[BV]], Iterator[BV]]
"""Which terms make events."""

NEEDLES = "the search for rare inputs"
"""What it is called where it found one."""

DRAWN = 128
"""On how many samples an event must be rare."""

WAYS = 3
"""In how many ways one event is brought about."""

PAIRS = 64
"""How many pairs of events are brought about at once, at most."""

ROUNDS = (16, 48, 48, 48, 48, 48)
"""How many inputs are evaluated for each way, in turns: so few at once that a search of a second ends soon after it."""

MOST_OF_AN_OBLIGATION = 3
"""How many candidates one obligation gives: where none of them runs, another will hardly do."""

CANDIDATES = 24
"""How many of the inputs that rare events give are run."""

QUESTION_SECONDS = 2.0
"""What a solver gets for one question."""


class Needles:
    """The rare events of obligations, and the inputs on which they come about.

    Their premises are all that may be assumed. `decisive` says which terms make events: `events.comparisons` finds fewer than
    `events.predicates`, in less time.
    """

    def __init__(self, obligations: Sequence[Obligation], inputs: Inputs, decisive: Decisive = predicates) -> None:
        self.obligations = list(obligations)
        self._inputs = inputs
        self._random = Random(0)
        self._found: Counter[Obligation] = Counter()
        self._ways: dict[RareEvent, list[Way]] = {}
        self.events: list[RareEvent] = []
        self._rarely_given: set[BV] = set()
        """Preconditions that hardly any sample meets."""
        self._allowed: list[Way] = [{}]
        """Ways in which all preconditions are met, and nothing more is wanted."""
        self.is_done = False
        """Whether inversion has nothing more to give: all was tried that it brings about."""
        self.decisive = list(dict.fromkeys(decisive(self._roots)))
        """The terms that make events."""
        if not self.decisive:
            return
        self._free = variables(self._roots)
        self._plain, self._hard = inputs(self._free), self._hard_inputs()
        self._pointers = frozenset(next(inputs([])))
        self._drawn = self._completed(islice(inputs(self._free), DRAWN))
        events = rare_events(self.decisive, self._drawn)
        premises = [obligation.premises for obligation in self.obligations]
        common = [c for c in dict.fromkeys(premises[0]) if all(c in others for others in premises)]
        self._common = common
        self._given = [c for c in common if not self._pointers.issuperset(variables([c]))]
        rare = {event.term for event in events if not event.usual}
        self._rarely_given = rare.intersection(self._given)
        self.events = [event for event in events if event.term not in common and self._hung_on([event])]

    @property
    def _roots(self) -> list[BV]:
        sides = [term for obligation in self.obligations for term in (obligation.left, obligation.right)]
        return [*sides, *dict.fromkeys(premise for obligation in self.obligations for premise in obligation.premises)]

    @property
    def worthwhile(self) -> bool:
        """Whether there are any."""
        return bool(self.events or self._rarely_given)

    @property
    def method(self) -> Method:
        """The search among the costly methods: it asks a solver, and closes nothing."""
        return Method(NEEDLES, "costly", self._attempt, share=0.25, least_seconds=3.0)

    def _attempt(self, obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Refuted]]:
        for obligation, sample in islice(self.by_solver(budget.deadline), CANDIDATES):
            yield obligation, Refuted(sample)

    # -- what is found --------------------------------------------------------------------------

    def by_inversion(self, deadline: Deadline) -> Iterator[tuple[Obligation, Sample]]:
        """Candidates, obligations and inputs, with events that inversion brings about. Ends soon after the deadline.

        Asked again it goes on: with the events that it did not come to, and with other values of the other variables.
        """
        if not self.worthwhile:
            self.is_done = True
            return
        half = deadline.slice(0.5)  # the rest is for trying them on the goals
        if self._rarely_given and not self._ways:
            self._allowed = self._brought_about()
        for event in self.events:
            if half.passed:
                break
            if event not in self._ways:
                self._ways[event] = self._brought_about(event)
        ways = [*self._all_ways(half), *self._allowed]
        in_time = not half.passed
        yield from self._with(ways, deadline)
        self.is_done = in_time and not deadline.passed

    def by_solver(self, deadline: Deadline) -> Iterator[tuple[Obligation, Sample]]:
        """Candidates with events that only a solver brings about, each by itself, then several at once."""
        from lnsym.prove import smt

        self._found.clear()
        asked: list[tuple[RareEvent, ...]] = [(event,) for event in self.events if not self._ways.get(event)]
        asked += [] if self._allowed else [()]
        together = False
        while True:
            for events in asked:
                left = deadline.left()
                if left <= 0:
                    return
                conditions = [event.term.eq(event.other) for event in events]
                answer = smt.solve([*conditions, *self._common], min(QUESTION_SECONDS, left))
                if answer.status == "sat":
                    own = self._hung_on(events)
                    way = {v: value for v, value in answer.model.items() if v in own}
                    if len(events) == 1:
                        self._ways[events[0]] = [way]
                    yield from self._with([way, dict(answer.model)], deadline)
            if together:
                return
            together = True
            reached = [event for event in self.events if self._ways.get(event)]
            asked = [tuple(reached)] if len(reached) > 2 else []
            asked += islice(combinations(reached, 2), PAIRS)

    # -- bringing events about ------------------------------------------------------------------

    def _brought_about(self, *events: RareEvent, first: Way | None = None) -> list[Way]:
        """Ways of bringing events about together; from samples that were drawn, where they have some, and else by inversion.

        The search begins at samples that go the first way.
        """
        targets = [(event.term, event.other) for event in events]
        search = LocalSearch([*targets, *[(condition, 1) for condition in self._given]], self._random)
        own = self._hung_on(events)
        seen = list(events[0].seen) if len(events) == 1 else []
        found = []
        for number in range(1 if len(events) > 1 else WAYS):
            base = self._drawn[seen[number] if number < len(seen) else self._random.randrange(DRAWN)]
            sample = search.sample({**base, **(first or {})}, self._pointers)
            if sample is not None:
                found.append({v: sample[v] for v in own})
        return found

    def _hung_on(self, events: Sequence[RareEvent]) -> set[BV]:
        """The variables that events hang on, with those that preconditions tie to them, or that rarely meet one; pointers left out."""
        found = set(variables([event.term for event in events]))
        for condition in self._given:
            tied = variables([condition])
            if condition in self._rarely_given or not found.isdisjoint(tied):
                found.update(tied)
        return found - self._pointers

    def _all_ways(self, deadline: Deadline) -> Iterator[Way]:
        """One event at a time, two, and as many as agree."""
        reached = [event for event in self.events if self._ways.get(event)]
        for event in reached:
            yield from self._ways[event]
        for one, other in islice(combinations(reached, 2), PAIRS):
            if deadline.passed:
                return
            joined = self._joined(self._ways[one][0], [one], other)
            if joined is not None:
                yield joined
        if len(reached) > 2:
            for first in reached[:WAYS]:
                way, about = self._ways[first][-1], [first]
                for event in self._random.sample(reached, len(reached)):
                    joined = None if event is first else self._joined(way, about, event)
                    if joined is not None:
                        way, about = joined, [*about, event]
                    if deadline.passed:
                        break
                yield way

    def _joined(self, way: Way, about: Sequence[RareEvent], event: RareEvent) -> Way | None:
        """A way that brings some events about, with another event brought about besides."""
        for other in self._ways[event]:
            if all(way.get(v, value) == value for v, value in other.items()):
                return {**way, **other}
        return next(iter(self._brought_about(*about, event, first=way)), None)

    # -- trying them on the goals -----------------------------------------------------------------

    def _with(self, ways: Sequence[Way], deadline: Deadline) -> Iterator[tuple[Obligation, Sample]]:
        """Candidates among samples that go these ways, the other variables being drawn: a few of each way, then more."""
        first = True
        for many in ROUNDS:
            for way in ways:
                if not first and deadline.passed:
                    return
                first = False
                drawn = ({**next(self._hard if number % 2 else self._plain), **way} for number in range(many))
                yield from self._failing(self._completed(drawn))

    def _hard_inputs(self) -> Iterator[Mapping[BV, int]]:
        """Values that are hard on the terms, pointers placed."""
        for hard, placed in zip(adversarial_samples(self._roots), self._inputs([]), strict=False):
            yield {**hard, **placed}

    def _failing(self, samples: Sequence[Sample]) -> Iterator[tuple[Obligation, Sample]]:
        """The first of these samples on which a goal fails, its premises being 1, for each goal that does."""
        roots, failed = self._roots, set[Obligation]()
        for sample, values in zip(samples, evaluate(roots, samples), strict=True):
            value = dict(zip(roots, values, strict=True))
            for asked in self.obligations:
                if value[asked.left] == value[asked.right] or not all(value[premise] for premise in asked.premises):
                    continue
                if asked not in failed and self._found[asked] < MOST_OF_AN_OBLIGATION:
                    self._found[asked] += 1
                    yield asked, sample
                failed.add(asked)

    def _completed(self, samples: Iterator[Mapping[BV, int]]) -> list[Sample]:
        """Samples with a value for each variable, in its width, and all pointers as they are given."""
        found = []
        for sample in samples:
            whole = {v: sample[v] for v in self._pointers}
            for v in self._free:
                value = sample.get(v)
                whole[v] = self._random.getrandbits(v.width) if value is None else value & ones(v.width)
            found.append(whole)
        return found
