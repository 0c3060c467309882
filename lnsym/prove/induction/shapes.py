"""Shapes: what a location may hold at a head, over the number of steps that are done, guessed from runs on numbers.

A value is what it was when the head was first reached, or that and a multiple of the steps done since; or it is made of words of the
specification's states, or of the input, at a fixed distance from the step that comes next. Whatever is found here is only a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from lnsym.bv import BV, concat, evaluate, ite
from lnsym.contract.folds import Fold
from lnsym.contract.statement import Statement
from lnsym.machine.extents import element_at_offset
from lnsym.prove.induction.folding import put
from lnsym.prove.induction.invariants import Lane, done_at
from lnsym.prove.induction.locations import Location
from lnsym.prove.induction.visits import NumericRun, Visit, bytes_of_part, values_at
from lnsym.run.inputs import Sample

BEHIND, AHEAD = 9, 9
"""How many steps before the next one, and after it, are looked through for a word."""

FEW = 3
"""How many visits are looked at, from either end of a run."""

LARGEST_STRIDE = 1 << 16
"""By how much a counter or a pointer goes on with a step, at most."""

NEAR = 1 << 23
"""A number that lies within so many bytes from the base of a region points into it: samples place no two regions nearer."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A visit of a head, and how many steps are done there."""

    visit: Visit
    done: int
    sample: Sample
    """The values of variables there, as far as they were asked for."""

    @property
    def run(self) -> NumericRun:
        """The run."""
        return self.visit.run


@dataclass(frozen=True, eq=False)
class PackedWord:
    """A run of elements, of a specification's state or of a region's input, in one of four orders: guessed to be what a lane holds."""

    source: str
    """The name of the fold or of the region."""
    of_fold: bool
    ahead: int
    """How many steps after those that are done."""
    first: int
    """The index of the first element, in the state or in the part of the region."""
    count: int
    backwards: bool
    """Whether the first element has the most significant bits."""
    swapped: bool
    """Whether the bytes of each element are in the other order."""


