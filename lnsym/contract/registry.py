"""Contracts by name, and contracts from a file of the user's own."""

from __future__ import annotations

import inspect
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from types import CodeType
from typing import TypeAlias

from lnsym.contract.abi import STACK_BYTES
from lnsym.contract.containment import SECONDS, LeftProcess, OutOfTime, contained
from lnsym.contract.theorem import ContractError, Theorem, checked_name
from lnsym.errors import LnsymError, nearest_names

Statement: TypeAlias = Callable[..., object]


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
    stack_bytes: int = STACK_BYTES
    """How much stack below SP its theorems assume to be there."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """The names and defaults of its parameters, `blocks` say."""
        given = list(inspect.signature(self.statement).parameters.values())[1:]
        return {parameter.name: parameter.default for parameter in given}

    @property
    def place(self) -> str:
        """File and line of its function; empty where it has none."""
        code = _code(self.statement)
        return f"{code.co_filename}:{code.co_firstlineno}" if code else ""

    def fits(self, symbol: str) -> bool:
        """Whether it is for the routine of that name; `MEMBER:` before it and `@0xADDRESS` after it do not count."""
        plain = symbol.split("@0x")[0].rpartition(":")[2]
        return any(fnmatchcase(plain, pattern) for pattern in self.routines)

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
        return self._stated(routine, parameters, Theorem.check)

    def interface(self, routine: str = "", **parameters: object) -> Theorem:
        """The same for one who needs no claims of what the calls leave: it may lack them. Raises the same."""
        return self._stated(routine, parameters, Theorem.check_calls)

    def _stated(self, routine: str, parameters: Mapping[str, object], check: Callable[[Theorem], None]) -> Theorem:
        for name in parameters:
            if name not in self.parameters:
                raise ContractError(
                    f"{self.name!r} has no parameter {name!r}; it has {', '.join(self.parameters) or 'none'}"
                )
        theorem = Theorem(routine, stack_bytes=self.stack_bytes)
        code = _code(self.statement)
        file = code.co_filename if code else ""
        try:
            with contained():
                returned = self.statement(theorem, **parameters)
            if inspect.isawaitable(returned) or inspect.isgenerator(returned) or inspect.isasyncgen(returned):
                raise ContractError(f"{self.name!r} returns a {type(returned).__name__}, whose code never runs")
            check(theorem)
        except ContractError as error:
            error.where = error.where or _line(error, file) or self.place
            raise
        except LnsymError:
            raise
        except (Exception, SystemExit, LeftProcess, OutOfTime) as error:
            raise BadContract(_line(error, file) or f"contract {self.name!r}", _said(error)) from error
        return theorem


def _code(statement: object) -> CodeType | None:
    code = getattr(inspect.unwrap(statement) if callable(statement) else statement, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _line(error: BaseException, file: str) -> str:
    """Where in a file the error came from, the innermost place; empty where none of the file's lines was involved."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if file and trace.tb_frame.f_code.co_filename == file:
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _said(error: BaseException) -> str:
    """The kind of an exception and its text; for code that was stopped, what stopped it."""
    match error:
        case OutOfTime():
            return f"the contract {error}: is there an endless loop in it? else raise --timeout"
        case LeftProcess():
            return f"the contract ends the process: {error}"
        case MemoryError():
            return "MemoryError: the contract takes more memory than there is, or than it may have"
        case _:
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


_registry: dict[str, Contract] = {}


def contract(
    name: str, *, routines: Sequence[str] = (), cases: Sequence[Mapping[str, object]] = ({},)
) -> Callable[[Statement], Contract]:
    """Make a contract of a function (theorem, parameters with defaults...) -> None and register it under `name`.

    Raises ContractError for a function that could not state anything, and for routines or cases of another shape.
    """

    def register(statement: Statement) -> Contract:
        made = Contract(name, statement, tuple(routines), tuple(cases))
        try:
            _check_declaration(made, routines)
        except ContractError as error:
            error.where = made.place
            raise
        _registry[name] = made
        return made

    return register


