"""The detection of planted faults: whether the quick campaign finds what is wrong in the semantics.

    python -m lnsym.conform.fault_detection [--faults N] [--seed S] [--count C] [--module M] [--json FILE]

plants N faults, spread over all modules of `isa`, and runs the campaign, C comparisons for each encoding, over the classes
that use the faulty module, until the first mismatch. For a fault that is not found the campaign is run again with ten times as
many comparisons: what is found then changes behaviour and was missed. What is still not found must be explained in
`harmless_faults`.
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

from lnsym.conform.planted_faults import PlantedFault, all_faults, faults_of
from lnsym.conform.sources import path_of, used_by

Fate: TypeAlias = Literal["result", "error", "endless", "missed", "not found"]
"""Found by a wrong result, by an error that the semantics raise, or because it never ends; missed by the quick campaign
but found by ten times as many comparisons; not found."""

FOUND = frozenset({"result", "error", "endless"})
THOROUGH = 10
SECONDS = 20
"""Processor time that the quick campaign for a fault may take; the thorough one THOROUGH times as much."""

IMPORT_SECONDS = 4
QUICK_COUNT = 20
TOLERATED = 0.02
"""The part of the faults that change behaviour which the quick campaign may miss."""


@dataclass
class Detection:
    """What became of a planted fault."""

    fault: PlantedFault
    fate: Fate
    found_by: str
    """The form and the kind of mismatch that gave it away."""


class _Faulty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a fault planted in it."""

    def __init__(self, fault: PlantedFault) -> None:
        self._fault = fault

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._fault.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(path_of(fullname)))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._fault.text(), f"<fault planted in {self._fault.module}>", "exec"), module.__dict__)


def _campaign(fault: PlantedFault, count: int) -> str:
    """Run the campaign over the classes that use the faulty module; what first gave the fault away, or nothing."""
    sys.meta_path.insert(0, _Faulty(fault))
    signal.setitimer(signal.ITIMER_PROF, IMPORT_SECONDS)
    try:
        from isa.encoding import encodings
        from lnsym.conform.campaign import CampaignPlan, FormTester
        from lnsym.conform.forms import forms
    except Exception as error:
        return f"error: import: {type(error).__name__}"
    signal.setitimer(signal.ITIMER_PROF, SECONDS * (1 if count <= QUICK_COUNT else THOROUGH))
    tester = FormTester(CampaignPlan(count, seed=0, symbolic=1), shrinks=False)
    affected = [form for e in encodings() if fault.module in used_by(e.module) for form in forms(e)]
    random.Random(fault.name).shuffle(affected)  # the first of them are of all kinds
    for form in affected:
        kept = tester.test(form).kept
        if kept:
            ending = next((d.model for d in kept[0].differences if d.where == "ending"), "")
            kind = "error" if ": " in ending else "result"
            return f"{kind}: {form.name}"
    return ""


