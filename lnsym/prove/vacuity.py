"""Whether any input meets a contract's preconditions: where none does, everything would be proved, of nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from lnsym.bv import BV
from lnsym.bv.dag import listing
from lnsym.bv.names import values_listed
from lnsym.contract import Contract
from lnsym.contract.checks import ContractError
from lnsym.deadline import Deadline
from lnsym.errors import ToolFault
from lnsym.prove.judge import SAMPLES
from lnsym.run.inputs import Sample, holds

SHARE = 0.25
"""Which part of the time a solver may take to find an input."""


def has_inputs(contract: Contract, preconditions: Sequence[BV], stream: Iterator[Sample], deadline: Deadline) -> bool:
    """Whether an input was found, by samples or else by a solver in a part of the time that is left.

    The preconditions are all of them, those on pointers included. Raises ContractError where every installed solver says that there is
    none, and ToolFault where they disagree, or one gives an input that does not meet the preconditions.
    """
    if any(holds(preconditions, sample) for sample in islice(stream, SAMPLES)):
        return True
    from lnsym.prove import smt

    answer = smt.solve_with_all(preconditions, SHARE * deadline.left())
    if answer.status == "unknown" and answer.model:
        raise _fault(answer.reason, preconditions, answer.model)
    if answer.status == "sat" and not holds(preconditions, answer.model):
        raise _fault("a solver's input does not meet them", preconditions, answer.model)
    if answer.status == "unsat":
        raise ContractError(
            f"the preconditions of {contract.name!r} contradict each other, or what holds of every pointer "
            "(regions, stack and image are disjoint, aligned as said, not at 0): no input satisfies them",
            contract.place,
        )
    return answer.status == "sat"


def _fault(reason: str, preconditions: Sequence[BV], model: Mapping[BV, int]) -> ToolFault:
    what = f"whether the preconditions contradict each other: {reason}"
    terms = {f"precondition {number}": condition for number, condition in enumerate(preconditions)}
    return ToolFault(what, f"{what}\n{listing(terms)}{values_listed(model)}")
