"""The mutation test: whether the quick campaign finds faults planted in the semantics.

    python -m lnsym.conform.mutation [--mutants N] [--seed S] [--count C] [--module M] [--json FILE]

plants N faults, spread over all modules of `isa`, and runs the campaign, C comparisons for each encoding, over the classes
that use the faulty module, until the first mismatch. A mutant that survives is run again with ten times as many comparisons:
what is found then changes behaviour and was missed. What still survives must be explained in `survivors`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, TypeAlias

from lnsym.conform.mutants import Mutant, all_mutants, mutants_of
from lnsym.conform.sources import path_of, used_by

Fate: TypeAlias = Literal["result", "error", "endless", "missed", "survived"]
"""Found by a wrong result, by an error that the semantics raise, or because it never ends; missed by the quick campaign
but found by ten times as many comparisons; not found."""

FOUND = frozenset({"result", "error", "endless"})
THOROUGH = 10
SECONDS = 20
"""Processor time that a mutant's quick campaign may take; the thorough one THOROUGH times as much."""

IMPORT_SECONDS = 4
QUICK_COUNT = 20
TOLERATED = 0.02
"""The part of the mutants that change behaviour which the quick campaign may miss."""


@dataclass
class Trial:
    """What became of a mutant."""

    mutant: Mutant
    fate: Fate
    found_by: str
    """The form and the kind of mismatch that gave it away."""


class _Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the mutant's text."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(path_of(fullname)))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.text(), f"<mutant of {self._mutant.module}>", "exec"), module.__dict__)


def _campaign(mutant: Mutant, count: int) -> str:
    """Run the campaign over the classes that use the faulty module; what first gave the fault away, or nothing."""
    sys.meta_path.insert(0, _Faulty(mutant))
    signal.setitimer(signal.ITIMER_PROF, IMPORT_SECONDS)
    try:
        from isa.encoding import encodings
        from lnsym.conform.campaign import FormTester, Plan
        from lnsym.conform.forms import forms
    except Exception as error:
        return f"error: import: {type(error).__name__}"
    signal.setitimer(signal.ITIMER_PROF, SECONDS * (1 if count <= QUICK_COUNT else THOROUGH))
    tester = FormTester(Plan(count, seed=0, symbolic=1), shrinks=False)
    affected = [form for e in encodings() if mutant.module in used_by(e.module) for form in forms(e)]
    random.Random(mutant.name).shuffle(affected)  # the first of them are of all kinds
    for form in affected:
        kept = tester.test(form).kept
        if kept:
            ending = next((d.model for d in kept[0].differences if d.where == "ending"), "")
            kind = "error" if ": " in ending else "result"
            return f"{kind}: {form.name}"
    return ""