def _check_declaration(made: Contract, routines: object) -> None:
    """Raises ContractError for a declaration that means nothing."""
    checked_name("contract's name", made.name)
    statement = inspect.unwrap(made.statement) if callable(made.statement) else made.statement
    if not callable(statement) or inspect.isclass(statement):
        raise ContractError(f"the contract {made.name!r} is {type(statement).__name__}: decorate a function")
    if (
        inspect.iscoroutinefunction(statement)
        or inspect.isgeneratorfunction(statement)
        or inspect.isasyncgenfunction(statement)
    ):
        raise ContractError(
            f"the contract {made.name!r} is async or yields: its code would never run; use a plain function"
        )
    if isinstance(routines, str) or not all(isinstance(pattern, str) and pattern for pattern in made.routines):
        raise ContractError(f"routines= of {made.name!r} is {routines!r}: give a list of symbols or patterns")
    _check_parameters(made)
    for number, case in enumerate(made.cases):
        if not isinstance(case, Mapping):
            raise ContractError(f"case {number} of {made.name!r} is {case!r}: give a dict of parameters")
        for parameter in case:
            if parameter not in made.parameters:
                raise ContractError(f"case {number} of {made.name!r}: no parameter {parameter!r} in its function")
        whole = {**made.parameters, **case}
        if any(whole == {**made.parameters, **earlier} for earlier in made.cases[:number]):
            raise ContractError(f"case {number} of {made.name!r} is said twice: {dict(case)!r}")
    if not made.cases:
        raise ContractError(f"{made.name!r} has no cases: leave cases= out where there is one theorem")
    existing = _registry.get(made.name)
    if existing is not None and _is_another_of_one_file(existing, made):
        raise ContractError(f"two contracts of the name {made.name!r}: the first is at {existing.place}")


def _check_parameters(made: Contract) -> None:
    kinds = list(inspect.signature(made.statement).parameters.values())
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if not kinds or kinds[0].kind not in plain:
        raise ContractError(f"the function of {made.name!r} takes no theorem: write def ...(t: Theorem, ...)")
    for parameter in kinds[1:]:
        if parameter.default is inspect.Parameter.empty or parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise ContractError(
                f"the parameter {parameter.name!r} of {made.name!r} has no default, or no name to set it by"
            )


def _is_another_of_one_file(first: Contract, second: Contract) -> bool:
    """Whether two functions of one file take one name; not one function that is read again."""
    one, other = _code(first.statement), _code(second.statement)
    if one is None or other is None:
        return False
    return one.co_filename == other.co_filename and one.co_firstlineno != other.co_firstlineno


def registered() -> dict[str, Contract]:
    """The registered contracts by name. `programs.contracts` registers those of known routines."""
    return dict(_registry)


def load_contract_file(
    path: Path, name: str | None = None, symbols: Sequence[str] = (), seconds: float = SECONDS
) -> Contract:
    """The contract of a Python file: the one called `name`, the only one, or the only one that is for all these symbols.

    Modules beside the file can be imported, after those of Python and of lnsym. `seconds` bounds its code.
    Raises BadContract, ContractError, NoSuchContract.
    """
    found = _contracts_of(path, seconds)
    if not found:
        raise BadContract(str(path), "0 contracts in it (none): decorate a function with @contract(NAME)")
    if name is not None:
        if name not in found:
            raise NoSuchContract(name, sorted(found))
        return found[name]
    if len(found) == 1:
        return next(iter(found.values()))
    fitting = [made for made in found.values() if symbols and all(made.fits(symbol) for symbol in symbols)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(found))
    chosen = f", {len(fitting)} of them for {', '.join(symbols)} by routines=" if symbols else ""
    raise BadContract(str(path), f"{len(found)} contracts in it ({names}){chosen}; name one as {path}:NAME")


def _contracts_of(path: Path, seconds: float) -> dict[str, Contract]:
    file, directory = str(path), str(path.parent.resolve())
    if directory not in sys.path:
        sys.path.append(directory)
    for made in [made for made in _registry.values() if (code := _code(made.statement)) and code.co_filename == file]:
        del _registry[made.name]
    try:
        with contained(seconds):
            namespace = runpy.run_path(file)
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno and error.filename == file else ""
        raise BadContract(f"{file}{line}", f"{type(error).__name__}: {error.msg}") from error
    except OSError as error:
        raise BadContract(_line(error, file) or file, str(error)) from error
    except LnsymError as error:
        if isinstance(error, ContractError):
            error.where = error.where or _line(error, file) or file
        raise
    except (Exception, SystemExit, LeftProcess, OutOfTime) as error:
        raise BadContract(_line(error, file) or file, _said(error)) from error
    return {value.name: value for value in namespace.values() if isinstance(value, Contract)}
