"""Disagreement: an input on which two routines leave different things, confirmed by running both on Unicorn.

A routine that accesses what its contract does not give it, or does not bring back a register that it must, is refuted whatever the
other one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lnsym.bv import BV, evaluate, variables
from lnsym.contract import abi
from lnsym.contract.obligations import Obligation
from lnsym.machine.origins import OfSecond
from lnsym.prove.equivalence.parting import Parting, where_they_part
from lnsym.prove.equivalence.product import Product
from lnsym.prove.equivalence.sides import Side
from lnsym.prove.refutation import (
    Input,
    meaning_of,
    model_fault,
    replayed,
    stopped_on,
    violation_of,
)
from lnsym.prove.replay import Replay
from lnsym.run.inputs import Sample, holds
from lnsym.run.outputs import Outputs


@dataclass(frozen=True)
class Differing:
    """What each routine has in one place, unsigned, `width` bits; None where it has no such place."""

    name: str
    width: int
    first: int | None
    second: int | None
    meaning: str = ""
    """What the place is, in words, where its name does not say it."""


@dataclass(frozen=True)
class Disagreement:
    """An input, and what the two routines do with it on Unicorn."""

    sample: Sample
    """Complete, by the variables of the product."""
    inputs: tuple[Input, ...]
    """What the contract gives both."""
    labels: tuple[str, str]
    """What the routines are called."""
    differences: tuple[Differing, ...] = ()
    """The outputs that are not the same."""
    found: tuple[Differing, ...] = ()
    """What the contract does not give and the differences depend on: registers, the stack, unknown memory."""
    violations: tuple[str, ...] = ()
    """Rules that one of them breaks, in words."""
    parting: Parting | None = None
    """Where routines that begin alike part."""

    @property
    def summary(self) -> str:
        """The first violation or else difference, and how many more there are, in a line."""
        if self.violations:
            first, more = self.violations[0], len(self.violations) - 1
        else:
            one, more = self.differences[0], len(self.differences) - 1
            first = f"{one.name} is {one.first:#x} by {self.labels[0]}, {one.second:#x} by {self.labels[1]}"
        return f"{first} (and {more} more)" if more else first


@dataclass(frozen=True, eq=False)
class TwoRoutines:
    """Two routines under one interface, for the judge; `obligations` are all that are asked."""

    given: Product
    sides: tuple[Side, Side]
    obligations: Sequence[Obligation]

    def confirm(self, sample: Sample) -> Disagreement | None:
        """A disagreement, if Unicorn shows it."""
        return confirm(self.given, self.sides, sample)

    def improvements(self, shown: Disagreement) -> Iterator[Disagreement]:
        """A smaller one."""
        smaller = self.confirm(
            self.given.smaller(self.obligations, shown.sample, self.sides[0].execution.limits.deadline)
        )
        if smaller is not None:
            yield smaller


def confirm(product: Product, sides: tuple[Side, Side], sample: Sample) -> Disagreement | None:
    """Run both routines from a sample on Unicorn; None when they do the same, and nothing forbidden. Raises ModelFault, DeadlinePassed."""
    full = product.complete(sample, *[side.execution.paths for side in sides])
    violations, left = [], []
    for side, own in zip(sides, product.split(full), strict=True):
        stopped = stopped_on(side.execution, own)
        seen = replayed(side.execution, own, stopped)
        if seen is None:
            return None
        if seen.run.ending != "returned":
            violation = violation_of(side.execution, stopped, seen.run, own)
            if not violation:
                return None
            violations.append(f"{side.label}: {violation}")
            continue
        violations += _not_preserved(side, own, seen)
        if seen.call + 1 < len(side.execution.setup.statement.calls):
            continue
        values = _output_values(side.outputs, seen)
        _check_model(side, full, own, values | seen.observed)
        left.append(values)
    differences = [
        Differing(name, width, left[0][name], left[1][name])
        for name, width in sides[0].outputs.widths.items()
        if len(left) == 2 and left[0][name] != left[1][name]
    ]
    if not differences and not violations:
        return None
    return Disagreement(
        full,
        _given(product, full),
        (sides[0].label, sides[1].label),
        tuple(differences),
        tuple(_found(product, sides, full, differences)),
        tuple(violations),
        where_they_part(sides, product.split(full)),
    )


def _output_values(outputs: Outputs, seen: Replay) -> dict[str, int]:
    """What a run left in the places that are compared."""
    values = {f"{block.name}[{i}]": seen.observed[f"{block.name}[{i}]"] for block, i in outputs.elements}
    if outputs.result_width:
        values["result"] = seen.run.registers.general[0] & ((1 << outputs.result_width) - 1)
    return values | {name: seen.run.registers.named(name) for name in outputs.registers}


def _not_preserved(side: Side, own: Sample, seen: Replay) -> list[str]:
    """The callee-saved registers that a run did not bring back, in words."""
    before = abi.values_on(own, side.execution.setup.preserved(seen.call))
    return [
        f"{side.label}: {name} was {value:#x} and is {seen.observed[name]:#x} on return"
        for name, value in before.items()
        if seen.observed[name] != value
    ]


def _check_model(side: Side, full: Sample, own: Sample, seen: Mapping[str, int]) -> None:
    for arrival in side.arrivals:
        if holds(arrival.conditions, full):
            terms = {**arrival.outputs, **arrival.preserved}
            (values,) = evaluate(list(terms.values()), [full], default=0)
            for name, value in zip(terms, values, strict=True):
                if value != seen[name]:
                    raise model_fault(side.execution, name, terms[name], full, own, seen[name])


def _given(product: Product, full: Sample) -> tuple[Input, ...]:
    """The pointers and values that the calls get, then the regions they may read, in the order of the contract."""
    statements = (product.first.statement, product.second.statement)
    terms = [argument for statement in statements for call in statement.calls for argument in call.arguments]
    terms += [value for statement in statements for value in statement.registers.values()]
    given = dict.fromkeys(v for term in terms for v in variables([term]) if v in product.given)
    found = [Input(str(v.origin), v.width, (full[v],)) for v in given]
    blocks = {block.name: block for statement in statements for block in statement.blocks if "r" in block.access}
    return (*found, *[Input(f"{block.name}[]", block.width, block.values(full)) for block in blocks.values()])


def _found(
    product: Product, sides: tuple[Side, Side], full: Sample, differences: Sequence[Differing]
) -> list[Differing]:
    """The routines' own variables in what differs, and in the conditions under which each does what it does."""
    values: dict[BV, list[int | None]] = {}
    for number, side in enumerate(sides):
        for variable in variables(_terms_behind(side, full, differences)):
            if variable not in product.given:
                origin = variable.origin
                own = BV.var(origin.origin, variable.width) if isinstance(origin, OfSecond) else variable
                values.setdefault(own, [None, None])[number] = full.get(variable, 0)
    return [Differing(str(v.origin), v.width, first, second, meaning_of(v)) for v, (first, second) in values.items()]


def _terms_behind(side: Side, full: Sample, differences: Sequence[Differing]) -> list[BV]:
    terms: list[BV] = []
    for arrival in side.arrivals:
        if holds(arrival.conditions, full):
            terms += [*arrival.conditions, *[arrival.outputs[d.name] for d in differences]]
    return terms
