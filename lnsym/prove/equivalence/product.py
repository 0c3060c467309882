"""The product of two set-ups: one set of inputs, and everything that the contract does not give kept apart.

What the contract names, pointers, elements of regions and values, is the same for both routines. All else that a routine finds is
its own: other registers, flags, the stack and its address, the return address, memory whose contents nobody knows. There the second
routine's variables get names of their own, so that no equality can rest on two callers having left the same behind.

G. Barthe, J. M. Crespo, C. Kunz, Relational verification using product programs, 2011.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from random import Random

from lnsym.bv import BV, substitute, variables
from lnsym.contract.obligations import Obligation
from lnsym.contract.statement import Statement
from lnsym.deadline import Deadline
from lnsym.machine.origins import Given, OfSecond
from lnsym.machine.paths import Path
from lnsym.prove import minimise
from lnsym.prove.minimise import pointers_of, with_zeros
from lnsym.prove.refutation import GivenToOne
from lnsym.run import inputs
from lnsym.run.inputs import SLOT, Sample
from lnsym.run.setup import Setup


def given_variables(statement: Statement) -> set[BV]:
    """The variables by which a contract gives a routine its inputs."""
    terms = [argument for call in statement.calls for argument in call.arguments]
    terms += [*statement.registers.values(), *statement.assumptions]
    for block in statement.blocks:
        terms += [block.base, *block.listed]
    return {variable for variable in variables(terms) if isinstance(variable.origin, Given)}


class Product:
    """Two set-ups whose theorems agree in the regions and values that both have."""

    def __init__(self, first: Setup, second: Setup) -> None:
        self.first = first
        self.second = second
        self.given = given_variables(first.statement) | given_variables(second.statement)
        if first.image is second.image:  # it is loaded once
            self.given.update(first.addresses.variables)
        self.assumptions = list(
            dict.fromkeys([*first.statement.assumptions, *self.renamed(second.statement.assumptions)])
        )

    def renamed(self, roots: Sequence[BV]) -> list[BV]:
        """Terms of the second routine, its own variables renamed."""
        own = [variable for variable in variables(roots) if variable not in self.given]
        return substitute(roots, {v: self._of_second(v) for v in own})

    @cached_property
    def externals(self) -> dict[BV, str]:
        """The variables of both for what other files define, each with its symbol."""
        found = list(self.second.external_variables.items())
        renamed = self.renamed([variable for variable, _ in found])
        return self.first.external_variables | {v: name for v, (_, name) in zip(renamed, found, strict=True)}

    @cached_property
    def bases(self) -> frozenset[BV]:
        """The variables of both for where the pieces of their files lie."""
        return frozenset([*self.first.addresses.variables, *self.renamed(list(self.second.addresses.variables))])

    @property
    def small(self) -> Sequence[BV]:
        """Nothing: no size is open."""
        return ()

    @cached_property
    def pointers(self) -> frozenset[BV]:
        """The variables of both that facts of pointers speak of."""
        first, second = GivenToOne(self.first).pointers, GivenToOne(self.second).pointers
        return first | frozenset(self.renamed(list(second)))

    @cached_property
    def preconditions(self) -> list[BV]:
        """All preconditions of both: the regions lie apart from either stack and either image."""
        return list(dict.fromkeys([*self.first.preconditions, *self.renamed(self.second.preconditions)]))

    # -- inputs ---------------------------------------------------------------------------------

    def inputs(self, free: Sequence[BV], seed: int = 0) -> Iterator[Sample]:
        """Endless samples of the free variables, as `inputs.samples` makes them, everything placed for both."""
        random = Random(seed)
        for sample in inputs.samples(self.first, free, seed):
            yield self._placed_for_second(sample, random)

    def _placed_for_second(self, sample: Sample, random: Random) -> Sample:
        """The sample with addresses for what only the second routine has, in slots of their own."""
        bases = {block.base for block in self.first.statement.blocks}
        taken = {sample[base] // SLOT for base in bases}
        while True:
            placed = inputs.placement(self.second, random)
            own = {self._of_second(v): address for v, address in placed.items() if v not in bases}
            if taken.isdisjoint(address // SLOT for address in own.values()):
                return sample | own

    def _of_second(self, variable: BV) -> BV:
        """What a variable of the second routine is in the product."""
        return variable if variable in self.given else BV.var(OfSecond(variable.origin), variable.width)

    def complete(self, sample: Sample, first_paths: Sequence[Path] = (), second_paths: Sequence[Path] = ()) -> Sample:
        """The sample with a value for all that it leaves open on both sides, as `inputs.complete` has it on these paths."""
        first, second = self.split(sample)
        first = inputs.complete(self.first, first, first_paths, seed=0)
        first |= {variable: first.get(variable, 0) for variable in self.given}
        second |= {variable: first[variable] for variable in self.given}
        second = inputs.complete(self.second, second, second_paths, seed=1)
        return first | {self._of_second(v): value for v, value in second.items()}

    def smaller(self, obligations: Iterable[Obligation], sample: Sample, deadline: Deadline) -> Sample:
        """A sample that fails an obligation which this complete one fails, with zeros where these make no difference."""
        failures = [[*self.assumptions, *obligation.failure] for obligation in obligations]
        found = [*minimise.given_variables(self.first.statement), *minimise.given_variables(self.second.statement)]
        given = [variable for variable in found if variable in self.given]
        pointers = pointers_of(self.first) | {self._of_second(v) for v in pointers_of(self.second)}
        return with_zeros(failures, sample, given, pointers, deadline)

    def split(self, sample: Sample) -> tuple[Sample, Sample]:
        """What each routine finds, by the variables of its own set-up."""
        first, second = {}, {}
        for variable, value in sample.items():
            origin = variable.origin
            if variable in self.given:
                first[variable] = second[variable] = value
            elif isinstance(origin, OfSecond):
                second[BV.var(origin.origin, variable.width)] = value
            else:
                first[variable] = value
        return first, second
