"""The statement of a contract: what a routine is given, what is assumed before its calls and ensured after them. Nothing of it changes.

Sizes are in bytes unless a name says otherwise, widths in bits. Every region has a symbolic base, so a statement is about every
pointer value that keeps the regions disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from lnsym.bv import BV, Labels, evaluate, substitute, variables
from lnsym.contract import abi
from lnsym.contract.blocks import Block
from lnsym.contract.folds import Each, Fold
from lnsym.machine.extents import open_elements
from lnsym.machine.origins import AfterwardsAt, Left


@dataclass(frozen=True)
class InputVariable:
    """A variable that a contract gives the routine."""

    variable: BV
    secret: bool
    """Whether nobody who watches what the routine executes, and which addresses it uses, may learn of it."""


@dataclass(frozen=True)
class Call:
    """One call of a routine: the symbol, None for the one being verified, and the arguments in C order."""

    symbol: str | None
    arguments: tuple[BV, ...]


@dataclass(frozen=True, eq=False)
class Lemma:
    """A claim that helps to prove the others: two terms are equal on all inputs that meet the preconditions."""

    name: str
    left: BV
    right: BV
    """What may stand in the place of the left one once the claim is proved."""

    def __str__(self) -> str:
        return f"lemma {self.name}"


@dataclass(frozen=True, eq=False)
class Statement:
    """All that a contract says of a routine; `Theorem.freeze` makes it."""

    routine: str
    """The symbol being verified."""
    blocks: tuple[Block, ...]
    values: tuple[InputVariable, ...]
    """What may be passed besides regions."""
    calls: tuple[Call, ...]
    assumptions: tuple[BV, ...]
    """Preconditions, terms of one bit."""
    ensured: Mapping[str, tuple[BV | None, ...]]
    """What regions hold after the last call, by name."""
    conditions: Mapping[str, BV]
    """What is ensured of the calls' outputs besides, terms of one bit over variables for these (`origins.Left`)."""
    result: BV | None
    result_width: int
    """Bits of the result that the caller may use; 0 where there is none."""
    unspecified: frozenset[str]
    """Regions of which nothing is claimed afterwards."""
    registers: Mapping[str, BV]
    """Registers of a routine with a calling convention of its own, and what they hold at its call."""
    ensured_registers: Mapping[str, BV]
    changed_registers: frozenset[str]
    """Callee-saved registers that such a routine may change, by AAPCS64's names."""
    frame: int
    """Bytes at and above SP that the caller gives the routine for its use."""
    globals_kept: bool
    """Whether no other code writes the file's globals between the calls."""
    stack_bytes: int
    """How much stack below SP is assumed to be there."""
    counts: tuple[BV, ...] = ()
    """The values, 64 bits, for every one of which it is said, by induction."""
    folds: Mapping[str, Fold] = field(default_factory=lambda: MappingProxyType({}))
    """What the specification makes step by step, by name."""
    each: Mapping[str, Each] = field(default_factory=lambda: MappingProxyType({}))
    """What regions of open size hold after the last call, part by part, by name."""
    lemmas: tuple[Lemma, ...] = ()
    """Each is proved with the help of those before it, and used once it is."""
    labelled: tuple[BV, ...] = ()
    """Intermediate values to which words of the code may be joined, whether or not the claims speak of them."""
    labels: Labels = field(default_factory=lambda: MappingProxyType({}))
    """What the specification calls its intermediate values."""

    @cached_property
    def inputs(self) -> tuple[InputVariable, ...]:
        """All variables that it gives: values, pointers, which are public, and elements of regions, but those of open size."""
        found = list(self.values)
        for block in self.blocks:
            found += [InputVariable(block.base, False)] if block.base.op == "var" else []
            found += [InputVariable(element, block.secret) for element in block.listed if not element.is_const]
        return tuple(found)

    @property
    def terms(self) -> list[BV]:
        """All that it speaks of, conditions of outputs left out."""
        terms = [*self.assumptions, *self.registers.values(), *self.ensured_registers.values()]
        terms += [argument for call in self.calls for argument in call.arguments]
        terms += [element for elements in self.ensured.values() for element in elements if element is not None]
        terms += [*[side for lemma in self.lemmas for side in (lemma.left, lemma.right)], *self.labelled]
        return terms if self.result is None else [*terms, self.result]

    @property
    def outputs_in_conditions(self) -> dict[BV, Left]:
        """The variables for outputs of which the conditions speak, and what each stands for."""
        return outputs_in(self.conditions.values())

    def conditions_on(
        self, left: Mapping[str, int], sample: Mapping[BV, int], default: int | None = None
    ) -> dict[str, int]:
        """1 for each condition that holds, by name, else 0: of outputs by the names of their places, and of a sample of the inputs.

        `default` is as `evaluate` takes it.
        """
        outputs = {v: self.left_at(output, left, sample) for v, output in self.outputs_in_conditions.items()}
        (values,) = evaluate(list(self.conditions.values()), [{**sample, **outputs}], default)
        return dict(zip(self.conditions, values, strict=True))

    def place_of(self, output: Left, sample: Mapping[BV, int]) -> str:
        """The name of the place in which an output is left, by the inputs of a sample; the index of an open one is evaluated."""
        if not isinstance(output, AfterwardsAt):
            return output.place
        ((index,),) = evaluate([output.index], [sample], default=0)
        return f"{output.region}[{index}]"

    def left_at(self, output: Left, left: Mapping[str, int], sample: Mapping[BV, int]) -> int:
        """What an output is, by the names of places; 0 past the end of an open region."""
        place = self.place_of(output, sample)
        return left.get(place, 0) if isinstance(output, AfterwardsAt) else left[place]

    @cached_property
    def open_blocks(self) -> dict[str, Block]:
        """The regions of open size, by name."""
        return {block.name: block for block in self.blocks if block.is_open}

    @cached_property
    def given_at_open_indices(self) -> tuple[BV, ...]:
        """The elements at open offsets of which it speaks, those in the offsets of others before these."""
        if not self.open_blocks:
            return ()
        terms = [*self.terms, *self.conditions.values()]
        terms += [left.index for left in self.outputs_in_conditions.values() if isinstance(left, AfterwardsAt)]
        return tuple(open_elements(terms))

    def under_assumptions(self, terms: Sequence[BV]) -> list[BV]:
        """Terms with 1 in the place of what it assumes; for regions of open size, whose elements are 0 past the end."""
        known = {condition: BV.const(1, 1) for condition in self.assumptions if not condition.is_const}
        return substitute(terms, known) if self.open_blocks else list(terms)

    @property
    def lasting_registers(self) -> set[str]:
        """Callee-saved registers that hold what the contract gives them at each call, not at the first alone."""
        return {name for name in self.registers if name in abi.CALLEE_SAVED} - self.changed_registers

    def without_claims(self) -> Statement:
        """The same calls under the same preconditions, nothing being claimed of what they leave but AAPCS64's rules."""
        nothing: Mapping[str, BV] = MappingProxyType({})
        return replace(
            self,
            ensured=MappingProxyType({}),
            conditions=nothing,
            result=None,
            ensured_registers=nothing,
            lemmas=(),
            labelled=(),
            each=MappingProxyType({}),
        )


def outputs_in(terms: Iterable[BV]) -> dict[BV, Left]:
    """The variables of terms that stand for what the calls leave."""
    return {v: v.origin for v in variables(terms) if isinstance(v.origin, Left)}
