"""SMT: what is left goes to z3, or to bitwuzla where it is installed, with a time limit."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from types import FrameType
from typing import Literal, TypeAlias

from lnsym.bv import BV, variables
from lnsym.deadline import LONGEST_SECONDS, Deadline
from lnsym.errors import SolverMissing, SolverUnsound

SolverStatus: TypeAlias = Literal["sat", "unsat", "unknown"]
SolverName: TypeAlias = Literal["z3", "bitwuzla"]


@dataclass(frozen=True)
class SolverAnswer:
    """What the solver said; for "sat" a value of each variable."""

    status: SolverStatus
    model: dict[BV, int] = field(default_factory=dict)
    reason: str = ""
    """For "unknown", where it is not for want of time."""
    by: tuple[SolverName, ...] = ()
    """For "unsat", which solvers were asked and say so."""


UNSOUND: dict[SolverName, dict[str, str]] = {
    "z3": {
        "4.12.2": "https://github.com/Z3Prover/z3/issues/6894",
        "4.15.3": "reported as unsound on bit-vectors",
    },
    "bitwuzla": {"0.6.0": "https://github.com/bitwuzla/bitwuzla/issues/131"},
}
"""Released versions that called satisfiable questions about bit-vectors unsatisfiable, each with the report that shows it."""

DISTRIBUTIONS: dict[SolverName, str] = {"z3": "z3-solver", "bitwuzla": "bitwuzla"}
"""What each solver is called in the package index."""


def installed() -> list[SolverName]:
    """The solvers that can be asked here, in the order in which they are tried; z3 always, or SolverUnsound is raised."""
    require("z3")
    return ["z3", "bitwuzla"] if find_spec("bitwuzla") and unsound("bitwuzla") is None else ["z3"]


def require(solver: SolverName) -> None:
    """Raise SolverMissing unless the solver is installed, SolverUnsound where its version is known to answer wrongly."""
    if solver == "bitwuzla" and not find_spec("bitwuzla"):
        raise SolverMissing(solver)
    issue = unsound(solver)
    if issue is not None:
        raise SolverUnsound(DISTRIBUTIONS[solver], installed_version(solver), issue)


def unsound(solver: SolverName) -> str | None:
    """The report that shows the installed version of a solver to be unsound; None where none is known."""
    return UNSOUND[solver].get(".".join(installed_version(solver).split(".")[:3]))


@cache
def installed_version(solver: SolverName) -> str:
    """The version of an installed solver, as the package says; empty where it does not."""
    try:
        return metadata.version(DISTRIBUTIONS[solver])
    except metadata.PackageNotFoundError:
        return ""


def solve_with_all(conditions: Sequence[BV], seconds: float, solver: SolverName = "z3") -> SolverAnswer:
    """Like `solve`, but "unsat" only where every installed solver says so: others are asked in the time that the first leaves.

    Where one says "sat" after all, the answer is "unknown" with its model, to be run, and with the disagreement as the reason.
    """
    deadline = Deadline.after(seconds)
    answer = solve(conditions, seconds, solver)
    if answer.status != "unsat":
        return answer
    agreed = [solver]
    if any(condition.is_const and condition.value == 0 for condition in conditions):
        return replace(answer, by=tuple(agreed))
    for other in installed():
        if other == solver:
            continue
        second = solve(conditions, deadline.left(), other)
        if second.status == "sat":
            return SolverAnswer("unknown", second.model, f"{solver} and {other} disagree: unsat against sat")
        if second.status == "unknown":
            return SolverAnswer("unknown", reason=f"{solver} alone says that it holds; {other} found no answer in time")
        agreed.append(other)
    return replace(answer, by=tuple(agreed))


def solve(conditions: Sequence[BV], seconds: float, solver: SolverName = "z3") -> SolverAnswer:
    """One solver's answer to whether all conditions, terms of one bit, can be 1 at once. Raises SolverMissing, SolverUnsound."""
    require(solver)
    if any(condition.is_const and condition.value == 0 for condition in conditions):
        return SolverAnswer("unsat")
    milliseconds = max(1, int(min(seconds, LONGEST_SECONDS) * 1000))
    return by_z3(conditions, milliseconds) if solver == "z3" else by_bitwuzla(conditions, milliseconds)


def by_z3(conditions: Sequence[BV], milliseconds: int) -> SolverAnswer:
    """z3's answer."""
    import z3

    from lnsym.prove.smt_terms import Translator

    translator = Translator(z3.Context())
    solver = z3.SolverFor("QF_BV", ctx=translator.context)
    solver.set("timeout", milliseconds)
    solver.set("ctrl_c", _heeded())  # z3 takes Ctrl-C for itself
    for condition in conditions:
        solver.add(translator.condition(condition))
    result = solver.check()
    if result == z3.unsat:
        return SolverAnswer("unsat")
    if result != z3.sat:
        if "interrupted" in solver.reason_unknown():
            raise KeyboardInterrupt
        return SolverAnswer("unknown")
    model = solver.model()
    values = {}
    for variable in variables(conditions):
        value = model.eval(translator.term(variable), model_completion=True)
        values[variable] = value.as_long()
    return SolverAnswer("sat", values)


def by_bitwuzla(conditions: Sequence[BV], milliseconds: int) -> SolverAnswer:
    """Bitwuzla's answer, to the text of the query."""
    import bitwuzla

    from lnsym.prove.smt_terms import script

    options = bitwuzla.Options()
    options.set(bitwuzla.Option.PRODUCE_MODELS, True)
    options.set(bitwuzla.Option.TIME_LIMIT_PER, milliseconds)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    query = script("query", conditions)
    parser.parse(query.text, True, False)
    solver = parser.bitwuzla()
    with _interrupts() as interrupted:
        solver.configure_terminator(interrupted)
        result = solver.check_sat()
    if interrupted():
        raise KeyboardInterrupt
    if result == bitwuzla.Result.UNSAT:
        return SolverAnswer("unsat")
    if result != bitwuzla.Result.SAT:
        return SolverAnswer("unknown")
    values = dict.fromkeys(variables(conditions), 0)  # one that the text does not mention may have any value
    for constant in parser.get_declared_funs():
        values[query.symbols[constant.symbol().strip("|")]] = int(solver.get_value(constant).value(10))
    return SolverAnswer("sat", values)


def _heeded() -> bool:
    """Whether Ctrl-C is to be heeded here: processes whose parent ends them do not."""
    return signal.getsignal(signal.SIGINT) != signal.SIG_IGN


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C came: what is raised while a solver calls back is lost, so it is noted instead."""
    came = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        came.set()

    if threading.current_thread() is not threading.main_thread() or not _heeded():
        yield came.is_set
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
