"""The command line: arguments and exit codes, nothing else.

Verdicts and listings go to stdout, progress and errors to stderr.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from _thread import interrupt_main
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import lnsym
from lnsym import signals
from lnsym.command_options import (
    TARGET_HELP,
    ContractAsked,
    a_number,
    contract_options,
    known_contracts,
    max_steps_option,
    proof_options,
    writable,
)
from lnsym.show.ending import ended
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
@click.argument("target", required=False)
@click.option("--all", "everything", is_flag=True, help="All functions, not only those with a contract.")
@click.option("--contracts", "only_contracts", is_flag=True,
              help="The contracts and their parameters instead; without TARGET all contracts.")  # fmt: skip
def list_(target: str | None, everything: bool, only_contracts: bool) -> None:
    """List the routines of a target: size, name, contract, archive member."""
    from lnsym.contract.routines import routines
    from lnsym.show.listing import contract_lines, left_out_line, routine_lines
    from programs.corpus import resolve_target

    contracts = known_contracts()
    if target is None and not only_contracts:
        raise click.UsageError("Missing argument 'TARGET'.")
    found = [] if target is None else list(routines(resolve_target(target), contracts))
    if only_contracts:
        names = sorted(contracts) if target is None else sorted({routine.contract for routine in found} - {""})
        for line in contract_lines([contracts[name] for name in names]):
            click.echo(line)
        return
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


@app.command(epilog=f"{TARGET_HELP}\n\n{EXIT_CODES}")
@click.argument("target")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@contract_options
@proof_options
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default="processors",
              help="Routines and cases verified side by side.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Print what holds at the heads of loops, of a theorem for every count.")
def verify(
    target: str,
    symbols: tuple[str, ...],
    asked: ContractAsked,
    options: Options,
    report: Path | None,
    test: Path | None,
    jobs: int,
    explain: bool,
) -> int:
    """Prove routines of a target, or refute them; without SYMBOL, all that have a contract."""
    from lnsym import session
    from lnsym.contract.routines import Images, routines
    from lnsym.show.verdicts import report as json_report
    from lnsym.show.verification import Verifying
    from programs.corpus import resolve_target

    choice = replace(asked.choice(*symbols, seconds=options.deadline().left()), any_count=True)
    path = resolve_target(target)
    if not symbols:
        symbols = tuple(r.name for r in routines(path, choice.known) if r.contract)
        if not symbols:
            raise click.UsageError(f"{target} has no routine with a known contract: name a SYMBOL and a --contract")
    cases = session.cases(Images(path), symbols, choice)
    jobs = session.jobs_for(cases, jobs)
    shown = Verifying(cases, jobs, explain)
    shown.follow(session.verify(cases, options, jobs))
    if report is not None and shown.image is not None:
        verdicts = [verdict for _, verdict in shown.verdicts]
        write_whole(report, json.dumps(json_report(shown.image, verdicts), indent=2, default=str) + "\n")
    if test is not None:
        from lnsym.show.reproducer import refutation_test

        refuted = [(subject.unexplored(options.max_steps), found) for subject, found in shown.refuted]
        _write_tests(test, [refutation_test(*what, number) for number, what in enumerate(refuted)])
    return shown.exit_code


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
@contract_options
@proof_options
def equiv(
    target1: str,
    symbol1: str,
    target2: str,
    symbol2: str,
    asked: ContractAsked,
    options: Options,
    report: Path | None,
    test: Path | None,
) -> int:
    """Prove that two routines do the same, or find an input on which they do not.

    No specification: a contract, the one for the symbols or --contract, says only which arguments and regions both get.
    """
    from lnsym import session
    from lnsym.contract.routines import Images
    from lnsym.prove.equivalence.comparison import disagreeing
    from lnsym.show.equivalence import Comparing, json_report
    from programs.corpus import resolve_target

    symbols = (symbol1, symbol2)
    choice = asked.choice(*symbols, seconds=options.deadline().left())
    contract, cases = choice.for_both(symbols)
    first, second = resolve_target(target1), resolve_target(target2)
    files = Images(first)
    pairs = session.pairs((files, files if second == first else Images(second)), symbols, contract, cases)
    shown = Comparing(pairs)
    shown.follow(session.compare_all(pairs, options))
    if report is not None:
        write_whole(report, json.dumps(json_report(shown.verdicts, pairs[0]), indent=2, default=str) + "\n")
    if test is not None:
        from lnsym.show.reproducer import disagreement_test

        tests: list[str] = []
        for pair, verdict in shown.verdicts:
            if verdict.disagreement is not None:
                unexplored, samples = disagreeing(
                    pair.routines, pair.contract, verdict.parameters, verdict.disagreement, options
                )
                tests.append(disagreement_test(unexplored, samples, verdict.disagreement, len(tests)))
        _write_tests(test, tests)
    return shown.exit_code


@app.command(epilog=TARGET_HELP)
@click.argument("target")
@click.argument("symbol")
@click.option(
    "--message",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    required=True,
    help="The file to hash; - is standard input.",
)
@contract_options
def run(target: str, symbol: str, message: str, asked: ContractAsked) -> None:
    """Hash a file: the routine's blocks on the model, padding and initial state by the standard."""
    from lnsym.contract import NoSuchContract
    from lnsym.machine.image import load_image
    from programs.corpus import resolve_target
    from programs.digests import HASHES, digest

    contract, (case, *_) = asked.choice(symbol).for_one(symbol)
    if contract.name not in HASHES:
        raise NoSuchContract(contract.name, sorted(HASHES))
    image = load_image(resolve_target(target), [symbol])
    with click.open_file(message, "rb") as file:
        data = file.read()
    result = digest(image, symbol, contract, data, case)
    click.echo(f"{result.value.hex()}  {message}")
    click.echo(f"{result.instructions} instructions", err=True)


