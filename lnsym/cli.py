"""The command line: arguments and exit codes, nothing else.

Verdicts and listings go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import sys
import threading
from _thread import interrupt_main
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import lnsym
from lnsym import signals
from lnsym.errors import LnsymError
from lnsym.prove.methods import choices
from lnsym.show.files import write_whole

if TYPE_CHECKING:
    from lnsym.prove.verify import Options

EXIT_CODES = """\b
Exit codes:
  0  proved, or done
  1  refuted
  2  usage or input error
  3  unknown, or time-out
  4  instruction not modelled
  70 a fault of lnsym: no verdict
  74 the output could not be written"""

TARGET_HELP = "TARGET is an ELF file (shared object, executable, .o, .a) or the name of a fetched corpus."


def _writable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """A file to be written at the end: checked at once, so that no run is lost for it."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} cannot be written: no such directory, or no permission")
    return path


def _a_number(context: click.Context, parameter: click.Parameter, seconds: float | None) -> float | None:
    """Seconds, if any; NaN compares with nothing, and is no limit."""
    if seconds is not None and math.isnan(seconds):
        raise click.BadParameter("nan is no number of seconds")
    return seconds


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(lnsym.__version__, prog_name="lnsym")
def app() -> None:
    """Proves that AArch64 machine code computes what its cryptographic standard says."""


@app.command()
@click.argument("corpus")
def fetch(corpus: str) -> None:
    """Bring a real binary (pinned version, checked hash) into the user's cache."""
    from programs.corpus import fetch as fetch_corpus

    path = fetch_corpus(corpus, lambda line: click.echo(line, err=True))
    click.echo(path)


@app.command("list", epilog=TARGET_HELP)
@click.argument("target")
@click.option("--all", "everything", is_flag=True, help="All functions, not only those with a contract.")
def list_(target: str, everything: bool) -> None:
    """List the routines of a target: size, name, contract, archive member."""
    from lnsym.contract import registered
    from lnsym.contract.routines import routines
    from lnsym.show.listing import left_out_line, routine_lines
    from programs.corpus import resolve_target

    _register_contracts()
    found = list(routines(resolve_target(target), registered()))
    shown = [routine for routine in found if everything or routine.contract]
    for line in routine_lines(shown):
        click.echo(line)
    if len(shown) < len(found):
        click.echo(left_out_line(len(found) - len(shown)), err=True)


@app.command(epilog=TARGET_HELP)
@click.argument("target")
@click.argument("symbol")
def disasm(target: str, symbol: str) -> None:
    """Print a routine's instructions, and which of them are not modelled."""
    from lnsym.machine.image import load_image
    from lnsym.show.listing import disassembly
    from programs.corpus import resolve_target

    for line in disassembly(load_image(resolve_target(target), [symbol]), symbol):
        click.echo(line)


class _StackSize(click.ParamType[int]):
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


_stack_option = click.option("--stack", "stack_bytes", type=_StackSize(), default="64KiB", show_default=True,
                             help="How much stack below SP is assumed to be there, in bytes or KiB.")  # fmt: skip


def _contract_options(command: Any) -> Any:
    """The options that choose a contract and its parameters."""
    for option in (
        click.option("--max-steps", type=click.IntRange(1), default=1_000_000, show_default=True,
                     help="Instructions to execute on one path before giving up."),
        click.option("--blocks", type=click.IntRange(1), help="How many message blocks (default 1)."),
        _stack_option,
        click.option("--contract", help="A contract's name, or a file: mine.py, or mine.py:NAME."),
    ):  # fmt: skip
        command = option(command)
    return command


