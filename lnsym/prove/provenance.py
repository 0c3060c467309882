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
from pathlib import Path
from types import FrameType
from typing import Any

import lnsym
from lnsym.bv import BV, show_apart, topological
from lnsym.contract import BadContract
from lnsym.contract.containment import contained
from lnsym.deadline import Deadline
from lnsym.machine.decode import Instruction
from lnsym.machine.recorder import Recorder, Write
from lnsym.run.exploration import Execution, explore

PACKAGE = str(Path(lnsym.__file__).parent)

SHOWN_DEPTH = 4
SHOWN_LENGTH = 90


@dataclass(frozen=True)
class Apart:
    """Two terms that agree on all samples and were not shown equal, as lines for a reader."""

    actual: str
    expected: str
    computed_at: str = ""
    """The instruction that first computes the code's side: address and text."""
    specified_at: str = ""
    """The line of the specification that says the other."""


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
    execution: Execution, state_theorem: Callable[[], object], one: BV, other: BV, deadline: Deadline
) -> Apart:
    """Two terms that were not joined: the code's and the specification's, with where they come from, if found in time."""
    instructions = computed_at(execution, (one, other), deadline)
    lines: dict[BV, str] = {}
    with suppress(BadContract), contained(deadline.left()):  # it was stated before: what is wrong now is the time alone
        lines = specified_at(state_theorem, (one, other))
    if other in instructions and (one not in instructions or other not in lines):
        one, other = other, one
    instruction = instructions.get(one)
    return Apart(
        *show_apart(one, other, SHOWN_DEPTH, SHOWN_LENGTH),
        f"{instruction.address:#x}  {instruction.text}" if instruction else "",
        lines.get(other, ""),
    )
