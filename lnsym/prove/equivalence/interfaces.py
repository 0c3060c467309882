"""Interfaces: what a contract gives two routines that are to be compared, and that it is the same for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lnsym.contract import Block, Contract, Statement
from lnsym.contract.checks import ContractError
from lnsym.errors import LnsymError
from lnsym.prove.equivalence.product import given_variables
from lnsym.run.outputs import Outputs


@dataclass(eq=False)
class InterfacesDiffer(LnsymError):
    """A contract that does not give two routines the same interface."""

    contract: str
    routines: tuple[str, str]
    what: str

    def _message(self) -> str:
        """Which contract, and what is not the same."""
        return (
            f"contract {self.contract!r} gives {self.routines[0]} and {self.routines[1]} different interfaces: {self.what}; "
            "give a --contract in which both have the same"
        )


@dataclass(frozen=True)
class Interface:
    """A theorem without its claims, and the places that it would have made them of."""

    statement: Statement
    outputs: Outputs


def interfaces_of(
    contract: Contract, routines: tuple[str, str], parameters: Mapping[str, object]
) -> tuple[Interface, Interface]:
    """The interfaces of two routines. A region or value that only one of them has is an input of its own.

    Raises InterfacesDiffer, ContractError where there is nothing to compare, and what `Contract.interface` raises.
    """
    first, second = (_interface(contract.interface(routine, **parameters)) for routine in routines)
    what = _difference(first, second)
    if what:
        raise InterfacesDiffer(contract.name, routines, what)
    if not first.outputs.widths:
        raise ContractError(
            f"{contract.name!r} leaves nothing to compare: no region is written and no result returned; "
            "say t.returns(width) for a result"
        )
    return first, second


def _interface(stated: Statement) -> Interface:
    for name in stated.open_blocks:
        raise ContractError(f"the size of {name!r} is a term: two routines are compared under fixed sizes only")
    return Interface(stated.without_claims(), Outputs.of(stated))


def _difference(first: Interface, second: Interface) -> str:
    """In words, where the interfaces contradict each other; empty where they do not."""
    others = {block.name: block for block in second.statement.blocks}
    for block in first.statement.blocks:
        other = others.get(block.name, block)
        if _text(block) != _text(other):
            return f"the region {block.name} is {_text(block)} to one, {_text(other)} to the other"
        if block.listed != other.listed:
            return f"the region {block.name} holds known numbers for one of them only"
    widths = {variable.origin: variable.width for variable in given_variables(first.statement)}
    for variable in given_variables(second.statement):
        width = widths.get(variable.origin, variable.width)
        if width != variable.width:
            return f"{variable.origin} has {width} bits for one, {variable.width} for the other"
    ours, theirs = first.outputs.widths, second.outputs.widths
    unshared = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    return f"{unshared[0]} is an output of one of them only" if unshared else ""


def _text(block: Block) -> str:
    return (
        f"{block.count} elements of {block.width} bits ({block.byteorder}-endian, access {block.access}, "
        f"alignment {block.alignment})"
    )
