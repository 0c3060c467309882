"""Errors a user can meet: each carries its facts, and prints as one line.

A new error is a dataclass of facts with a `_message` that names what is wrong, where, and what to
do about it. The command line prints `str(error)`; what it leaves with stands in `show/exit_codes.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class LnsymError(Exception):
    """Base of every error that is the input's or the user's, never a bug of lnsym."""

    def _message(self) -> str:
        """What is wrong, where, and what to do, in one sentence."""
        return super().__str__()

    def __str__(self) -> str:
        return one_line(self._message())

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception's own pickling passes `args` only, and loses facts that were given by keyword.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(kind: type[LnsymError], args: tuple[object, ...], facts: Mapping[str, object]) -> LnsymError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    return error


def one_line(text: str) -> str:
    """Return `text` with line breaks and control characters escaped: names come from files."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def nearest_names(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of `known` that look like `wanted`, best first."""
    return tuple(difflib.get_close_matches(wanted, list(known), n=3, cutoff=0.6))


def _did_you_mean(nearest: Sequence[str]) -> str:
    return f"; nearest: {', '.join(nearest)}" if nearest else ""


# --- files ----------------------------------------------------------------------------------------


@dataclass(eq=False)
class FileUnreadable(LnsymError):
    """The path is absent, not a regular file, empty, not permitted, or too large."""

    path: Path
    reason: str

    def _message(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(eq=False)
class NotElf(LnsymError):
    """The file is neither ELF nor an `ar` archive."""

    where: str
    found: str

    def _message(self) -> str:
        return (
            f"{self.where}: not an ELF file or archive (starts with {self.found}); "
            "give an AArch64 shared object, executable, .o or .a"
        )


@dataclass(eq=False)
class UnsupportedElf(LnsymError):
    """A well-formed ELF file or archive of a kind lnsym does not load."""

    where: str
    reason: str

    def _message(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass(eq=False)
class MalformedElf(LnsymError):
    """The file contradicts itself or ends too early."""

    where: str
    reason: str

    def _message(self) -> str:
        return f"{self.where}: damaged or truncated: {self.reason}; get the file again"


# --- archives -------------------------------------------------------------------------------------


@dataclass(eq=False)
class MalformedArchive(LnsymError):
    """The `ar` structure is broken."""

    where: str
    reason: str

    def _message(self) -> str:
        return f"{self.where}: damaged or truncated archive: {self.reason}; get the file again"


@dataclass(eq=False)
class ArchiveNeedsSymbol(LnsymError):
    """An archive is loaded by the members that define the wanted symbols; none was named."""

    where: str
    members: int

    def _message(self) -> str:
        return (
            f"{self.where}: an archive of {self.members} members; name the symbols to load "
            f"(`lnsym list {self.where}` shows them)"
        )


@dataclass(eq=False)
class NoSuchMember(LnsymError):
    """The archive has no member of that name."""

    where: str
    member: str
    nearest: Sequence[str] = ()

    def _message(self) -> str:
        return f"{self.where}: no member {self.member!r}{_did_you_mean(self.nearest)}"


@dataclass(eq=False)
class AmbiguousMember(LnsymError):
    """Several archive members define a local symbol of that name."""

    where: str
    symbol: str
    members: Sequence[str]

    def _message(self) -> str:
        return (
            f"{self.where}: {self.symbol!r} is local to several members "
            f"({', '.join(self.members)}); name one as MEMBER:{self.symbol}"
        )


# --- symbols and addresses ------------------------------------------------------------------------


@dataclass(eq=False)
class NoSymbols(LnsymError):
    """Nothing in the file is named, so no routine can be asked for."""

    where: str

    def _message(self) -> str:
        return (
            f"{self.where}: no symbol table, or none that names code or data here "
            "(was it stripped?); give a build with symbols"
        )


@dataclass(eq=False)
class NoSuchSymbol(LnsymError):
    """No symbol of that name is defined."""

    where: str
    name: str
    nearest: Sequence[str] = ()

    def _message(self) -> str:
        return f"{self.where}: no symbol {self.name!r}{_did_you_mean(self.nearest)}; `lnsym list` shows all"


@dataclass(eq=False)
class AmbiguousSymbol(LnsymError):
    """Several symbols of one name, none of which takes precedence."""

    where: str
    name: str
    addresses: Sequence[int]

    def _message(self) -> str:
        spellings = ", ".join(f"{self.name}@{address:#x}" for address in self.addresses)
        return f"{self.where}: {self.name!r} names several addresses; write one of {spellings}"


@dataclass(eq=False)
class AddressNotMapped(LnsymError):
    """No single segment of the image holds all the bytes asked for. Addresses and sizes in bytes."""

    where: str
    address: int
    size: int

    def _message(self) -> str:
        return f"{self.where}: no segment holds the {self.size} bytes at {self.address:#x}"


@dataclass(eq=False)
class ContentsUnknown(LnsymError):
    """The address is valid but its bytes are defined elsewhere (an undefined data symbol, COMMON)."""

    where: str
    address: int
    segment: str

    def _message(self) -> str:
        return (
            f"{self.where}: the bytes at {self.address:#x} ({self.segment}) are not in this file; "
            "give a linked file, or name the symbol's own member too"
        )


# --- relocations ----------------------------------------------------------------------------------


@dataclass(eq=False)
class UnresolvedRelocation(LnsymError):
    """The bytes depend on a relocation whose value this image cannot know."""

    where: str
    address: int
    reason: str

    def _message(self) -> str:
        return f"{self.where}: the bytes at {self.address:#x} are not known: {self.reason}"


@dataclass(eq=False)
class RelocationOverflow(LnsymError):
    """The value does not pass the check that AAELF64 gives for this relocation type."""

    relocation: str
    value: int
    check: str

    def _message(self) -> str:
        return f"{self.relocation}: {self.failed}"

    @property
    def failed(self) -> str:
        """Which check the value fails, and what to do."""
        return f"its value {self.value:#x} fails its check ({self.check}); give a linked file instead"


# --- corpora --------------------------------------------------------------------------------------


@dataclass(eq=False)
class NoSuchTarget(LnsymError):
    """The text is neither an existing file nor the name of a corpus."""

    target: str
    known: Sequence[str]

    def _message(self) -> str:
        nearest = _did_you_mean(nearest_names(self.target, self.known))
        return f"{self.target}: no such file, and no such corpus (known: {', '.join(self.known)}){nearest}"


@dataclass(eq=False)
class CorpusNotFetched(LnsymError):
    """The corpus is known but its file is not in the cache, or no longer what was fetched."""

    name: str
    reason: str

    def _message(self) -> str:
        return f"corpus {self.name!r} {self.reason}; run `lnsym fetch {self.name}`"


@dataclass(eq=False)
class FetchFailed(LnsymError):
    """The corpus could not be brought; `reason` ends with what the tool itself said."""

    name: str
    reason: str

    def _message(self) -> str:
        return f"could not fetch {self.name!r}: {self.reason}"


@dataclass(eq=False)
class CacheUnusable(LnsymError):
    """The cache directory cannot be made or written."""

    path: Path
    reason: str

    def _message(self) -> str:
        return f"cache {self.path}: {self.reason}; set LNSYM_CACHE to a directory you can write"


@dataclass(eq=False)
class BadManifest(LnsymError):
    """The manifest of corpora does not have the shape `programs.manifest` documents."""

    path: Path
    reason: str

    def _message(self) -> str:
        return f"{self.path}: {self.reason}"


# --- solvers --------------------------------------------------------------------------------------


@dataclass(eq=False)
class SolverMissing(LnsymError):
    """A solver that was asked for is not installed."""

    solver: str

    def _message(self) -> str:
        return f"the solver {self.solver} is not installed; pip install 'lnsym[{self.solver}]'"


@dataclass(eq=False)
class SolverUnsound(LnsymError):
    """A solver is installed in a version that is known to call satisfiable questions unsatisfiable."""

    package: str
    version: str
    report: str

    def _message(self) -> str:
        return (
            f"{self.package} {self.version} is unsound ({self.report}); install another: pip install -U {self.package}"
        )


@dataclass(eq=False)
class DumpUnwritable(LnsymError):
    """A directory for queries cannot be made or written."""

    path: Path
    reason: str

    def _message(self) -> str:
        return f"{self.path}: {self.reason}; name a directory that you can write"


# --- faults of lnsym itself -----------------------------------------------------------------------


class ToolFault(Exception):
    """lnsym contradicts itself. Never a verdict: `reproduction` holds all that is needed to see it again."""

    def __init__(self, what: str, reproduction: str) -> None:
        super().__init__(what, reproduction)
        self.what = what
        self.reproduction = reproduction

    def __str__(self) -> str:
        return self.what
