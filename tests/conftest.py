"""Fixtures shared by all tests: the real binaries, where they have been fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lnsym.errors import CorpusNotFetched
from programs.corpus import resolve_target


def _fetched(name: str) -> Path:
    try:
        return resolve_target(name)
    except CorpusNotFetched as error:
        pytest.skip(str(error))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where LNSYM_NO_SKIPS is set, as in CI, which has all that tests need, a skipped test fails, with its reason."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("LNSYM_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"


@pytest.fixture(scope="session")
def aws_lc() -> Path:
    """The fetched AWS-LC shared object."""
    return _fetched("aws-lc")


@pytest.fixture(scope="session")
def aws_lc_2023() -> Path:
    """An older AWS-LC, with CVE-2023-1255."""
    return _fetched("aws-lc-2023")


@pytest.fixture(scope="session")
def openssl() -> Path:
    """The fetched OpenSSL static library."""
    return _fetched("openssl")
