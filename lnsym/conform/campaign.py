"""A campaign: every form tested, the mismatches shrunk, what was covered counted.

Each form has its own random numbers, made from the seed and its name: what is tested does not depend on how the work is
shared out among processes, nor on which other classes are asked for.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import FrameType

from isa.encoding import encodings
from lnsym import signals
from lnsym.conform.cases import Case, CaseSource, parse_replay, replay_text
from lnsym.conform.comparison import CaseDifference, Comparer
from lnsym.conform.forms import InstructionForm, form_name, forms
from lnsym.conform.shrinking import shrink
from lnsym.conform.single_step import SLOT
from lnsym.conform.symbolic import disagreeing_level
from lnsym.conform.words import words
from lnsym.errors import LnsymError, nearest_names
from lnsym.machine.decode import decode_word, disassemble
from lnsym.machine.endings import EndOfPath

LEAST_PER_CLASS = 120
"""Comparisons that a class gets at least, shared out among its forms: a class of one form has as many corners as others."""

QUICK = 20
"""Comparisons for each form in a quick campaign."""

KEPT_MISMATCHES = 2
"""How many mismatches of a form are shrunk and kept; the others are counted."""


@dataclass(frozen=True)
class CampaignPlan:
    """How much to test."""

    count: int = QUICK
    """Comparisons for each form; from QUICK on, a class of few forms gets LEAST_PER_CLASS in all."""
    seed: int = 0
    contents_per_word: int = 1
    symbolic: int = 1
    """For how many of a form's words symbols are compared with numbers."""

    @staticmethod
    def of(count: int, seed: int) -> CampaignPlan:
        """The plan for `count` comparisons for each form: many of them share a word's translation and decoding."""
        return CampaignPlan(count, seed, 1 if count < 100 else 4, max(1, count // 100))


@dataclass
class Mismatch:
    """One mismatch, shrunk."""

    module: str
    form: str
    kind: str
    """"unicorn": the two results differ; "symbols": a rewrite level; "names": the decoders."""
    word: int
    text: str
    differences: list[CaseDifference]
    replay: str
    """What `lnsym conform --replay` takes."""


@dataclass
class FormResult:
    """What testing one form gave."""

    module: str
    form: str
    tests: int = 0
    symbolic: int = 0
    left_out: int = 0
    """Cases not compared: they reach into the test machinery, or Unicorn is known to be wrong there."""
    mismatches: int = 0
    kept: list[Mismatch] = field(default_factory=list)
    processor_seconds: float = 0.0


@dataclass
class ClassTally:
    """A class of the report."""

    module: str
    title: str
    forms: int
    tested: int = 0
    tests: int = 0
    symbolic: int = 0
    left_out: int = 0
    mismatches: int = 0
    untested: list[str] = field(default_factory=list)


@dataclass
class ConformanceReport:
    """What a campaign found. A report of an interrupted one is as valid: what was not reached counts as untested."""

    plan: CampaignPlan
    classes: dict[str, ClassTally]
    mismatches: list[Mismatch] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    """Of all processes: what the rate per core is reckoned by, whatever else the machine does meanwhile."""
    interrupted: bool = False

    @property
    def tests(self) -> int:
        """Comparisons with Unicorn."""
        return sum(tally.tests for tally in self.classes.values())

    @property
    def passed(self) -> bool:
        """Whether every form was tested and none mismatched."""
        return not any(tally.mismatches or tally.untested for tally in self.classes.values())

    def add(self, result: FormResult) -> None:
        """Count the result of a form."""
        tally = self.classes[result.module]
        if result.tests:
            tally.tested += 1
            tally.untested.remove(result.form)
        tally.tests += result.tests
        tally.symbolic += result.symbolic
        tally.left_out += result.left_out
        tally.mismatches += result.mismatches
        self.mismatches += result.kept
        self.processor_seconds += result.processor_seconds


@dataclass(eq=False)
class NoSuchClass(LnsymError):
    """The text names neither a class nor a mnemonic."""

    name: str
    nearest: Sequence[str]

    def _message(self) -> str:
        hint = f"; nearest: {', '.join(self.nearest)}" if self.nearest else ""
        return f"{self.name}: no class and no mnemonic of that name{hint}; `lnsym isa` shows all"


@cache
def _all_forms() -> list[InstructionForm]:
    return [form for encoding in encodings() for form in forms(encoding)]


def select_forms(names: Sequence[str]) -> list[InstructionForm]:
    """The forms of the classes, groups of classes and mnemonics of these names; all for no names.

    A class has the name of its module, with or without its packages, and no two classes have one name. Raises NoSuchClass.
    """
    everything = _all_forms()
    if not names:
        return everything
    chosen: dict[InstructionForm, None] = {}
    for name in names:
        found = [form for form in everything if _is_named(form, name)]
        if not found:
            known = {form.mnemonic for form in everything} | {form.encoding.name for form in everything}
            raise NoSuchClass(name, nearest_names(name, known) or nearest_names(name.upper(), known))
        chosen |= dict.fromkeys(found)
    return list(chosen)


def _is_named(form: InstructionForm, name: str) -> bool:
    encoding = form.encoding
    names = (encoding.name, f"{encoding.group}.{encoding.name}", encoding.module, encoding.group)
    return name in names or form.mnemonic.lower() == name.lower()


class FormTester:
    """Tests forms, in one process."""

    def __init__(self, plan: CampaignPlan, shrinks: bool = True) -> None:
        self.plan = plan
        self._shrinks = shrinks
        self.comparer = Comparer()
        self._source = CaseSource(plan.seed)

    def test(self, form: InstructionForm) -> FormResult:
        """Test one form by the plan."""
        plan = self.plan
        began = time.process_time()
        result = FormResult(form.encoding.module, form.name)
        random = Random(f"{plan.seed} {form.encoding.module} {form.name}")
        wanted = max(plan.count, LEAST_PER_CLASS // len(forms(form.encoding))) if plan.count >= QUICK else plan.count
        count = -(-wanted // plan.contents_per_word)
        for word in words(form, random, count):
            self._check_names(form, word, result)
            for case in self._source.cases(form.encoding, word, random, plan.contents_per_word):
                outcome = self.comparer.compare(case)
                if outcome == "unusable":
                    result.left_out += 1
                    continue
                result.tests += 1
                if outcome == "differ":
                    self._keep(form, case, "unicorn", result)
            if result.symbolic < plan.symbolic and outcome != "unusable":
                result.symbolic += 1
                if symbols_disagree(case):
                    self._keep(form, case, "symbols", result)
        result.processor_seconds = time.process_time() - began
        return result

    def _check_names(self, form: InstructionForm, word: int, result: FormResult) -> None:
        try:
            decode_word(word, SLOT)
        except EndOfPath as error:
            result.mismatches += 1
            if len(result.kept) < KEPT_MISMATCHES:
                module = form.encoding.module
                result.kept.append(Mismatch(module, form.name, "names", word, str(error), [], f"{word:08x}"))

    def _keep(self, form: InstructionForm, case: Case, kind: str, result: FormResult) -> None:
        result.mismatches += 1
        if len(result.kept) >= KEPT_MISMATCHES:
            return
        if self._shrinks and kind == "unicorn":
            case = shrink(case, lambda plainer: self.comparer.compare(plainer) == "differ")
        elif self._shrinks:
            case = shrink(case, symbols_disagree)
        result.kept.append(self.mismatch(case, form.name, kind))

    def mismatch(self, case: Case, form: str, kind: str) -> Mismatch:
        """The mismatch that a case is."""
        text = " ".join(disassemble(case.word, SLOT) or ("no instruction",)).rstrip()
        if kind == "unicorn":
            differences = self.comparer.differences(case)
        else:
            differences = [CaseDifference("symbols", "", f"disagree at rewrite level {_level(case)}", "")]
        return Mismatch(case.encoding.module, form, kind, case.word, text, differences, replay_text(case))


def _level(case: Case) -> int | str | None:
    """The level at which symbols and numbers disagree, or the error that symbols raise."""
    try:
        return disagreeing_level(case)
    except Exception as error:  # a fault of the semantics is a finding, not the campaign's end
        return f"{type(error).__name__}: {error}"


def symbols_disagree(case: Case) -> bool:
    """Whether the semantics leave other things on variables than on numbers, at either rewrite level."""
    return _level(case) is not None


@dataclass(frozen=True)
class RepeatedComparison:
    """What one comparison gave that was asked for by its text."""

    form: str
    comparable: bool
    """Whether Unicorn could run it."""
    mismatch: Mismatch | None


def repeat(replay: str) -> RepeatedComparison:
    """Compare once more what a mismatch's `replay` says. Raises BadReplay."""
    case = parse_replay(replay)
    tester = FormTester(CampaignPlan())
    outcome = tester.comparer.compare(case)
    form = form_name(case.encoding, case.fields) or ""
    kind = "unicorn" if outcome == "differ" else "symbols"
    mismatch = tester.mismatch(case, form, kind) if outcome == "differ" or symbols_disagree(case) else None
    return RepeatedComparison(form, outcome != "unusable", mismatch)


# -- many processes ---------------------------------------------------------------------------------

_FORMS_PER_TASK = 8
_tester: FormTester | None = None


def _start_worker(plan: CampaignPlan, parent: int) -> None:
    global _tester
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signals.end_with(parent)
    _tester = FormTester(plan)


def _test_named(task: Sequence[tuple[str, str]]) -> list[FormResult]:
    """Test forms given by class and name: an encoding class cannot be sent to another process."""
    assert _tester is not None
    by_name = {(form.encoding.module, form.name): form for form in select_forms(())}
    return [_tester.test(by_name[names]) for names in task]


def results(chosen: Sequence[InstructionForm], plan: CampaignPlan, jobs: int) -> Iterator[FormResult | None]:
    """The result of each form, as they come; None now and then while there is none yet."""
    if jobs == 1:
        tester = FormTester(plan)
        yield from map(tester.test, chosen)
        return
    names = [(form.encoding.module, form.name) for form in chosen]
    tasks = [names[start : start + _FORMS_PER_TASK] for start in range(0, len(names), _FORMS_PER_TASK)]
    with multiprocessing.Pool(jobs, _start_worker, (plan, os.getpid())) as pool:
        coming = pool.imap_unordered(_test_named, tasks)
        while True:
            try:
                yield from coming.next(timeout=0.2)
            except multiprocessing.TimeoutError:
                yield None
            except StopIteration:
                return


@contextmanager
def _interrupts_noted(report: ConformanceReport) -> Iterator[None]:
    """Ctrl-C sets `report.interrupted`; a second one is a KeyboardInterrupt as ever. In the main thread only."""

    def note(number: int, frame: FrameType | None) -> None:
        if report.interrupted:
            raise KeyboardInterrupt
        report.interrupted = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_campaign(chosen: Sequence[InstructionForm], plan: CampaignPlan, jobs: int = 1) -> Iterator[ConformanceReport]:
    """Test forms; yields the report as it grows, from where nothing is tested.

    Ctrl-C ends the campaign after the form under test, not the program.
    """
    classes: dict[str, ClassTally] = {}
    for form in chosen:
        encoding = form.encoding
        tally = classes.setdefault(encoding.module, ClassTally(encoding.module, encoding.title, 0))
        tally.forms += 1
        tally.untested.append(form.name)
    report = ConformanceReport(plan, classes)
    yield report
    began = time.perf_counter()
    with _interrupts_noted(report):
        for result in results(chosen, plan, jobs):
            report.seconds = time.perf_counter() - began
            if result is not None:
                report.add(result)
                yield report
            if report.interrupted:
                break
