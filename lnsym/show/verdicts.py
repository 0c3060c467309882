"""Verdicts as lines for a person and as JSON for a program."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from textwrap import wrap
from typing import Any

import lnsym
from isa.assumptions import IN_WORDS
from lnsym.bv.names import by_name
from lnsym.contract import abi
from lnsym.contract.folds import AnyCount
from lnsym.errors import one_line
from lnsym.machine.image import Image
from lnsym.prove.provenance import Apart
from lnsym.prove.refutation import Counterexample, Input
from lnsym.prove.verdict import Verdict
from lnsym.show.exit_codes import exit_code_of

VALUES_BITS = 256
"""How much of a region one line of a counterexample shows."""

SHOWN_DIFFERENCES = 8
"""How many elements that differ a counterexample shows."""

SHOWN_LINES = 8
"""How many lines of one region a counterexample shows."""

INDENT = 11
READABLE = 60
"""In how many columns a term is written."""

LONGEST_LINE = 100
"""How many columns a line has that says where a term comes from."""

DEPENDENCIES = ("capstone", "pyelftools", "z3-solver", "python-sat", "unicorn")


def case_text(contract: str, parameters: Mapping[str, object]) -> str:
    """A contract and the parameters of a case: `aes-encrypt(bits=128, in_place)`; what is off or empty is left out."""
    given = [
        name if value is True else f"any number of {name}" if isinstance(value, AnyCount) else f"{name}={value}"
        for name, value in parameters.items()
        if value is not False and value != ""
    ]
    return f"{contract}({', '.join(given)})" if given else contract


ASSUMPTIONS_IN_WORDS = {
    **IN_WORDS,
    "external-objects": "what another file defines is as large as what is read of it, and apart from all regions",
    "globals-kept": "no other code writes the file's globals between the calls",
    "called-directly": "the routine is called by BL and B alone: its file is marked for BTI, and it does not begin with a landing pad",
    "x18-scratch": "the platform leaves X18 to the code, as Linux does; --reserve-x18 looks whether it can do without",
}
"""What a theorem rests on beyond what every one does, by its name in SOUNDNESS.md."""

RULES_IN_WORDS = {
    "x18-reserved": "X18 is never changed: the platform may reserve it",
}
"""What a theorem says beyond what every one does, by its name in SOUNDNESS.md."""


def verdict_line(verdict: Verdict, name_width: int = 0, case_width: int = 0) -> str:
    """`PROVED  routine  contract(parameters)  method  seconds`, and the reason where it is not proved."""
    line = (
        f"{verdict.status.upper():<7}  {one_line(verdict.routine):<{name_width}}  "
        f"{case_text(verdict.contract, verdict.parameters):<{case_width}}  "
        f"{verdict.method if verdict.status == 'proved' else '-':<14}  {verdict.total_seconds:7.2f} s"
    )
    return f"{line}\n         {one_line(verdict.reason)}" if verdict.reason else line


def apart_lines(apart: Apart, specified: str = "specified in") -> Iterator[str]:
    """The two words that stayed apart, what lies first below each, the joined words that these are made of, and where all come from."""
    yield from _word_lines("apart", apart.actual, "computed at", apart.computed_at)
    yield from _word_lines("and", apart.expected, specified, apart.specified_at)
    for lead, first, where in (
        ("first", apart.first_computed, "computed at"),
        ("and", apart.first_specified, specified),
    ):
        if first is not None:
            yield from _word_lines(lead, f"{first.text}: no counterpart", where, first.at)
    for number, word in enumerate(apart.joined):
        said = [f"= {word.text}"] if word.text else []
        if word.computed_at or word.specified_at:
            said.append(f"computed at {word.computed_at}" if word.computed_at else f"{specified} {word.specified_at}")
        yield _cut(f"  {'' if number else 'where':<{INDENT - 2}}{one_line(' '.join([word.name, ', '.join(said)]))}")


def _word_lines(lead: str, text: str, where: str, place: str) -> Iterator[str]:
    """A term, broken where it is long, and where it comes from."""
    for number, line in enumerate(wrap(one_line(text), READABLE - INDENT)):
        yield f"  {'' if number else lead:<{INDENT - 2}}{line}"
    yield from _place_line(where, place)


def _place_line(where: str, place: str) -> Iterator[str]:
    if place:
        yield _cut(f"{'':<{INDENT}}{where} {one_line(place)}")


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def assumption_lines(verdict: Verdict) -> Iterator[str]:
    """In words, what a proof says and what it rests on, beyond what every one does."""
    if verdict.status == "proved":
        yield from (f"  besides  {RULES_IN_WORDS[name]} ({name})" for name in verdict.rules)
        if verdict.stack_bytes != abi.STACK_BYTES:
            yield f"  assumes  {verdict.stack_bytes} bytes of stack below SP are there ({abi.stack_assumption(verdict.stack_bytes)})"
        for name in verdict.assumptions:
            if name in ASSUMPTIONS_IN_WORDS:
                yield f"  assumes  {ASSUMPTIONS_IN_WORDS[name]} ({name})"


def lemma_lines(verdict: Verdict) -> Iterator[str]:
    """The contract's lemmas, and what proved each."""
    said = [f"{lemma.name} ({lemma.method or 'not proved'})" for lemma in verdict.lemmas]
    for number, line in enumerate(wrap(one_line(", ".join(said)), READABLE - INDENT)):
        yield f"  {'' if number else 'lemmas':<{INDENT - 2}}{line}"


