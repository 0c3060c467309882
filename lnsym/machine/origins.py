"""Origins: what the variables of a run stand for. A variable is its origin and its width; the name that is printed derives from it.

Terms know nothing of them: any frozen, hashable value that prints may be an origin (`BV.var`). `call` counts the calls of a theorem
from 0, and is printed where it is not 0.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

from lnsym.bv import BV, topological
from lnsym.bv.names import VariableNames
from lnsym.bv.sums import addends_of

if TYPE_CHECKING:
    from lnsym.bv.dag import Data

SP = 31
"""The number of SP among the general-purpose registers."""


def _at_call(name: str, call: int) -> str:
    return f"{name}_{call}" if call else name


@dataclass(frozen=True)
class GeneralRegister:
    """X0 to X30 or SP, 64 bits, as a call finds it."""

    number: int
    call: int = 0

    def __str__(self) -> str:
        return _at_call("sp" if self.number == SP else f"x{self.number}", self.call)


@dataclass(frozen=True)
class VectorRegister:
    """V0 to V31, 128 bits, as a call finds it."""

    number: int
    call: int = 0

    def __str__(self) -> str:
        return _at_call(f"v{self.number}", self.call)


@dataclass(frozen=True)
class Flag:
    """N, Z, C or V, one bit, as a call finds it."""

    letter: str
    call: int = 0

    def __str__(self) -> str:
        return _at_call(f"flag_{self.letter}", self.call)


@dataclass(frozen=True)
class ReturnAddress:
    """Where a call is to return to, 64 bits."""

    call: int = 0

    def __str__(self) -> str:
        return _at_call("return_address", self.call)


@dataclass(frozen=True)
class _Exported:
    """A term that an origin holds, as it goes to another process: numbered nodes, and the variables of these by the names there."""

    data: Data
    below: dict[str, BV]

    @staticmethod
    def of(term: BV) -> _Exported:
        from lnsym.bv.dag import export  # few runs have such origins

        names = VariableNames()
        below = {names[node]: node for node in topological([term]) if node.op == "var"}
        return _Exported(export({"term": term}), below)

    @property
    def term(self) -> BV:
        from lnsym.bv.dag import read

        return read(self.data, lambda name, _: self.below[name])["term"]


class _HoldsTerms:
    """An origin that has terms among its fields: they go to another process as numbered nodes."""

    def __reduce__(self) -> tuple[object, ...]:
        values = [getattr(self, field.name) for field in fields(self)]  # type: ignore[arg-type]
        return _read_back, (type(self), [_Exported.of(value) if isinstance(value, BV) else value for value in values])


def _read_back(kind: Callable[..., _HoldsTerms], values: Sequence[object]) -> _HoldsTerms:
    return kind(*[value.term if isinstance(value, _Exported) else value for value in values])


@dataclass(frozen=True)
class SignedPointer(_HoldsTerms):
    """A pointer with an authentication code, 64 bits."""

    key: str
    pointer: BV
    modifier: BV

    def __str__(self) -> str:
        return f"{self.pointer!r}.signed[{self.key},{self.modifier!r}]"


@dataclass(frozen=True)
class Pointer:
    """The address of a region that a contract gives, 64 bits."""

    region: str

    def __str__(self) -> str:
        return self.region


@dataclass(frozen=True)
class Element:
    """What a region that a contract gives holds at first at an index."""

    region: str
    index: int

    def __str__(self) -> str:
        return f"{self.region}[{self.index}]"


@dataclass(frozen=True)
class ElementAt(_HoldsTerms):
    """What a region of open size holds at first at an offset that is a term of 64 bits, a multiple of `step` bytes: one element."""

    region: str
    offset: BV
    step: int

    def __str__(self) -> str:
        return f"{self.region}[{_quotient(self.offset, self.step)}]"


def _quotient(offset: BV, step: int) -> str:
    """An offset, a multiple of a step, divided by it, in words."""
    addends, constant = addends_of(offset)
    numbers = [_signed(number) for number in (constant, *[coefficient for _, coefficient, _ in addends])]
    if any(number % step for number in numbers):
        return f"{offset!r} / {step}"
    first, *others = [number // step for number in numbers]
    terms = [term * number for (_, _, term), number in zip(addends, others, strict=True)]
    return repr(sum(terms, BV.const(first, offset.width)))


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


@dataclass(frozen=True)
class Folded(_HoldsTerms):
    """An element of a specification's state after a number of steps, a term of 64 bits."""

    fold: str
    index: int
    steps: BV

    def __str__(self) -> str:
        return f"{self.fold}[{self.index}] after {self.steps!r}"


@dataclass(frozen=True)
class Trips:
    """How many steps of the specification, or parts of the data, are done when a loop's head is reached, 64 bits."""

    head: int

    def __str__(self) -> str:
        return f"done@{self.head:#x}"


