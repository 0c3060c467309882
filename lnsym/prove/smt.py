"""SMT: what is left goes to z3, with a time limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lnsym.bv import BV, variables

Status: TypeAlias = Literal["sat", "unsat", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What the solver said; for "sat" a value of each variable by name."""

    status: Status
    model: dict[str, int] = field(default_factory=dict)


def solve(conditions: Sequence[BV], seconds: float) -> Answer:
    """Whether all conditions, terms of one bit, can be 1 at once."""
    if any(condition.is_const and condition.value == 0 for condition in conditions):
        return Answer("unsat")
    import z3

    from lnsym.prove.smt_terms import Translator

    translator = Translator()
    solver = z3.SolverFor("QF_BV", ctx=translator.context)
    solver.set("timeout", max(1, int(seconds * 1000)))
    for condition in conditions:
        solver.add(translator.term(condition) == 1)
    result = solver.check()
    if result == z3.unsat:
        return Answer("unsat")
    if result != z3.sat:
        if "interrupted" in solver.reason_unknown():  # z3 takes Ctrl-C for itself
            raise KeyboardInterrupt
        return Answer("unknown")
    model = solver.model()
    values = {}
    for variable in variables(conditions):
        value = model.eval(translator.term(variable), model_completion=True)
        values[variable.name] = value.as_long()
    return Answer("sat", values)