def _proof_options(command: Any) -> Any:
    """The options that say which methods may be used, for how long, and what is to be written.

    The limits come as one argument, `options`; `max_steps`, one of those that choose a contract, is among them.
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
        click.option("--emit-test", "test", type=click.Path(dir_okay=False, path_type=Path), callback=_writable,
                     help="Write a pytest file that reproduces what was refuted, on Unicorn alone."),
        click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=_writable,
                     help="Write verdicts, times, counts and assumptions to a file."),
        click.option("--dump-smt", "dump", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
                     help="Write what is asked of sweep and SMT as SMT-LIB 2, AIGER and DIMACS."),
        click.option("--reserve-x18", is_flag=True,
                     help="X18 is the platform's (Darwin, Windows, Android): code that changes it is not proved."),
        click.option("--goal-timeout", type=click.FloatRange(0), callback=_a_number, help="Seconds for one goal and one SMT solver."),
        click.option("--timeout", type=click.FloatRange(0), callback=_a_number, default=120.0, show_default=True,
                     help="Seconds for each routine and case, all that it takes included."),
        click.option("--method", "methods", type=click.Choice(choices()), multiple=True,
                     help="Use this method, and no other that is not named too; default all."),
    ):  # fmt: skip
        decorated = option(decorated)
    return decorated


@app.command(epilog=f"{TARGET_HELP}\n\n{EXIT_CODES}")
@click.argument("target")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@_contract_options
@_proof_options
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="processors",
              help="Routines and cases verified side by side.")  # fmt: skip
def verify(
    target: str,
    symbols: tuple[str, ...],
    contract: str | None,
    stack_bytes: int,
    blocks: int | None,
    options: Options,
    report: Path | None,
    test: Path | None,
    jobs: int,
) -> int:
    """Prove routines of a target, or refute them; without SYMBOL, all that have a contract."""
    from lnsym.contract import registered
    from lnsym.contract.routines import Images, routines
    from lnsym.show.verdicts import report as json_report
    from lnsym.show.verification import verify_all
    from programs.corpus import resolve_target

    chosen = _assuming(stack_bytes, _contract(contract, *symbols, seconds=options.deadline().left()))
    path = resolve_target(target)
    if not symbols:
        symbols = tuple(r.name for r in routines(path, registered()) if r.contract)
        if not symbols:
            raise click.UsageError(f"{target} has no routine with a known contract: name a SYMBOL and a --contract")
    known = {name: _assuming(stack_bytes, made) for name, made in registered().items()}
    outcome = verify_all(Images(path), symbols, chosen, known, _parameters(blocks), options, jobs)
    if report is not None and outcome.image is not None:
        write_whole(report, json.dumps(json_report(outcome.image, outcome.verdicts), indent=2, default=str) + "\n")
    if test is not None:
        from lnsym.show.reproducer import refutation_test

        refuted = [(subject.execution(options.max_steps), found) for subject, found in outcome.refuted]
        _write_tests(test, [refutation_test(*what, number) for number, what in enumerate(refuted)])
    return outcome.exit_code


def _write_tests(file: Path, tests: list[str]) -> None:
    from lnsym.show.reproducer import test_file

    if tests:
        write_whole(file, test_file(tests))
    else:
        click.echo(f"nothing was refuted: {file} was not written", err=True)


@app.command(epilog=f"{TARGET_HELP}\n\n{EXIT_CODES}")
@click.argument("target1")
@click.argument("symbol1")
@click.argument("target2")
@click.argument("symbol2")
@_contract_options
@_proof_options
def equiv(
    target1: str,
    symbol1: str,
    target2: str,
    symbol2: str,
    contract: str | None,
    stack_bytes: int,
    blocks: int | None,
    options: Options,
    report: Path | None,
    test: Path | None,
) -> int:
    """Prove that two routines do the same, or find an input on which they do not.

    No specification: a contract, the one for the symbols or --contract, says only which arguments and regions both get.
    """
    from lnsym.contract import registered
    from lnsym.contract.routines import Images
    from lnsym.prove.equivalence.comparison import disagreeing
    from lnsym.show.equivalence import compare_all, contract_for_both, json_report
    from programs.corpus import resolve_target

    chosen = _contract(contract, symbol1, symbol2, seconds=options.deadline().left()) or contract_for_both(
        (symbol1, symbol2), registered()
    )
    chosen = _assuming(stack_bytes, chosen)
    first, second = resolve_target(target1), resolve_target(target2)
    files = Images(first)
    outcome = compare_all(
        (files, files if second == first else Images(second)), (symbol1, symbol2), chosen, _parameters(blocks), options
    )
    if report is not None:
        write_whole(report, json.dumps(json_report(outcome), indent=2, default=str) + "\n")
    if test is not None:
        from lnsym.show.reproducer import disagreement_test

        tests: list[str] = []
        for verdict in outcome.verdicts:
            if verdict.disagreement is not None:
                executions, samples = disagreeing(
                    outcome.routines, chosen, verdict.parameters, verdict.disagreement, options
                )
                tests.append(disagreement_test(executions, samples, verdict.disagreement, len(tests)))
        _write_tests(test, tests)
    return outcome.exit_code


@app.command(epilog=TARGET_HELP)
@click.argument("target")
@click.argument("symbol")
@click.option(
    "--message",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    required=True,
    help="The file to hash; - is standard input.",
)
@click.option("--contract", help="A contract's name, where the symbol does not tell it.")
def run(target: str, symbol: str, message: str, contract: str | None) -> None:
    """Hash a file: the routine's blocks on the model, padding and initial state by the standard."""
    from lnsym.contract import NoSuchContract, registered
    from lnsym.machine.image import load_image
    from lnsym.show.verification import choose_contract
    from programs.corpus import resolve_target
    from programs.digests import HASHES, digest

    chosen = _contract(contract, symbol) or choose_contract(symbol, registered())
    if chosen.name not in HASHES:
        raise NoSuchContract(chosen.name, sorted(HASHES))
    image = load_image(resolve_target(target), [symbol])
    with click.open_file(message, "rb") as file:
        data = file.read()
    result = digest(image, symbol, chosen, data)
    click.echo(f"{result.value.hex()}  {message}")
    click.echo(f"{result.instructions} instructions", err=True)


