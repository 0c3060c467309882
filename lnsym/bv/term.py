"""Terms: immutable, hash-consed bit vectors.

A term is an operator, a width in bits, its arguments and a serial number. Equal structure is the same
object, so equality of terms is `is`. The intern table holds its terms weakly: a term lives as long as
somebody uses it, and verifying many routines in one process does not fill memory.

Operators, and what `args` holds (every value is an unsigned number of `width` bits):

    const     (value,)
    var       (origin,)               what it stands for: any frozen value that hashes and prints
    anf       ((monomial, mask), ...)  XOR of masked ANDs of rotated words: see `bitwise`
    sum       (((serial, coefficient, term), ...), constant)  modular sum: see `sums`
    concat    (most significant piece, ..., least significant piece)
    extract   (term, low)              bits low + width - 1 .. low
    ite       (condition, then, else)  the condition is one bit wide
    eq, ult, slt                       (left, right), one bit wide
    mul, udiv, sdiv, clmul             (left, right); clmul is twice as wide as its operands
    shl, lshr, ashr                    (value, amount), both `width` wide, SMT-LIB's meaning
    sext      (term,)
    lookup    (table, index)           entry `index` of a constant table, 0 past its end
    not, and, or, xor, add, ror        plain nodes, built at rewrite level 0 only
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn


class WidthMismatch(TypeError):
    """Two terms of different widths met in an operation that needs equal ones."""


class BV:
    """A bit vector term. Build terms with `BV.const`, `BV.var` and the operators, never with `BV(...)`."""

    __slots__ = ("__weakref__", "args", "known_operands", "op", "serial", "width")

    known_operands: tuple[BV, ...] | None
    """For `evaluate.operands`, once it was asked."""

    def __init__(self, op: str, width: int, args: tuple[Any, ...], serial: int) -> None:
        self.op: Final = op
        self.width: Final = width
        self.args: Final = args
        self.serial: Final = serial
        self.known_operands = None

    # -- leaves ---------------------------------------------------------------------------------

    @staticmethod
    def const(value: int, width: int) -> BV:
        """The constant `value` modulo 2**width."""
        return intern("const", width, (value & ((1 << width) - 1),))

    @staticmethod
    def var(origin: Hashable, width: int) -> BV:
        """The free variable of this origin and width: a name, or any frozen value that says what it stands for, and prints."""
        return intern("var", width, (origin,))

    @property
    def is_const(self) -> bool:
        """Whether the term is a constant."""
        return self.op == "const"

    @property
    def value(self) -> int:
        """The unsigned value of a constant. Raises TypeError for any other term."""
        if self.op != "const":
            raise TypeError(f"not a constant: {self!r}")
        value: int = self.args[0]
        return value

    @property
    def origin(self) -> Hashable:
        """What a variable stands for; it prints as the variable's name. Raises TypeError for any other term."""
        if self.op != "var":
            raise TypeError(f"not a variable: {self!r}")
        origin: Hashable = self.args[0]
        return origin

    # -- bitwise --------------------------------------------------------------------------------

    def __and__(self, other: BV | int) -> BV:
        return bitwise.bv_and(self, self.coerce(other))

    def __or__(self, other: BV | int) -> BV:
        return bitwise.bv_or(self, self.coerce(other))

    def __xor__(self, other: BV | int) -> BV:
        return bitwise.bv_xor(self, self.coerce(other))

    def __invert__(self) -> BV:
        return bitwise.bv_not(self)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    # -- arithmetic modulo 2**width -------------------------------------------------------------

    def __add__(self, other: BV | int) -> BV:
        return sums.add(self, self.coerce(other))

    def __sub__(self, other: BV | int) -> BV:
        return sums.subtract(self, self.coerce(other))

    def __rsub__(self, other: BV | int) -> BV:
        return sums.subtract(self.coerce(other), self)

    def __neg__(self) -> BV:
        return sums.subtract(BV.const(0, self.width), self)

    def __mul__(self, other: BV | int) -> BV:
        return products.multiply(self, self.coerce(other))

    __radd__ = __add__
    __rmul__ = __mul__

    def udiv(self, other: BV | int) -> BV:
        """Unsigned quotient, rounded towards zero; 0 when the divisor is 0 (as UDIV gives)."""
        return products.divide_unsigned(self, self.coerce(other))

    def sdiv(self, other: BV | int) -> BV:
        """Signed quotient, rounded towards zero; 0 when the divisor is 0 (as SDIV gives)."""
        return products.divide_signed(self, self.coerce(other))

    # -- shifts and rotations -------------------------------------------------------------------

    def __lshift__(self, amount: BV | int) -> BV:
        return shifts.shift_left(self, amount)

    def __rshift__(self, amount: BV | int) -> BV:
        return shifts.shift_right(self, amount)

    def shift_right_arithmetic(self, amount: BV | int) -> BV:
        """Shift right, copies of the sign bit coming in; amounts of `width` and above leave only them."""
        return shifts.shift_right_arithmetic(self, amount)

    def rotate_right(self, amount: BV | int) -> BV:
        """Rotate right by `amount` modulo the width."""
        return shifts.rotate_right(self, amount)

    def rotate_left(self, amount: int) -> BV:
        """Rotate left by `amount` modulo the width."""
        return shifts.rotate_right(self, -amount)

    # -- pieces ---------------------------------------------------------------------------------

    def extract(self, high: int, low: int) -> BV:
        """Bits high..low, both included. Raises IndexError when they are not bits of the term."""
        return slices.extract(self, high, low)

    def __getitem__(self, bits: slice | int) -> BV:
        """`x[high:low]` as the Arm ARM writes it, both bits included; `x[i]` is one bit."""
        if isinstance(bits, slice):
            return slices.extract(self, bits.start, bits.stop)
        return slices.extract(self, bits, bits)

    def __iter__(self) -> NoReturn:
        raise TypeError("a term is not a sequence: take slices x[high:low]")

    def zero_extend(self, width: int) -> BV:
        """The same unsigned value, `width` bits wide in all."""
        return slices.zero_extend(self, width)

    def sign_extend(self, width: int) -> BV:
        """The same two's complement value, `width` bits wide in all."""
        return slices.sign_extend(self, width)

    def reverse_bytes(self) -> BV:
        """The bytes in the opposite order; the width is a multiple of 8."""
        return slices.reverse_bytes(self)

    # -- comparisons: terms of one bit ----------------------------------------------------------

    def eq(self, other: BV | int) -> BV:
        """1 when the two are equal."""
        return choices.equal(self, self.coerce(other))

    def ne(self, other: BV | int) -> BV:
        """1 when the two differ."""
        return ~choices.equal(self, self.coerce(other))

    def ult(self, other: BV | int) -> BV:
        """1 when self < other, unsigned."""
        return choices.less_unsigned(self, self.coerce(other))

    def ule(self, other: BV | int) -> BV:
        """1 when self <= other, unsigned."""
        return ~choices.less_unsigned(self.coerce(other), self)

    def slt(self, other: BV | int) -> BV:
        """1 when self < other, two's complement."""
        return choices.less_signed(self, self.coerce(other))

    def sle(self, other: BV | int) -> BV:
        """1 when self <= other, two's complement."""
        return ~choices.less_signed(self.coerce(other), self)

    # -- Python ---------------------------------------------------------------------------------

    def coerce(self, other: BV | int) -> BV:
        """`other` as a term of this width: an int is taken modulo 2**width, another width raises."""
        if isinstance(other, BV):
            if other.width != self.width:
                raise WidthMismatch(f"{self.width} bits and {other.width} bits: {self!r}, {other!r}")
            return other
        if isinstance(other, int):
            return BV.const(other, self.width)
        raise TypeError(f"not a term and not a number: {other!r}")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            raise TypeError(f"{self!r} == {other}: a term is compared with .eq(), a constant by its .value")
        return self is other

    __hash__ = object.__hash__

    def __bool__(self) -> NoReturn:
        raise TypeError("a term has no truth value: use ite(), or .value of a constant")

    def __repr__(self) -> str:
        return printing.show(self)

    def __reduce__(self) -> tuple[Callable[[Hashable, int], BV], tuple[Hashable, int]]:
        """A variable goes to another process as its origin. Raises TypeError for other terms: their identity is that of this process."""
        return BV.var, (self.origin, self.width)


