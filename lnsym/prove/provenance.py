"""Where terms come from: the instruction that first computes one, the line of the specification that first says one.

Terms are hash-consed, so running the routine again, or stating the theorem again, makes the same objects while they are alive. Both are
done only for a report.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import lnsym
from lnsym.bv import BV, Labels, show, show_apart, topological
from lnsym.bv.printing import by_label, in_brackets
from lnsym.contract import BadContract
from lnsym.contract.containment import contained
from lnsym.deadline import Deadline
from lnsym.machine.decode import Instruction
from lnsym.machine.recorder import Recorder, Write
from lnsym.prove.frontier import Beyond, Frontier
from lnsym.run.exploration import Execution, explore

PACKAGE = str(Path(lnsym.__file__).parent)

SHOWN_DEPTH = 8
SHOWN_LENGTH = 150
"""Of a word beyond the frontier."""

JOINED_LENGTH = 40
"""Of a joined word, which is known by its name: a longer text is left out."""

MOST_JOINED = 6
"""How many joined words are said to be what."""

SHORT = 10
"""A joined word whose text has so many characters stands for itself."""


@dataclass(frozen=True)
class PlacedWord:
    """A word as a line for a reader, and where it comes from: an instruction, address and text; or a line of the specification."""

    text: str
    at: str = ""


@dataclass(frozen=True)
class NamedWord:
    """A word that both sides have, by the name that it has in other texts."""

    name: str
    text: str = ""
    """What it is, where that is short."""
    computed_at: str = ""
    specified_at: str = ""


@dataclass(frozen=True)
class Apart:
    """Where code and specification part: two words that should be equal and were not shown to be, over those that were joined."""

    actual: str
    expected: str
    computed_at: str = ""
    """The instruction that first computes the code's side: address and text."""
    specified_at: str = ""
    """The line of the specification that says the other."""
    first_computed: PlacedWord | None = None
    """The code's earliest word below that has no counterpart; None where it is that one itself."""
    first_specified: PlacedWord | None = None
    """That of the specification."""
    joined: tuple[NamedWord, ...] = ()
    """The last joined words, of which these texts speak by name."""


class _Finder(Recorder):
    """Notes for each wanted term the first instruction whose result is made with it."""

    def __init__(self, wanted: Iterable[BV], enough: int) -> None:
        super().__init__()
        self._wanted = set(wanted)
        self._enough = min(enough, len(self._wanted))
        self._widths = sorted({term.width for term in self._wanted})
        self._seen: set[BV] = set()
        self.found: dict[BV, Instruction] = {}

    def executed(self, instruction: Instruction, writes: list[Write]) -> None:
        for write in writes:
            fresh = set(topological([write.value], self._seen))
            self._seen |= fresh
            for term in self._wanted.intersection([*fresh, *self._lanes(write.value)]):
                self.found.setdefault(term, instruction)
        if len(self.found) >= self._enough:
            raise _AllFound

    def _lanes(self, value: BV) -> Iterator[BV]:
        """The parts of a value that are as wide as wanted terms, at multiples of their width."""
        for width in self._widths:
            if width < value.width:
                yield from [value[low + width - 1 : low] for low in range(0, value.width - width + 1, width)]


class _AllFound(Exception):
    """Nothing more is wanted of a run."""


def computed_at(
    execution: Execution, wanted: Iterable[BV], deadline: Deadline, enough: int = sys.maxsize
) -> dict[BV, Instruction]:
    """For each of the terms that the routine computes the first instruction whose result is it, or is made with it.

    In the order of execution; the run ends when `enough` are found, or at the deadline.
    """
    finder = _Finder(wanted, enough)
    limits = replace(execution.limits, deadline=deadline, reserve_x18=False)
    with suppress(_AllFound):
        explore(execution.setup, limits, finder)
    return finder.found


def specified_at(state_theorem: Callable[[], object], wanted: Iterable[BV]) -> dict[BV, str]:
    """For each of the terms that stating the theorem makes, `file:line: text` of the first line outside lnsym that gets it.

    `state_theorem` runs the specification: every term that a function of lnsym returns to it is looked at.
    """
    left = set(wanted)
    seen: set[BV] = set()
    found: dict[BV, str] = {}

    def profile(frame: FrameType, event: str, returned: Any) -> None:
        if event != "return" or not isinstance(returned, BV) or frame.f_back is None:
            return
        caller = frame.f_back
        if caller.f_code.co_filename.startswith(PACKAGE):
            return
        sys.setprofile(None)  # what follows is no part of the specification
        fresh = topological([returned], seen)
        seen.update(fresh)
        for term in left.intersection(fresh):
            found.setdefault(term, _line(caller))
        sys.setprofile(profile)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        kept = state_theorem()  # the theorem keeps its terms alive, and so those in `seen` what they are
    finally:
        sys.setprofile(before)
    del kept
    return found