@app.command(epilog=TARGET_HELP)
@click.argument("target")
@click.argument("symbol")
@contract_options
@max_steps_option
@click.option("--concrete", is_flag=True, help="Run on random numbers instead of symbols.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which random numbers.")
def trace(target: str, symbol: str, asked: ContractAsked, max_steps: int, concrete: bool, seed: int) -> None:
    """Print one line for each executed instruction: address, text, what it wrote."""
    from lnsym.contract.routines import Images
    from lnsym.show.trace import trace_routine
    from programs.corpus import resolve_target

    contract, (case, *_) = asked.choice(symbol).for_one(symbol)
    statement = contract.statement(symbol, **case)
    image = Images(resolve_target(target)).with_routine(symbol, contract.links)
    trace_routine(image, symbol, statement, max_steps, seed if concrete else None, click.echo)


@app.command(epilog=f"{TARGET_HELP}\n\nExit codes: 0 everything agrees; 1 a mismatch, or an encoding not tested.")
@click.argument("names", nargs=-1, metavar="[CLASS or MNEMONIC]...")
@click.option("--count", type=click.IntRange(1), help="Comparisons for each encoding (default 20).")
@click.option("--seed", type=int, default=0, show_default=True, help="Which random numbers.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=writable,
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
) -> int:
    """Compare the instruction model with Unicorn: each encoding, random words, whole routines.

    Without --routines, --words or --replay, or with a CLASS, a MNEMONIC or a --count, every encoding (of these) is tested.
    Ctrl-C ends a campaign early; its table and report are of what was tested until then.
    """
    from lnsym.conform.campaign import CampaignPlan, repeat, run_campaign, select_forms
    from lnsym.conform.random_words import judge_words
    from lnsym.conform.record import as_json
    from lnsym.conform.routines import run_routines
    from lnsym.show import conformance
    from lnsym.show.exit_codes import exit_code_of_conformance
    from programs.corpus import resolve_target

    if replay is not None:
        comparison = repeat(replay)
        conformance.repeated(comparison, click.echo)
        return exit_code_of_conformance(comparison.mismatch is None)
    path = resolve_target(target) if target is not None else None
    passed = True
    if names or count is not None or (path is None and words is None):
        reports = run_campaign(select_forms(names), CampaignPlan.of(count or 20, seed), jobs)
        found = conformance.campaign(reports, click.echo)
        if report is not None:
            write_whole(report, json.dumps(as_json(found), indent=1) + "\n")
        passed &= found.passed
    if words is not None:
        passed &= conformance.words(judge_words(words, seed), words, click.echo).passed
    if path is not None:
        passed &= conformance.routines(run_routines(path, seed, every), click.echo).passed
    return exit_code_of_conformance(passed)


