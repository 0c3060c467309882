"""Invariants in words, for a person: what each location holds at a head, over k, the number of steps that are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lnsym.bv import BV, show
from lnsym.bv.printing import by_label
from lnsym.machine.state import State
from lnsym.prove.induction.folding import put
from lnsym.prove.induction.invariants import Invariant, Lane
from lnsym.prove.induction.locations import Location, Reader
from lnsym.prove.induction.search import Inductive
from lnsym.run.setup import Setup

LENGTH = 120
"""Characters of one term."""

K = BV.var("k", 64)


def in_words(inductive: Inductive, setup: Setup) -> tuple[str, ...]:
    """Lines: for each head what every location holds that is not as it was at the call, then what is anything."""
    return tuple(
        [line for invariant in inductive.invariants for line in _of_one(invariant, setup, inductive.entry.setup.start)]
    )


def _of_one(invariant: Invariant, setup: Setup, start: State) -> Iterator[str]:
    image = setup.image
    steps = f" ({invariant.steps})" if invariant.steps else ""
    yield f"at {invariant.head:#x} ({image.describe(invariant.head)}), when k steps are done{steps}:"
    reader = Reader(setup.statement, {block.name: block.base for block in setup.statement.blocks})
    kept, anything = [], []
    for location, lanes in invariant.lanes.items():
        if all(lane.value is None for lane in lanes):
            anything.append(location)
        elif len(lanes) == 1 and lanes[0].value is reader.read(start, location):
            kept.append(location)
        else:
            yield f"  {location} = {_value(lanes, setup, invariant)}"
    for name, ahead in invariant.ahead.items():
        parts = "k" if not ahead else f"k {'+' if ahead > 0 else '-'} {abs(ahead)}"
        yield f"  {name}: {parts} parts are written"
    if kept:
        yield f"  as at the call: {_ranges(kept)}"
    if anything:
        yield f"  anything: {_ranges(anything)}"


def _value(lanes: Sequence[Lane], setup: Setup, invariant: Invariant) -> str:
    texts = []
    for lane in lanes:
        if lane.value is None:
            texts.append("anything")
            continue
        (value,) = put([lane.value], {invariant.done: K}, setup.statement.folds)
        texts.append(show(value, length=LENGTH, naming=by_label(setup.statement.labels)))
    return " | ".join(texts)


def _ranges(locations: Sequence[Location]) -> str:
    """`x5..x9, v3`: neighbours of one kind together."""
    runs: list[list[Location]] = []
    step = {"stack": 8}
    for location in locations:
        last = runs[-1][-1] if runs else None
        follows = last is not None and (location.kind, location.region) == (last.kind, last.region)
        if last is not None and follows and location.number == last.number + step.get(location.kind, 1):
            runs[-1].append(location)
        else:
            runs.append([location])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)
