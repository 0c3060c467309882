"""A verification as it runs: a line for each verdict, what follows it, a table's last line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lnsym.errors import LnsymError, one_line
from lnsym.machine.image import Image
from lnsym.prove.refutation import Counterexample
from lnsym.prove.subject import Subject
from lnsym.prove.verdict import Verdict
from lnsym.session import Absent
from lnsym.show.running import Running
from lnsym.show.verdicts import (
    apart_lines,
    assumption_lines,
    case_text,
    counterexample_lines,
    invariant_lines,
    lemma_lines,
    method_lines,
    verdict_line,
)


class Verifying(Running[Subject | Absent, Verdict]):
    """The verdicts of cases that are verified `jobs` at a time."""

    def __init__(self, asked: Sequence[Subject | Absent], jobs: int = 1, explain: bool = False) -> None:
        super().__init__(asked)
        self._jobs = jobs
        self._explain = explain
        subjects = [one for one in asked if isinstance(one, Subject)]
        self._name_width = max((len(subject.symbol) for subject in subjects), default=0)
        self._case_width = max((len(_case_text(subject)) for subject in subjects), default=0)

    @property
    def image(self) -> Image | None:
        """That of the last verdict."""
        return next((one.image for one, _ in reversed(self.verdicts) if isinstance(one, Subject)), None)

    @property
    def refuted(self) -> list[tuple[Subject, Counterexample]]:
        """What was refuted, and by which input."""
        return [
            (replace(subject, case=verdict.parameters), verdict.counterexample)
            for subject, verdict in self.verdicts
            if isinstance(subject, Subject) and verdict.counterexample is not None
        ]

    def _name(self, question: Subject | Absent) -> str:
        contract = f" ({question.contract.name})" if isinstance(question, Subject) else ""
        name = one_line(f"{question.symbol}{contract}")
        return name if self._jobs == 1 else f"{name}, {self._jobs} at a time"

    def _lines(self, verdict: Verdict) -> Iterator[str]:
        yield verdict_line(verdict, self._name_width, self._case_width)
        yield from assumption_lines(verdict)
        yield from lemma_lines(verdict)
        if self._explain:
            yield from invariant_lines(verdict)
        if verdict.counterexample is not None:
            yield from counterexample_lines(verdict.counterexample)
        if verdict.status == "unknown":
            yield from method_lines(verdict)
            if verdict.apart is not None:
                yield from apart_lines(verdict.apart)

    def _error(self, question: Subject | Absent, error: LnsymError) -> str:
        return f"{one_line(question.symbol)}: {error}"

    def _print_sum(self, seconds: float) -> None:
        if len(self.asked) > 1:
            clock = f"; {seconds:.2f} s by the clock, {self._jobs} at a time" if self._jobs > 1 else ""
            print(self._counts() + clock)


def _case_text(subject: Subject) -> str:
    return case_text(subject.contract.name, subject.contract.completed(subject.case))
