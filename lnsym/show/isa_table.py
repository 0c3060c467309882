"""The table of encoding classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from isa.encoding import Encoding, Fields, encodings
from isa.features import Feature
from lnsym.conform.forms import InstructionForm, forms
from lnsym.conform.record import status


def isa_lines(details: bool = False) -> Iterator[str]:
    """For each class its name, pattern, number of encodings, conformance status and mnemonics; with details what it needs."""
    count = 0
    for encoding in encodings():
        of_class = forms(encoding)
        count += len(of_class)
        yield f"{encoding.name}: {encoding.title}"
        yield f"  {encoding.pattern}"
        yield f"  {len(of_class)} encodings; {status(encoding)}"
        yield f"  {' '.join(_mnemonics(of_class))}"
        if details:
            yield from _details(of_class)
    yield f"{len(encodings())} classes, {count} encodings"


def _mnemonics(some: Sequence[InstructionForm]) -> list[str]:
    return list(dict.fromkeys(form.mnemonic for form in some))


def _details(of_class: Sequence[InstructionForm]) -> Iterator[str]:
    """The features that instructions need, whether their time may depend on data, and what is assumed of them."""
    encoding = of_class[0].encoding
    for feature in Feature:
        if feature is not Feature.BASE:
            yield from _line(f"need {feature.value}", of_class, partial(_needs, encoding, feature))
    yield from _line("independent of data in time under PSTATE.DIT", of_class, encoding.data_independent_time)
    yield from _line("rest on an assumption", of_class, lambda f: encoding.assumption(f) is not None)


def _needs(encoding: Encoding, feature: Feature, f: Fields) -> bool:
    return encoding.feature(f) is feature


def _line(what: str, of_class: Sequence[InstructionForm], holds: Callable[[Fields], bool]) -> Iterator[str]:
    """The instructions of which something holds, or "all"; no line for none."""
    chosen = [form for form in of_class if holds(form.encoding.fields(form.witnesses[0]))]
    if chosen:
        names = "all" if len(chosen) == len(of_class) else " ".join(_mnemonics(chosen))
        yield f"  {what}: {names}"
