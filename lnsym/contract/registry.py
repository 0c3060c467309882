"""Contracts by name, and contracts from a file of the user's own."""

from __future__ import annotations

import inspect
import re
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Literal, TypeAlias, get_args, get_origin, get_type_hints

from lnsym.bv import collected_labels
from lnsym.contract.abi import STACK_BYTES
from lnsym.contract.checks import ContractError, checked_name
from lnsym.contract.containment import SECONDS, ContractOutOfTime, LeftProcess, contained
from lnsym.contract.folds import ANY, AnyCount
from lnsym.contract.statement import Statement
from lnsym.contract.theorem import Theorem
from lnsym.errors import LnsymError, nearest_names

ContractFunction: TypeAlias = Callable[..., object]


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


@dataclass(eq=False)
class NoSuchParameter(LnsymError):
    """A parameter that none of the contracts has."""

    name: str
    contracts: Sequence[str]
    known: Sequence[str]

    def _message(self) -> str:
        """The name, and what there is."""
        known = ", ".join(self.known) or "none"
        if len(self.contracts) == 1:
            return f"{self.contracts[0]!r} has no parameter {self.name!r}; it has {known}"
        return f"none of these contracts has a parameter {self.name!r}; they have {known}"


@dataclass(eq=False)
class NoSuchValue(LnsymError):
    """A text that stands for no value of a parameter."""

    parameter: Parameter
    text: str

    def _message(self) -> str:
        """The text, and what there is."""
        name = self.parameter.name
        return f"{name}={self.text} is no value of {name}, which is {self.parameter.choice}"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a contract: what it may be, and what it is where nobody says anything."""

    name: str
    default: object
    values: tuple[object, ...] = ()
    """All that it may be, where its function declares them by `Literal[...]`; else it is anything of its default's type."""

    @property
    def choice(self) -> str:
        """In words, what it may be: `128, 192 or 256`."""
        match self.default:
            case _ if self.values:
                *others, last = [value_text(value) or "empty" for value in self.values]
                return f"{', '.join(others)} or {last}" if others else last
            case bool():
                return "false or true"
            case AnyCount():
                return f"a number, or {ANY}"
            case int():
                return "a number"
            case str():
                return "a text"
            case _:
                return "nothing that can be written on a command line"

    def value(self, text: str) -> object:
        """What the text stands for. Raises NoSuchValue."""
        for value in self.values or ((False, True) if isinstance(self.default, bool) else ()):
            if value_text(value) == text:
                return value
        if not self.values and type(self.default) is str:
            return text
        if isinstance(self.default, AnyCount) and text == ANY:
            return ANY
        is_number = type(self.default) in {int, AnyCount} and re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII)
        if not self.values and is_number:
            return int(text)
        raise NoSuchValue(self, text)


