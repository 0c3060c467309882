"""The loops whose trips hang on the count: found by runs on numbers, for a few counts.

Where a run is cut at some places, the starts of blocks that come equally often in all pieces between the same two cuts in which they
come belong to loops of constant trips, which are simply run. One that comes now more often, now less is cut too: that which comes least
often first, which is in the outermost loop, and of these one that is branched back to. Two loops may begin at one address; then the
outer one is cut at the branch that leads back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice

from lnsym.machine.paths import CutPoint


@dataclass(frozen=True)
class Trace:
    """A run on numbers: the addresses of the instructions, in their order."""

    addresses: tuple[int, ...]

    @property
    def jumps(self) -> Iterator[tuple[int, int]]:
        """Each step from one instruction to another that does not follow it."""
        for source, target in zip(self.addresses, self.addresses[1:], strict=False):
            if target != source + 4:
                yield source, target

    def goes_round(self, cut: CutPoint) -> bool:
        """Whether it comes to a place more than once."""
        return sum(1 for _ in islice(self.places({cut}), 2)) > 1

    def places(self, tried: Set[CutPoint]) -> Iterator[CutPoint]:
        """Where it comes to, of these, in their order."""
        before = 0
        for address in self.addresses:
            if (before, address) in tried:
                yield before, address
            if address in tried:
                yield address
            before = address


def heads(traces: Sequence[Trace]) -> list[CutPoint]:
    """Where runs of any count are to be cut, in the order in which the traces come there."""
    jumps = {jump for trace in traces for jump in trace.jumps}
    back = {jump for jump in jumps if jump[1] <= jump[0]}
    tried: set[CutPoint] = {*back, *[target for _, target in jumps], *[source + 4 for source, _ in jumps]}
    totals, seen = _totals(traces, tried)
    rank: Mapping[CutPoint, int] = {**dict.fromkeys(back, 1), **dict.fromkeys([target for _, target in back], 0)}
    cuts: set[CutPoint] = set()
    while varying := _varying(traces, cuts, tried - cuts):
        cuts.add(min(varying, key=lambda place: (totals[place], rank.get(place, 2), seen[place])))
    return sorted(cuts, key=seen.__getitem__)


def _totals(traces: Sequence[Trace], tried: Set[CutPoint]) -> tuple[Mapping[CutPoint, int], Mapping[CutPoint, int]]:
    """How often places come, and in which order. A branch back comes once less than where it leads to, which counts alike."""
    totals: Counter[CutPoint] = Counter()
    seen: dict[CutPoint, int] = {}
    for trace in traces:
        passed = Counter(trace.places(tried))
        totals.update(passed)
        totals.update([place for place in tried if isinstance(place, tuple) and passed[place[1]]])
        for place in passed:
            seen.setdefault(place, len(seen))
    return totals, seen


def _varying(traces: Iterable[Trace], cuts: Set[CutPoint], tried: Set[CutPoint]) -> set[CutPoint]:
    """Those that do not come equally often in all pieces between the same two cuts in which they come at all."""
    pieces: dict[tuple[CutPoint, CutPoint], list[Counter[CutPoint]]] = defaultdict(list)
    for trace in traces:
        start: CutPoint = 0
        passed = Counter[CutPoint]()
        for place in trace.places(cuts | tried):
            if place in cuts:
                pieces[start, place].append(passed)
                start, passed = place, Counter()
            else:
                passed[place] += 1
        pieces[start, 0].append(passed)
    found: set[CutPoint] = set()
    for between in pieces.values():
        for place in {place for passed in between for place in passed}:
            if len({passed[place] for passed in between} - {0}) > 1:
                found.add(place)
    return found