class Guesser:
    """Guesses for one head, from its visits."""

    def __init__(self, statement: Statement, head: int, visits: Sequence[Sequence[Visit]]) -> None:
        self._statement = statement
        self.head = head
        (self._count,) = statement.counts
        self._blocks = {block.name: block for block in statement.blocks}
        self._parts = {
            name: size
            for name, block in statement.open_blocks.items()
            if (size := bytes_of_part(block, self._count)) is not None
        }
        self._bases = [block.base for block in statement.blocks]
        self.seen = [seen for run in visits for seen in _ends(self._counted(run, visits))]
        self._known_words: dict[tuple[Seen, int], dict[int, list[PackedWord]]] = {}

    def learn(self, signed: Sequence[Mapping[BV, tuple[str, BV, BV]]]) -> None:
        """Pointers with a code, as `State.signed` has them, are plain in runs on numbers."""
        for one in self.seen:
            for known in signed:
                for pointer, (_, plain, _) in known.items():
                    ((one.sample[pointer],),) = evaluate([plain], [one.sample], default=0)

    @property
    def done(self) -> BV:
        """How many steps are done, a variable."""
        return done_at(self.head)

    @property
    def least_left(self) -> int:
        """The fewest steps that were left at a visit."""
        return min(seen.run.count - seen.done for seen in self.seen)

    @property
    def left_multiple(self) -> int:
        """The largest of 8, 4, 2 and 1 of which the steps left were a multiple at all visits, of which there are enough to tell."""
        left = {seen.run.count - seen.done for seen in self.seen}
        return next((m for m in (8, 4, 2) if len(left) > 1 and all(number % m == 0 for number in left)), 1)

    @property
    def least_done(self) -> int:
        """The fewest steps that were done at a visit."""
        return min(seen.done for seen in self.seen)

    # -- how many steps are done ----------------------------------------------------------------

    def _counted(self, run: Sequence[Visit], all_runs: Sequence[Sequence[Visit]]) -> list[Seen]:
        pointer = self._pointer(all_runs)
        if pointer is None:
            return [self._seen(visit, number) for number, visit in enumerate(run)]
        location, region = pointer
        base = {block.name: run[0].run.sample[block.base] for block in self._statement.blocks}[region]
        return [self._seen(visit, ((visit.number(location) or 0) - base) // self._parts[region]) for visit in run]

    def _seen(self, visit: Visit, done: int) -> Seen:
        return Seen(visit, done, {**visit.run.sample, self.done: done})

    def _pointer(self, runs: Sequence[Sequence[Visit]]) -> tuple[Location, str] | None:
        """A register that goes through a region of open size by whole parts, and that region."""
        for number in range(31):
            location = Location("general", number)
            for region, size in self._parts.items():
                base = self._blocks[region].base
                offsets = [[(v.number(location) or 0) - v.run.sample[base] for v in run] for run in runs]
                flat = [offset for run in offsets for offset in run]
                steps = {two - one for run in offsets for one, two in pairwise(run)}
                near = all(0 <= offset < NEAR for offset in flat) and len({offset % size for offset in flat}) == 1
                if near and len(steps) == 1 and (step := steps.pop()) > 0 and step % size == 0:
                    return location, region
        return None

    def ahead(self, name: str) -> int:
        """How many parts of a region of open size were written at the visits, less the steps done: the same at all, if it is a guess."""
        each = self._statement.each[name]
        size = each.per * (each.block.width // 8)
        found = []
        for seen in self.seen:
            region = seen.run.reader.region(seen.visit.state, name)
            found.append(-(-(max(region.written, default=-1) + 1) // size) - seen.done)
        return min(found)

    # -- shapes ---------------------------------------------------------------------------------

    def lanes(self, location: Location, width: int, first: Sequence[BV]) -> tuple[Lane, ...]:
        """What a location of so many bits may hold. `first` are terms that it may hold, over the number of steps done."""
        pointers = self._bases if location.kind in ("general", "stack") else []
        return tuple(self._lanes(location, 0, width, [*first, *pointers]))

    def _lanes(self, location: Location, low: int, width: int, first: Sequence[BV]) -> list[Lane]:
        numbers = [self._bits(seen, location, low, width) for seen in self.seen]
        if any(number is None for number in numbers):
            return [Lane(low, width, None)]
        told = [number for number in numbers if number is not None]
        terms = [term.extract(low + width - 1, low) for term in first]
        is_pair = width == 64 and (location.kind == "vector" or _is_narrow(terms))
        value = self._value(told, terms, width, grows=not is_pair)
        if value is not None or width % 64 or (width == 64 and location.kind == "element"):
            return [Lane(low, width, value)]
        half = width // 2
        halves = [*self._lanes(location, low, half, first), *self._lanes(location, low + half, half, first)]
        if is_pair and any(lane.value is None for lane in halves):  # a counter of 32 bits looks like one of 64 as well
            value = self._value(told, terms, width)
            if value is not None:
                return [Lane(low, width, value)]
        return halves if any(lane.value is not None for lane in halves) else [Lane(low, width, None)]

    def _bits(self, seen: Seen, location: Location, low: int, width: int) -> int | None:
        number = seen.visit.number(location)
        return None if number is None else number >> low & ((1 << width) - 1)

    def _value(self, numbers: Sequence[int], first: Sequence[BV], width: int, grows: bool = True) -> BV | None:
        """A term that is these numbers at all visits; or one at those where fewest steps are left, and another at the others.

        `grows` is whether it may go on with the steps.
        """
        value = self._one_value(self.seen, numbers, first, width, grows=grows)
        if value is not None or not grows:
            return value
        at = list(zip(self.seen, numbers, strict=True))
        last = [(seen, number) for seen, number in at if seen.run.count - seen.done == self.least_left]
        others = [(seen, number) for seen, number in at if seen.run.count - seen.done != self.least_left]
        if not last or not others or width < 32:
            return None
        usual = self._one_value(*_unzipped(others), first, width, True)
        slopes = (0, self._slope(*_unzipped(others), width) or 0)
        final = self._one_value(*_unzipped(last), first, width, True, slopes) if usual is not None else None
        if usual is None or final is None:
            return None
        return ite(self.done.eq(self._count - self.least_left), final, usual)

    def _one_value(
        self,
        seen: Sequence[Seen],
        numbers: Sequence[int],
        first: Sequence[BV],
        width: int,
        constants: bool = False,
        slopes: Sequence[int] = (),
        grows: bool = True,
    ) -> BV | None:
        """A term that is these numbers at these visits; where `slopes` are given, one that may grow by one of them with each step."""
        for term in first:
            going_on = self._going_on(seen, numbers, term, width, slopes) if grows else iter(())
            for candidate in chain((term,), going_on):
                if self.agrees(candidate, seen, numbers):
                    return candidate
        if constants and len(set(numbers)) == 1 and len(numbers) > 1:
            return BV.const(numbers[0], width)
        for word in self._words(seen, numbers, width):
            return self._term(word)
        return None

    def agrees(self, term: BV, seen: Sequence[Seen], numbers: Sequence[int]) -> bool:
        """Whether a term is these numbers at the visits."""
        return all(self._number_of(term, one) == number for one, number in zip(seen, numbers, strict=True))

    def _number_of(self, term: BV, seen: Seen) -> int | None:
        return values_at(seen.run, [term], seen.sample, self._statement.folds, self._blocks)[0]

    def _going_on(
        self, seen: Sequence[Seen], numbers: Sequence[int], term: BV, width: int, slopes: Sequence[int]
    ) -> Iterator[BV]:
        """Terms that grow by a constant with each step, and differ from this one by a constant; the bytes in either order."""
        if width not in (32, 64) or len(seen) == 1:
            return
        steps = self.done.extract(width - 1, 0)
        found: list[tuple[int, BV]] = []
        for swapped in (False, True):
            values = [_swapped(number, width) for number in numbers] if swapped else numbers
            start = term.reverse_bytes() if swapped else term
            seen_slope = self._slope(seen, values, width)
            begun = self._number_of(start, seen[0])
            for slope in slopes if seen_slope is None else (seen_slope,):
                if begun is not None:
                    going_on = start + steps * slope + (values[0] - begun - seen[0].done * slope)
                    size = min(slope, (1 << width) - slope)
                    if size <= LARGEST_STRIDE:
                        found.append((size, going_on.reverse_bytes() if swapped else going_on))
        yield from [going_on for _, going_on in sorted(found, key=lambda one: one[0])]

    def _slope(self, seen: Sequence[Seen], numbers: Sequence[int], width: int) -> int | None:
        """By how much numbers grow with a step, between two visits of one run or, where there are none, of two; None where they do not."""
        pairs = list(pairwise(zip(seen, numbers, strict=True)))
        for (one, first), (two, second) in [pair for pair in pairs if pair[0][0].run is pair[1][0].run]:
            steps = two.done - one.done
            rise = (second - first) % (1 << width)
            signed = rise - (1 << width) if rise >> (width - 1) else rise
            if steps > 0 and signed and signed % steps == 0:
                return signed // steps % (1 << width)
            return None
        return None

    # -- words of the specification and of the input --------------------------------------------

    def _words(self, seen: Sequence[Seen], numbers: Sequence[int], width: int) -> list[PackedWord]:
        if width < 32 or len(set(numbers)) == 1:
            return []
        first, *others = zip(seen, numbers, strict=True)
        found = self._words_at(first[0], width).get(first[1], [])
        return [word for word in found if all(self._number(word, seen) == number for seen, number in others)]

    def _words_at(self, seen: Seen, width: int) -> dict[int, list[PackedWord]]:
        """The words by what they are at a visit."""
        key = (seen, width)
        if key not in self._known_words:
            found: dict[int, list[PackedWord]] = {}
            for word in self._candidates(width):
                number = self._number(word, seen)
                if number is not None:
                    found.setdefault(number, []).append(word)
            self._known_words[key] = found
        return self._known_words[key]

    def _candidates(self, width: int) -> Iterator[PackedWord]:
        for ahead in sorted(range(-BEHIND, AHEAD), key=abs):
            for name, fold in self._statement.folds.items():
                yield from _orders(name, True, ahead, len(fold.start), fold.start[0].width, width)
            for name, size in self._parts.items():
                block = self._blocks[name]
                yield from _orders(name, False, ahead, size // (block.width // 8), block.width, width)

    def _number(self, word: PackedWord, seen: Seen) -> int | None:
        """What the word is at a visit; None where there is no such step."""
        step = seen.done + word.ahead
        if word.of_fold:
            state = seen.run.after(self._statement.folds[word.source], step)
            element_width = self._statement.folds[word.source].start[0].width
            elements = None if state is None else state[word.first : word.first + word.count]
        else:
            block = self._blocks[word.source]
            element_width = block.width
            first = step * (self._parts[word.source] // (block.width // 8)) + word.first
            found = [seen.run.element(block, first + i) for i in range(word.count)]
            elements = None if None in found else tuple(found)  # type: ignore[arg-type]
        if elements is None:
            return None
        number = 0
        for element in elements if word.backwards else reversed(elements):
            number = number << element_width | (_swapped(element, element_width) if word.swapped else element)
        return number

    def _term(self, word: PackedWord) -> BV:
        """The word as a term over the number of steps done."""
        step = self.done + word.ahead
        if word.of_fold:
            elements = list(self._statement.folds[word.source].after(step)[word.first : word.first + word.count])
        else:
            block = self._blocks[word.source]
            bytes_each = block.width // 8
            start = step * self._parts[word.source] + word.first * bytes_each
            elements = [element_at_offset(block.name, start + i * bytes_each, bytes_each) for i in range(word.count)]
        ordered = elements if word.backwards else elements[::-1]
        return concat(*[element.reverse_bytes() if word.swapped else element for element in ordered])


def _is_narrow(terms: Sequence[BV]) -> bool:
    """Whether the first of some words of 64 bits is one of 32 bits, extended by zeros; a number is not told to be."""
    if not terms or terms[0].width != 64 or terms[0].is_const:
        return False
    return terms[0].extract(63, 32) is BV.const(0, 32)


def _unzipped(at: Sequence[tuple[Seen, int]]) -> tuple[list[Seen], list[int]]:
    return [seen for seen, _ in at], [number for _, number in at]


def _ends(seen: list[Seen]) -> list[Seen]:
    """The first few and the last few of a run."""
    return seen if len(seen) <= 2 * FEW else [*seen[:FEW], *seen[-FEW:]]


def _orders(
    source: str, of_fold: bool, ahead: int, elements: int, element_width: int, width: int
) -> Iterator[PackedWord]:
    """The words of so many bits that whole elements make up."""
    count, rest = divmod(width, element_width)
    if rest or not count:
        return
    for first in range(elements - count + 1):
        for backwards in (False, True) if count > 1 else (False,):
            for swapped in (False, True) if element_width > 8 else (False,):
                yield PackedWord(source, of_fold, ahead, first, count, backwards, swapped)


def _swapped(number: int, width: int) -> int:
    return int.from_bytes(number.to_bytes(width // 8, "little"), "big")


def re_expressed(term: BV, before: BV, at: BV, folds: Mapping[str, Fold]) -> BV:
    """A term over the steps done at another head, over those done at this one."""
    return put([term], {before: at}, folds)[0]
