"""Whether any input meets a contract's preconditions: where none does, everything would be proved, of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lnsym.bv import BV
from lnsym.contract import Contract
from lnsym.contract.inputs import Sample, holds
from lnsym.contract.theorem import ContractError
from lnsym.prove.refutation import SAMPLES


def has_inputs(contract: Contract, preconditions: Sequence[BV], stream: Iterator[Sample], seconds: float) -> bool:
    """Whether an input was found, by samples or else by a solver within so many seconds.

    The preconditions are all of them, those on pointers included. Raises ContractError where a solver shows that there is none.
    """
    if any(holds(preconditions, sample) for sample in islice(stream, SAMPLES)):
        return True
    from lnsym.prove import smt

    answer = smt.solve(preconditions, seconds)
    if answer.status == "unsat":
        raise ContractError(
            f"the preconditions of {contract.name!r} contradict each other, or what holds of every pointer "
            "(regions, stack and image are disjoint, aligned as said, not at 0): no input satisfies them",
            contract.place,
        )
    return answer.status == "sat"
