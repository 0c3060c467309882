"""What the author of a contract may give, names, numbers and widths, and the error for what means nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from lnsym.bv import BV
from lnsym.errors import LnsymError

MAX_BITS = 1 << 16
"""No value or element is wider."""


@dataclass(eq=False)
class ContractError(LnsymError):
    """A contract that says something impossible, or nothing at all."""

    reason: str
    where: str = ""
    """File and line, where they are known."""

    def _message(self) -> str:
        """What is wrong with it, and where."""
        return f"{self.where or 'contract'}: {self.reason}"


class BeyondRegion(ContractError):
    """A number of elements, or an index, that no region has: where it depends on the input, that is none of the contract's."""


def is_number(value: object) -> TypeGuard[int]:
    """Whether it is an int, and not True or False."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_name(text: object) -> bool:
    """Whether it is text that prints, without spaces: names become names of variables, files and lines of reports."""
    return isinstance(text, str) and bool(text) and text.isprintable() and not any(c.isspace() for c in text)


def checked_name(what: str, name: object) -> None:
    """Raises ContractError for what is no name."""
    if not is_name(name):
        raise ContractError(f"the {what} {name!r}: a name is text without spaces and control characters, not empty")


def constant(number: object, width: int, what: str) -> BV:
    """A number as a term: from 0 to 2**width - 1, or from -2**(width - 1) for a negative one, in two's complement.

    Raises ContractError for any other, and for what is no number.
    """
    if not is_number(number):
        raise ContractError(f"{what} is {shown(number)}: give a term or a whole number")
    if not -(1 << (width - 1)) <= number < 1 << width:
        raise ContractError(f"{what} is {shown(number)}, which does not fit {width} bits")
    return BV.const(number, width)


def shown(value: object) -> str:
    """A value of the user's as an error says it: short, whatever its size."""
    if is_number(value) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def checked_width(what: str, width: object) -> None:
    if not is_number(width) or not 1 <= width <= MAX_BITS:
        raise ContractError(f"{what} of {shown(width)} bits: a width is a number from 1 to {MAX_BITS}")
