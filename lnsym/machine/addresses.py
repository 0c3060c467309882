"""Addresses that only a linker or a loader chooses, as terms: where the pieces of an image lie, and the symbols of other files.

In the layout that lnsym makes of a file everything has a number. No proof may rest on it: a piece lies at a variable, a multiple of its
alignment, and what is in the piece at that variable plus a number. Code that never asks where it lies is the same for all values of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lnsym.bv import BV, concat
from lnsym.bv.sums import addends_of
from lnsym.machine.layout import PAGE, AddressUse, Piece
from lnsym.machine.linked import IMAGE
from lnsym.machine.origins import ExternalAddress, PieceAddress
from lnsym.machine.relocation import FORMULAS, is_relative


@dataclass(frozen=True)
class Addresses:
    """Terms of 64 bits for the starts of an image's pieces and for the symbols that other files define."""

    pieces: tuple[Piece, ...]
    """In ascending order of their numbers."""
    externals: Mapping[str, BV]
    bases: tuple[BV, ...] = field(init=False)
    """Where each piece starts."""
    variables: Mapping[BV, int] = field(init=False)
    """The variables in `bases`, each with the value that it has in the layout."""
    _by_base: Mapping[tuple[BV, int], int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        variables: dict[BV, int] = {}
        bases = []
        for piece in self.pieces:
            low = piece.alignment.bit_length() - 1
            variable = BV.var(_origin(piece), 64 - low)
            variables[variable] = piece.start >> low
            bases.append(concat(variable, BV.const(0, low)) if low else variable)
        by_base = {}
        for number, base in enumerate(bases):
            ((_, coefficient, term),), _ = addends_of(base)
            by_base[term, coefficient] = number
        object.__setattr__(self, "bases", tuple(bases))
        object.__setattr__(self, "variables", variables)
        object.__setattr__(self, "_by_base", by_base)

    def piece_at(self, number: int) -> int | None:
        """Which piece, by its place in `pieces`, holds a number of the layout, or ends there."""
        at = bisect_right(self.pieces, number, key=lambda piece: piece.start) - 1
        return at if at >= 0 and number <= self.pieces[at].end else None

    def of_number(self, number: int, near: int) -> BV:
        """The address of what has this number in the layout, computed by the instruction at the number `near` from its own."""
        piece = self.piece_at(near)
        return BV.const(number, 64) if piece is None else self.bases[piece] + (number - self.pieces[piece].start)

    def page_of(self, number: int) -> BV:
        """The address of the 4 KiB page of the instruction that has this number."""
        piece = self.piece_at(number)
        if piece is not None and self.pieces[piece].alignment < PAGE:
            return self.of_number(number, number) & ~(PAGE - 1)
        return self.of_number(number & ~(PAGE - 1), number)

    def of_use(self, use: AddressUse) -> BV:
        """The address that a relocated place is filled with."""
        address = self.externals[use.of] if isinstance(use.of, str) else self.of_number(use.of, use.of)
        return address + use.addend

    def word(self, use: AddressUse, place: int) -> BV:
        """The word of data, of 2, 4 or 8 bytes, that has the number `place` and holds an address, or its distance from there."""
        value = self.of_use(use)
        if is_relative(use.relocation):
            value = value - self.of_number(place, place)
        return value.extract(8 * FORMULAS[use.relocation].size - 1, 0)

    def placed(self, address: BV) -> tuple[Piece, int] | None:
        """The piece on whose start an address is based, and its number in the layout, which may lie outside; else None."""
        addends, constant = addends_of(address)
        if len(addends) != 1:
            return None
        _, coefficient, term = addends[0]
        found = self._by_base.get((term, coefficient))
        if found is None:
            return None
        piece = self.pieces[found]
        return piece, piece.start + (constant if constant < 1 << 63 else constant - (1 << 64))

    def numbered(self, address: BV) -> tuple[Piece, BV] | None:
        """The piece on whose start an address is based, among other addends, and its number in the layout; else None."""
        for _, coefficient, term in addends_of(address)[0]:
            found = self._by_base.get((term, coefficient))
            if found is not None:
                return self.pieces[found], address - self.bases[found] + self.pieces[found].start
        return None


def externals_of(names: Sequence[str]) -> dict[str, BV]:
    """A variable for the address of each symbol that another file defines."""
    return {name: BV.var(ExternalAddress(printable(name), n), 64) for n, name in enumerate(names)}


def printable(name: str) -> str:
    """A name with only letters, digits, dots, underscores and hyphens kept."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def _origin(piece: Piece) -> PieceAddress:
    return PieceAddress("" if piece.name == IMAGE and not piece.start else printable(piece.name), piece.start)