def value_text(value: object) -> str:
    """A parameter's value as the command line has it: `true`, `128`, `null key`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, eq=False)
class Contract:
    """A named contract: a function that fills in a Theorem, with parameters that have defaults."""

    name: str
    function: ContractFunction
    routines: tuple[str, ...] = ()
    """Patterns of the symbols it is for, as fnmatch takes them."""
    cases: tuple[Mapping[str, object], ...] = ({},)
    """Parameters of the theorems that make up the contract: key sizes, in place or not. All are proved."""
    links: tuple[str, ...] = ()
    """Functions that its routines call in other members of an archive; these members are laid out beside the routine's."""
    stack_bytes: int = STACK_BYTES
    """How much stack below SP its theorems assume to be there."""

    @cached_property
    def signature(self) -> tuple[Parameter, ...]:
        """Its parameters, `blocks` say, in their order."""
        given = list(inspect.signature(self.function).parameters.values())[1:]
        hints = _hints(self.function)
        return tuple([Parameter(p.name, p.default, _values(hints.get(p.name))) for p in given])

    @property
    def parameters(self) -> Mapping[str, object]:
        """The names and defaults of its parameters."""
        return {parameter.name: parameter.default for parameter in self.signature}

    def completed(self, case: Mapping[str, object]) -> dict[str, object]:
        """All parameters of a case, those that it leaves at their defaults among them."""
        return {**self.parameters, **case}

    def given(self, texts: Mapping[str, str]) -> dict[str, object]:
        """The values that texts stand for. Raises NoSuchParameter, NoSuchValue."""
        known = {parameter.name: parameter for parameter in self.signature}
        found = {}
        for name, text in texts.items():
            if name not in known:
                raise NoSuchParameter(name, [self.name], list(known))
            found[name] = known[name].value(text)
        return found

    def numbered(self, case: Mapping[str, object], count: int = 1) -> dict[str, object]:
        """A case in which a count that may be any, as the case or the function has it, is this number."""
        return {
            **case,
            **{name: count for name, value in self.completed(case).items() if isinstance(value, AnyCount)},
        }

    @property
    def place(self) -> str:
        """File and line of its function; empty where it has none."""
        code = _code(self.function)
        return f"{code.co_filename}:{code.co_firstlineno}" if code else ""

    def fits(self, symbol: str) -> bool:
        """Whether it is for the routine of that name; `MEMBER:` before it and `@0xADDRESS` after it do not count."""
        plain = symbol.split("@0x")[0].rpartition(":")[2]
        return any(fnmatchcase(plain, pattern) for pattern in self.routines)

    def choices(self, parameters: Mapping[str, object]) -> list[dict[str, object]]:
        """The cases to prove: those that agree with the user's parameters, or these alone where none does.

        A case that leaves a parameter at its default agrees with that value only, if another case sets the parameter; else with any.
        """
        told_apart = {name: value for name, value in parameters.items() if any(name in case for case in self.cases)}
        agreeing = [
            {**case, **parameters}
            for case in self.cases
            if all(self.completed(case).get(name) == value for name, value in told_apart.items())
        ]
        return agreeing or [dict(parameters)]

    def statement(self, routine: str = "", **parameters: object) -> Statement:
        """What it says of a routine for these parameters. Raises ContractError, and BadContract when its code raises anything else."""
        return self._stated(routine, parameters, claims=True)

    def interface(self, routine: str = "", **parameters: object) -> Statement:
        """The same for one who needs no claims of what the calls leave: it may lack them. Raises the same."""
        return self._stated(routine, parameters, claims=False)

    def _stated(self, routine: str, parameters: Mapping[str, object], claims: bool) -> Statement:
        for name in parameters:
            if name not in self.parameters:
                raise NoSuchParameter(name, [self.name], list(self.parameters))
        theorem = Theorem(routine, self.stack_bytes)
        code = _code(self.function)
        file = code.co_filename if code else ""
        try:
            with contained(), collected_labels(theorem.labels):
                returned = self.function(theorem, **parameters)
            if inspect.isawaitable(returned) or inspect.isgenerator(returned) or inspect.isasyncgen(returned):
                raise ContractError(f"{self.name!r} returns a {type(returned).__name__}, whose code never runs")
            return theorem.freeze(claims)
        except ContractError as error:
            error.where = error.where or _line(error, file) or self.place
            raise
        except LnsymError:
            raise
        except (Exception, SystemExit, LeftProcess, ContractOutOfTime) as error:
            raise BadContract(_line(error, file) or f"contract {self.name!r}", _said(error)) from error


def _hints(function: object) -> Mapping[str, object]:
    """What a function's parameters are annotated with; nothing where that cannot be told."""
    try:
        return get_type_hints(inspect.unwrap(function)) if callable(function) else {}
    except Exception:  # an annotation is any expression, of names that may be there for a type checker only
        return {}