def _in_a_child(fault: PlantedFault, count: int) -> str:
    """`_campaign` in a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer = "error: crash"
        try:
            answer = _campaign(fault, count)
        finally:
            os.write(write, answer.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return "endless: no result in time" if os.WIFSIGNALED(status) else answer


_FATES: dict[str, Fate] = {"result": "result", "error": "error", "endless": "endless"}


def try_fault(fault: PlantedFault, count: int, second_look: bool = True) -> Detection:
    """Whether the campaign finds a fault, and if not, whether a thorough one does."""
    answer = _in_a_child(fault, count)
    if answer:
        kind, _, found_by = answer.partition(": ")
        return Detection(fault, _FATES[kind], found_by)
    answer = _in_a_child(fault, count * THOROUGH) if second_look else ""
    return Detection(fault, "missed" if answer else "not found", answer.partition(": ")[2])


def choose(faults: Sequence[PlantedFault], count: int, seed: int) -> list[PlantedFault]:
    """`count` faults, of each module in turn one more, of kinds of faults as different as can be."""
    drawn = random.Random(seed)
    by_module: defaultdict[str, list[PlantedFault]] = defaultdict(list)
    for fault in faults:
        by_module[fault.module].append(fault)
    for ofone in by_module.values():
        drawn.shuffle(ofone)
        seen: Counter[str] = Counter()
        rank = {}
        for fault in ofone:
            rank[fault] = seen[fault.kind]
            seen[fault.kind] += 1
        ofone.sort(key=lambda fault: rank[fault], reverse=True)  # taken from the end
    chosen: list[PlantedFault] = []
    while len(chosen) < count and any(by_module.values()):
        order = [module for module, ofone in by_module.items() if ofone]
        drawn.shuffle(order)
        chosen += [by_module[module].pop() for module in order[: count - len(chosen)]]
    return chosen


def run(faults: Sequence[PlantedFault], count: int, second_look: bool = True) -> Iterator[Detection]:
    """Plant faults one after the other."""
    # What all children need, but for `isa` and what imports it, is loaded once.
    for module in ("unicorn", "unicorn.arm64_const", "capstone", "lnsym.bv", "multiprocessing"):
        importlib.import_module(module)
    assert "isa" not in sys.modules, "faults are planted by a process that has not imported isa"
    if found_by := _in_a_child(PlantedFault("isa.lanes", "none", 0, "", "", number=-1), 2):
        raise SystemExit(f"with no fault planted the campaign fails: {found_by}")
    for fault in faults:
        yield try_fault(fault, count, second_look)


def summary(detections: Sequence[Detection], seconds: float) -> Iterator[str]:
    """The table by kind of fault, those not found with the reasons, and the score."""
    from lnsym.conform.harmless_faults import reason_for

    kinds = sorted({detection.fault.kind for detection in detections})
    yield f"{'fault':<20}  planted  wrong result  error  endless  missed  not found"
    for kind in [*kinds, "all"]:
        fates = Counter(detection.fate for detection in detections if kind in ("all", detection.fault.kind))
        counts = [fates.total(), *(fates[fate] for fate in ("result", "error", "endless", "missed", "not found"))]
        yield f"{kind:<20}  {counts[0]:>7}  {counts[1]:>12}  {counts[2]:>5}  {counts[3]:>7}  {counts[4]:>6}  {counts[5]:>9}"
    unexplained = 0
    for detection in detections:
        if detection.fate in FOUND:
            continue
        reason = reason_for(detection.fault)
        if detection.fate == "missed":
            reason = f"found with {THOROUGH} times as many comparisons: {detection.found_by}"
        unexplained += detection.fate == "not found" and not reason
        yield f"{detection.fate}: {detection.fault.name}"
        yield f"    {reason or 'NO REASON GIVEN'}"
    found = sum(detection.fate in FOUND for detection in detections)
    changing = found + unexplained + sum(detection.fate == "missed" for detection in detections)
    yield (
        f"{len(detections)} faults in {len({detection.fault.module for detection in detections})} modules, {changing} that change "
        f"behaviour, {found} of them found: {100 * found / max(changing, 1):.1f} %; {seconds:.0f} s"
    )


def main() -> int:
    """Plant faults from the command line; 0 if at least 98 % were found."""
    parser = argparse.ArgumentParser(description="Plant faults in the semantics; see whether the campaign finds them.")
    parser.add_argument("--faults", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=QUICK_COUNT, help="comparisons for each encoding")
    parser.add_argument("--once", action="store_true", help="do not look a second time for those that are not found")
    parser.add_argument("--module", help="only this module, all its faults")
    parser.add_argument("--json", type=Path, help="write what came of each fault to a file")
    arguments = parser.parse_args()
    began = time.perf_counter()
    if arguments.module:
        chosen = list(faults_of(arguments.module))
    else:
        chosen = choose(list(all_faults()), arguments.faults, arguments.seed)
    detections = []
    for detection in run(chosen, arguments.count, not arguments.once):
        detections.append(detection)
        if sys.stderr.isatty() or detection.fate not in FOUND:
            print(
                f"{len(detections)}/{len(chosen)} {detection.fate}: {detection.fault.name}", file=sys.stderr, flush=True
            )
    seconds = time.perf_counter() - began
    for line in summary(detections, seconds):
        print(line)
    from lnsym.conform.harmless_faults import reason_for

    if arguments.json:
        rows = [
            {
                "fault": t.fault.name,
                "kind": t.fault.kind,
                "fate": t.fate,
                "found_by": t.found_by,
                "reason": reason_for(t.fault),
            }
            for t in detections
        ]
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    unexplained = sum(t.fate not in FOUND and not reason_for(t.fault) for t in detections)
    return 0 if unexplained <= TOLERATED * len(detections) else 1


if __name__ == "__main__":
    sys.exit(main())
