"""What is to be proved of invariants: that each way from the entry or a head to the next head, or to the return, keeps what is claimed.

A *way* starts in a state of which nothing is known but an invariant, with `done` steps done, and ends with so many more. Its obligations:

- at a head, each lane of which the invariant there says something holds just that, what it says of `done` is so, and
  the rest of the state is what its frame has;
- the parts of regions of open size that were finished on the way hold what is ensured, and nothing was written past them;
- at the return all steps are done, and the contract's claims are true;
- no step is done that there is not, so that their number, which no way lessens, comes to an end; ways on which none is done go no circle.

Nothing here guesses: whoever claims an invariant may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lnsym.bv import BV, operands, topological, variables
from lnsym.contract.obligations import Obligation, holds
from lnsym.contract.statement import Statement
from lnsym.machine.extents import OpenRegion
from lnsym.machine.joins import SAME_IN_STATES
from lnsym.machine.origins import AfterwardsAt, ElementAt, Trips, Value
from lnsym.machine.paths import Path
from lnsym.machine.state import State
from lnsym.prove import smt
from lnsym.prove.induction.folding import Unfit, Unfolding, number_of, put
from lnsym.prove.induction.invariants import Invariant, Lane, offset_of
from lnsym.prove.induction.locations import Location, Reader, stack_words
from lnsym.run.exploration import goals_of
from lnsym.run.setup import Setup

SECONDS = 2.0
"""What a solver may take for one comparison of counts."""

MOST_SPLITS = 2
"""By how many comparisons of counts one obligation is split into cases."""

SAME_IN_FRAMES = tuple(name for name in SAME_IN_STATES if name not in ("pc", "next_pc"))


@dataclass(eq=False)
class Growth(Exception):
    """Bytes of the stack that a way writes or releases, and that the invariant where it ends says nothing of."""

    head: int
    written: frozenset[int]
    released: frozenset[int]


@dataclass(frozen=True, eq=False)
class Transition:
    """A path from the entry or a head to a head or the return."""

    source: Invariant | None
    """None for the entry."""
    path: Path
    target: Invariant | None
    """None for the return."""
    done: BV
    """How many steps are done at its end, 64 bits: a number, or over the number at its start."""

    @property
    def steps(self) -> int | None:
        """How many steps are done on the way; None where that is no number."""
        return number_of(self.done - self.source.done if self.source is not None else self.done)


class Transitions:
    """The obligations of ways, over one contract and one image."""

    def __init__(self, setup: Setup, reader: Reader) -> None:
        self._setup = setup
        self._statement: Statement = setup.statement
        self._reader = reader
        (self._count,) = setup.statement.counts
        self.decided: dict[Transition, dict[BV, BV]] = {}
        """Conditions, and what they are on a way."""
        self.bounds: dict[Obligation, int] = {}
        """For an obligation on how many steps are left: at which head."""
        self.claims: dict[Obligation, tuple[int, Location, Lane]] = {}
        """For an obligation of an invariant: at which head it says what of which location."""

    def obligations(self, way: Transition, number: int) -> list[Obligation]:
        """All that a way must show; `number` is that of its path. Raises Unfit, Growth, OutOfReach."""
        unfold = self._unfolding(way)
        found = [*self._progress(way, number), *self._parts_done(way, number, unfold)]
        if way.target is None:
            found += self._at_return(way, number, unfold)
        else:
            found += self._at_head(way, way.target, number, unfold)
        sides = [side for obligation in found for side in (obligation.left, obligation.right)]
        decided = put(sides, decisions(way.path), self._statement.folds)
        asked = []
        known, comparisons = self._comparisons(way, number, decided)
        self.decided[way] = known | decisions(way.path)
        decided = put(decided, known, self._statement.folds)
        hang_on_more = bool(_comparisons_in(decided))
        for obligation, left, right in zip(found, decided[::2], decided[1::2], strict=True):
            written = replace(obligation, left=left, right=right)
            of_it = self._cases(written) if hang_on_more else [written]
            asked += of_it
            if obligation in self.bounds:
                self.bounds |= dict.fromkeys(of_it, self.bounds.pop(obligation))
            if obligation in self.claims:
                self.claims |= dict.fromkeys(of_it, self.claims.pop(obligation))
        return [*asked, *comparisons]

    def _comparisons(self, way: Transition, number: int, terms: Sequence[BV]) -> tuple[dict[BV, BV], list[Obligation]]:
        """Comparisons of counts in terms that have one value on a way, each with the obligation that says so."""
        known: dict[BV, BV] = {}
        asked = []
        conditions = [*way.path.conditions, *self._statement.assumptions]
        told = [condition for condition in conditions if _is_public(condition)]
        undecided: list[BV] = []
        for term in _comparisons_in(terms):
            for value, contrary in ((1, ~term), (0, term)):
                if term not in known and self._never([*told, contrary]):
                    known[term], known[~term] = BV.const(value, 1), BV.const(1 - value, 1)
                    asked.append(self._holds(f"{term!r} is {value}", ~contrary, way, number))
            if term in known:
                continue
            for other in undecided:
                if term not in known and self._never([*told, term ^ other]):
                    known[term], known[~term] = other, ~other
                    asked.append(self._holds(f"{term!r} is {other!r}", term.eq(other), way, number))
            if term not in known:
                undecided.append(term)
        return known, asked

    def _cases(self, obligation: Obligation) -> list[Obligation]:
        """An obligation of words, or those for either value of a comparison of counts on which its sides hang."""
        if obligation.left is obligation.right or obligation.left.width == 1:
            return [obligation]
        asked = [obligation]
        for comparison in _comparisons_in([obligation.left, obligation.right])[:MOST_SPLITS]:
            split = []
            for one in asked:
                for condition in (comparison, ~comparison):
                    values = {condition: BV.const(1, 1), ~condition: BV.const(0, 1)}
                    left, right = put([one.left, one.right], values, self._statement.folds)
                    split.append(replace(one, left=left, right=right, premises=(*one.premises, condition)))
            asked = split
        return asked

    def _never(self, conditions: Sequence[BV]) -> bool:
        return smt.solve(conditions, SECONDS).status == "unsat"

    def _unfolding(self, way: Transition) -> Unfolding:
        folds = self._statement.folds
        return Unfolding(folds, BV.const(0, 64)) if way.source is None else way.source.unfolding(folds)

    def _written_over(self, terms: Sequence[BV], values: Mapping[BV, BV], unfold: Unfolding) -> list[BV]:
        """Terms with values for variables, the specification's states written over those known on the way."""
        return unfold(put(terms, values, self._statement.folds))

    def _holds(self, name: str, claim: BV, way: Transition, number: int) -> Obligation:
        return holds(name, "invariant", claim, way.path.conditions, number)

    # -- how far it came --------------------------------------------------------------------------

    def _progress(self, way: Transition, number: int) -> Iterator[Obligation]:
        """That it does no more steps than there are left."""
        if way.source is None:
            return
        steps = way.steps
        if steps is None or steps < 0:
            raise Unfit(f"from {way.source.head:#x} {way.done!r} steps are done, which is no known number more")
        if steps:
            left = self._count - way.source.done
            yield self._holds(f"{steps} steps are left", ~left.ult(steps), way, number)

    # -- at a head --------------------------------------------------------------------------------

    def _at_head(self, way: Transition, target: Invariant, number: int, unfold: Unfolding) -> Iterator[Obligation]:
        state = way.path.state
        self._same_frame(state, target)
        where = f"at {target.head:#x}"
        for claim in target.bounds(way.done, self._count):
            obligation = self._holds(
                f"{target.steps or 'no more steps than there are are done'} {where}", claim, way, number
            )
            self.bounds[obligation] = target.head
            yield obligation
        claimed = [
            (p, lane, lane.value) for p, lanes in target.lanes.items() for lane in lanes if lane.value is not None
        ]
        expected = self._written_over([value for _, _, value in claimed], {target.done: way.done}, unfold)
        for (location, lane, _), value in zip(claimed, expected, strict=True):
            whole = self._reader.read(state, location)
            name = f"{location} {where}"
            obligation = Obligation(name, "invariant", lane.of(whole), value, way.path.conditions, number)
            self.claims[obligation] = (target.head, location, lane)
            yield obligation

    def _same_frame(self, state: State, target: Invariant) -> None:
        """Raises Unfit where something that is no location differs from the invariant's frame; Growth for the stack."""
        frame = target.frame
        differing = [name for name in SAME_IN_FRAMES if getattr(state, name) != getattr(frame, name)]
        memory, other = state.memory, frame.memory
        if memory.splits or memory.windows or other.splits or other.windows:
            differing.append("the stack in parts")
        if memory.zeros != other.zeros:
            differing.append("equal pointers")
        for one, two in zip(memory.regions(), other.regions(), strict=True):
            if (one.base is not two.base and one.base != two.base) or (
                one.in_image and one.contents is not two.contents
            ):
                differing.append(one.name)
        if differing:
            raise Unfit(f"at {target.head:#x} {', '.join(differing)} is not what it was when it was first reached")
        if memory.stack.floor != other.stack.floor or memory.stack.claims != other.stack.claims:
            raise Unfit(f"at {target.head:#x} the stack is not laid out as it was when it was first reached")
        stack = memory.stack
        words = {location for location in target.lanes if location.kind == "stack"}
        written = {
            location.number for location in stack_words(stack.written.keys() - target.released) if location not in words
        }
        released = stack.released - target.released
        if written or released:
            raise Growth(target.head, frozenset(written), frozenset(released))

    # -- regions of open size -----------------------------------------------------------------------

    def _parts_done(self, way: Transition, number: int, unfold: Unfolding) -> Iterator[Obligation]:
        """That what was written is the parts that were finished, and that these hold what is ensured."""
        for name, each in self._statement.each.items():
            region = self._reader.region(way.path.state, name)
            assert isinstance(region, OpenRegion)
            first = BV.const(0, 64) if way.source is None else way.source.done + way.source.ahead[name]
            last = way.done + (0 if way.target is None else way.target.ahead[name])
            parts = number_of(last - first)
            if parts is None or parts < 0:
                raise Unfit(f"{last!r} parts of {name} are finished after {first!r}, which is no known number more")
            start = offset_of(self._statement, name, first)
            size = number_of(offset_of(self._statement, name, BV.const(parts, 64)))
            assert size is not None
            self._nothing_past(region, start, size)
            if way.target is None:
                claim = each.block.count.eq(way.done * each.per) if isinstance(each.block.count, BV) else BV.const(0, 1)
                yield self._holds(f"all of {name} is written", claim, way, number)
            expected = [value for part in range(parts) for value in each.part(first + part)]
            step = each.block.width // 8
            stored = [region.read_at(start + at * step, step) for at in range(len(expected))]
            found = [word.reverse_bytes() if each.block.byteorder == "big" and step > 1 else word for word in stored]
            sides = self._written_over([*found, *expected], self._all_done(way), unfold)
            for at, (left, right) in enumerate(zip(sides, sides[len(found) :], strict=False)):
                named = f"{name}[{each.per}k+{at}]" if way.source is not None else f"{name}[{at}]"
                yield Obligation(named, "output", left, right, way.path.conditions, number)
        for name, block in self._statement.open_blocks.items():
            written = self._reader.region(way.path.state, name)
            assert isinstance(written, OpenRegion)
            if "w" in block.access and name not in self._statement.each and written.writes:
                raise Unfit(f"{name} is written, and nothing is said of its parts: say t.ensure_each(...)")

    def _nothing_past(self, region: OpenRegion, start: BV, size: int) -> None:
        for offset, value in region.writes:
            distance = number_of(offset - start)
            if distance is None or distance < 0 or distance + value.width // 8 > size:
                raise Unfit(f"{region.name} is written outside the parts that are finished on the way")

    def _all_done(self, way: Transition) -> dict[BV, BV]:
        """At the return the count is what is done."""
        return {self._count: way.done} if way.target is None else {}

    # -- at the return --------------------------------------------------------------------------------

    def _at_return(self, way: Transition, number: int, unfold: Unfolding) -> Iterator[Obligation]:
        outputs = self._statement.outputs_in_conditions.values()
        spoken_of = {output.region for output in outputs if isinstance(output, AfterwardsAt)}
        lost = sorted(spoken_of & self._statement.each.keys())
        if way.source is not None and lost:
            raise Unfit(f"a condition speaks of single elements of {lost[0]}, of which earlier ways wrote parts")
        yield self._holds("all steps are done", self._count.eq(way.done), way, number)
        for goal in goals_of(self._setup, way.path, number):
            left, right = self._written_over([goal.left, goal.right], self._all_done(way), unfold)
            yield replace(goal, left=left, right=right)


