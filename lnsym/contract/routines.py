"""The routines of a file, and the contracts that are for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from lnsym.contract.abi import STACK_BYTES
from lnsym.contract.registry import Contract, NoContractFor, NoSuchParameter
from lnsym.errors import LnsymError
from lnsym.machine.archive import MAGIC, THIN_MAGIC
from lnsym.machine.binary_file import read_file
from lnsym.machine.image import Image, list_archive, load_image

Cases: TypeAlias = Sequence[Mapping[str, object]]
"""Parameters of each theorem that is to be proved."""


@dataclass(frozen=True)
class Routine:
    """A function of a file, its size in bytes, the archive member it is in, and the name of its contract, if any."""

    name: str
    size: int
    member: str
    contract: str


@dataclass(eq=False)
class ContractsDiffer(LnsymError):
    """Two routines for which there are two contracts."""

    routines: tuple[str, str]
    contracts: tuple[str, str]

    def _message(self) -> str:
        (first, second), (one, other) = self.routines, self.contracts
        return (
            f"{first} has the contract {one}, {second} has {other}: they are for different things; "
            "if one interface fits both, name it with --contract"
        )


def contract_for(symbol: str, contracts: Mapping[str, Contract]) -> str:
    """The name of the first contract that fits the symbol; empty when none does."""
    return next((name for name, contract in contracts.items() if contract.fits(symbol)), "")


@dataclass(frozen=True)
class Choice:
    """Which contract a routine is held against, and in which of its cases."""

    known: Mapping[str, Contract]
    """By name: a routine gets the first that fits it."""
    asked: Contract | None = None
    """The one for all routines, where one was asked for."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters, as text. A contract that was not asked for ignores those of others."""
    stack_bytes: int = STACK_BYTES
    """How much stack below SP is assumed to be there."""
    any_count: bool = False
    """Whether counts may be any number where a contract says so; else they are 1."""

    def for_routine(self, symbol: str) -> tuple[Contract, Cases]:
        """The contract of a routine and its cases, at least one. Raises NoContractFor, NoSuchParameter, NoSuchValue."""
        return self._cases(contract_for(symbol, self.known), symbol)

    def for_one(self, symbol: str) -> tuple[Contract, Cases]:
        """The same where no other routine has a use for what was given."""
        self.check_names([symbol])
        return self.for_routine(symbol)

    def for_both(self, symbols: tuple[str, str]) -> tuple[Contract, Cases]:
        """The contract that gives two routines their interface, and its cases. Raises ContractsDiffer too."""
        first, second = (contract_for(symbol, self.known) for symbol in symbols)
        if not self.asked and first and second and first != second:
            raise ContractsDiffer(symbols, (first, second))
        self.check_names(symbols)
        return self._cases(first or second, " or ".join(symbols))

    def _cases(self, name: str, routine: str) -> tuple[Contract, Cases]:
        if not (self.asked or name):
            raise NoContractFor(routine, sorted(self.known))
        contract = replace(self.asked or self.known[name], stack_bytes=self.stack_bytes)
        texts = {name: text for name, text in self.given.items() if self.asked or name in contract.parameters}
        found = contract.choices(contract.given(texts))
        return contract, found if self.any_count else [contract.numbered(case) for case in found]

    def check_names(self, symbols: Sequence[str]) -> None:
        """Raises NoSuchParameter where none of the contracts of routines has a parameter that was given."""
        fitting = {name for symbol in symbols if (name := contract_for(symbol, self.known))}
        contracts = [self.asked] if self.asked else [self.known[name] for name in sorted(fitting)]
        parameters = dict.fromkeys(name for contract in contracts for name in contract.parameters)
        for name in self.given:
            if contracts and name not in parameters:
                raise NoSuchParameter(name, [contract.name for contract in contracts], list(parameters))


def routines(path: Path, contracts: Mapping[str, Contract]) -> Iterator[Routine]:
    """All functions of a file, by address; of an archive, member by member."""
    if is_archive(path):
        for member, symbols in list_archive(path):
            for symbol in symbols:
                if symbol.kind == "function":
                    yield Routine(symbol.name, symbol.size, member, contract_for(symbol.name, contracts))
        return
    for symbol in load_image(path).functions():
        yield Routine(symbol.name, symbol.size, "", contract_for(symbol.name, contracts))


def is_archive(path: Path) -> bool:
    """Whether the file starts as an `ar` archive does. Raises FileUnreadable."""
    return read_file(path).startswith((MAGIC, THIN_MAGIC))


class Images:
    """The images of one file: a linked file or object is laid out once, an archive for each routine asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = is_archive(path)
        self.sha256 = hashlib.sha256(read_file(path)).hexdigest()
        self._whole: Image | None = None

    def with_routine(self, symbol: str, links: Sequence[str] = ()) -> Image:
        """An image that defines the symbol and, of an archive, `links`. Raises what `load_image` and `Image.symbol` raise."""
        if self._archive:
            return load_image(self.path, [symbol, *links])
        if self._whole is None:
            self._whole = load_image(self.path, [symbol])
        self._whole.symbol(symbol)
        return self._whole
