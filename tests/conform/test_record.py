"""The record of the long campaign: complete, and it says when a class is no longer the one that was tested."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from isa.encoding import Encoding, encodings
from lnsym.conform import record, sources
from lnsym.conform.forms import forms


@pytest.fixture
def xar() -> Encoding:
    return next(encoding for encoding in encodings() if encoding.module == "isa.crypto.xar")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    for cached in (record._recorded, record.fingerprint):
        cached.cache_clear()


def test_the_long_campaign_covered_every_form_without_a_mismatch() -> None:
    entries = {entry["module"]: entry for entry in json.loads(record.RECORD.read_text("utf-8"))["classes"]}
    for encoding in encodings():
        entry = entries[encoding.module]
        assert (entry["mismatches"], entry["untested"]) == (0, [])
        assert entry["forms"] == len(forms(encoding))
        assert entry["tests"] >= 500 * entry["forms"]


def test_what_has_changed_since_says_so(xar: Encoding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entry = {"module": xar.module, "tests": 7, "mismatches": 0, "fingerprint": record.fingerprint(xar.module)}
    monkeypatch.setattr(record, "RECORD", tmp_path / "record.json")
    assert record.status(xar) == "not recorded"
    record._recorded.cache_clear()
    record.RECORD.write_text(json.dumps({"classes": [entry]}))
    assert record.status(xar) == "7 tests, 0 mismatches"
    record.fingerprint.cache_clear()
    monkeypatch.setattr(sources, "source", lambda module: "# another")
    assert record.status(xar) == "7 tests, 0 mismatches, changed since"
