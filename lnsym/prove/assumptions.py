"""What a proof rests on, by the names of SOUNDNESS.md."""

from __future__ import annotations

from collections.abc import Sequence

from lnsym.contract import abi
from lnsym.prove.evidence import Proof
from lnsym.prove.feasibility import Feasibility
from lnsym.prove.methods import METHODS, Z3
from lnsym.run.exploration import Execution


def assumptions_of_all(stack_bytes: int) -> tuple[str, ...]:
    """What every verdict rests on that assumes so much stack."""
    return (
        "isa-model",
        "specification",
        "normal-forms",
        "loader",
        "contract",
        "regions-disjoint",
        "no-interposition",
        abi.stack_assumption(stack_bytes),
        "single-thread",
    )


ASSUMPTIONS = assumptions_of_all(abi.STACK_BYTES)
"""Those under the usual bound on the stack."""


def assumptions_used(
    executions: Sequence[Execution], proofs: Sequence[Proof], pairs_dropped: bool = False
) -> list[str]:
    """Those of the instructions that were run, of the paths that were dropped and of the methods on whose word proofs rest."""
    run = [instruction for execution in executions for instruction in execution.setup.code.decoded.values()]
    assumed = {i.encoding.assumption(i.fields) for i in run}
    by = frozenset[str]().union(*[proof.methods for proof in proofs])
    used = [method.assumption for method in METHODS if method.name in by]
    objects = ["external-objects"] if any(execution.reads_external_objects for execution in executions) else []
    kept = (
        ["globals-kept"]
        if any(e.setup.statement.globals_kept and len(e.setup.statement.calls) > 1 for e in executions)
        else []
    )
    direct = ["called-directly"] if any(execution.called_directly for execution in executions) else []
    scratch = ["x18-scratch"] if any(execution.changed_x18 for execution in executions) else []
    questions = [
        execution.limits.feasible for execution in executions if isinstance(execution.limits.feasible, Feasibility)
    ]
    if pairs_dropped or any(question.solver_dropped_some for question in questions):
        used.append(Z3.assumption)
    in_order = [
        *sorted(assumption.name for assumption in assumed if assumption is not None),
        *objects,
        *kept,
        *direct,
        *scratch,
        *used,
    ]
    return list(dict.fromkeys(name for name in in_order if name))