@app.command(epilog=TARGET_HELP)
@click.argument("target")
@click.argument("symbol")
@_contract_options
@click.option("--concrete", is_flag=True, help="Run on random numbers instead of symbols.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which random numbers.")
def trace(
    target: str,
    symbol: str,
    contract: str | None,
    stack_bytes: int,
    blocks: int | None,
    max_steps: int,
    concrete: bool,
    seed: int,
) -> None:
    """Print one line for each executed instruction: address, text, what it wrote."""
    from lnsym.contract import registered
    from lnsym.machine.image import load_image
    from lnsym.show.trace import trace_routine
    from lnsym.show.verification import choose_contract
    from programs.corpus import resolve_target

    chosen = _assuming(stack_bytes, _contract(contract, symbol) or choose_contract(symbol, registered()))
    theorem = chosen.theorem(symbol, **chosen.choices(_parameters(blocks))[0])
    image = load_image(resolve_target(target), [symbol])
    stopped = trace_routine(image, symbol, theorem, max_steps, seed if concrete else None, click.echo)
    if stopped is not None:
        raise stopped


@app.command(epilog=f"{TARGET_HELP}\n\nExit codes: 0 everything agrees; 1 a mismatch, or an encoding not tested.")
@click.argument("names", nargs=-1, metavar="[CLASS or MNEMONIC]...")
@click.option("--count", type=click.IntRange(1), help="Comparisons for each encoding (default 20).")
@click.option("--seed", type=int, default=0, show_default=True, help="Which random numbers.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=_writable,
              help="Write the campaign's report to a file.")  # fmt: skip
@click.option("--routines", "target", metavar="TARGET", help="Run the functions of a real binary on both sides.")
@click.option(
    "--every", type=click.IntRange(1), default=1, show_default=True, help="With --routines: one in N functions."
)
@click.option("--words", type=click.IntRange(1), help="Ask model, Capstone and Unicorn about so many random words.")
@click.option("--replay", metavar="TEXT", help="Repeat one comparison, as a mismatch prints it.")
def conform(
    names: tuple[str, ...],
    count: int | None,
    seed: int,
    jobs: int,
    report: Path | None,
    target: str | None,
    every: int,
    words: int | None,
    replay: str | None,
) -> None:
    """Compare the instruction model with Unicorn: each encoding, random words, whole routines.

    Without --routines, --words or --replay, or with a CLASS, a MNEMONIC or a --count, every encoding (of these) is tested.
    Ctrl-C ends a campaign early; its table and report are of what was tested until then.
    """
    from lnsym.show import conformance
    from programs.corpus import resolve_target

    if replay is not None:
        sys.exit(conformance.replay(replay, click.echo))
    path = resolve_target(target) if target is not None else None
    passed = True
    if names or count is not None or (path is None and words is None):
        passed &= conformance.campaign(names, count or 20, seed, jobs, report, click.echo)
    if words is not None:
        passed &= conformance.words(words, seed, click.echo)
    if path is not None:
        passed &= conformance.routines(path, seed, every, click.echo)
    sys.exit(0 if passed else 1)


@app.command(
    epilog=f"{TARGET_HELP}\n\nExit codes: 0 nothing was proved wrongly; 1 a wrong proof; 2 usage or input error; 3 a fault."
)
@click.argument("target")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@click.option("--count", type=click.IntRange(1), help="Mutants in all, spread over the routines (default 20 for each).")
@click.option("--seed", type=int, default=0, show_default=True, help="Which mutants.")
@click.option("--checks", type=click.IntRange(1), default=1000, show_default=True,
              help="Random inputs on Unicorn for each mutant that is not refuted.")  # fmt: skip
@click.option("--contract", help="A contract's name, or a file: mine.py, or mine.py:NAME.")
@click.option("--blocks", type=click.IntRange(1), help="How many message blocks (default 1).")
@_stack_option
@click.option("--timeout", type=click.FloatRange(0), callback=_a_number, default=60.0, show_default=True,
              help="Seconds for the verification of each mutant.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=_writable,
              help="Write every mutant and what came of it to a file.")  # fmt: skip
