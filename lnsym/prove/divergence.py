"""Where wrong code leaves its specification: the first labelled value of the specification that the code never computes, and the first
instruction whose result the specification does not have.
"""

from __future__ import annotations

from lnsym.bv import evaluate, operands, topological
from lnsym.machine.decode import Instruction
from lnsym.machine.recorder import Recorder, Write
from lnsym.prove.provenance import computed_at
from lnsym.run.concrete import concrete_start, run_concretely
from lnsym.run.exploration import Execution
from lnsym.run.inputs import Sample, holding

LEAVES = ("const", "var")
PLAIN = (*LEAVES, "extract", "concat")
"""Operators that say nothing of what is computed."""

COMMON = 3
"""How many other terms the code and the specification must have in common."""


def first_divergence(execution: Execution, sample: Sample) -> str:
    """In words, on one concrete run of the simulator: `a after round 17 is never computed`; empty when it cannot be told.

    The specification's labels are taken in the order in which it computes them.
    """
    roots = [e for elements in execution.setup.statement.ensured.values() for e in elements if e is not None]
    labels = execution.setup.statement.labels
    below = set(topological(roots))
    labelled = [term for term in labels if term in below]
    if not labelled or len(execution.setup.statement.calls) != 1:
        return ""
    (values,) = evaluate(labelled, [sample], default=0)
    computed = _computed_values(execution, sample, {term.width for term in labelled})
    previous = ""
    for term, value in zip(labelled, values, strict=True):
        name = labels[term]
        if value not in computed:
            after = f"the code follows the specification up to ⟨{previous}⟩; " if previous else ""
            return f"{after}⟨{name}⟩ = {value:#x} is never computed"
        previous = name
    return ""


def first_without_counterpart(execution: Execution, sample: Sample) -> Instruction | None:
    """The first executed instruction that makes a term of a wrong output that the specification lacks, from terms that it has.

    Terms are compared as nodes, so this is of use where right code is proved structurally. None where a specification with labels and
    the code have hardly a term in common, as where the code works in another basis, and where no output is wrong.
    """
    asked = execution.goals
    failing = holding([obligation.failure for obligation in asked], sample)
    wrong = [obligation for obligation, fails in zip(asked, failing, strict=True) if fails]
    specified = set(topological([obligation.right for obligation in asked]))
    computed = topological([obligation.left for obligation in wrong])
    labelled = any(term in specified for term in execution.setup.statement.labels)
    common = sum(term.op not in PLAIN and term in specified for term in computed)
    if not wrong or (labelled and common < COMMON):
        return None
    edge = [
        term
        for term in computed
        if term not in specified
        and term.op not in LEAVES
        and all(operand in specified or operand.op in LEAVES for operand in operands(term))
    ]
    return next(iter(computed_at(execution, edge, execution.limits.deadline, 1).values()), None)


def _computed_values(execution: Execution, sample: Sample, widths: set[int]) -> set[int]:
    """Every value of these widths that an instruction writes, lanes of vectors one by one."""
    collector = _Collector(widths)
    state = concrete_start(execution.setup.image, execution.setup.statement, sample)
    run_concretely(execution.setup, state, sample, execution.limits, collector)
    return collector.values


class _Collector(Recorder):
    """Collects the values that a run writes."""

    def __init__(self, widths: set[int]) -> None:
        super().__init__()
        self._widths = widths
        self.values: set[int] = set()

    def executed(self, instruction: Instruction, writes: list[Write]) -> None:
        for write in writes:
            for width in self._widths:
                for low in range(0, write.value.width, width):
                    self.values.add(write.value.value >> low & ((1 << width) - 1))