def _line(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    text = linecache.getline(str(path), frame.f_lineno).strip()
    return f"{path.parent.name}/{path.name}:{frame.f_lineno}: {text}"


def locate_apart(
    execution: Execution, state_theorem: Callable[[], object], found: Frontier, deadline: Deadline
) -> Apart:
    """Where code and specification part, and where the words there come from, if found in time."""
    wanted = found.own_terms
    instructions = computed_at(execution, wanted, deadline)
    lines: dict[BV, str] = {}
    with suppress(BadContract), contained(deadline.left()):  # it was stated before: what is wrong now is the time alone
        lines = specified_at(state_theorem, wanted)

    def computed(term: BV) -> str:
        instruction = instructions.get(term)
        return f"{instruction.address:#x}  {instruction.text}" if instruction else ""

    labels = execution.setup.statement.labels
    return apart_of(found, labels, computed, lambda term: lines.get(term, ""))


PlaceOf: TypeAlias = Callable[[BV], str]
"""Where a term comes from, in words; empty where nobody knows."""


def apart_of(found: Frontier, labels: Labels, computed: PlaceOf, specified: PlaceOf) -> Apart:
    """A frontier as lines for a reader."""
    names = _Names(found, labels)

    def placed(each: Beyond | None, places: PlaceOf) -> PlacedWord | None:
        return None if each is None else PlacedWord(names.text(each), "" if each.own is None else places(each.own))

    def words() -> tuple[PlacedWord | None, ...]:
        return (
            placed(found.code, computed),
            placed(found.other, specified),
            placed(found.first_of_code, computed),
            placed(found.first_of_other, specified),
        )

    names.keep_those_in(" ".join([word.text for word in words() if word is not None]))
    code, other, first_of_code, first_of_other = words()
    assert code is not None
    assert other is not None
    texts = code.text, other.text
    if texts[0] == texts[1]:
        texts = show_apart(found.code.word, found.other.word, SHOWN_DEPTH, SHOWN_LENGTH, names.of)
    joined = tuple(names.said(computed, specified))[:MOST_JOINED]
    return Apart(*texts, code.at, other.at, first_of_code, first_of_other, joined)


class _Names:
    """Joined words by their labels or, where they have none, by numbers."""

    def __init__(self, found: Frontier, labels: Labels) -> None:
        self._by_label = by_label(labels)
        self._own = found.joined
        self._stands = found.stands
        self._names: dict[BV, str] = {}
        for word, own in found.joined.items():
            label = next((labels[term] for term in (*own[::-1], word) if term is not None and term in labels), None)
            if label is not None or len(show(self._of_its_own(word), 2, SHORT + 1, self._by_label)) > SHORT:
                self._names[word] = in_brackets(f"#{len(self._names)}" if label is None else label)

    def _of_its_own(self, word: BV) -> BV:
        """A joined word as the specification has it, else as the code does."""
        return next((term for term in self._own[word][::-1] if term is not None), word)

    def of(self, term: BV) -> str | None:
        """What stands for a term in texts."""
        return self._names.get(self._stands.get(term, term)) or self._by_label(term)

    def text(self, each: Beyond) -> str:
        """A word beyond the frontier as it stands, or as its side has it: the shorter of both."""
        words = [word for word in (each.word, each.own) if word is not None]
        text = min(map(self._text, words), key=lambda text: ("…" in text, len(text)))
        name = next((name for name in map(self._by_label, words) if name is not None), None)
        return f"{name} = {text}" if name else text

    def _text(self, word: BV) -> str:
        """What a word is made of, whether or not it has a name itself."""
        return show(word, SHOWN_DEPTH, SHOWN_LENGTH, lambda term: None if term is word else self.of(term))

    def keep_those_in(self, text: str) -> None:
        """Leave out those that a text does not name, and number the others as it comes to them."""
        places = {word: text.find(name) for word, name in self._names.items()}
        used = sorted([word for word, place in places.items() if place >= 0], key=places.__getitem__)
        numbers = count(1)
        self._names = {
            word: in_brackets(str(next(numbers))) if self._names[word].startswith("⟨#") else self._names[word]
            for word in used
        }

    def said(self, computed: PlaceOf, specified: PlaceOf) -> Iterator[NamedWord]:
        """What each is, and where it comes from."""
        for word, name in self._names.items():
            code, other = self._own[word]
            text = show(self._of_its_own(word), SHOWN_DEPTH, JOINED_LENGTH, self._by_label)
            yield NamedWord(
                name,
                "" if "…" in text or text == name else text,
                "" if code is None else computed(code),
                "" if other is None else specified(other),
            )
