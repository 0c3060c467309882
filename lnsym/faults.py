"""Faults of lnsym itself, as a person meets them: one line, and a file to reproduce them. A crash is no verdict."""

from __future__ import annotations

import tempfile
import traceback
from dataclasses import dataclass

from lnsym.errors import LnsymError, ToolFault


@dataclass(eq=False)
class Fault(LnsymError):
    """What went wrong inside lnsym, and where it is written down."""

    what: str
    file: str

    def _message(self) -> str:
        written = (
            f"all that is needed to reproduce it is in {self.file}" if self.file else "nothing could be written down"
        )
        return f"no verdict, a fault of lnsym: {self.what}; {written}; please report it"


@dataclass(eq=False)
class ProcessDied(LnsymError):
    """A process that ended without an answer: killed, for its use of memory say."""

    summary: str

    def _message(self) -> str:
        return f"no verdict: {self.summary}; --jobs 1 needs less memory and shows more"


def recorded(error: BaseException) -> Fault:
    """The fault as an error with one line; its reproduction, or the traceback, goes to a new file among the temporary ones."""
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, ToolFault):
        return Fault(error.what, _written(f"{error.reproduction}\n{trace}"))
    text = " ".join(str(error).split())[:200]
    return Fault(f"{type(error).__name__}: {text}" if text else type(error).__name__, _written(trace))


def _written(text: str) -> str:
    """The name of a new file that holds the text; empty where none can be written."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="lnsym-fault-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.write(text)
    except OSError:
        return ""
    return file.name
