"""Verification for every count: invariants are searched for, what they claim is proved, and where that fails they are made to say less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lnsym.contract.obligations import Obligation
from lnsym.prove.induction.folding import Unfit, check_steps
from lnsym.prove.induction.search import Inductive, Search
from lnsym.prove.induction.words import in_words
from lnsym.prove.judge import Established, Judgement, LeftOpen, Limits, ProofQuestion, judge
from lnsym.prove.refutation import Counterexample, GivenToOne
from lnsym.run.exploration import Execution, Unexplored
from lnsym.run.inputs import Sample
from lnsym.run.setup import Setup

ROUNDS = 4
"""How often invariants of which something is not proved are made to say less."""


@dataclass(frozen=True, eq=False)
class NoInput:
    """A replayer for states at a loop's head, of which nobody knows whether an input leads there."""

    setup: Setup

    @property
    def given(self) -> GivenToOne:
        """What the theorem gives."""
        return GivenToOne(self.setup)

    def confirm(self, sample: Sample) -> Counterexample | None:
        """Nothing is shown."""
        return None

    def improvements(self, shown: Counterexample) -> Iterator[Counterexample]:
        """There are none."""
        yield from ()


@dataclass(frozen=True)
class ByInduction:
    """What came of the search."""

    execution: Execution | None = None
    """All ways, as the paths of one; None where no invariants were found."""
    judgement: Judgement[Counterexample] = field(default_factory=Judgement)
    invariants: tuple[str, ...] = ()
    """In words."""
    reason: str = ""
    """Why nothing is proved; empty where all is."""


def by_induction(unexplored: Unexplored, limits: Limits, lemmas: Sequence[Obligation] = ()) -> ByInduction:
    """Prove a theorem for every count. Raises ContractError, DeadlinePassed, ToolFault."""
    check_steps(unexplored.setup.statement)
    labelled = unexplored.setup.statement.labelled
    search = Search(unexplored)
    found = ByInduction(reason="no invariant was looked for")
    try:
        for _ in range(ROUNDS):
            inductive = search.found()
            execution = _all_ways(inductive)
            question = ProofQuestion(inductive.obligations, NoInput(unexplored.setup), {}, lemmas, labelled, runs=False)
            judgement = judge(question, limits)
            said = in_words(inductive, unexplored.setup)
            found = ByInduction(execution, judgement, said, _reason(inductive, judgement))
            if not isinstance(judgement.outcome, LeftOpen):
                return found
            if judgement.outcome.late is not None:
                return found
            if not search.weakened([obligation for obligation, _ in judgement.outcome.left]):
                return found
    except Unfit as unfit:
        return replace(found, reason=str(unfit))
    return found


def _reason(inductive: Inductive, judgement: Judgement[Counterexample]) -> str:
    """Why not all is proved; empty where it is."""
    match judgement.outcome:
        case Established():
            returned = [way for way in inductive.ways if way.target is None]
            return "" if returned else "no path reaches the end: the theorem would be vacuous"
        case LeftOpen(left):
            first = next(iter(left), None)
            return "not all was looked at in time" if first is None else f"{first[0].name}: {first[1]}"
    return "it was refuted on the terms"


def _all_ways(inductive: Inductive) -> Execution:
    """The entry's execution with the paths of all ways, and what these rest on."""
    entry = inductive.entry
    return replace(
        entry,
        paths=tuple([way.path for way in inductive.ways]),
        goals=inductive.obligations,
        changed_x18=entry.changed_x18 or inductive.changed_x18,
    )
