"""The record of the last long campaign, kept in the repository, and whether a class is still what was tested then."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from isa.encoding import Encoding
from lnsym.conform import sources
from lnsym.conform.campaign import ConformanceReport

RECORD = Path(__file__).with_name("record.json")


@cache
def fingerprint(module: str) -> str:
    """SHA-256 of the source of a class and of all modules of `isa` that it uses."""
    used = sorted(sources.used_by(module))
    return hashlib.sha256("".join(map(sources.source, used)).encode()).hexdigest()


def as_json(report: ConformanceReport) -> dict[str, Any]:
    """A report as it is written to a file."""
    return {
        "plan": asdict(report.plan),
        "seconds": round(report.seconds, 1),
        "processor_seconds": round(report.processor_seconds, 1),
        "interrupted": report.interrupted,
        "passed": report.passed,
        "tests": report.tests,
        "classes": [asdict(tally) | {"fingerprint": fingerprint(module)} for module, tally in report.classes.items()],
        "mismatches": [asdict(mismatch) for mismatch in report.mismatches],
    }


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    if not RECORD.exists():
        return {}
    return {entry["module"]: entry for entry in json.loads(RECORD.read_text("utf-8"))["classes"]}


def status(encoding: Encoding) -> str:
    """What the record says of a class: how much was tested and whether it is still the same code."""
    entry = _recorded().get(encoding.module)
    if entry is None:
        return "not recorded"
    tested = f"{entry['tests']} tests, {entry['mismatches']} mismatches"
    return tested if entry["fingerprint"] == fingerprint(encoding.module) else f"{tested}, changed since"
