"""Terms: immutable, hash-consed bit vectors, with constants folded.

A term is an operator, a width in bits, its arguments and a serial number. Equal structure is the same
object, so equality of terms is `is`. A term lives as long as somebody uses it: verifying many routines in one
process does not fill memory.

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

The methods of `BV`, `concat`, `ite`, `clmul` and `tables.lookup` are the one way to build terms. Each decides what constants
decide, and leaves the rest to the `Rules` in force: nodes as they stand (`level0`) or normal forms (`levels`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NoReturn, TypeAlias

from lnsym.bv.arithmetic import carryless_product, signed, signed_quotient, unsigned_quotient
from lnsym.bv.hash_consing import HashConsing


class WidthMismatch(TypeError):
    """Two terms of different widths met in an operation that needs equal ones."""


class BV:
    """A bit vector term. Build terms with `BV.const`, `BV.var` and the operators, never with `BV(...)`."""

    __slots__ = ("__weakref__", "args", "known_operands", "op", "serial", "width")

    known_operands: tuple[BV, ...] | None
    """For `evaluate.operands`, once it was asked."""

    printer: ClassVar[Callable[[BV], str]]
    """What `repr` gives; `printing` enters it."""

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
        """and-zero: x & 0 = 0; and-ones: x & 1..1 = x"""
        a, b = self, self.coerce(other)
        if a.op == "const":
            if b.op == "const":
                return BV.const(a.args[0] & b.args[0], a.width)
            a, b = b, a
        if b.op == "const":
            if b.args[0] == 0:
                return b
            if b.args[0] == (1 << a.width) - 1:
                return a
        return _rules.and_(a, b)

    def __or__(self, other: BV | int) -> BV:
        """or-zero: x | 0 = x; or-ones: x | 1..1 = 1..1"""
        a, b = self, self.coerce(other)
        if a.op == "const":
            if b.op == "const":
                return BV.const(a.args[0] | b.args[0], a.width)
            a, b = b, a
        if b.op == "const":
            if b.args[0] == 0:
                return a
            if b.args[0] == (1 << a.width) - 1:
                return b
        return _rules.or_(a, b)

    def __xor__(self, other: BV | int) -> BV:
        """xor-zero: x ^ 0 = x"""
        a, b = self, self.coerce(other)
        if a.op == "const":
            if b.op == "const":
                return BV.const(a.args[0] ^ b.args[0], a.width)
            a, b = b, a
        if b.op == "const" and b.args[0] == 0:
            return a
        return _rules.xor(a, b)

    def __invert__(self) -> BV:
        return BV.const(~self.args[0], self.width) if self.op == "const" else _rules.not_(self)

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    # -- arithmetic modulo 2**width -------------------------------------------------------------

    def __add__(self, other: BV | int) -> BV:
        """add-zero: x + 0 = x"""
        a, b = self, self.coerce(other)
        if a.op == "const":
            if b.op == "const":
                return BV.const(a.args[0] + b.args[0], a.width)
            a, b = b, a
        if b.op == "const" and b.args[0] == 0:
            return a
        return _rules.add(a, b)

    def __sub__(self, other: BV | int) -> BV:
        other = self.coerce(other)
        return self + BV.const(-other.args[0], self.width) if other.op == "const" else _rules.subtract(self, other)

    def __rsub__(self, other: BV | int) -> BV:
        return self.coerce(other) - self

    def __neg__(self) -> BV:
        return BV.const(0, self.width) - self

    def __mul__(self, other: BV | int) -> BV:
        """mul-zero: x * 0 = 0; mul-one: x * 1 = x"""
        a, b = self, self.coerce(other)
        if a.op == "const":
            a, b = b, a
        if b.op == "const":
            if a.op == "const":
                return BV.const(a.args[0] * b.args[0], a.width)
            if b.args[0] in (0, 1):
                return a if b.args[0] else b
        return _rules.multiply(a, b)

    __radd__ = __add__
    __rmul__ = __mul__

    def udiv(self, other: BV | int) -> BV:
        """Unsigned quotient, rounded towards zero; 0 when the divisor is 0 (as UDIV gives). udiv-one: x udiv 1 = x"""
        other = self.coerce(other)
        if other.op == "const":
            if self.op == "const":
                return BV.const(unsigned_quotient(self.args[0], other.args[0]), self.width)
            if other.args[0] == 1:
                return self
        return intern("udiv", self.width, (self, other))

    def sdiv(self, other: BV | int) -> BV:
        """Signed quotient, rounded towards zero; 0 when the divisor is 0 (as SDIV gives). sdiv-one: x sdiv 1 = x"""
        other = self.coerce(other)
        if other.op == "const":
            if self.op == "const":
                return BV.const(signed_quotient(self.args[0], other.args[0], self.width), self.width)
            if other.args[0] == 1:
                return self
        return intern("sdiv", self.width, (self, other))

    # -- shifts and rotations -------------------------------------------------------------------
    # Amounts of `width` and above mean what SMT-LIB says: zeros, or copies of the sign bit. `isa` reduces an amount where Arm does.

    def __lshift__(self, amount: BV | int) -> BV:
        """left-shift-out: x << n = 0"""
        known = self._amount(amount)
        if not isinstance(known, int):
            return intern("shl", self.width, (self, known))
        if known == 0:
            return self
        if known >= self.width:
            return BV.const(0, self.width)
        if self.op == "const":
            return BV.const(self.args[0] << known, self.width)
        return _rules.shift_left(self, known)

    def __rshift__(self, amount: BV | int) -> BV:
        """right-shift-out: x >> n = 0"""
        known = self._amount(amount)
        if not isinstance(known, int):
            return intern("lshr", self.width, (self, known))
        if known == 0:
            return self
        if known >= self.width:
            return BV.const(0, self.width)
        if self.op == "const":
            return BV.const(self.args[0] >> known, self.width)
        return _rules.shift_right(self, known)

    def shift_right_arithmetic(self, amount: BV | int) -> BV:
        """Shift right, copies of the sign bit coming in; amounts of `width` and above leave only them.

        sign-shift: x >>s k = sext(x[n-1:k]), k at most n-1
        """
        known = self._amount(amount)
        if not isinstance(known, int):
            return intern("ashr", self.width, (self, known))
        return self.extract(self.width - 1, min(known, self.width - 1)).sign_extend(self.width)

    def rotate_right(self, amount: BV | int) -> BV:
        """Rotate right by `amount` modulo the width; a term as amount needs a width that is a power of two.

        rotation-modulo: ror(x, k + n) = ror(x, k)
        """
        width = self.width
        known = amount if isinstance(amount, int) else self._amount(amount)
        if not isinstance(known, int):
            if width & (width - 1):
                raise ValueError(f"rotation of {width} bits by a term: the width is no power of two")
            known = known & (width - 1)
            return self >> known | self << ((width - known) & (width - 1))
        known %= width
        if known == 0:
            return self
        if self.op == "const":
            return BV.const(self.args[0] >> known | self.args[0] << (width - known), width)
        return _rules.rotate_right(self, known)

    def rotate_left(self, amount: int) -> BV:
        """Rotate left by `amount` modulo the width."""
        return self.rotate_right(-amount)

    def _amount(self, amount: BV | int) -> BV | int:
        """The amount as an int where it is known. Raises ValueError where that is negative."""
        if not isinstance(amount, int):
            amount = self.coerce(amount)
            return amount.value if amount.op == "const" else amount
        if amount < 0:
            raise ValueError(f"shift by {amount}")
        return amount

    # -- pieces ---------------------------------------------------------------------------------

    def extract(self, high: int, low: int) -> BV:
        """Bits high..low, both included. Raises IndexError when they are not bits of the term.

        slice-of-all: x[n-1:0] = x; slice-of-slice: x[i:j][k:l] = x[j+k:j+l]
        """
        if not 0 <= low <= high < self.width:
            raise IndexError(f"bits {high}..{low} of a term of {self.width} bits")
        if high - low + 1 == self.width:
            return self
        if self.op == "const":
            return BV.const(self.args[0] >> low, high - low + 1)
        if self.op == "extract":
            term: BV = self.args[0]
            return term.extract(high + self.args[1], low + self.args[1])
        return _rules.extract(self, high, low)

    def __getitem__(self, bits: slice | int) -> BV:
        """`x[high:low]` as the Arm ARM writes it, both bits included; `x[i]` is one bit."""
        if isinstance(bits, slice):
            return self.extract(bits.start, bits.stop)
        return self.extract(bits, bits)

    def __iter__(self) -> NoReturn:
        raise TypeError("a term is not a sequence: take slices x[high:low]")

    def zero_extend(self, width: int) -> BV:
        """The same unsigned value, `width` bits wide in all. Raises ValueError when that is narrower."""
        more = width - self.width
        if more < 0:
            raise ValueError(f"zero_extend of {self.width} bits to {width}")
        return concat(BV.const(0, more), self) if more else self

    def sign_extend(self, width: int) -> BV:
        """The same two's complement value, `width` bits wide in all. Raises ValueError when that is narrower."""
        if width < self.width:
            raise ValueError(f"sign_extend of {self.width} bits to {width}")
        if width == self.width:
            return self
        if self.op == "const":
            return BV.const(signed(self.args[0], self.width), width)
        return _rules.sign_extend(self, width)

    def reverse_bytes(self) -> BV:
        """The bytes in the opposite order. Raises ValueError when the width is no multiple of 8."""
        if self.width % 8:
            raise ValueError(f"reverse_bytes of {self.width} bits")
        return concat(*[self.extract(low + 7, low) for low in range(0, self.width, 8)])

    # -- comparisons: terms of one bit ----------------------------------------------------------

    def eq(self, other: BV | int) -> BV:
        """1 when the two are equal. equal-self: (x = x) = 1"""
        other = self.coerce(other)
        if self is other:
            return BV.const(1, 1)
        if self.op == "const" and other.op == "const":
            return BV.const(0, 1)
        return _rules.equal(self, other)

    def ne(self, other: BV | int) -> BV:
        """1 when the two differ."""
        return ~self.eq(other)

    def ult(self, other: BV | int) -> BV:
        """1 when self < other, unsigned. below-self: (x <u x) = 0; below-zero: (x <u 0) = 0"""
        other = self.coerce(other)
        if self is other:
            return BV.const(0, 1)
        if other.op == "const":
            if self.op == "const":
                return BV.const(self.args[0] < other.args[0], 1)
            if other.args[0] == 0:
                return BV.const(0, 1)
        return _rules.less_unsigned(self, other)

    def ule(self, other: BV | int) -> BV:
        """1 when self <= other, unsigned."""
        return ~self.coerce(other).ult(self)

    def slt(self, other: BV | int) -> BV:
        """1 when self < other, two's complement. less-self: (x <s x) = 0"""
        other = self.coerce(other)
        if self is other:
            return BV.const(0, 1)
        if self.op == "const" and other.op == "const":
            return BV.const(signed(self.args[0], self.width) < signed(other.args[0], self.width), 1)
        return _rules.less_signed(self, other)

    def sle(self, other: BV | int) -> BV:
        """1 when self <= other, two's complement."""
        return ~self.coerce(other).slt(self)

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
        return BV.printer(self)

    def __reduce__(self) -> tuple[Callable[[Hashable, int], BV], tuple[Hashable, int]]:
        """A variable goes to another process as its origin. Raises TypeError for other terms: their identity is that of this process."""
        return BV.var, (self.origin, self.width)


