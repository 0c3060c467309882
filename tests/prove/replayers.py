"""Replayers without code: an input counts when an obligation fails on it by evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from lnsym.bv import BV, evaluate
from lnsym.contract.obligations import Obligation
from lnsym.prove.judge import Judgement, Limits, ProofQuestion, judge
from lnsym.run.inputs import Sample


class Believing:
    """Random inputs; confirms every one that is tried, and keeps it: each must fail an obligation that is asked."""

    preconditions: Sequence[BV] = ()
    small: Sequence[BV] = ()
    pointers: frozenset[BV] = frozenset()
    bases: frozenset[BV] = frozenset()
    externals: Mapping[BV, str] = {}

    def __init__(self, *assumptions: BV) -> None:
        self.assumptions = assumptions
        self.asked: Sequence[Obligation] = ()
        self.models: list[Sample] = []

    @property
    def given(self) -> Believing:
        return self

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        random = Random(0)
        while True:
            yield {v: random.getrandbits(v.width) for v in free}

    def confirm(self, sample: Sample) -> Sample | None:
        self.models.append(sample)
        failures = [[*self.assumptions, *obligation.failure] for obligation in self.asked]
        assert any(all(evaluate(failure, [sample], default=0)[0]) for failure in failures)
        return sample

    def improvements(self, shown: Sample) -> Iterator[Sample]:
        return iter(())


class Disbelieving(Believing):
    """Confirms nothing."""

    def confirm(self, sample: Sample) -> Sample | None:
        self.models.append(sample)
        return None


def judged(replayer: Believing, obligations: Sequence[Obligation], limits: Limits | None = None) -> Judgement[Sample]:
    """What becomes of the obligations."""
    replayer.asked = obligations
    return judge(ProofQuestion(obligations, replayer), limits or Limits())