def _in_a_child(mutant: Mutant, count: int) -> str:
    """`_campaign` in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer = "error: crash"
        try:
            answer = _campaign(mutant, count)
        finally:
            os.write(write, answer.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return "endless: no result in time" if os.WIFSIGNALED(status) else answer


_FATES: dict[str, Fate] = {"result": "result", "error": "error", "endless": "endless"}


def try_mutant(mutant: Mutant, count: int, second_look: bool = True) -> Trial:
    """Whether the campaign finds a mutant, and if not, whether a thorough one does."""
    answer = _in_a_child(mutant, count)
    if answer:
        kind, _, found_by = answer.partition(": ")
        return Trial(mutant, _FATES[kind], found_by)
    answer = _in_a_child(mutant, count * THOROUGH) if second_look else ""
    return Trial(mutant, "missed" if answer else "survived", answer.partition(": ")[2])


def choose(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """`count` mutants, of each module in turn one more, of kinds of faults as different as can be."""
    drawn = random.Random(seed)
    by_module: defaultdict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        by_module[mutant.module].append(mutant)
    for ofone in by_module.values():
        drawn.shuffle(ofone)
        seen: Counter[str] = Counter()
        rank = {}
        for mutant in ofone:
            rank[mutant] = seen[mutant.fault]
            seen[mutant.fault] += 1
        ofone.sort(key=lambda mutant: rank[mutant], reverse=True)  # taken from the end
    chosen: list[Mutant] = []
    while len(chosen) < count and any(by_module.values()):
        order = [module for module, ofone in by_module.items() if ofone]
        drawn.shuffle(order)
        chosen += [by_module[module].pop() for module in order[: count - len(chosen)]]
    return chosen


def run(mutants: Sequence[Mutant], count: int, second_look: bool = True) -> Iterator[Trial]:
    """Try mutants one after the other."""
    # What all children need, but for `isa` and what imports it, is loaded once.
    for module in ("unicorn", "unicorn.arm64_const", "capstone", "lnsym.bv", "multiprocessing"):
        importlib.import_module(module)
    assert "isa" not in sys.modules, "mutants are tried from a process that has not imported isa"
    if found_by := _in_a_child(Mutant("isa.lanes", "none", 0, "", "", number=-1), 2):
        raise SystemExit(f"with no fault planted the campaign fails: {found_by}")
    for mutant in mutants:
        yield try_mutant(mutant, count, second_look)


def summary(trials: Sequence[Trial], seconds: float) -> Iterator[str]:
    """The table by kind of fault, the mutants not found with the reasons, and the score."""
    from lnsym.conform.survivors import reason_for

    kinds = sorted({trial.mutant.fault for trial in trials})
    yield f"{'fault':<20}  planted  wrong result  error  endless  missed  survived"
    for kind in [*kinds, "all"]:
        fates = Counter(trial.fate for trial in trials if kind in ("all", trial.mutant.fault))
        counts = [fates.total(), *(fates[fate] for fate in ("result", "error", "endless", "missed", "survived"))]
        yield f"{kind:<20}  {counts[0]:>7}  {counts[1]:>12}  {counts[2]:>5}  {counts[3]:>7}  {counts[4]:>6}  {counts[5]:>8}"
    unexplained = 0
    for trial in trials:
        if trial.fate in FOUND:
            continue
        reason = reason_for(trial.mutant)
        if trial.fate == "missed":
            reason = f"found with {THOROUGH} times as many comparisons: {trial.found_by}"
        unexplained += trial.fate == "survived" and not reason
        yield f"{trial.fate}: {trial.mutant.name}"
        yield f"    {reason or 'NO REASON GIVEN'}"
    found = sum(trial.fate in FOUND for trial in trials)
    changing = found + unexplained + sum(trial.fate == "missed" for trial in trials)
    yield (
        f"{len(trials)} mutants of {len({trial.mutant.module for trial in trials})} modules, {changing} that change "
        f"behaviour, {found} of them found: {100 * found / max(changing, 1):.1f} %; {seconds:.0f} s"
    )


def main() -> int:
    """Run the mutation test from the command line; 0 if at least 98 % were found."""
    parser = argparse.ArgumentParser(description="Plant faults in the semantics; see whether the campaign finds them.")
    parser.add_argument("--mutants", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=QUICK_COUNT, help="comparisons for each encoding")
    parser.add_argument("--once", action="store_true", help="do not look a second time for those that survive")
    parser.add_argument("--module", help="only this module, all its mutants")
    parser.add_argument("--json", type=Path, help="write the trials to a file")
    arguments = parser.parse_args()
    began = time.perf_counter()
    if arguments.module:
        chosen = list(mutants_of(arguments.module))
    else:
        chosen = choose(list(all_mutants()), arguments.mutants, arguments.seed)
    trials = []
    for trial in run(chosen, arguments.count, not arguments.once):
        trials.append(trial)
        if sys.stderr.isatty() or trial.fate not in FOUND:
            print(f"{len(trials)}/{len(chosen)} {trial.fate}: {trial.mutant.name}", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - began
    for line in summary(trials, seconds):
        print(line)
    from lnsym.conform.survivors import reason_for

    if arguments.json:
        rows = [
            {
                "mutant": t.mutant.name,
                "fault": t.mutant.fault,
                "fate": t.fate,
                "found_by": t.found_by,
                "reason": reason_for(t.mutant),
            }
            for t in trials
        ]
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    unexplained = sum(t.fate not in FOUND and not reason_for(t.mutant) for t in trials)
    return 0 if unexplained <= TOLERATED * len(trials) else 1


if __name__ == "__main__":
    sys.exit(main())
