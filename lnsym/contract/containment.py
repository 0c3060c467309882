"""A contract's own code, run so that it cannot take lnsym with it: bounded in time and memory, and unable to end the process."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import NoReturn

SECONDS = 120.0
"""For a contract's code, where nobody says less."""

LEAST_SECONDS = 5.0
"""However short the time for a proof, its contract gets so long."""

REPEAT_SECONDS = 1.0
"""Code that swallows the exception gets it again after so long."""

BYTES = min(8 << 30, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
"""How much memory a contract's code may take beyond what the process has."""


_inside: ContextVar[bool] = ContextVar("inside", default=False)


class ContractOutOfTime(BaseException):
    """A contract's code that did not end. No Exception: code that catches those does not catch it."""


class LeftProcess(BaseException):
    """A contract's code that would have ended the process without a word."""


@contextmanager
def contained(seconds: float = SECONDS) -> Iterator[None]:
    """Run the block so; raises ContractOutOfTime, LeftProcess and MemoryError. Inside another such block it changes nothing.

    Time is bounded in the main thread only, and between bytecodes only: one endless operation of Python's own is not stopped.
    """
    if _inside.get():
        yield
        return
    token = _inside.set(True)
    try:
        with _timed(max(seconds, LEAST_SECONDS)), _memory_bounded(), _not_leaving():
            yield
    finally:
        _inside.reset(token)


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    pending, _ = signal.getitimer(signal.ITIMER_REAL)
    if threading.current_thread() is not threading.main_thread() or 0 < pending <= seconds:
        yield
        return

    def late(number: int, frame: FrameType | None) -> NoReturn:
        raise ContractOutOfTime(f"did not end within {seconds:g} s")

    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if pending:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, pending - (time.monotonic() - began)))


@contextmanager
def _memory_bounded() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _address_space() + BYTES
    if soft != resource.RLIM_INFINITY and soft <= limit:
        yield
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    """Bytes of address space that the process has now; a terabyte where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 1 << 40


@contextmanager
def _not_leaving() -> Iterator[None]:
    """Let os._exit raise in this process: its exit code would be taken for a verdict. Children of the block end as ever."""
    leave = os._exit
    here = os.getpid()

    def refuse(status: int) -> NoReturn:
        if os.getpid() != here:
            leave(status)
        raise LeftProcess("it calls os._exit")

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = leave
