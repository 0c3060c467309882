"""Finding invariants: runs on numbers say where loops are and what locations look like there, runs on symbols what is left to prove.

Nothing that is found here is believed: an invariant that is wrong has obligations that are false.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lnsym.bv import BV, substitute, topological, variables
from lnsym.contract.obligations import Obligation, unreachable
from lnsym.machine.endings import AtCut
from lnsym.machine.origins import STACK_POINTER, Anything, Overwritten
from lnsym.machine.paths import Conditions, Explorer, Path, PathsMultiply
from lnsym.machine.state import State
from lnsym.prove.induction.folding import OutOfReach, Unfit, number_of, put, steps_in
from lnsym.prove.induction.invariants import Invariant, Lane, offset_of
from lnsym.prove.induction.locations import REGISTERS, Location, Reader, elements, stack_words, width_of
from lnsym.prove.induction.shapes import Guesser, re_expressed
from lnsym.prove.induction.transitions import Growth, Transition, Transitions, decisions, no_circle
from lnsym.prove.induction.visits import NumericRuns
from lnsym.run.exploration import MOST_FORKS, Execution, Unexplored, explore
from lnsym.run.inputs import Sample

SIMPLER = 4
"""A difference is taken for a word's where it has so many times fewer terms."""

MOST_GIVEN = 6
"""On how many further inputs the runs are repeated for loops that they do not come to."""

ROUNDS = 12
"""How often invariants are mended."""


@dataclass(frozen=True, eq=False)
class Inductive:
    """Invariants of all heads, and what is to be proved of them."""

    entry: Execution
    invariants: tuple[Invariant, ...]
    ways: tuple[Transition, ...]
    obligations: tuple[Obligation, ...]
    changed_x18: bool
    """Whether a way from a head changed X18."""


@dataclass
class _Head:
    """What is known of one head."""

    guesser: Guesser
    frame: State | None = None
    origins: dict[Location, list[BV]] = field(default_factory=dict)
    """Terms that a location may hold, over the number of steps done."""
    words: set[int] = field(default_factory=set)
    """Offsets of words of the stack of which the invariant must speak."""
    released: set[int] = field(default_factory=set)
    invariant: Invariant | None = None
    fewer: int = 0
    """How many steps fewer than at all visits may be left."""
    dropped: set[tuple[Location, int]] = field(default_factory=set)
    """Places, and the lowest bit of a lane there, of which something false was claimed."""
    withheld: set[Location] = field(default_factory=set)
    """Places of which nothing was said though something is known."""
    needed: set[Location] = field(default_factory=set)
    """Places on which an obligation hangs."""
    asked: set[object] = field(default_factory=set)
    """For which locations, on which ways, what is left there was looked at, while so many lanes were open."""