def decisions(path: Path) -> dict[BV, BV]:
    """What the conditions of a path, and their contraries, are on it."""
    known: dict[BV, BV] = {}
    for condition in path.conditions:
        known |= {~condition: BV.const(0, 1), condition: BV.const(1, 1)}
    return {condition: value for condition, value in known.items() if not condition.is_const}


def _comparisons_in(terms: Sequence[BV]) -> list[BV]:
    """The terms of one bit that hang on counts alone, those in the offsets of elements among them."""
    offsets = [v.origin.offset for v in variables(terms) if isinstance(v.origin, ElementAt)]
    public: dict[BV, bool] = {}
    found = []
    for term in topological([*terms, *offsets]):
        if term.op == "var":
            public[term] = _is_public(term)
        else:
            below = operands(term)
            public[term] = all(public[operand] for operand in below)
            if public[term] and term.width == 1 and not term.is_const and ~term not in found:
                found.append(term)
    return found


def _is_public(term: BV) -> bool:
    """Whether a term hangs on counts alone."""
    return all(isinstance(variable.origin, Value | Trips) for variable in variables([term]))


def no_circle(ways: Sequence[Transition]) -> None:
    """Raises Unfit where ways on which no step is done lead from a head to itself."""
    after: dict[int, set[int]] = {}
    for way in ways:
        if way.source is not None and way.target is not None and not way.steps:
            after.setdefault(way.source.head, set()).add(way.target.head)
    for head in after:
        reached, waiting = set[int](), [head]
        while waiting:
            for following in after.get(waiting.pop(), ()):
                if following == head:
                    raise Unfit(f"a way from {head:#x} leads back there, and nothing shows that it ends")
                if following not in reached:
                    reached.add(following)
                    waiting.append(following)
