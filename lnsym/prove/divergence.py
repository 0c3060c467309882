"""Where wrong code leaves its specification: the first labelled value of the specification that the code never computes."""

from __future__ import annotations

from lnsym.bv import evaluate, label_of, topological
from lnsym.contract.execution import Execution, concrete_start
from lnsym.contract.run import run_concretely
from lnsym.machine.decode import Instruction
from lnsym.machine.recorder import Recorder
from lnsym.machine.state import State
from lnsym.contract.inputs import Sample


def first_divergence(execution: Execution, sample: Sample) -> str:
    """In words, on one concrete run of the simulator: `a after round 17 is never computed`; empty when it cannot be told.

    The specification's labels are taken in the order in which it computes them.
    """
    roots = [element for elements in execution.theorem.ensured.values() for element in elements]
    labelled = [term for term in topological(roots) if label_of(term) is not None]
    labelled.sort(key=lambda term: term.serial)
    if not labelled or len(execution.theorem.calls) != 1:
        return ""
    (values,) = evaluate(labelled, [sample], default=0)
    computed = _computed_values(execution, sample, {term.width for term in labelled})
    previous = ""
    for term, value in zip(labelled, values, strict=True):
        name = label_of(term) or ""
        if value not in computed:
            after = f"the code follows the specification up to ⟨{previous}⟩; " if previous else ""
            return f"{after}⟨{name}⟩ = {value:#x} is never computed"
        previous = name
    return ""


def _computed_values(execution: Execution, sample: Sample, widths: set[int]) -> set[int]:
    """Every value of these widths that an instruction writes, lanes of vectors one by one."""
    state = concrete_start(execution.image, execution.theorem, sample)
    recorder = Recorder(state)
    computed: set[int] = set()

    def observe(instruction: Instruction, state: State) -> None:
        recorder(instruction, state)
        for write in recorder.writes:
            for width in widths:
                for low in range(0, write.value.width, width):
                    computed.add(write.value.value >> low & ((1 << width) - 1))

    run_concretely(execution, state, sample, observe)
    return computed
