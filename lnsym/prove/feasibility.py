"""Feasibility of path conditions: a sample that satisfies them says yes at once, else a solver is asked."""

from __future__ import annotations

import time

from lnsym.bv import BV, substitute, topological, variables
from lnsym.contract.statement import Statement
from lnsym.deadline import NEVER, Deadline
from lnsym.machine.image import Image
from lnsym.machine.layout import Piece
from lnsym.machine.origins import STACK_POINTER
from lnsym.machine.paths import Conditions
from lnsym.machine.regions import Region
from lnsym.run.exploration import MAX_STEPS, RunLimits, Unexplored
from lnsym.run.inputs import holds, samples
from lnsym.run.setup import Setup

TRIES = 32
SOLVER_SECONDS = 10.0
"""What one question may take."""

SOLVER_SHARE = 0.4
"""Which part of the execution's time all questions together may take."""


def on_feasible_paths(
    image: Image,
    symbol: str,
    statement: Statement,
    max_steps: int = MAX_STEPS,
    deadline: Deadline = NEVER,
    reserve_x18: bool = False,
) -> Unexplored:
    """A theorem set up on an image, to be explored on the paths that some input may take."""
    setup = Setup(image, symbol, statement)
    return Unexplored(setup, RunLimits(max_steps, deadline, Feasibility(setup, deadline), reserve_x18))


class Feasibility:
    """Answers for one set-up; False only where the solvers have shown that no input satisfies the conditions.

    `solver_dropped_some` says whether they did: what is proved then rests on them.
    """

    def __init__(self, setup: Setup, deadline: Deadline) -> None:
        self._setup = setup
        self._deadline = deadline
        self._seconds = SOLVER_SHARE * deadline.left()
        self.solver_dropped_some = False
        bases = [block.base for block in setup.statement.blocks]
        self._pointers = frozenset([*bases, STACK_POINTER, *setup.addresses.variables])

    def __call__(self, conditions: Conditions) -> bool:
        """Whether some input may satisfy the conditions and the preconditions."""
        newest = self._without_pointer_comparisons(conditions[-1])
        if newest.is_const:
            return newest.value == 1
        roots = [*conditions, *self._setup.statement.assumptions]
        stream = samples(self._setup, variables(roots))
        if any(holds(roots, next(stream)) for _ in range(TRIES)):
            return True
        if self._seconds <= 0:
            return True
        from lnsym.prove import smt

        began = time.perf_counter()
        seconds = min(SOLVER_SECONDS, self._seconds, self._deadline.left())
        known = roots if self._pointers.isdisjoint(variables(roots)) else [*conditions, *self._setup.preconditions]
        answer = smt.solve_with_all(known, seconds)
        self._seconds -= time.perf_counter() - began
        self.solver_dropped_some |= answer.status == "unsat"
        return answer.status != "unsat"

    def _without_pointer_comparisons(self, condition: BV) -> BV:
        """The condition with comparisons of two addresses of one region, or of one piece of the image, decided by their offsets.

        That is sound because none, with the address past its end, wraps around the address space (`preconditions`).
        """
        decided = {}
        for term in topological([condition]):
            if term.op == "ult":
                offsets = [self._offset(side) for side in term.args]
                if None not in offsets and offsets[0][0] is offsets[1][0]:  # type: ignore[index]
                    decided[term] = BV.const(int(offsets[0][1] < offsets[1][1]), 1)  # type: ignore[index]
        return substitute([condition], decided)[0] if decided else condition

    def _offset(self, address: BV) -> tuple[Region | Piece, int] | None:
        """The region of the contract, or the piece of the image, that an address belongs to, and the offset there, its end included."""
        if address.width != 64:
            return None
        of_image = self._setup.addresses.placed(address)
        if of_image is not None:
            piece, number = of_image
            return of_image if piece.start <= number <= piece.end else None
        placed = self._setup.start.memory.place(address)
        if placed is None or isinstance(placed[0].base, int):
            return None
        region, offset = placed
        return placed if region.start <= offset <= region.start + region.size else None
