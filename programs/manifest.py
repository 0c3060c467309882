"""The manifest of real binaries, `manifest.toml`, as typed values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lnsym.errors import BadManifest

MANIFEST = Path(__file__).with_name("manifest.toml")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class KnownVersion:
    """A version whose bytes have been seen. The digests are SHA-256 in hex."""

    version: str
    package_sha256: str
    sha256: str


@dataclass(frozen=True)
class PypiCorpus:
    """A file inside a wheel, pinned by version and digests (SHA-256 in hex)."""

    name: str
    title: str
    project: str
    version: str
    python: str
    implementation: str
    abi: str
    platform: str
    package_sha256: str
    inside: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file in the cache."""
        return PurePosixPath(self.inside).name


@dataclass(frozen=True)
class DebianCorpus:
    """A file inside a Debian package, whichever version the user's archive has today."""

    name: str
    title: str
    package: str
    architecture: str
    inside: str
    known: tuple[KnownVersion, ...]

    @property
    def file_name(self) -> str:
        """The name of the file in the cache."""
        return PurePosixPath(self.inside).name


Corpus = PypiCorpus | DebianCorpus


def read_manifest(path: Path = MANIFEST) -> Mapping[str, Corpus]:
    """Return the corpora by name, in the order of the file. Raises BadManifest."""
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadManifest(path, f"cannot be read: {error}") from None
    return {name: _corpus(path, name, table) for name, table in tables.items()}


def _corpus(path: Path, name: str, table: Any) -> Corpus:
    if not _NAME.fullmatch(name) or not isinstance(table, dict):
        raise BadManifest(path, f"[{name}] is not a corpus; names are lower-case words")
    fields = dict(table)
    origin = fields.pop("from", None)
    try:
        if origin == "pypi":
            return PypiCorpus(name, **_texts(fields))
        if origin == "debian":
            known = tuple(KnownVersion(**_texts(entry)) for entry in fields.pop("known", []))
            return DebianCorpus(name, known=known, **_texts(fields))
    except (TypeError, ValueError) as error:
        raise BadManifest(path, f"[{name}]: {error}") from None
    raise BadManifest(path, f"[{name}]: from = {origin!r}, expected 'pypi' or 'debian'")


def _texts(fields: Mapping[str, object]) -> dict[str, str]:
    checked = {}
    for key, value in fields.items():
        if not isinstance(value, str) or not value:
            raise ValueError(f"{key} must be a non-empty string")
        if key.endswith("sha256") and not _SHA256.fullmatch(value):
            raise ValueError(f"{key} must be 64 lower-case hex digits")
        checked[key] = value
    return checked