class Search:
    """The search for invariants of one routine."""

    def __init__(self, unexplored: Unexplored) -> None:
        setup = unexplored.setup
        self._setup = setup
        self._limits = unexplored.limits
        self._statement = setup.statement
        (self._count,) = setup.statement.counts
        bases: dict[str, BV | int] = {block.name: block.base for block in setup.statement.blocks}
        self._reader = Reader(setup.statement, bases)
        self._transitions = Transitions(setup, self._reader)
        self._found_entry: Execution | None = None
        self._changed_x18 = False

    def weakened(self, failed: Sequence[Obligation]) -> bool:
        """Whether the next invariants say less than those of which these obligations failed: nothing of the lanes in question."""
        dropped = False
        for head_address in {self._transitions.bounds[one] for one in failed if one in self._transitions.bounds}:
            dropped = True
            self._heads[head_address].fewer += 1
        for obligation in failed:
            if obligation in self._transitions.claims:
                head, location, lane = self._transitions.claims[obligation]
                dropped |= (location, lane.low) not in self._heads[head].dropped
                self._heads[head].dropped.add((location, lane.low))
        return dropped

    def found(self) -> Inductive:
        """Invariants, and what is to be proved of them. Raises Unfit, DeadlinePassed."""
        if self._found_entry is None:
            self._found_entry = self._entry()
        entry = self._found_entry
        self._forget_invariants()
        for _ in range(ROUNDS):
            try:
                ways, stopped = self._all_ways(entry)
                no_circle(ways)
                obligations = self._obligations(ways, stopped)
            except Growth as growth:
                head = self._heads[growth.head]
                head.words |= growth.written
                head.released |= growth.released
                self._forget_invariants()
                continue
            except OutOfReach as far:
                if not self._need_all():
                    raise Unfit(f"{far} is needed, which no invariant reaches") from far
                self._forget_invariants()
                continue
            if not self._mended(ways, obligations):
                invariants = [head.invariant for head in self._heads.values() if head.invariant is not None]
                return Inductive(entry, tuple(invariants), tuple(ways), tuple(obligations), self._changed_x18)
            self._forget_invariants()
        raise Unfit("the invariants found no end")

    def _entry(self) -> Execution:
        """The paths from the entry to heads; these are those of runs on numbers, along all paths that would multiply. Raises Unfit."""
        given: list[Sample] = []
        runs = NumericRuns(self._setup, self._limits)
        while True:
            seen = self._seen = runs.observed(given)
            if not seen.cuts:
                raise Unfit("no loop was found whose trips go with the count")
            limits = replace(self._limits, cuts=frozenset(seen.cuts))
            try:
                entry = explore(self._setup, limits)
            except PathsMultiply as multiply:
                values = self._model(multiply.conditions)
                if values is None or len(given) >= MOST_GIVEN:
                    entry = explore(self._setup, replace(limits, joins=True))
                else:
                    given.append(values)
                    continue
            addresses = [cut if isinstance(cut, int) else cut[1] for cut in seen.cuts]
            self._heads = {head: _Head(Guesser(self._statement, head, seen.at(head))) for head in addresses}
            for head in self._heads.values():
                head.guesser.learn([path.state.signed for path in entry.paths])
            return entry

    def _model(self, conditions: Conditions) -> Sample | None:
        """Values on which a path goes its way, the count and pointers left out."""
        from lnsym.prove import smt

        known = [*conditions, *self._statement.assumptions]
        model = smt.solve(known, self._limits.deadline.slice(0.1).left()).model
        pointers = {self._count, *[block.base for block in self._statement.blocks], STACK_POINTER}
        return None if model is None else {v: value for v, value in model.items() if v not in pointers}

    def _need_all(self) -> bool:
        """Whether invariants may say more than they did: also of states of folds before the latest."""
        more = any(head.withheld - head.needed for head in self._heads.values())
        for head in self._heads.values():
            head.needed |= head.withheld
        return more

    def _forget_invariants(self) -> None:
        for head in self._heads.values():
            head.invariant = None

    # -- ways -------------------------------------------------------------------------------------

    def _all_ways(self, entry: Execution) -> tuple[list[Transition], list[Path]]:
        """The ways from the entry and from all heads that are reached, and the paths that stop elsewhere."""
        ways: list[Transition] = []
        stopped: list[Path] = []
        waiting: list[tuple[Invariant | None, Sequence[Path]]] = [(None, entry.paths)]
        while waiting:
            source, paths = waiting.pop(0)
            reached = [path.ending.address for path in paths if isinstance(path.ending, AtCut)]
            for address in dict.fromkeys(reached):
                if self._heads[address].invariant is None:
                    arriving = [p for p in paths if isinstance(p.ending, AtCut) and p.ending.address == address]
                    invariant = self._heads[address].invariant = self._invariant(address, source, arriving)
                    waiting.append((invariant, self._paths_from(invariant)))
            for path in paths:
                if isinstance(path.ending, AtCut):
                    target = self._heads[path.ending.address].invariant
                    assert target is not None
                    ways.append(Transition(source, path, target, self._done_at_head(source, path, target)))
                elif path.returned:
                    ways.append(Transition(source, path, None, self._done_at_return(source, path)))
                else:
                    stopped.append(path)
        return ways, stopped

    def _paths_from(self, invariant: Invariant) -> list[Path]:
        start = invariant.start(self._statement, self._reader)
        conditions = invariant.holds(self._count)
        try:
            return self._explored(self._explorer(joins=False), start.copy(), conditions)
        except PathsMultiply:
            return self._explored(self._explorer(joins=True), start, conditions)

    def _explored(self, explorer: Explorer, start: State, conditions: Conditions) -> list[Path]:
        paths = list(explorer.paths(start, conditions))
        self._changed_x18 |= explorer.changed_x18
        return paths

    def _explorer(self, joins: bool) -> Explorer:
        last = len(self._statement.calls) - 1
        return Explorer(
            self._setup.code,
            self._setup.returns_to(last),
            max_steps=self._limits.max_steps,
            feasible=self._limits.feasible,
            deadline=self._limits.deadline,
            reserve_x18=self._limits.reserve_x18,
            cuts=frozenset(self._seen.cuts),
            joins=joins,
            most_forks=None if joins else MOST_FORKS,
        )

    # -- how many steps are done ------------------------------------------------------------------

    def _done_at_head(self, source: Invariant | None, path: Path, target: Invariant) -> BV:
        before = BV.const(0, 64) if source is None else source.done
        for location in REGISTERS[:31]:
            (*_, last) = target.lanes[location]
            if last.low or last.value is None or last.width != 64 or target.done not in variables([last.value]):
                continue
            expected = re_expressed(last.value, target.done, before, self._statement.folds)
            slope = number_of(re_expressed(last.value, target.done, before + 1, self._statement.folds) - expected)
            apart = number_of(self._reader.read(path.state, location) - expected)
            if slope and apart is not None and apart % slope == 0:
                return before + apart // slope
        return before + self._usual(source, target.head)

    def _usual(self, source: Invariant | None, target: int) -> int:
        """How many steps are done between a head, or the entry, and the next, in the runs on numbers; the fewest."""
        done = {seen.visit: seen.done for head in self._heads.values() for seen in head.guesser.seen}
        found: list[int] = []
        before, run = None, None
        for visit in self._seen.visits:
            if visit.run is not run:
                before, run = None, visit.run
            came_from = before.head if before is not None else 0
            if visit.head == target and came_from == (source.head if source is not None else 0) and visit in done:
                if before is None:
                    found.append(done[visit])
                elif before in done:
                    found.append(done[visit] - done[before])
            before = visit
        return min(found, default=0)

    def _done_at_return(self, source: Invariant | None, path: Path) -> BV:
        before = BV.const(0, 64) if source is None else source.done
        for name in self._statement.each:
            region = self._reader.region(path.state, name)
            start = offset_of(self._statement, name, before + (source.ahead[name] if source is not None else 0))
            ends = [number_of(offset + value.width // 8 - start) for offset, value in region.writes]  # type: ignore[attr-defined]
            size = number_of(offset_of(self._statement, name, BV.const(1, 64)))
            end = max([end for end in ends if end is not None], default=0)
            parts = -(-end // size) + (source.ahead[name] if source is not None else 0)  # type: ignore[operator]
            return before + parts
        return before + self._left(source, path)

    def _left(self, source: Invariant | None, path: Path) -> int:
        """How many steps are left at the start of a path that returns: as in all runs on numbers, or as in a model of its conditions."""
        ends: set[int] = set()
        runs = {visit.run: visit for visit in self._seen.visits}  # the last visit of each
        done = {seen.visit: seen.done for head in self._heads.values() for seen in head.guesser.seen}
        for run, visit in runs.items():
            if source is not None and visit.head == source.head and visit in done:
                ends.add(run.count - done[visit])
        if len(ends) == 1:
            return ends.pop()
        from lnsym.prove import smt

        known = [*path.conditions, *self._statement.assumptions]
        model = smt.solve(known, self._limits.deadline.slice(0.1).left()).model or {}
        return model.get(self._count, 0) - (model.get(source.done, 0) if source is not None else 0)

    # -- invariants -------------------------------------------------------------------------------

    def _invariant(self, address: int, source: Invariant | None, paths: Sequence[Path]) -> Invariant:
        head = self._heads[address]
        if head.frame is None:
            head.frame = paths[0].state
            head.released |= head.frame.memory.stack.released
            written = head.frame.memory.stack.written.keys() - head.released
            head.words |= {location.number for location in stack_words(written)}
        head.words -= {word for word in head.words if not head.released.isdisjoint(range(word, word + 8))}
        locations = [*REGISTERS, *elements(self._statement), *[Location("stack", word) for word in sorted(head.words)]]
        known = {location: self._lanes(head, location, source, paths) for location in locations}
        lanes = _without_earlier(known, head.guesser.done, head.needed)
        head.withheld |= {location for location in locations if lanes[location] != known[location]}
        return Invariant(
            address,
            max(0, head.guesser.least_left - head.fewer),
            head.guesser.left_multiple if not head.fewer else 1,
            head.guesser.least_done if not head.fewer else 0,
            lanes,
            {name: self._ahead(head, name) for name in self._statement.each},
            frozenset(head.released),
            head.frame,
        )

    def _lanes(
        self, head: _Head, location: Location, source: Invariant | None, paths: Sequence[Path]
    ) -> tuple[Lane, ...]:
        terms = head.origins.setdefault(location, [])
        for path in paths:
            term = self._held_on(head, location, source, path)
            if term is not None and all(term is not other for other in terms):
                terms.append(term)
        lanes = head.guesser.lanes(location, width_of(location, self._statement), terms)
        return tuple([replace(lane, value=None) if (location, lane.low) in head.dropped else lane for lane in lanes])

    def _held_on(self, head: _Head, location: Location, source: Invariant | None, path: Path) -> BV | None:
        """What a location holds at the end of a path to a head, over the steps done there."""
        (term,) = put([self._reader.read(path.state, location)], decisions(path), self._statement.folds)
        if source is None:
            return term
        steps = self._usual(source, head.guesser.head)
        return re_expressed(term, source.done, head.guesser.done - steps, self._statement.folds)

    def _ahead(self, head: _Head, name: str) -> int:
        return head.guesser.ahead(name)

    # -- obligations, and what they lack -------------------------------------------------------------

    def _obligations(self, ways: Sequence[Transition], stopped: Sequence[Path]) -> list[Obligation]:
        found = []
        for number, way in enumerate(ways):
            found += self._transitions.obligations(way, number)
        for number, path in enumerate(stopped, start=len(ways)):
            found.append(unreachable(str(path.ending), path.conditions, number))
        return [*found, *self._of_earlier_calls()]

    def _of_earlier_calls(self) -> list[Obligation]:
        """That the calls before the last bring back what they must: from there on it is taken to be so."""
        assert self._found_entry is not None
        calls = range(len(self._statement.calls) - 1)
        kept = {name for call in calls for name in self._setup.preserved(call)}
        return [goal for goal in self._found_entry.goals if goal.kind == "abi" and goal.name in kept]

    def _mended(self, ways: Sequence[Transition], obligations: Sequence[Obligation]) -> bool:
        """Whether something was found for lanes of which nothing was said, and on which an obligation hangs."""
        sides = [side for o in obligations if o.left is not o.right for side in (o.left, *o.premises)]
        live = {variable.origin for variable in variables(sides) if isinstance(variable.origin, Anything)}
        mended = False
        for head in self._heads.values():
            invariant = head.invariant
            if invariant is None:
                continue
            for location, lanes in invariant.lanes.items():
                if not any(invariant.anything(location, lane).origin in live for lane in lanes if lane.value is None):
                    continue
                mended |= location not in head.needed
                head.needed.add(location)
                terms = head.origins.setdefault(location, [])
                for way in ways:
                    asked = (
                        location,
                        way.source.head if way.source is not None else 0,
                        way.steps,
                        open_lanes(invariant),
                    )
                    if way.target is invariant and asked not in head.asked:
                        head.asked.add(asked)
                        for term in self._carried(location, way):
                            if all(term is not other for other in terms):
                                terms.append(term)
                                mended = True
        return mended

    def _carried(self, location: Location, way: Transition) -> Iterator[BV]:
        """What a way leaves in a location, over the steps done at its end, as far as that hangs on what is known.

        Where words are left in other locations too, of which the invariant says what they are, it is written over these; also as one of
        them and a difference that is much simpler.
        """
        assert way.target is not None
        lanes = [(other, lane) for other, all_lanes in way.target.lanes.items() for lane in all_lanes]
        claimed = [(lane.of(self._reader.read(way.path.state, other)), lane.value) for other, lane in lanes]
        left, *words = put(
            [self._reader.read(way.path.state, location), *[word for word, _ in claimed]],
            self._transitions.decided[way],
            self._statement.folds,
        )
        names: dict[BV, BV] = {}
        values: dict[BV, BV] = {}
        for number, (word, (_, value)) in enumerate(zip(words, claimed, strict=True)):
            if value is not None and word.op not in ("const", "var") and word is not left and word not in names:
                names[word] = BV.var(Anything(number, "a word left elsewhere"), word.width)
                values[names[word]] = value
        yield from self._over_known(way, substitute([left], names)[0], values)
        size = len(topological([left]))
        for word, name in names.items():
            if word.width == left.width and len(topological([difference := left ^ word])) < size // SIMPLER:
                yield from self._over_known(way, difference ^ name, values)

    def _over_known(self, way: Transition, term: BV, values: Mapping[BV, BV]) -> Iterator[BV]:
        """The term over the steps done at the end of a way, with these values; nothing where it hangs on what nobody knows."""
        if any(isinstance(v.origin, Anything | Overwritten) and v not in values for v in variables([term])):
            return
        if way.source is not None:
            assert way.target is not None
            assert way.steps is not None
            term = re_expressed(term, way.source.done, way.target.done - way.steps, self._statement.folds)
        yield substitute([term], values)[0]


def _without_earlier(
    lanes: Mapping[Location, tuple[Lane, ...]], done: BV, needed: Collection[Location]
) -> dict[Location, tuple[Lane, ...]]:
    """Lanes that speak of states of folds before the latest say nothing, unless they are needed: a state less is a step less."""
    reach = {
        lane: steps_in([lane.value], done)
        for of_location in lanes.values()
        for lane in of_location
        if lane.value is not None
    }
    latest = max([step for steps in reach.values() for step in steps], default=0)

    def kept(location: Location, lane: Lane) -> Lane:
        early = min(reach.get(lane, []), default=latest) < latest
        return replace(lane, value=None) if early and location not in needed else lane

    return {location: tuple([kept(location, lane) for lane in of_location]) for location, of_location in lanes.items()}


def open_lanes(invariant: Invariant) -> int:
    """How many lanes may hold anything."""
    return sum(lane.value is None for lanes in invariant.lanes.values() for lane in lanes)