@dataclass(frozen=True)
class Overwritten(_HoldsTerms):
    """An element of a region of open size, at an offset in bytes, of which it is only known that a loop has written there."""

    head: int
    region: str
    offset: BV

    def __str__(self) -> str:
        return f"{self.region} at {self.offset!r}@{self.head:#x}"


@dataclass(frozen=True)
class Anything:
    """What a place holds at a loop's head, where nothing is said of it."""

    head: int
    place: str

    def __str__(self) -> str:
        return f"{self.place}@{self.head:#x}"


@dataclass(frozen=True)
class Value:
    """A value that a contract gives."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class OpenBits:
    """The bits of a register above an argument of `width` bits; a caller may leave anything there (AAPCS64, section 6.4.2, rule C.9)."""

    argument: int
    """From 0; it is passed in the X register of this number."""
    width: int
    call: int

    def __str__(self) -> str:
        return f"x{self.argument}_upper_{self.call}"

    @property
    def in_words(self) -> str:
        """Which bits, of which argument, and why they may be anything."""
        bits = "the upper half" if self.width == 32 else f"bits {self.width} to 63"
        call = f" of call {self.call}" if self.call else ""
        return f"{bits} of argument {self.argument}{call}, which AAPCS64 leaves open"


@dataclass(frozen=True)
class Stack:
    """The bytes of the stack as a call finds it; offsets are from SP."""

    call: int = 0

    def __str__(self) -> str:
        return _at_call("stack", self.call)


@dataclass(frozen=True)
class SegmentContents:
    """The bytes of a segment that other code may write, or another file defines, as a call finds them; offsets are from its start."""

    segment: str
    """Printable; the address keeps it apart from others of that name."""
    address: int
    call: int = 0

    def __str__(self) -> str:
        return _at_call(f"{self.segment}@{self.address:#x}", self.call)


@dataclass(frozen=True)
class Byte:
    """A byte of memory whose contents nobody knows."""

    of: Stack | SegmentContents
    offset: int

    def __str__(self) -> str:
        return f"{self.of}.byte[{self.offset}]"


@dataclass(frozen=True)
class PieceAddress:
    """Where a piece of an image starts, divided by its alignment; `number` is its start in the layout."""

    piece: str
    """Printable; empty for a file that is placed as a whole."""
    number: int

    def __str__(self) -> str:
        return f"{self.piece}@{self.number:#x}_base" if self.piece else "image_base"


@dataclass(frozen=True)
class ExternalAddress:
    """The address of a symbol that another file defines, 64 bits."""

    symbol: str
    """Printable; `number` keeps it apart from others that print alike."""
    number: int

    def __str__(self) -> str:
        return f"{self.symbol}@external{self.number}"


@dataclass(frozen=True)
class OfSecond:
    """What the second of two routines that are compared has for itself, where the first has the like of its own."""

    origin: Hashable

    def __str__(self) -> str:
        return f"{self.origin}_second"


@dataclass(frozen=True)
class Result:
    """What the last call returns; the variable has the bits of X0 that the caller may use."""

    def __str__(self) -> str:
        return "result"

    @property
    def place(self) -> str:
        """The name of the place that it is left in."""
        return "result"


@dataclass(frozen=True)
class Afterwards:
    """What a region that a contract gives holds after the last call at an index."""

    region: str
    index: int

    def __str__(self) -> str:
        return f"{self.place} afterwards"

    @property
    def place(self) -> str:
        """The name of the place that it is left in."""
        return f"{self.region}[{self.index}]"


@dataclass(frozen=True)
class AfterwardsAt:
    """What a region of open size holds after the last call at an index that is a term of 64 bits; 0 past its end."""

    region: str
    index: BV

    def __str__(self) -> str:
        return f"{self.region}[{self.index!r}] afterwards"


Left: TypeAlias = Result | Afterwards | AfterwardsAt
"""What the calls leave; in what a contract ensures it stands for what the code computed."""

Given: TypeAlias = Pointer | Element | ElementAt | Value
"""What the author of a contract named."""


def general_register(number: int, call: int = 0) -> BV:
    """What Xn, or SP, holds when a call begins."""
    return BV.var(GeneralRegister(number, call), 64)


def vector_register(number: int, call: int = 0) -> BV:
    """What Vn holds when a call begins."""
    return BV.var(VectorRegister(number, call), 128)


def flag(letter: str, call: int = 0) -> BV:
    """What a flag, "n", "z", "c" or "v", is when a call begins."""
    return BV.var(Flag(letter, call), 1)


STACK_POINTER = general_register(SP)
"""SP when the first call begins."""

TAKEN = frozenset(
    str(origin)
    for origin in (
        *[GeneralRegister(n) for n in range(32)],
        *[VectorRegister(n) for n in range(32)],
        *[Flag(letter) for letter in "nzcv"],
        ReturnAddress(),
    )
)
"""Names of other variables: contracts give none of them again."""
