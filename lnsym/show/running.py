"""A session as it runs: events as they come, a spinner on a terminal, a line for each verdict, a sum at the end."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Generic, TypeVar

from lnsym.errors import LnsymError
from lnsym.prove.verdict import Verdict
from lnsym.session import Events, Failed, Finished, Judged, SessionEvent, Started
from lnsym.show.exit_codes import exit_code_of_all

if TYPE_CHECKING:
    from rich.status import Status

Q = TypeVar("Q")
A = TypeVar("A")
V = TypeVar("V", bound=Verdict)


def follow(events: Events[Q, A], show: Callable[[SessionEvent[Q, A]], None]) -> None:
    """Show all events of a session to the last. Ctrl-C while one is shown ends the session as one in between does."""
    with closing(events):
        try:
            for event in events:
                show(event)
        except KeyboardInterrupt as interruption:
            show(events.throw(interruption))


class Spinner:
    """What is waited for, on stderr, on a terminal only."""

    def __init__(self) -> None:
        self._status: Status | None = None

    def wait_for(self, text: str) -> None:
        """Turn, beside the text, until `stop`."""
        if self._status is None and sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status(text)
            self._status.start()

    def stop(self) -> None:
        """Leave the line to others."""
        if self._status is not None:
            self._status.stop()
            self._status = None


class Running(ABC, Generic[Q, V]):
    """Verdicts as they are reached, and errors, each once; afterwards, what came of all."""

    def __init__(self, asked: Sequence[Q]) -> None:
        self.asked = asked
        self.verdicts: list[tuple[Q, V]] = []
        self.errors: list[LnsymError] = []
        self._said: set[str] = set()
        self._waiting: deque[Q] = deque()
        self._spinner = Spinner()

    @property
    def exit_code(self) -> int:
        """The worst of all questions; UNKNOWN where there was none."""
        return exit_code_of_all([*[verdict for _, verdict in self.verdicts], *self.errors])

    def follow(self, events: Events[Q, V]) -> None:
        """Print everything as it comes. Raises KeyboardInterrupt where the session was interrupted."""
        try:
            follow(events, self._show)
        finally:
            self._spinner.stop()

    def _show(self, event: SessionEvent[Q, V]) -> None:
        match event:
            case Started(question):
                self._waiting.append(question)
                self._spinner.wait_for(self._name(self._waiting[0]))
                return
            case Finished(seconds, interrupted):
                if interrupted:
                    raise KeyboardInterrupt
                self._print_sum(seconds)
                return
        self._spinner.stop()
        self._waiting.popleft()
        match event:
            case Judged(question, verdict):
                self.verdicts.append((question, verdict))
                for line in self._lines(verdict):
                    print(line, flush=True)
            case Failed(question, error):
                self.errors.append(error)
                self._print_once(f"lnsym: {self._error(question, error)}")
        if self._waiting:
            self._spinner.wait_for(self._name(self._waiting[0]))

    def _print_once(self, line: str) -> None:
        if line not in self._said:
            print(line, file=sys.stderr)
        self._said.add(line)

    def _counts(self) -> str:
        """How many of each verdict, how many of those asked for are missing, and the time of all."""
        verdicts = [verdict for _, verdict in self.verdicts]
        counts = {status: sum(v.status == status for v in verdicts) for status in ("proved", "refuted", "unknown")}
        parts = [f"{count} {status}" for status, count in counts.items() if count]
        if len(self.asked) > len(verdicts):
            parts.append(f"{len(self.asked) - len(verdicts)} not verified")
        return f"{', '.join(parts)}; {sum(v.total_seconds for v in verdicts):.2f} s"

    @abstractmethod
    def _name(self, question: Q) -> str:
        """What is waited for."""

    @abstractmethod
    def _lines(self, verdict: V) -> Iterator[str]:
        """The verdict, and what follows it."""

    @abstractmethod
    def _error(self, question: Q, error: LnsymError) -> str:
        """Why there is no verdict."""

    @abstractmethod
    def _print_sum(self, seconds: float) -> None:
        """What came of all questions, after so many seconds."""
