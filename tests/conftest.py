"""Fixtures shared by all tests: the real binaries, where they have been fetched."""

from __future__ import annotations

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


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option by which CI says that it has all that tests need."""
    parser.addoption("--no-skips", action="store_true", help="a test that is skipped fails")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With `--no-skips` a skipped test fails, with its reason."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"


@pytest.fixture(scope="session")
def aws_lc() -> Path:
    """The fetched AWS-LC shared object."""
    return _fetched("aws-lc")


@pytest.fixture(scope="session")
def openssl() -> Path:
    """The fetched OpenSSL static library."""
    return _fetched("openssl")