def invariant_lines(verdict: Verdict) -> Iterator[str]:
    """What is so at each loop's head, of a theorem for every count."""
    for line in verdict.invariants:
        yield f"  {line}"


def method_lines(verdict: Verdict) -> Iterator[str]:
    """What each method did, for a verdict that left something open."""
    done = [f"{use.name} {use.goals} in {use.seconds:.2f} s" for use in verdict.methods if use.name != "refute"]
    if done:
        yield f"  goals    {verdict.goals}, closed by {', '.join(done)}"


def counterexample_lines(counterexample: Counterexample) -> Iterator[str]:
    """The input, what the specification says and what the code does, aligned."""
    names = [i.name for i in counterexample.inputs] + [d.name for d in counterexample.differences]
    names += [left.name for difference in counterexample.differences for left in difference.left]
    width = max((len(name) for name in names), default=0)
    yield from input_lines(counterexample.inputs, width)
    if counterexample.violation:
        yield f"  Unicorn  {one_line(counterexample.violation)}"
    lead = "output"
    for difference in counterexample.differences[:SHOWN_DIFFERENCES]:
        digits = (difference.width + 3) // 4
        yield (
            f"  {lead:<9}{difference.name:<{width}}  specification {difference.expected:0{digits}x}  "
            f"code, on Unicorn {difference.actual:0{digits}x}"
        )
        lead = ""
        for left in difference.left:
            yield f"  {lead:<9}{left.name:<{width}}  {left.values[0]:0{(left.width + 3) // 4}x}"
    more = len(counterexample.differences) - SHOWN_DIFFERENCES
    if more > 0:
        yield f"  {'':<9}and {more} more that differ; --json has them all"
    if counterexample.divergence:
        yield f"  parts    {counterexample.divergence}"
    if counterexample.origin:
        yield f"  first    {counterexample.origin}: its result has no counterpart"


def input_lines(inputs: Sequence[Input], width: int) -> Iterator[str]:
    """The names, in a column of `width` characters, and their values."""
    lead = "input"
    for given in inputs:
        lines = list(_values_text(given))
        if len(lines) > SHOWN_LINES + 1:  # one line more is as short as saying that it is left out
            lines[SHOWN_LINES:] = [(False, f"and {len(lines) - SHOWN_LINES} lines more; --json has them all")]
        for text in lines:
            meaning = f"  {given.meaning}" if given.meaning else ""
            yield f"  {lead:<9}{given.name if text[0] else '':<{width}}  {text[1]}{meaning}"
            lead = ""


def _values_text(given: Input) -> Iterator[tuple[bool, str]]:
    """The values in hexadecimal, VALUES_BITS to a line; whether it is the first line. Bytes stand close together."""
    digits = (given.width + 3) // 4
    step = max(1, VALUES_BITS // given.width)
    for first in range(0, len(given.values), step):
        some = given.values[first : first + step]
        yield first == 0, ("" if given.width == 8 else " ").join(f"{value:0{digits}x}" for value in some)


def report(image: Image, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What `--json` writes: the file, the versions, and each verdict with times, counts and assumptions."""
    return {
        "lnsym": lnsym.__version__,
        "python": platform.python_version(),
        "dependencies": {name: _version(name) for name in DEPENDENCIES},
        "file": {"path": str(image.path), "sha256": image.sha256},
        "verdicts": [_verdict(verdict) for verdict in verdicts],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _verdict(verdict: Verdict) -> dict[str, Any]:
    counterexample = verdict.counterexample
    return {
        "routine": verdict.routine,
        "contract": verdict.contract,
        "parameters": verdict.parameters,
        "verdict": verdict.status,
        "reason": verdict.reason,
        "exit_code": exit_code_of(verdict),
        "instructions": verdict.instructions,
        "paths": verdict.paths,
        "goals": verdict.goals,
        "lemmas": [{"name": lemma.name, "method": lemma.method} for lemma in verdict.lemmas],
        "terms": verdict.terms,
        "seconds": verdict.seconds,
        "methods": [{"name": m.name, "goals": m.goals, "seconds": m.seconds} for m in verdict.methods],
        "invariants": list(verdict.invariants),
        "assumptions": list(verdict.assumptions),
        "rules": list(verdict.rules),
        "stack_bytes": verdict.stack_bytes,
        "apart": None if verdict.apart is None else asdict(verdict.apart),
        "counterexample": None if counterexample is None else _counterexample(counterexample),
    }


def _counterexample(counterexample: Counterexample) -> dict[str, Any]:
    return {
        "inputs": {name: hex(value) for name, value in by_name(counterexample.sample).items()},
        "meanings": {given.name: given.meaning for given in counterexample.inputs if given.meaning},
        "differences": [
            {"name": d.name, "width": d.width, "expected": hex(d.expected), "actual": hex(d.actual)}
            | ({"left": {left.name: hex(left.values[0]) for left in d.left}} if d.left else {})
            for d in counterexample.differences
        ],
        "violation": counterexample.violation,
        "divergence": counterexample.divergence,
        "origin": counterexample.origin,
        "confirmed_on": "unicorn",
    }