def concat(*pieces: BV) -> BV:
    """The pieces side by side, the first one most significant; as wide as all together."""
    if len(pieces) == 1:
        return pieces[0]
    width = value = 0
    constant = True
    for piece in pieces:
        width += piece.width
        if not constant:
            continue
        if piece.op == "const":
            value = value << piece.width | piece.args[0]
        else:
            constant = False
    return BV.const(value, width) if constant else _rules.concat(pieces, width)


def ite(condition: BV, then: BV, otherwise: BV | int) -> BV:
    """`then` where the condition is 1, else `otherwise`; both of one width. Raises ValueError for a condition of more than one bit.

    choice-known: (1 ? x : y) = x, (0 ? x : y) = y; choice-same: (c ? x : x) = x
    """
    if condition.width != 1:
        raise ValueError(f"a condition of {condition.width} bits")
    otherwise = then.coerce(otherwise)
    if condition.op == "const":
        return then if condition.args[0] else otherwise
    return then if then is otherwise else _rules.choose(condition, then, otherwise)


def clmul(a: BV, b: BV) -> BV:
    """The product of two polynomials over GF(2), twice as wide as the operands (PMULL).

    clmul-zero: clmul(x, 0) = 0; clmul-one: clmul(x, 1) = zext(x)
    """
    b = a.coerce(b)
    if a.op == "const":
        a, b = b, a
    if b.op == "const":
        if a.op == "const":
            return BV.const(carryless_product(a.args[0], b.args[0]), 2 * a.width)
        if b.args[0] == 0:
            return BV.const(0, 2 * a.width)
        if b.args[0] == 1:
            return a.zero_extend(2 * a.width)
    return _rules.clmul(a, b)


