"""The costly methods side by side: each chain of methods in a forked process, findings as they come.

A forked process has the terms of its parent, which cannot be sent; what comes back are numbers of obligations and serial numbers of
terms. The processes are ended when the receiver stops listening, at the deadline, and on Ctrl-C; they end with their parent.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from typing import TypeAlias

from lnsym import signals
from lnsym.contract.obligations import Obligation
from lnsym.errors import ToolFault
from lnsym.prove.evidence import Evidence, Reduced
from lnsym.prove.method import Answer, Budget, Method, Proved, Unknown

Chain: TypeAlias = tuple[Method, ...]
"""Methods one after the other, each on what those before it left."""

GRACE = 0.5
"""Seconds past the deadline for a process to say what it found."""


@dataclass(frozen=True)
class Finding:
    """One method's answer to one obligation, by its number; without what only its process can read."""

    obligation: int
    method: str
    answer: Answer


@dataclass(frozen=True)
class Ended:
    """A method is done, or gave up, after so many seconds."""

    method: str
    seconds: float


Message: TypeAlias = Finding | Ended | ToolFault
Send: TypeAlias = Callable[[Message], None]


def chains(methods: Sequence[Method], processes: int, first: Sequence[Method] = ()) -> list[Chain]:
    """What runs side by side: the method that reduces with one on what it leaves, and others on the obligations as they are.

    The costlier ones begin at once. `first` go before the one that does, or before the one that comes after the reducing method.
    """
    reducing = tuple([method for method in methods if method.reduces])
    others = [method for method in reversed(methods) if not method.reduces]
    before = tuple(first) if others else ()
    if not reducing:
        alone: list[Chain] = [(method,) for method in others[:processes]] if processes > 1 else [tuple(others)]
        return [*alone[:-1], (*before, *alone[-1])]
    if processes <= 1 or not others:
        return [(*reducing, *before, *others[-1:])]
    return [(*reducing, others[-1]), (*before, others[0]), *[(method,) for method in others[1:]]][:processes]


def race(obligations: Sequence[Obligation], budget: Budget, rivals: Sequence[Chain]) -> Generator[Message, None, None]:
    """What the chains find, as it comes, until all are done or the deadline is over. Closing the iterator ends them."""
    context = multiprocessing.get_context("fork")
    running = {}
    try:
        for chain in rivals:
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=_run, args=(chain, obligations, budget, sender, os.getpid()), daemon=True)
            process.start()
            sender.close()
            running[receiver] = process
        while running:
            ready = wait(list(running), timeout=budget.deadline.left() + GRACE)
            if not ready:
                return
            for receiver in [receiver for receiver in running if receiver in ready]:
                try:
                    yield receiver.recv()
                except EOFError:
                    running.pop(receiver).join()
    finally:
        for process in running.values():
            process.kill()
        for receiver, process in running.items():
            process.join()
            receiver.close()


def _run(chain: Chain, obligations: Sequence[Obligation], budget: Budget, sender: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signals.end_with(parent)
    with suppress(BrokenPipeError):
        try:
            _follow(chain, obligations, budget, sender.send)
        except ToolFault as fault:
            sender.send(fault)


def _follow(chain: Chain, obligations: Sequence[Obligation], budget: Budget, send: Send) -> None:
    """One method after the other, each on what is left as the one before it left it."""
    numbers = {obligation: number for number, obligation in enumerate(obligations)}
    left = dict(enumerate(obligations))
    reductions: dict[int, list[tuple[str, Evidence]]] = {}
    for place, method in enumerate(chain, 1):
        began = time.perf_counter()
        for obligation, answer in method.attempt(list(left.values()), method.budget(budget, place == len(chain))):
            number = numbers.get(obligation)
            if number is None:
                continue
            if isinstance(answer, Proved):
                left.pop(number, None)
                for by, reduction in reversed(reductions.get(number, [])):
                    answer = Proved(Reduced(by, reduction, answer.evidence))
            elif isinstance(answer, Unknown):
                if answer.rest is not None:
                    left[number] = answer.rest.obligation
                    numbers[answer.rest.obligation] = number
                    reductions.setdefault(number, []).append((method.name, answer.rest.evidence))
                answer = replace(answer, rest=None, replaced=None)
            send(Finding(number, method.name, answer))
        send(Ended(method.name, time.perf_counter() - began))
