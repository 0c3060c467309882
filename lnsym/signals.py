"""The end of lnsym and of its processes, whatever brings it about.

Ctrl-C and SIGTERM kill the processes under way before anything else, so that nobody waits for one that does not end; then they raise
as ever. A second signal ends this process at once. Children end with their parent, killed by the kernel where it can do that.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

TOGETHER = 0.5
"""Signals that come within so many seconds are one: GNU timeout(1) sends two."""

POLL_SECONDS = 0.5
"""How often a child looks for its parent, where the kernel does not tell."""

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

_groups: set[int] = set()
_held = 0
_pending = 0
_first = -1.0
"""When the signal came that is being obeyed, by `time.monotonic`."""


def kill_groups() -> None:
    """Kill all process groups that are under way."""
    for group in list(_groups):
        with suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def register(group: int) -> None:
    """A process group is under way."""
    _groups.add(group)


def forget(group: int) -> None:
    """A process group was ended."""
    _groups.discard(group)


@contextmanager
def held() -> Iterator[None]:
    """Obey no signal in the block but after it: a process that was begun there is registered."""
    global _held
    _held += 1
    try:
        yield
    finally:
        _held -= 1
        if not _held and _pending:
            _obey(_pending)


@contextmanager
def obeyed(*numbers: signal.Signals, lasting: bool = False) -> Iterator[None]:
    """Obey these signals so in the block, each unless somebody else handles it. In the main thread only.

    Where it is lasting they are obeyed after it too if one came: the process is about to end.
    """
    global _first
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
                before[number] = signal.signal(number, _handle)
    try:
        yield
    finally:
        if not (lasting and _first >= 0):
            for number, handler in before.items():
                signal.signal(number, handler)
            if signal.SIGINT in before:
                _first = -1.0


def again() -> None:
    """The exception of a signal was lost: the next signal is a first one."""
    global _first
    _first = -1.0


def _handle(number: int, frame: FrameType | None) -> None:
    global _pending
    if _held:
        _pending = number
    else:
        _obey(number)


def _obey(number: int) -> None:
    global _pending, _first
    _pending = 0
    now = time.monotonic()
    first = _first < 0
    if first:
        _first = now
    kill_groups()
    if not first and now - _first > TOGETHER:
        os._exit(128 + number)
    if first and number == signal.SIGINT:
        raise KeyboardInterrupt
    if first:
        sys.exit(128 + number)


def end_with(parent: int) -> None:
    """In a child: end when the parent, by its process number, ends. The children of the child do the same, and so on."""
    global _held, _pending, _first
    _groups.clear()
    _held, _pending, _first = 0, 0, -1.0
    if _libc is None or _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os._exit(128 + signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(128 + signal.SIGKILL)
