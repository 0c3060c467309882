"""Runs on numbers, for a few counts: which heads there are, and what locations hold there. A guess, for which nothing rests on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from random import Random

from lnsym.bv import BV, evaluate, variables
from lnsym.bv.sums import addends_of
from lnsym.contract.blocks import Block
from lnsym.contract.folds import Fold
from lnsym.deadline import Deadline
from lnsym.machine.endings import EndOfPath
from lnsym.machine.events import Event, Executed
from lnsym.machine.extents import place_of
from lnsym.machine.origins import (
    Byte,
    Element,
    ElementAt,
    Folded,
    Trips,
    flag,
    general_register,
    vector_register,
)
from lnsym.machine.paths import CutPoint
from lnsym.machine.state import State
from lnsym.prove.induction.locations import Location, Reader
from lnsym.prove.induction.loops import Trace, heads
from lnsym.run.concrete import concrete_start, run_concretely
from lnsym.run.exploration import RunLimits
from lnsym.run.inputs import CORNERS, Sample, complete, samples
from lnsym.run.setup import Setup

COUNTS = ((0, 1, 2, 3, 4), (9,), (5, 6, 8, 17), (33, 40))
"""For which counts the code is run, those below the least left out: first these, then those."""

FEW = 4
"""Runs for larger counts are looked at where some head was not reached in ENOUGH runs before."""

ENOUGH = 3

_STEP = BV.var(Trips(0), 64)
"""The number of a step, whichever."""

MOST_STEPS = 300_000
"""Instructions of all runs together; the counts after that are left out."""


@dataclass(frozen=True, eq=False)
class NumericRun:
    """A run on numbers: its input, and how often the specification goes on."""

    count: int
    sample: Sample
    reader: Reader
    _states: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    _elements: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def after(self, fold: Fold, steps: int) -> tuple[int, ...] | None:
        """The state of a fold after so many steps; None where there are not so many."""
        if not 0 <= steps <= self.count:
            return None
        states = self._states.get(fold.name)
        if states is None:
            states = self._states[fold.name] = [evaluate(fold.start, [self.sample])[0]]
        before = fold.after(_STEP)
        following = fold.symbolic_step(_STEP)
        while len(states) <= steps:
            sample = {**self.sample, **dict(zip(before, states[-1], strict=True)), _STEP: len(states) - 1}
            self._add_elements(sample, following)
            states.append(evaluate(following, [sample], default=0)[0])
        return states[steps]

    def _add_elements(self, sample: Sample, terms: Sequence[BV]) -> None:
        for variable in variables(terms):
            origin = variable.origin
            if isinstance(origin, ElementAt):
                ((offset,),) = evaluate([origin.offset], [sample], default=0)
                sample[variable] = self.sample.get(
                    BV.var(Element(origin.region, offset // origin.step), variable.width), 0
                )

    def element(self, block: Block, index: int) -> int | None:
        """What a region holds at first at an index; None where it has no such element."""
        values = self._elements.get(block.name)
        if values is None:
            values = self._elements[block.name] = block.values(self.sample)
        return values[index] if 0 <= index < len(values) else None


@dataclass(frozen=True, eq=False)
class Visit:
    """A run at a head."""

    run: NumericRun
    head: int
    state: State

    def number(self, location: Location) -> int | None:
        """What a location holds; None where nobody may read it."""
        try:
            return self.run.reader.read(self.state, location).value
        except EndOfPath:
            return None


class _Recorder:
    """Notes the addresses of a run, and its states at places that other runs branch to and from."""

    def __init__(self, looked_at: Collection[int]) -> None:
        self.addresses: list[int] = []
        self.arrivals: list[tuple[int, int, State]] = []
        """From which instruction it came to which of the places."""
        self.looked_at = frozenset(looked_at)

    def __call__(self, event: Event) -> None:
        if isinstance(event, Executed):
            address, state = event.instruction.address, event.state
            self.addresses.append(address)
            following = address + 4 if state.next_pc is None else state.next_pc.value
            if following in self.looked_at:
                self.arrivals.append((address, following, state.copy()))

    @cached_property
    def trace(self) -> Trace:
        """The run, once it has ended."""
        return Trace(tuple(self.addresses))

    def visits(self, run: NumericRun, cuts: Collection[CutPoint]) -> Iterator[Visit]:
        """Those of the places where runs are cut."""
        for source, target, state in self.arrivals:
            if target in cuts or (source, target) in cuts:
                yield Visit(run, target, state)


@dataclass(frozen=True, eq=False)
class Observed:
    """What runs on numbers show."""

    cuts: tuple[CutPoint, ...]
    visits: tuple[Visit, ...]
    """In the order of each run, one run after the other."""

    def at(self, head: int) -> list[list[Visit]]:
        """The visits of a head, of each run that comes there."""
        of_run: dict[NumericRun, list[Visit]] = {}
        for visit in self.visits:
            if visit.head == head:
                of_run.setdefault(visit.run, []).append(visit)
        return list(of_run.values())


class NumericRuns:
    """Runs of a routine for a few counts, each made once, or twice where it came to a head that no run before it had branched to."""

    def __init__(self, setup: Setup, limits: RunLimits) -> None:
        self._setup = setup
        self._limits = limits
        self._made: dict[tuple[tuple[int, ...], frozenset[tuple[BV, int]]], list[tuple[NumericRun, _Recorder]]] = {}
        self._targets: set[int] = set()

    def observed(self, given: Sequence[Sample] = ()) -> Observed:
        """Where the heads are, and the states there.

        Larger counts are run where those before them have shown heads that the smaller ones lack, or that no run came back to. `given`
        are values of variables other than the count: all is run with each.
        """
        runs: list[tuple[NumericRun, _Recorder]] = []
        found: list[CutPoint] = []
        for counts in COUNTS:
            for values in given or [{}]:
                runs += self._of(counts, values)
            traces = [seen.trace for _, seen in runs]
            before, found = found, heads(traces) if len(traces) > 1 else []
            settled = found and found == before and all(any(trace.goes_round(cut) for trace in traces) for cut in found)
            if settled or sum(len(trace.addresses) for trace in traces) > MOST_STEPS:
                break
        wanted = {cut if isinstance(cut, int) else cut[1] for cut in found}
        visits: list[Visit] = []
        for run, seen in runs if found else []:
            if run.count <= FEW or not _seen_enough(visits, wanted):
                of_heads = seen if wanted <= seen.looked_at else self._run(run, wanted)
                visits += of_heads.visits(run, found) if of_heads is not None else []
        return Observed(tuple(found), tuple(visits))

    def _of(self, counts: tuple[int, ...], values: Sample) -> list[tuple[NumericRun, _Recorder]]:
        key = counts, frozenset(values.items())
        if key not in self._made:
            self._made[key] = made = []
            for run in _inputs(self._setup, counts, values, self._limits.deadline):
                seen = self._run(run, self._targets)
                if seen is not None:
                    self._targets |= {place for source, target in seen.trace.jumps for place in (source + 4, target)}
                    made.append((run, seen))
        return self._made[key]

    def _run(self, run: NumericRun, looked_at: Collection[int]) -> _Recorder | None:
        """None where the run does not return."""
        seen = _Recorder(looked_at)
        start = concrete_start(self._setup.image, self._setup.statement, run.sample)
        try:
            run_concretely(self._setup, start, run.sample, self._limits, seen)
        except EndOfPath:
            return None
        return seen


def _seen_enough(visits: Sequence[Visit], heads_wanted: Collection[int]) -> bool:
    """Whether each head was seen in enough runs, in one of them more than once."""
    for head in heads_wanted:
        runs = [visit.run for visit in visits if visit.head == head]
        if len(set(runs)) < ENOUGH or len(set(runs)) == len(runs):
            return False
    return True


def _inputs(setup: Setup, counts: Sequence[int], given: Sample, deadline: Deadline) -> Iterable[NumericRun]:
    statement = setup.statement
    (count,) = statement.counts
    free = variables([*statement.terms, *[block.count for block in statement.open_blocks.values()]])  # type: ignore[list-item]
    stream = islice(samples(setup, free, seed=counts[0]), CORNERS, None)
    for number in counts:
        deadline.check("while the routine was run for a few counts")
        sample = complete(setup, {**next(stream), **given, count: number})
        sample |= _of_later_calls(len(statement.calls), number)
        if all(evaluate(statement.assumptions, [sample], default=0)[0]):
            bases: dict[str, BV | int] = {block.name: sample[block.base] for block in statement.blocks}
            yield NumericRun(number, sample, Reader(statement, bases, statement.stack_bytes))


def _of_later_calls(calls: int, seed: int) -> Sample:
    """What registers hold when calls after the first begin."""
    random = Random(seed)
    found: Sample = {}
    for call in range(1, calls):
        found |= {general_register(n, call): random.getrandbits(64) for n in range(31)}
        found |= {vector_register(n, call): random.getrandbits(128) for n in range(32)}
        found |= {flag(letter, call): random.getrandbits(1) for letter in "nzcv"}
    return found


def values_at(
    run: NumericRun, terms: Sequence[BV], sample: Sample, folds: Mapping[str, Fold], blocks: Mapping[str, Block]
) -> list[int | None]:
    """What terms are in a run on a sample, which gets the variables that are found; None for what speaks of things no run has.

    Elements and states that a run does not have are 0: they may be in the arm of a choice that is not taken.
    """
    missing = set()
    for variable in variables(terms):
        if variable not in sample:
            value = _value(run, variable, sample, folds, blocks)
            if value is None:
                missing.add(variable)
            else:
                sample[variable] = value
    told = [term for term in terms if not missing or missing.isdisjoint(variables([term]))]
    values = dict(zip(told, evaluate(told, [sample])[0], strict=True)) if told else {}
    return [values.get(term) for term in terms]


def _value(
    run: NumericRun, variable: BV, sample: Sample, folds: Mapping[str, Fold], blocks: Mapping[str, Block]
) -> int | None:
    origin = variable.origin
    if isinstance(origin, Element | ElementAt) and origin.region in blocks:
        ((offset,),) = evaluate([place_of(variable)], [sample], default=0)
        return run.element(blocks[origin.region], offset // (variable.width // 8)) or 0
    if isinstance(origin, Byte):
        return 0  # as in the run
    if isinstance(origin, Folded):
        ((steps,),) = evaluate([origin.steps], [sample], default=0)
        state = run.after(folds[origin.fold], steps)
        return 0 if state is None else state[origin.index]
    return None


def bytes_of_part(block: Block, count: BV) -> int | None:
    """How many bytes of a region of open size go with one step; None where its size does not go with the count."""
    if not isinstance(block.count, BV):
        return None
    addends, _ = addends_of(block.count)
    factors = [times for _, times, term in addends if term is count]
    return factors[0] * (block.width // 8) if len(factors) == 1 else None
