"""Fixtures shared by all tests: the real binaries, where they have been fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from lnsym.errors import CorpusNotFetched
from programs.corpus import resolve_target


def _fetched(name: str) -> Path:
    try:
        return resolve_target(name)
    except CorpusNotFetched as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def aws_lc() -> Path:
    """The fetched AWS-LC shared object."""
    return _fetched("aws-lc")


@pytest.fixture(scope="session")
def openssl() -> Path:
    """The fetched OpenSSL static library."""
    return _fetched("openssl")
