"""Sweep: both sides as one circuit, joined from the inputs upwards (`lnsym.prove.sweep`)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from lnsym.prove.method import Answer, Budget, Method, Refuted, Rest, Unknown

if TYPE_CHECKING:
    from lnsym.contract.obligations import Obligation
    from lnsym.prove.sweep import Sweep

JOIN_SAMPLES = 256
"""On how many inputs each equality of two words is evaluated before anything rests on it."""

CHECK_INTERVALS = 4
"""How many times as long as a check takes goes by before the next one."""


def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
    """All together, those that are answered first; each that is left with its terms joined as far as was shown."""
    from lnsym.bv import terms_made
    from lnsym.prove.sweep import Sweep

    terms = terms_made()
    sweep = Sweep(obligations, budget.deadline)
    pending: list[tuple[Obligation, Answer]] = []
    checks = _Checks(sweep)
    for number, answer in sweep.run():
        pending.append((obligations[number], answer))
        if isinstance(answer, Refuted) or checks.due():
            checks.run()
            yield from pending
            pending.clear()
    checks.run()
    yield from pending
    left = sweep.left()
    apart = sweep.apart(terms) if left else None
    serials = (apart[0].serial, apart[1].serial) if apart else None
    evidence = sweep.evidence("rewritten") if left else None
    for number in left:
        rest = Rest(sweep.rewritten(obligations[number]), evidence) if evidence else None
        yield obligations[number], Unknown("sweep joined neither it nor all below it in time", serials, rest)


class _Checks:
    """The words that sweep declared equal, evaluated on fresh inputs before anything that rests on them is said."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._checked = 0
        self._cost = 0.0
        self._last = time.perf_counter()

    def due(self) -> bool:
        """Whether the last check is so long ago that another takes a small part of the time."""
        return time.perf_counter() - self._last > CHECK_INTERVALS * self._cost

    def run(self) -> None:
        """Raises ToolFault for an equality that fails on an input."""
        from lnsym.prove import consistency
        from lnsym.prove.consistency import Claim

        began = time.perf_counter()
        new = self._sweep.equalities[self._checked :]
        self._checked += len(new)
        consistency.check([Claim(SWEEP.name, equality.obligation) for equality in new], repeat({}), JOIN_SAMPLES)
        self._last = time.perf_counter()
        self._cost = self._last - began


SWEEP = Method("sweep", "costly", attempt, assumption="sweep", reduces=True, share=0.6, share_alone=0.95)
"""Alone it ends a little early, to say what stayed apart."""
