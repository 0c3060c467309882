"""How a path ends, as a frozen value: of one of five families, which are all there are.

    Returned | AtCut | Forbidden | NotModelled | Exhausted

The members of a family stand beside the code that finds them out (`paths.StepLimit`), those of memory in `access_errors`. Each has
its facts as fields, and `str` says in a line what happened. "Raises X", of such a member X, says that `EndOfPath` is raised with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lnsym.errors import LnsymError, one_line


@dataclass(frozen=True)
class Returned:
    """It returned to its caller."""

    def __str__(self) -> str:
        return "it returned"


@dataclass(frozen=True)
class AtCut:
    """It came to an address at which the explorer was asked to stop, before the instruction there; the state can go on."""

    address: int

    def __str__(self) -> str:
        return f"it came to {self.address:#x}, where it was to stop"


class _InWords:
    """An ending that says in a sentence what happened."""

    def _message(self) -> str:
        """What happened, where, and what to do about it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return one_line(self._message())


@dataclass(frozen=True)
class Forbidden(_InWords):
    """It did what no routine may do, or what nothing shows to be allowed."""


@dataclass(frozen=True)
class NotModelled(_InWords):
    """It came to what is outside the model: an instruction, or what only another file has."""


@dataclass(frozen=True)
class Exhausted(_InWords):
    """A limit of the exploration was reached before its end."""


Ending: TypeAlias = Returned | AtCut | Forbidden | NotModelled | Exhausted


@dataclass(frozen=True)
class RefusedInput(NotModelled):
    """It came to an error of the input: of the loader mostly, which does not have the bytes or the address that it needs."""

    error: LnsymError

    def _message(self) -> str:
        """What the error says."""
        return str(self.error)


@dataclass(eq=False)
class EndOfPath(LnsymError):
    """Raised where a path cannot go on, for whoever runs it: the explorer keeps the ending."""

    ending: Ending

    def _message(self) -> str:
        return str(self.ending)


def ending_of(error: LnsymError) -> Ending:
    """The ending that an error, `EndOfPath` or any other, is to the path on which it was raised."""
    return error.ending if isinstance(error, EndOfPath) else RefusedInput(error)