_terms = HashConsing(BV)

intern = _terms.of
"""The one term with this operator, width and arguments."""


def live_terms() -> int:
    """How many terms are alive in this process."""
    return len(_terms)


def terms_made() -> int:
    """How many terms this process has made so far; the difference of two readings counts a run's."""
    return _terms.made


# -- what constants leave open -----------------------------------------------------------------------

_Binary: TypeAlias = Callable[[BV, BV], BV]
_ByNumber: TypeAlias = Callable[[BV, int], BV]


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes a term where constants do not decide. A constant among commutative operands is the right one.

    Amounts of shifts and rotations are from 1 to the width - 1; slices and extensions are proper ones.
    """

    and_: _Binary
    or_: _Binary
    xor: _Binary
    not_: Callable[[BV], BV]
    add: _Binary
    subtract: _Binary
    multiply: _Binary
    clmul: _Binary
    shift_left: _ByNumber
    shift_right: _ByNumber
    rotate_right: _ByNumber
    extract: Callable[[BV, int, int], BV]
    sign_extend: _ByNumber
    concat: Callable[[tuple[BV, ...], int], BV]
    equal: _Binary
    less_unsigned: _Binary
    less_signed: _Binary
    choose: Callable[[BV, BV, BV], BV]


_rules: Rules


def rules_in_force() -> Rules:
    """What makes terms now; see `levels.rewrite_level`."""
    return _rules


def put_in_force(rules: Rules) -> None:
    """Make terms by these rules from now on."""
    global _rules
    _rules = rules
