"""Fetching: every way it fails is one line and leaves the cache as it was."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from lnsym.errors import BadManifest, CacheUnusable, CorpusNotFetched, FetchFailed, FileUnreadable, NoSuchTarget
from programs import corpus, packages
from programs.manifest import Corpus, DebianCorpus, KnownVersion, PypiCorpus, read_manifest

CONTENT = b"\x7fELF pretend"
WHEEL_NAME = "thing-1-cp311-abi3-manylinux2014_aarch64.whl"
DEB_NAME = "lib_1%3a2.0-1_arm64.deb"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(inside: str = "thing.so") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(inside, CONTENT)
    return out.getvalue()


def deb(inside: str = "./usr/lib/thing.a", compression: str = "xz") -> bytes:
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode=f"w:{compression}") as tar:
        entry = tarfile.TarInfo(inside)
        entry.size = len(CONTENT)
        tar.addfile(entry, io.BytesIO(CONTENT))
    out = bytearray(b"!<arch>\n")
    for name, data in (("debian-binary", b"2.0\n"), (f"data.tar.{compression}", tar_bytes.getvalue())):
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'644':<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return bytes(out)


WHEEL = wheel()
DEB = deb()
PYPI = PypiCorpus(
    "thing",
    "T",
    "thing",
    "1",
    "3.11",
    "cp",
    "abi3",
    "manylinux2014_aarch64",
    sha256(WHEEL),
    "thing.so",
    sha256(CONTENT),
)
DEBIAN = DebianCorpus(
    "lib", "L", "lib", "arm64", "usr/lib/thing.a", (KnownVersion("1:2.0-1", sha256(DEB), sha256(CONTENT)),)
)
Tool = Callable[[list[str], Path], tuple[int, str]]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LNSYM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(corpus, "read_manifest", lambda: {"thing": PYPI, "lib": DEBIAN})
    return tmp_path / "cache"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Callable[[Tool], list[list[str]]]:
    """Replace pip and apt-get; returns the list that records their command lines."""

    def install(tool: Tool) -> list[list[str]]:
        calls: list[list[str]] = []

        def run(command: list[str], *, cwd: Path, **options: object) -> SimpleNamespace:
            calls.append(command)
            assert options["timeout"]
            code, said = tool(command, cwd)
            return SimpleNamespace(returncode=code, stdout=said)

        monkeypatch.setattr(packages.subprocess, "run", run)
        return calls

    return install


def deliver(data: bytes, name: str) -> Tool:
    def tool(command: list[str], cwd: Path) -> tuple[int, str]:
        if "update" not in command:
            directory = cwd / "wheel" if "pip" in command else cwd
            directory.mkdir(exist_ok=True)
            (directory / name).write_bytes(data)
        return 0, "done"

    return tool


def left_behind(cache: Path) -> list[str]:
    return sorted(p.name for p in cache.rglob("*")) if cache.exists() else []


def test_fetch_from_pypi(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    calls = tools(deliver(WHEEL, WHEEL_NAME))
    lines: list[str] = []
    path = corpus.fetch("thing", lines.append)
    assert path == cache / "thing" / "thing.so" == corpus.resolve_target("thing")
    assert path.read_bytes() == CONTENT
    assert left_behind(cache) == ["origin.json", "thing", "thing.so"]
    assert calls[0][:4] == [sys.executable, "-m", "pip", "download"]
    assert "thing==1" in calls[0]
    assert not [word for word in calls[0] if "://" in word]
    assert not [line for line in lines if "warning" in line]
    corpus.fetch("thing")
    assert len(calls) == 1  # the second fetch found it


def test_fetch_from_debian(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    calls = tools(deliver(DEB, DEB_NAME))
    lines: list[str] = []
    path = corpus.fetch("lib", lines.append)
    assert path.read_bytes() == CONTENT
    assert left_behind(cache) == ["lib", "origin.json", "thing.a"]
    assert [call[-1] for call in calls] == ["update", "lib"]
    assert not [line for line in lines if "warning" in line]


def test_unknown_debian_version_is_taken_with_a_warning(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    tools(deliver(deb(compression="gz"), "lib_9.9_arm64.deb"))
    lines: list[str] = []
    corpus.fetch("lib", lines.append)
    (warning,) = [line for line in lines if line.startswith("warning")]
    assert "lib 9.9" in warning
    assert sha256(CONTENT) in warning
    assert corpus.resolve_target("lib").exists()


@pytest.mark.parametrize(
    ("name", "data", "file_name", "message"),
    [
        ("thing", wheel("other.so"), WHEEL_NAME, "the wheel has SHA-256"),
        ("thing", b"not a zip", WHEEL_NAME, "the wheel has SHA-256"),
        ("lib", deb("./other"), "lib_1%3a2.0-1_arm64.deb", "holds no usr/lib/thing.a"),
        ("lib", deb("./other"), "lib_9_arm64.deb", "holds no usr/lib/thing.a"),
        ("lib", deb(compression="gz"), DEB_NAME, "has SHA-256"),
        ("lib", DEB[:-40], "lib_9_arm64.deb", "truncated"),
        ("lib", b"nonsense", "lib_9_arm64.deb", "archive"),
        ("lib", DEB, "lib.deb", "no version"),
        ("lib", DEB, "lib_9_arm64.txt", "expected one"),
    ],
)
def test_wrong_package_is_refused(
    cache: Path, tools: Callable[[Tool], list[list[str]]], name: str, data: bytes, file_name: str, message: str
) -> None:
    tools(deliver(data, file_name))
    with pytest.raises(FetchFailed, match=message):
        corpus.fetch(name)
    assert left_behind(cache) == []


@pytest.mark.parametrize("name", ["thing", "lib"])
def test_failing_tool_is_quoted(cache: Path, tools: Callable[[Tool], list[list[str]]], name: str) -> None:
    tools(lambda command, cwd: (1, "retrying\n\nERROR: no route\nto host\n"))
    with pytest.raises(FetchFailed, match="failed: ERROR: no route / to host") as caught:
        corpus.fetch(name)
    assert "\n" not in str(caught.value)
    assert left_behind(cache) == []


def test_apt_without_network_says_so(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    def tool(command: list[str], cwd: Path) -> tuple[int, str]:
        if "update" in command:
            return 0, "Err:1 x\nW: Failed to fetch x\nReading\n"
        return 100, "E: Unable to locate package lib\n"

    tools(tool)
    with pytest.raises(FetchFailed, match=r"Unable to locate.*update` said: .*W: Failed to fetch x"):
        corpus.fetch("lib")


@pytest.mark.parametrize(
    ("error", "message"),
    [(FileNotFoundError(), "not installed"), (subprocess.TimeoutExpired("x", 1), "did not finish")],
)
def test_tool_missing_or_stuck(
    cache: Path, tools: Callable[[Tool], list[list[str]]], error: Exception, message: str
) -> None:
    def tool(command: list[str], cwd: Path) -> tuple[int, str]:
        raise error

    tools(tool)
    with pytest.raises(FetchFailed, match=message):
        corpus.fetch("lib")
    assert left_behind(cache) == []


def test_interrupt_leaves_nothing(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    def tool(command: list[str], cwd: Path) -> tuple[int, str]:
        (cwd / "half").write_bytes(b"x")
        raise KeyboardInterrupt

    tools(tool)
    with pytest.raises(KeyboardInterrupt):
        corpus.fetch("thing")
    assert left_behind(cache) == []


def test_no_pip(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FetchFailed, match="has no pip; install it"):
        corpus.fetch("thing")


@pytest.mark.parametrize("name", ["thing", "lib"])
def test_damaged_file_is_noticed_and_replaced(cache: Path, tools: Callable[[Tool], list[list[str]]], name: str) -> None:
    tools(deliver(WHEEL, WHEEL_NAME) if name == "thing" else deliver(DEB, DEB_NAME))
    path = corpus.fetch(name)
    path.write_bytes(b"changed")
    with pytest.raises(CorpusNotFetched, match=f"damaged.*lnsym fetch {name}"):
        corpus.resolve_target(name)
    assert corpus.fetch(name).read_bytes() == CONTENT
    assert len(left_behind(cache)) == 3


def test_cache_that_cannot_be_written(cache: Path, tools: Callable[[Tool], list[list[str]]]) -> None:
    tools(deliver(WHEEL, WHEEL_NAME))
    cache.write_bytes(b"a file in the way")
    with pytest.raises(CacheUnusable, match="LNSYM_CACHE"):
        corpus.fetch("thing")


def test_full_disk(cache: Path, tools: Callable[[Tool], list[list[str]]], monkeypatch: pytest.MonkeyPatch) -> None:
    tools(deliver(WHEEL, WHEEL_NAME))

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corpus.Path, "write_text", no_space)
    with pytest.raises(CacheUnusable, match="No space left"):
        corpus.fetch("thing")
    assert left_behind(cache) == []


def test_resolve_target(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusNotFetched, match="run `lnsym fetch thing`"):
        corpus.resolve_target("thing")
    with pytest.raises(NoSuchTarget, match="nearest: thing"):
        corpus.resolve_target("thin")
    for absent in ("no/such", "absent.so"):
        with pytest.raises(FileUnreadable, match="no such file"):
            corpus.resolve_target(absent)
    with pytest.raises(NoSuchTarget):
        corpus.resolve_target("a\0b")
    (tmp_path / "thing").mkdir()  # a directory of that name does not hide the corpus
    with pytest.raises(CorpusNotFetched):
        corpus.resolve_target("thing")
    (tmp_path / "thing").rmdir()
    (tmp_path / "thing").write_bytes(b"x")  # a file does
    assert corpus.resolve_target("thing") == Path("thing")
    with pytest.raises(NoSuchTarget, match="known: thing, lib"):
        corpus.fetch("nothing")


def test_default_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LNSYM_CACHE", raising=False)
    assert "lnsym" in os.fspath(corpus.cache_directory())


def test_the_manifest_is_well_formed() -> None:
    manifest = read_manifest()
    assert list(manifest) == ["aws-lc", "aws-lc-2023", "openssl"]
    kinds: list[type[Corpus]] = [PypiCorpus, PypiCorpus, DebianCorpus]
    assert [type(entry) for entry in manifest.values()] == kinds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", r"\[x\] is not a corpus"),
        ("[x]\nfrom = 'ftp'", "expected 'pypi' or 'debian'"),
        ("[x]\nfrom = 'pypi'", "missing"),
        ("[x]\nfrom = 'debian'\ncolour = 'red'", "unexpected"),
        ("[x]\nfrom = 'pypi'\nsha256 = 'abc'", "64 lower-case hex"),
        ("[x]\nfrom = 'pypi'\ntitle = 3", "must be a non-empty string"),
        ("[x", "cannot be read"),
    ],
)
def test_bad_manifests(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(BadManifest, match=message):
        read_manifest(path)
