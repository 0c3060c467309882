"""The routines of a file, and the contracts that are for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lnsym.contract.registry import Contract
from lnsym.machine.archive import MAGIC, THIN_MAGIC
from lnsym.machine.binary_file import read_file
from lnsym.machine.image import Image, list_archive, load_image


@dataclass(frozen=True)
class Routine:
    """A function of a file, its size in bytes, the archive member it is in, and the name of its contract, if any."""

    name: str
    size: int
    member: str
    contract: str


def contract_for(symbol: str, contracts: Mapping[str, Contract]) -> str:
    """The name of the first contract that fits the symbol; empty when none does."""
    return next((name for name, contract in contracts.items() if contract.fits(symbol)), "")


def routines(path: Path, contracts: Mapping[str, Contract]) -> Iterator[Routine]:
    """All functions of a file, by address; of an archive, member by member."""
    if is_archive(path):
        for member, symbols in list_archive(path):
            for symbol in symbols:
                if symbol.kind == "function":
                    yield Routine(symbol.name, symbol.size, member, contract_for(symbol.name, contracts))
        return
    for symbol in load_image(path).functions():
        yield Routine(symbol.name, symbol.size, "", contract_for(symbol.name, contracts))


def is_archive(path: Path) -> bool:
    """Whether the file starts as an `ar` archive does. Raises FileUnreadable."""
    return read_file(path).startswith((MAGIC, THIN_MAGIC))


class Images:
    """The images of one file: a linked file or object is laid out once, an archive for each routine asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = is_archive(path)
        self._whole: Image | None = None

    def with_routine(self, symbol: str) -> Image:
        """An image that defines the symbol. Raises what `load_image` and `Image.symbol` raise."""
        if self._archive:
            return load_image(self.path, [symbol])
        if self._whole is None:
            self._whole = load_image(self.path, [symbol])
        self._whole.symbol(symbol)
        return self._whole