def mutate(
    target: str,
    symbols: tuple[str, ...],
    count: int | None,
    seed: int,
    checks: int,
    contract: str | None,
    blocks: int | None,
    stack_bytes: int,
    timeout: float,
    jobs: int,
    report: Path | None,
) -> int:
    """Change one instruction or constant byte at a time, and see that the prover notices.

    SYMBOL may be a pattern, 'sha256_*' say, of routines that have a contract; without SYMBOL all of them are meant. Every mutant is
    verified; one that is not refuted runs on Unicorn against the specification, which must not tell apart what was proved. Ctrl-C ends a
    campaign early; its tables and report are of the mutants tried until then.
    """
    from lnsym.contract import registered
    from lnsym.mutation.campaign import Order
    from lnsym.mutation.trial import Limits
    from lnsym.show import mutation
    from programs.corpus import resolve_target

    chosen = _contract(contract, *symbols)
    processes = max(1, (os.cpu_count() or 1) // jobs)
    order = Order(symbols, count, seed, jobs, Limits(timeout, checks, processes), _parameters(blocks), stack_bytes)
    return mutation.campaign(resolve_target(target), order, registered(), chosen, report, click.echo)


@app.command(epilog=f"{TARGET_HELP}\n\n{EXIT_CODES}")
@click.option("--coverage", "target", metavar="TARGET", help="Which functions of a binary are modelled in full.")
@click.option(
    "--all", "everything", is_flag=True, help="With --coverage: every function, not only symmetric cryptography."
)
@click.option("--details", is_flag=True, help="Also features, timing under PSTATE.DIT, and what is assumed.")
def isa(target: str | None, everything: bool, details: bool) -> None:
    """Print the encoding classes: name, pattern, encodings, conformance status, mnemonics."""
    from lnsym.show.conformance import coverage
    from lnsym.show.isa_table import isa_lines
    from programs.corpus import resolve_target

    if target is not None:
        sys.exit(coverage(resolve_target(target), everything, click.echo))
    for line in isa_lines(details):
        click.echo(line)


def _register_contracts() -> None:
    import programs.contracts  # noqa: F401


def _contract(text: str | None, *symbols: str, seconds: float = 120.0) -> Any:
    """The contract an option names, or the one of the file it names that is for the symbols; None when there is no option."""
    from lnsym.contract import NoSuchContract, load_contract_file, registered

    _register_contracts()
    if text is None:
        return None
    file, _, name = text.partition(":")
    if file.endswith(".py"):
        return load_contract_file(Path(file), name or None, symbols, seconds)
    contracts = registered()
    if text not in contracts:
        raise NoSuchContract(text, sorted(contracts))
    return contracts[text]


def _assuming(stack_bytes: int, contract: Any) -> Any:
    """The contract, so much stack below SP being assumed."""
    return contract and replace(contract, stack_bytes=stack_bytes)


def _parameters(blocks: int | None) -> dict[str, object]:
    return {} if blocks is None else {"blocks": blocks}


def _interrupt_again(lost: Any) -> None:
    """Deliver a Ctrl-C once more that fell into the death of a term, where no exception can be raised."""
    if lost.exc_type is KeyboardInterrupt:
        signals.again()
        threading.Timer(0.01, interrupt_main).start()
    else:
        sys.__unraisablehook__(lost)


def _run() -> Any:
    """What the command leaves with. Not `app.main`, which makes exit code 1, a verdict here, of a closed pipe."""
    try:
        with app.make_context("lnsym", sys.argv[1:]) as context:
            return app.invoke(context)
    except click.exceptions.Exit as left:
        return left.exit_code
    except SystemExit as left:
        return left.code


def _say(text: str) -> None:
    """A line on stderr, if that can be written: there is nowhere else to say that it cannot."""
    with suppress(OSError, ValueError):
        print(f"lnsym: {text}", file=sys.stderr, flush=True)


def _silence(stream: Any) -> None:
    """Let nothing more be written, also not by the interpreter as it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _fault(error: Exception) -> int:
    """Say in one line what went wrong inside lnsym, or with its output; the exit code."""
    from lnsym import faults

    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT):
        _silence(sys.stdout)
        _say(f"the output could not be written: {(error.strerror or str(error)).lower()}")
        _silence(sys.stderr)
        return faults.EX_IOERR
    fault = faults.recorded(error)
    _say(str(fault))
    return fault.exit_code


def _outcome() -> int:
    """Run the command and say in one line what it could not do; the exit code."""
    try:
        code = _run()
        sys.stdout.flush()
    except LnsymError as error:
        _say(str(error))
        code = error.exit_code
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        code = 130
    except BrokenPipeError:  # `| head`: leave quietly, and keep the interpreter from complaining at its exit
        _silence(sys.stdout)
        code = 141
    except Exception as error:  # whatever it is, it is no verdict
        code = _fault(error)
    return code if isinstance(code, int) else 0


def main() -> None:
    """The `lnsym` command."""
    sys.unraisablehook = _interrupt_again
    if sys.stdout is None or sys.stderr is None:  # closed by the caller
        nowhere = open(os.devnull, "w")  # noqa: SIM115 (as long as the process)
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a sign shows its number
    with signals.obeyed(signal.SIGINT, lasting=True):
        code = _outcome()
    sys.exit(code)