@app.command(
    epilog=f"{TARGET_HELP}\n\nExit codes: 0 nothing was proved wrongly; 1 a wrong proof; 2 usage or input error; 3 a fault."
)
@click.argument("target")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@click.option("--count", type=click.IntRange(1), help="Mutants in all, spread over the routines (default 20 for each).")
@click.option("--seed", type=int, default=0, show_default=True, help="Which mutants.")
@click.option("--checks", type=click.IntRange(1), default=1000, show_default=True,
              help="Random inputs on Unicorn for each mutant that is not refuted.")  # fmt: skip
@contract_options
@click.option("--timeout", type=click.FloatRange(0), callback=a_number, default=60.0, show_default=True,
              help="Seconds for the verification of each mutant.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes.")
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), callback=writable,
              help="Write every mutant and what came of it to a file.")  # fmt: skip
def mutate(
    target: str,
    symbols: tuple[str, ...],
    count: int | None,
    seed: int,
    checks: int,
    asked: ContractAsked,
    timeout: float,
    jobs: int,
    report: Path | None,
) -> int:
    """Change one instruction or constant byte at a time, and see that the prover notices.

    SYMBOL may be a pattern, 'sha256_*' say, of routines that have a contract; without SYMBOL all of them are meant. Every mutant is
    verified; one that is not refuted runs on Unicorn against the specification, which must not tell apart what was proved. Ctrl-C ends a
    campaign early; its tables and report are of the mutants tried until then.
    """
    from lnsym import session
    from lnsym.mutation.campaign import Campaign, Order
    from lnsym.mutation.trial import TrialLimits
    from lnsym.show.campaign_report import as_json
    from lnsym.show.mutation import Mutating
    from programs.corpus import resolve_target

    processes = max(1, (os.cpu_count() or 1) // jobs)
    order = Order(symbols, count, seed, jobs, TrialLimits(timeout, checks, processes))
    campaign = Campaign(resolve_target(target), order, asked.choice(*symbols))
    shown = Mutating(campaign, click.echo)
    shown.follow(session.mutate(campaign))
    if report is not None:
        write_whole(report, json.dumps(as_json(campaign, shown.report), indent=1, default=str) + "\n")
    return shown.exit_code


@app.command(epilog=f"{TARGET_HELP}\n\n{EXIT_CODES}")
@click.option("--coverage", "target", metavar="TARGET", help="Which functions of a binary are modelled in full.")
@click.option(
    "--all", "everything", is_flag=True, help="With --coverage: every function, not only symmetric cryptography."
)
@click.option("--details", is_flag=True, help="Also features, timing under PSTATE.DIT, and what is assumed.")
def isa(target: str | None, everything: bool, details: bool) -> int:
    """Print the encoding classes: name, pattern, encodings, conformance status, mnemonics."""
    from lnsym.conform.coverage import any_function, coverage, is_symmetric
    from lnsym.show import conformance, exit_codes
    from lnsym.show.isa_table import isa_lines
    from programs.corpus import resolve_target

    if target is not None:
        reports = coverage(resolve_target(target), any_function if everything else is_symmetric)
        return exit_codes.exit_code_of_coverage(conformance.coverage(reports, everything, click.echo))
    for line in isa_lines(details):
        click.echo(line)
    return exit_codes.DONE


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
        code = ended(_run)
    sys.exit(code)