class _Entry(weakref.ref[BV]):
    """A weak reference that knows the key under which the intern table holds it."""

    __slots__ = ("key",)
    key: tuple[Any, ...]


_table: dict[tuple[Any, ...], _Entry] = {}
_made = 0


def _forget(entry: _Entry) -> None:
    found = _table.pop(entry.key, entry)
    if found is not entry:  # the term was made again before this one was gone
        _table[entry.key] = found


def intern(op: str, width: int, args: tuple[Any, ...]) -> BV:
    """The one term with this operator, width and arguments.

    Serial numbers count up in the order of creation and are never used twice, so that sorting by them
    is the same in each run of the same program, whatever the hash seed or the addresses.
    """
    global _made
    key = (op, width, args)
    entry = _table.get(key)
    if entry is not None:
        found = entry()
        if found is not None:
            return found
    term = BV(op, width, args, _made)
    _made += 1
    entry = _Entry(term, _forget)
    entry.key = key
    _table[key] = entry
    return term


def live_terms() -> int:
    """How many terms are alive in this process."""
    return len(_table)


def terms_made() -> int:
    """How many terms this process has made so far; the difference of two readings counts a run's."""
    return _made


class _Level:
    """The rewrite level in force: 0 folds constants only, 1 applies all rules."""

    __slots__ = ("rules",)

    def __init__(self) -> None:
        self.rules = True


level = _Level()


@contextmanager
def rewrite_level(number: int) -> Iterator[None]:
    """Build the terms of this block at rewrite level `number`: 0 hash-consing and constants, 1 all rules."""
    if number not in (0, 1):
        raise ValueError(f"rewrite level {number}: there are 0 and 1")
    before, level.rules = level.rules, number > 0
    try:
        yield
    finally:
        level.rules = before


# The operators of `BV` live in the modules of their normal forms, which need `BV` itself.
from lnsym.bv import bitwise, choices, printing, products, shifts, slices, sums  # noqa: E402
