"""The options that several commands of the command line share, and the kinds of values they take."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnsym.prove.methods import choices

if TYPE_CHECKING:
    from lnsym.contract import Contract
    from lnsym.contract.routines import Choice

TARGET_HELP = "TARGET is an ELF file (shared object, executable, .o, .a) or the name of a fetched corpus."


def writable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """A file to be written at the end: checked at once, so that no run is lost for it."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} cannot be written: no such directory, or no permission")
    return path


def a_number(context: click.Context, parameter: click.Parameter, seconds: float | None) -> float | None:
    """Seconds, if any; NaN compares with nothing, and is no limit."""
    if seconds is not None and math.isnan(seconds):
        raise click.BadParameter("nan is no number of seconds")
    return seconds


class StackSize(click.ParamType[int]):
    """A number of bytes, or of KiB with that unit behind it: a multiple of 16."""

    name = "size"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int:
        """The number of bytes."""
        from lnsym.contract.abi import MOST_STACK_BYTES, STACK_ALIGNMENT

        digits = str(value).removesuffix("KiB")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            self.fail(f"{value!r} is no size: 131072 or 128KiB, say", parameter, context)
        size = int(digits) << 10 if str(value).endswith("KiB") else int(digits)
        if size % STACK_ALIGNMENT or not 0 < size <= MOST_STACK_BYTES:
            self.fail(
                f"{value}: a multiple of {STACK_ALIGNMENT} bytes up to {MOST_STACK_BYTES >> 10}KiB is wanted",
                parameter,
                context,
            )
        return size


class ParameterValue(click.ParamType[tuple[str, str]]):
    """A contract's parameter and its value: `bits=192`."""

    name = "parameter"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> tuple[str, str]:
        """The name, and the value as text."""
        name, equals, text = value if isinstance(value, tuple) else str(value).partition("=")
        if not name or not equals:
            self.fail(f"{value!r} is no NAME=VALUE: bits=192, say", parameter, context)
        return name, text


def known_contracts() -> dict[str, Contract]:
    """The contracts of known routines, by name."""
    import programs.contracts  # noqa: F401 (which registers them)
    from lnsym.contract import registered

    return registered()


@dataclass(frozen=True)
class ContractAsked:
    """What a command line says of the contract."""

    contract: str | None
    """A name, a file, or FILE:NAME."""
    given: Mapping[str, str]
    """Values of parameters, as text."""
    stack_bytes: int

    def choice(self, *symbols: str, seconds: float = 120.0) -> Choice:
        """The contracts to choose from for routines; the code of a file may take so many seconds. Raises LnsymError."""
        from lnsym.contract import NoSuchContract, load_contract_file
        from lnsym.contract.routines import Choice

        known, asked = known_contracts(), None
        if self.contract is not None:
            file, _, name = self.contract.partition(":")
            if file.endswith(".py"):
                asked = load_contract_file(Path(file), name or None, symbols, seconds)
            elif self.contract in known:
                asked = known[self.contract]
            else:
                raise NoSuchContract(self.contract, sorted(known))
        return Choice(known, asked, self.given, self.stack_bytes)


def contract_options(command: Any) -> Any:
    """The options that choose a contract and its parameters, as one argument, `asked`."""

    @wraps(command)
    def with_asked(
        *,
        contract: str | None,
        stack_bytes: int,
        blocks: int | None,
        parameters: tuple[tuple[str, str], ...],
        **others: Any,
    ) -> Any:
        given: dict[str, str] = {}
        for name, text in [*parameters, *([] if blocks is None else [("blocks", str(blocks))])]:
            if name in given:
                raise click.UsageError(f"{name} is given twice: {given[name]} and {text}")
            given[name] = text
        return command(asked=ContractAsked(contract, given, stack_bytes), **others)

    decorated: Any = with_asked
    for option in (
        click.option("--blocks", type=click.IntRange(1),
                     help="How many message blocks; short for -p blocks=N. Without it verify takes every number, others take 1."),
        click.option("--parameter", "-p", "parameters", type=ParameterValue(), multiple=True, metavar="NAME=VALUE",
                     help="A parameter of the contract, bits=192 say; `lnsym list --contracts` shows all."),
        click.option("--stack", "stack_bytes", type=StackSize(), default="64KiB", show_default=True,
                     help="How much stack below SP is assumed to be there, in bytes or KiB."),
        click.option("--contract", help="A contract's name, or a file: mine.py, or mine.py:NAME."),
    ):  # fmt: skip
        decorated = option(decorated)
    return decorated


max_steps_option = click.option("--max-steps", type=click.IntRange(1), default=1_000_000, show_default=True,
                                help="Instructions to execute on one path before giving up.")  # fmt: skip


def proof_options(command: Any) -> Any:
    """The options that say which methods may be used, for how long, and what is to be written.

    The limits come as one argument, `options`.
    """

    @wraps(command)
    def with_options(
        *,
        max_steps: int,
        timeout: float,
        goal_timeout: float | None,
        methods: tuple[str, ...],
        dump: Path | None,
        reserve_x18: bool,
        **others: Any,
    ) -> Any:
        from lnsym.prove.verify import Options

        if dump is not None:
            from lnsym.prove.dump import prepare

            prepare(dump)
        options = Options(max_steps, timeout, methods or choices(), goal_timeout, dump, reserve_x18=reserve_x18)
        return command(options=options, **others)

    decorated: Any = with_options
    for option in (
        click.option("--emit-test", "test", type=click.Path(dir_okay=False, path_type=Path), callback=writable,
                     help="Write a pytest file that reproduces what was refuted, on Unicorn alone."),
        click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=writable,
                     help="Write verdicts, times, counts and assumptions to a file."),
        click.option("--dump-smt", "dump", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                     help="Write what is asked of sweep and SMT as SMT-LIB 2, AIGER and DIMACS."),
        click.option("--reserve-x18", is_flag=True,
                     help="X18 is the platform's (Darwin, Windows, Android): code that changes it is not proved."),
        click.option("--goal-timeout", type=click.FloatRange(0), callback=a_number, help="Seconds for one goal and one SMT solver."),
        click.option("--timeout", type=click.FloatRange(0), callback=a_number, default=120.0, show_default=True,
                     help="Seconds for each routine and case, all that it takes included."),
        click.option("--method", "methods", type=click.Choice(choices()), multiple=True,
                     help="Use this method, and no other that is not named too; default all."),
        max_steps_option,
    ):  # fmt: skip
        decorated = option(decorated)
    return decorated
