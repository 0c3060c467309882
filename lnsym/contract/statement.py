"""The statement of a contract: what a routine is given, what is assumed before its calls and ensured after them. Nothing of it changes.

Sizes are in bytes unless a name says otherwise, widths in bits. Every region has a symbolic base, so a statement is about every
pointer value that keeps the regions disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

from lnsym.bv import BV, evaluate, ite, variables
from lnsym.contract import abi
from lnsym.contract.checks import ContractError, is_number, shown
from lnsym.machine.offsets import MOST_ENTRIES, chosen, places_of
from lnsym.machine.origins import Left

Access: TypeAlias = Literal["r", "w", "rw"]
ByteOrder: TypeAlias = Literal["little", "big"]


@dataclass(frozen=True, eq=False)
class Block:
    """A region of memory that the contract gives the routine.

    `elements` are its initial elements, variables named `name[i]`, in the order of their addresses.
    """

    name: str
    base: BV
    elements: tuple[BV, ...]
    width: int
    """Bits of one element."""
    byteorder: ByteOrder
    access: Access
    alignment: int
    """What the base is a multiple of, in bytes."""
    secret: bool = True
    """Whether what it holds at first is a secret."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.elements) * self.width // 8

    def at(self, index: int | BV) -> BV:
        """The initial element at an index, a number or a term of 64 bits at most, unsigned; past the end a term means 0.

        A term makes a table of constants, a chain of choices otherwise. Raises ContractError for a number that is no index, and for a
        term that may mean more than `offsets.MOST_ENTRIES` constants, or `MOST_PLACES` other elements.
        """
        count = len(self.elements)
        if is_number(index) and 0 <= index < count:
            return self.elements[index]
        if not isinstance(index, BV) or index.width > 64:
            raise ContractError(f"{shown(index)} is no index of {self.name!r}, whose elements are 0 to {count - 1}")
        step = self.width // 8
        offset = index.zero_extend(64) * step
        places = places_of(offset, self.size - step, MOST_ENTRIES)
        if places == []:
            return BV.const(0, self.width)
        found = chosen(offset, places, lambda place: self.elements[place // step]) if places else None
        if found is None:
            raise ContractError(f"an index of {self.name!r} may mean too many of its {count} elements")
        return ite(index.zero_extend(64).ule(count - 1), found, BV.const(0, self.width))

    def stored(self, values: Iterable[int]) -> bytes:
        """The bytes by which memory holds elements of these values."""
        return b"".join([value.to_bytes(self.width // 8, self.byteorder) for value in values])

    def loaded(self, data: bytes) -> tuple[int, ...]:
        """The values of the elements that memory holds by these bytes, `size` of them."""
        step = self.width // 8
        return tuple([int.from_bytes(data[at : at + step], self.byteorder) for at in range(0, self.size, step)])

    def values(self, sample: Mapping[BV, int]) -> tuple[int, ...]:
        """The initial elements as a sample has them."""
        return tuple([e.value if e.is_const else sample[e] for e in self.elements])


@dataclass(frozen=True)
class Input:
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
class Statement:
    """All that a contract says of a routine; `Theorem.freeze` makes it."""

    routine: str
    """The symbol being verified."""
    blocks: tuple[Block, ...]
    values: tuple[Input, ...]
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

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """All variables that it gives: values, pointers, which are public, and elements of regions."""
        found = list(self.values)
        for block in self.blocks:
            found += [Input(block.base, False)] if block.base.op == "var" else []
            found += [Input(element, block.secret) for element in block.elements if not element.is_const]
        return tuple(found)

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
        outputs = {variable: left[output.place] for variable, output in self.outputs_in_conditions.items()}
        (values,) = evaluate(list(self.conditions.values()), [{**sample, **outputs}], default)
        return dict(zip(self.conditions, values, strict=True))

    @property
    def lasting_registers(self) -> set[str]:
        """Callee-saved registers that hold what the contract gives them at each call, not at the first alone."""
        return {name for name in self.registers if name in abi.CALLEE_SAVED} - self.changed_registers

    def without_claims(self) -> Statement:
        """The same calls under the same preconditions, nothing being claimed of what they leave but AAPCS64's rules."""
        nothing: Mapping[str, BV] = MappingProxyType({})
        return replace(self, ensured=MappingProxyType({}), conditions=nothing, result=None, ensured_registers=nothing)


def outputs_in(terms: Iterable[BV]) -> dict[BV, Left]:
    """The variables of terms that stand for what the calls leave."""
    return {v: v.origin for v in variables(terms) if isinstance(v.origin, Left)}
