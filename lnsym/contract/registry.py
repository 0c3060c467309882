"""Contracts by name, and contracts from a file of the user's own."""

from __future__ import annotations

import inspect
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeAlias

from lnsym.contract.theorem import ContractError, Theorem
from lnsym.errors import LnsymError, nearest_names

Statement: TypeAlias = Callable[..., None]


@dataclass(eq=False)
class NoSuchContract(LnsymError):
    """No contract of that name, or none that fits the routine."""

    name: str
    known: Sequence[str]

    def _message(self) -> str:
        """The name, and what there is."""
        nearest = nearest_names(self.name, self.known)
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        return f"no contract {self.name!r}{hint}; there are {', '.join(self.known) or 'none'}"


@dataclass(eq=False)
class NoContractFor(LnsymError):
    """No bundled contract is for a routine of that name."""

    routine: str
    known: Sequence[str]

    def _message(self) -> str:
        """The routine, and what there is."""
        return f"no bundled contract is for {self.routine}: give --contract FILE.py or one of {', '.join(self.known)}"


@dataclass(eq=False)
class BadContract(LnsymError):
    """A contract file that cannot be read, or whose code raises."""

    where: str
    reason: str

    def _message(self) -> str:
        """Where, and what Python said."""
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, eq=False)
class Contract:
    """A named contract: a function that fills in a Theorem, with parameters that have defaults."""

    name: str
    statement: Statement
    routines: tuple[str, ...] = ()
    """Patterns of the symbols it is for, as fnmatch takes them."""
    cases: tuple[Mapping[str, object], ...] = ({},)
    """Parameters of the theorems that make up the contract: key sizes, in place or not. All are proved."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """The names and defaults of its parameters, `blocks` say."""
        given = list(inspect.signature(self.statement).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in given}

    def fits(self, symbol: str) -> bool:
        """Whether it is for the routine of that name."""
        return any(fnmatchcase(symbol, pattern) for pattern in self.routines)

    def choices(self, parameters: Mapping[str, object]) -> list[dict[str, object]]:
        """The cases to prove: those that agree with the user's parameters, or these alone where none does."""
        agreeing = [
            {**case, **parameters}
            for case in self.cases
            if all(case.get(name, value) == value for name, value in parameters.items())
        ]
        return agreeing or [dict(parameters)]

    def theorem(self, routine: str = "", **parameters: object) -> Theorem:
        """The theorem of a routine for these parameters. Raises ContractError, and BadContract when its code raises anything else."""
        theorem = self._stated(routine, parameters)
        theorem.check()
        return theorem

    def interface(self, routine: str = "", **parameters: object) -> Theorem:
        """The same for one who needs no claims of what the calls leave: it may lack them. Raises the same."""
        theorem = self._stated(routine, parameters)
        theorem.check_calls()
        return theorem

    def _stated(self, routine: str, parameters: Mapping[str, object]) -> Theorem:
        for name in parameters:
            if name not in self.parameters:
                raise ContractError(
                    f"{self.name!r} has no parameter {name!r}; it has {', '.join(self.parameters) or 'none'}"
                )
        theorem = Theorem(routine)
        try:
            self.statement(theorem, **parameters)
        except LnsymError:
            raise
        except (Exception, SystemExit) as error:
            raise BadContract(f"contract {self.name!r}", f"{type(error).__name__}: {error}") from error
        return theorem


_registry: dict[str, Contract] = {}


def contract(
    name: str, *, routines: Sequence[str] = (), cases: Sequence[Mapping[str, object]] = ({},)
) -> Callable[[Statement], Contract]:
    """Make a contract of a function (theorem, parameters with defaults...) -> None and register it under `name`."""

    def register(statement: Statement) -> Contract:
        made = Contract(name, statement, tuple(routines), tuple(cases))
        _registry[name] = made
        return made

    return register


def registered() -> dict[str, Contract]:
    """The registered contracts by name. `programs.contracts` registers those of known routines."""
    return dict(_registry)


def load_contract_file(path: Path, name: str | None = None) -> Contract:
    """The contract of a Python file: the one called `name`, or the only one. Raises BadContract, NoSuchContract."""
    try:
        namespace = runpy.run_path(str(path))
    except (OSError, SyntaxError) as error:
        raise BadContract(str(path), str(error)) from error
    except (Exception, SystemExit) as error:
        raise BadContract(str(path), f"{type(error).__name__}: {error}") from error
    found = {value.name: value for value in namespace.values() if isinstance(value, Contract)}
    if name is not None:
        if name not in found:
            raise NoSuchContract(name, sorted(found))
        return found[name]
    if len(found) != 1:
        raise BadContract(
            str(path), f"{len(found)} contracts in it ({', '.join(sorted(found)) or 'none'}); name one as {path}:NAME"
        )
    return next(iter(found.values()))