def _values(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()


def _code(function: object) -> CodeType | None:
    code = getattr(inspect.unwrap(function) if callable(function) else function, "__code__", None)
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
        case ContractOutOfTime():
            return f"the contract {error}: is there an endless loop in it? else raise --timeout"
        case LeftProcess():
            return f"the contract ends the process: {error}"
        case MemoryError():
            return "MemoryError: the contract takes more memory than there is, or than it may have"
        case _:
            return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


_registry: dict[str, Contract] = {}


def contract(
    name: str,
    *,
    routines: Sequence[str] = (),
    cases: Sequence[Mapping[str, object]] = ({},),
    links: Sequence[str] = (),
) -> Callable[[ContractFunction], Contract]:
    """Make a contract of a function (theorem, parameters with defaults...) -> None and register it under `name`.

    Raises ContractError for a function that could not state anything, and for routines, cases or links of another shape.
    """

    def register(function: ContractFunction) -> Contract:
        made = Contract(name, function, tuple(routines), tuple(cases), tuple(links))
        try:
            _check_declaration(made, routines, links)
        except ContractError as error:
            error.where = made.place
            raise
        _registry[name] = made
        return made

    return register


def _check_declaration(made: Contract, routines: object, links: object) -> None:
    """Raises ContractError for a declaration that means nothing."""
    checked_name("contract's name", made.name)
    function = inspect.unwrap(made.function) if callable(made.function) else made.function
    if not callable(function) or inspect.isclass(function):
        raise ContractError(f"the contract {made.name!r} is {type(function).__name__}: decorate a function")
    if (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    ):
        raise ContractError(
            f"the contract {made.name!r} is async or yields: its code would never run; use a plain function"
        )
    if isinstance(routines, str) or not all(isinstance(pattern, str) and pattern for pattern in made.routines):
        raise ContractError(f"routines= of {made.name!r} is {routines!r}: give a list of symbols or patterns")
    if isinstance(links, str) or not all(isinstance(symbol, str) and symbol for symbol in made.links):
        raise ContractError(f"links= of {made.name!r} is {links!r}: give a list of symbols")
    _check_parameters(made)
    _check_values(made, made.parameters, "the default")
    for number, case in enumerate(made.cases):
        if not isinstance(case, Mapping):
            raise ContractError(f"case {number} of {made.name!r} is {case!r}: give a dict of parameters")
        for parameter in case:
            if parameter not in made.parameters:
                raise ContractError(f"case {number} of {made.name!r}: no parameter {parameter!r} in its function")
        _check_values(made, case, f"case {number}")
        if any(made.completed(case) == made.completed(earlier) for earlier in made.cases[:number]):
            raise ContractError(f"case {number} of {made.name!r} is said twice: {dict(case)!r}")
    if not made.cases:
        raise ContractError(f"{made.name!r} has no cases: leave cases= out where there is one theorem")
    existing = _registry.get(made.name)
    if existing is not None and _is_another_of_one_file(existing, made):
        raise ContractError(f"two contracts of the name {made.name!r}: the first is at {existing.place}")


def _check_parameters(made: Contract) -> None:
    kinds = list(inspect.signature(made.function).parameters.values())
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if not kinds or kinds[0].kind not in plain:
        raise ContractError(f"the function of {made.name!r} takes no theorem: write def ...(t: Theorem, ...)")
    for parameter in kinds[1:]:
        if parameter.default is inspect.Parameter.empty or parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise ContractError(
                f"the parameter {parameter.name!r} of {made.name!r} has no default, or no name to set it by"
            )


def _check_values(made: Contract, values: Mapping[str, object], where: str) -> None:
    for parameter in made.signature:
        value = values.get(parameter.name, parameter.default)
        if parameter.values and value not in parameter.values:
            raise ContractError(f"{where} of {made.name!r}: {parameter.name} is {parameter.choice}, not {value!r}")


def _is_another_of_one_file(first: Contract, second: Contract) -> bool:
    """Whether two functions of one file take one name; not one function that is read again."""
    one, other = _code(first.function), _code(second.function)
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
    for made in [made for made in _registry.values() if (code := _code(made.function)) and code.co_filename == file]:
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
    except (Exception, SystemExit, LeftProcess, ContractOutOfTime) as error:
        raise BadContract(_line(error, file) or file, _said(error)) from error
    return {value.name: value for value in namespace.values() if isinstance(value, Contract)}
