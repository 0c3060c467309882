"""Equivalence of two routines: both simulated on the same inputs, compared on each pair of paths; no specification.

The contract gives the interface only: regions, arguments, preconditions, calls. A proof says that for every input of the
contract, whatever else the two callers leave around (`product`), both routines return, keep AAPCS64's rules and leave the same
values in every output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lnsym.bv import BV, terms_made
from lnsym.contract import Contract
from lnsym.contract.containment import contained
from lnsym.deadline import Deadline, DeadlinePassed
from lnsym.errors import one_line
from lnsym.machine.image import Image
from lnsym.machine.paths import TimeLimit
from lnsym.prove.assumptions import assumptions_of_all
from lnsym.prove.equivalence.disagreement import Disagreement, TwoRoutines
from lnsym.prove.equivalence.interfaces import Interface, interfaces_of
from lnsym.prove.equivalence.joint_paths import JointPaths
from lnsym.prove.equivalence.product import Product
from lnsym.prove.equivalence.sides import Side, pairs, side_of
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.frontier import Frontier
from lnsym.prove.judge import AFTERWARDS, Disproved, Judgement, ProofQuestion, judge
from lnsym.prove.provenance import Apart, apart_of, computed_at
from lnsym.prove.verdict import Conclusion, Verdict, concluded, conclusion
from lnsym.prove.verify import Options, meets_preconditions, simulated, timed
from lnsym.run.exploration import Execution, Unexplored
from lnsym.run.inputs import Sample


def assumptions_of_comparison(contract: Contract) -> tuple[str, ...]:
    """What every comparison under a contract rests on."""
    return tuple([name for name in assumptions_of_all(contract.stack_bytes) if name != "specification"])


SHARES_OF_SIMULATION = (0.4, 0.6)
"""Which part of the time that is left the simulation of each routine may take."""


@dataclass(frozen=True)
class RoutineInImage:
    """One of the two: a symbol of an image."""

    image: Image
    symbol: str


@dataclass(frozen=True)
class Equivalence(Verdict):
    """The answer for two routines under one interface; `routine` is the first."""

    second: str = ""
    labels: tuple[str, str] = ("", "")
    """What reports call them, so that they can be told apart."""
    disagreement: Disagreement | None = None
    """`apart` has the second routine in the place of the specification."""

    @property
    def title(self) -> str:
        """Both routines and the parameters that are set, as a name for files."""
        return "-".join([self.routine, self.second, *[f"{name}-{v}" for name, v in self.parameters.items() if v]])


def labels(first: RoutineInImage, second: RoutineInImage) -> tuple[str, str]:
    """Short names that tell two routines apart, fit to be printed: by symbol, else by file, else by number."""
    symbols = (one_line(first.symbol), one_line(second.symbol))
    if symbols[0] != symbols[1]:
        return symbols
    files = (first.image.path.name, second.image.path.name)
    if files[0] != files[1]:
        return f"{symbols[0]} of {files[0]}", f"{symbols[1]} of {files[1]}"
    return f"first {symbols[0]}", f"second {symbols[1]}"


def unanswered(
    routines: tuple[RoutineInImage, RoutineInImage],
    contract: Contract,
    parameters: Mapping[str, object],
    options: Options,
) -> Equivalence:
    """What is asked of two routines, with no answer yet."""
    return Equivalence(
        routines[0].symbol,
        contract.name,
        contract.completed(parameters),
        "unknown",
        assumptions=assumptions_of_comparison(contract),
        rules=options.rules,
        stack_bytes=contract.stack_bytes,
        second=routines[1].symbol,
        labels=labels(*routines),
    )


def compare(
    first: RoutineInImage,
    second: RoutineInImage,
    contract: Contract,
    parameters: Mapping[str, object] | None = None,
    options: Options | None = None,
    deadline: Deadline | None = None,
) -> Equivalence:
    """Prove, or refute, that two routines do the same under a contract's interface, by a deadline: else by that of the options.

    A count that may be any is 1.

    Raises errors of the input: of the images, the contract, and InterfacesDiffer.
    """
    options = options or Options()
    deadline = deadline or options.deadline()
    parameters = contract.numbered(parameters or {})
    asked = unanswered((first, second), contract, parameters, options)
    terms = terms_made()
    seconds: dict[str, float] = {}
    with timed(seconds, "interface"):
        with contained(deadline.left()):
            interfaces = interfaces_of(contract, (first.symbol, second.symbol), parameters)
        unexplored = _unexplored((first, second), interfaces, options, deadline)
        product = Product(unexplored[0].setup, unexplored[1].setup)
    executions: Sequence[Execution] = ()
    judgement: Judgement[Disagreement] = Judgement()
    goals, pairs_dropped = 0, False
    try:
        some_input = meets_preconditions(contract, product, deadline)
        executions = simulated(unexplored, SHARES_OF_SIMULATION, seconds)
        with timed(seconds, "compare"):
            sides = _sides(product, executions, interfaces, asked.labels)
            joint = JointPaths(product, list(pairs(*sides, deadline)), deadline)
            pairs_dropped = joint.solver_dropped_some
            compared = [one for number, pair in enumerate(joint.kept) for one in pair.obligations(number)]
            claimed = [*sides[0].rules, *sides[1].rules, *compared]
            goals = len(claimed)
            stopped = {**sides[0].stopped, **sides[1].stopped}
            question = ProofQuestion(claimed, TwoRoutines(product, sides, [*claimed, *stopped]), stopped)
            judgement = judge(question, options.limits(asked.title, deadline))
            vacuous = partial(_vacuous, sides, joint, some_input and bool(compared))
            said = conclusion(judgement.outcome, question, partial(_located, sides, deadline), vacuous)
    except DeadlinePassed as late:
        said = Conclusion("unknown", _simulation_late(executions, asked.labels) or str(late))
    verdict = concluded(asked, said, judgement, executions, seconds, terms_made() - terms, pairs_dropped)
    shown = judgement.outcome.shown if isinstance(judgement.outcome, Disproved) else None
    return replace(verdict, goals=goals, disagreement=shown)


def disagreeing(
    routines: tuple[RoutineInImage, RoutineInImage],
    contract: Contract,
    parameters: Mapping[str, object],
    disagreement: Disagreement,
    options: Options,
) -> tuple[tuple[Unexplored, Unexplored], tuple[Sample, Sample]]:
    """The two set-ups of a comparison that was refuted, and what each routine finds where they disagree."""
    interfaces = interfaces_of(contract, (routines[0].symbol, routines[1].symbol), parameters)
    first, second = _unexplored(routines, interfaces, options, options.deadline())
    return (first, second), Product(first.setup, second.setup).split(disagreement.sample)


def _unexplored(
    routines: tuple[RoutineInImage, RoutineInImage],
    interfaces: tuple[Interface, Interface],
    options: Options,
    deadline: Deadline,
) -> tuple[Unexplored, Unexplored]:
    first, second = (
        on_feasible_paths(
            routine.image, routine.symbol, interface.statement, options.max_steps, deadline, options.reserve_x18
        )
        for routine, interface in zip(routines, interfaces, strict=True)
    )
    return first, second


def _simulation_late(executions: Sequence[Execution], names: Sequence[str]) -> str:
    """What the first path says that was not at its end in time, with its routine; empty where all were."""
    for execution, label in zip(executions, names, strict=False):
        for path in execution.paths:
            if isinstance(path.ending, TimeLimit):
                return f"{label}: {path.ending}"
    return ""


def _sides(
    product: Product, executions: Sequence[Execution], interfaces: tuple[Interface, Interface], names: tuple[str, str]
) -> tuple[Side, Side]:
    first, second = executions
    one = side_of(first, interfaces[0].outputs, names[0])
    return one, side_of(second, interfaces[1].outputs, names[1], product.renamed)


def _vacuous(sides: tuple[Side, Side], joint: JointPaths, may_arrive: bool) -> str:
    """Why a proof would say nothing, in words.

    `may_arrive` says that an input meets the preconditions, and that something was compared.
    """
    for side in sides:
        if not side.arrivals:
            return f"no path of {side.label} reaches the end: the equivalence would be vacuous"
    if not may_arrive or not joint.some_input_returns():
        return "no input was found that takes both to their end: the equivalence may be vacuous"
    return ""


def _located(sides: tuple[Side, Side], deadline: Deadline, found: Frontier) -> Apart:
    """Where the two routines part, and the instructions that the words there come from."""
    allowance = deadline.extended(AFTERWARDS)
    computed = [computed_at(side.execution, found.own_terms, allowance) for side in sides]

    def place(number: int, term: BV) -> str:
        instruction = computed[number].get(term)
        return f"{instruction.address:#x}  {instruction.text}, of {sides[number].label}" if instruction else ""

    labels = sides[0].execution.setup.statement.labels
    return apart_of(found, labels, partial(place, 0), partial(place, 1))
