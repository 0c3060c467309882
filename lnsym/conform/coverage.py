"""Which instructions of a binary's symmetric cryptography are modelled.

Tables lie among the code of many of these routines, so a function is decoded by following its control flow from the
entry, not word after word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from isa.branch import Branch
from lnsym.contract.routines import is_archive
from lnsym.errors import LnsymError
from lnsym.machine.decode import Code, Instruction
from lnsym.machine.endings import EndOfPath, NotModelled
from lnsym.machine.image import Image, list_archive, load_image
from lnsym.machine.layout import Symbol

SYMMETRIC = re.compile(
    r"""
      (?<![a-z]) (vp|bs|hw)? aes (?! [a-z]) | aes (gcm|ccm|ni|v8|cbc|ctr|xts|ecb|ocb|wrap)
    | gcm | ghash | gmult
    | (?<![a-z]) sha (?! [a-z]) | shake (128|256) | keccak
    | md5 | chacha | poly1305
    | (?<![a-z]) sm[34] (?! \d)
    | camellia | (?<![a-z]) (3)? des (?! [a-z]) | blake2 | ripemd | rmd160 | siphash
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Names of symmetric cryptography. `des` and `sha` stand alone in a name: not destroy, describe, share."""

GLUE = ("s2n_", "aws_")
"""Prefixes of what only passes keys and messages on: libraries that are linked into one file with AWS-LC."""


@dataclass
class FunctionCoverage:
    """A function whose reachable instructions are not all modelled."""

    name: str
    member: str
    missing: list[NotModelled]


@dataclass
class CoverageReport:
    """What decoding the functions of a target gave."""

    target: str
    functions: int = 0
    instructions: int = 0
    """Words decoded; a word that two functions reach counts for both."""
    indirect: list[str] = field(default_factory=list)
    """Functions that jump through a register, beyond which nothing is followed; calls and returns do not count."""
    incomplete: list[FunctionCoverage] = field(default_factory=list)
    mnemonics: Counter[str] = field(default_factory=Counter)


@dataclass
class Reached:
    """What control flow from an entry reaches."""

    instructions: list[Instruction] = field(default_factory=list)
    missing: list[NotModelled] = field(default_factory=list)
    jumps_indirectly: bool = False


def reach(code: Code, function: Symbol, entries: frozenset[int]) -> Reached:
    """Follow the control flow from a function's entry, not into calls nor into other functions' `entries`."""
    reached = Reached()
    waiting, seen = [function.address], {function.address}
    while waiting:
        address = waiting.pop()
        try:
            instruction = code[address]
        except EndOfPath as stop:
            if isinstance(stop.ending, NotModelled):
                reached.missing.append(stop.ending)
            continue
        except LnsymError:  # outside the image: another file's function
            continue
        reached.instructions.append(instruction)
        following = [address + 4]
        branch = instruction.encoding.branch(instruction.fields)
        if branch is not None:
            reached.jumps_indirectly |= branch.jumps_indirectly
            if not branch.conditional and not branch.calls:
                following = []
            if branch.offset is not None and not _leaves(branch, address, function, code.image, entries):
                following.append(address + branch.offset)
        waiting += [place for place in following if place not in seen]
        seen.update(following)
    return reached


def _leaves(branch: Branch, address: int, function: Symbol, image: Image, entries: frozenset[int]) -> bool:
    """Whether a branch leaves the function: BL, or a tail call of another function or through the linkage table."""
    assert branch.offset is not None
    target = address + branch.offset
    if function.address <= target < function.end:
        return False
    segment = image.segment_at(target)
    return branch.calls or target in entries or segment is None or segment.name.startswith(".plt")


def _images(target: Path, wanted: Callable[[str], bool]) -> Iterator[Callable[[], Image]]:
    """Ways to load the images of a target that have wanted functions."""
    if not is_archive(target):
        yield partial(load_image, target)
        return
    for member, symbols in list_archive(target):
        names = [symbol.name for symbol in symbols if symbol.kind == "function" and wanted(symbol.name)]
        if names:
            yield partial(load_image, target, [f"{member}:{names[0]}"])


def any_function(name: str) -> bool:
    """Whatever its name says."""
    return True


def is_symmetric(name: str) -> bool:
    """Whether a function's name says that it is symmetric cryptography."""
    return SYMMETRIC.search(name) is not None and not name.startswith(GLUE)


def coverage(target: Path, wanted: Callable[[str], bool] = is_symmetric) -> Iterator[CoverageReport]:
    """Decode the wanted functions of a target; yields the report as it grows, from an empty one."""
    report = CoverageReport(str(target))
    yield report
    for load in _images(target, wanted):
        image = load()
        functions = list(image.functions())
        entries = frozenset(function.address for function in functions)
        code = Code(image)
        for function in {f.address: f for f in functions if wanted(f.name)}.values():
            _cover(function, reach(code, function, entries), report)
            yield report


def _cover(function: Symbol, reached: Reached, report: CoverageReport) -> None:
    report.functions += 1
    report.instructions += len(reached.instructions)
    report.mnemonics.update(instruction.encoding.names(instruction.fields)[0] for instruction in reached.instructions)
    if reached.jumps_indirectly:
        report.indirect.append(function.name)
    if reached.missing:
        report.incomplete.append(FunctionCoverage(function.name, function.member or "", reached.missing))
