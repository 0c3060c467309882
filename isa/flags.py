"""PSTATE.NZCV, computed only when something reads it: most instructions that set flags are never asked.

`holds(cond)` is Arm's ConditionHolds (Arm ARM, shared/functions/system/ConditionHolds). After a
subtraction it gives the comparison itself (=, unsigned <, signed <) rather than a formula over the four bits, so that terms say
what the code compares.
"""

from __future__ import annotations

from collections.abc import Callable

from lnsym.bv import BV, ite


class Flags:
    """Four bits, each a term of width 1."""

    n: BV
    z: BV
    c: BV
    v: BV

    def holds(self, cond: int) -> BV:
        """ConditionHolds(cond) for the 4-bit field `cond`, as a term of one bit."""
        base = self._holds_even(cond >> 1)
        return ~base if cond & 1 and cond != 0b1111 else base

    def _holds_even(self, kind: int) -> BV:
        if kind == 0b000:  # EQ
            return self.z
        if kind == 0b001:  # CS
            return self.c
        if kind == 0b010:  # MI
            return self.n
        if kind == 0b011:  # VS
            return self.v
        if kind == 0b100:  # HI
            return self.higher
        if kind == 0b101:  # GE
            return self.greater_or_equal
        if kind == 0b110:  # GT
            return self.greater_or_equal & ~self.z
        return BV.const(1, 1)  # AL

    @property
    def higher(self) -> BV:
        """HI: C set and Z clear."""
        return self.c & ~self.z

    @property
    def greater_or_equal(self) -> BV:
        """GE: N equals V."""
        return ~(self.n ^ self.v)


class FlagBits(Flags):
    """Four known bits."""

    def __init__(self, n: BV, z: BV, c: BV, v: BV) -> None:
        self.n, self.z, self.c, self.v = n, z, c, v

    @staticmethod
    def from_field(nzcv: int) -> FlagBits:
        """The bits of a 4-bit field `nzcv`, N the most significant."""
        n, z, c, v = (BV.const(nzcv >> bit, 1) for bit in (3, 2, 1, 0))
        return FlagBits(n, z, c, v)


class ResultFlags(Flags):
    """N and Z of a result, computed when read."""

    _result: BV

    @property
    def n(self) -> BV:  # type: ignore[override]
        """The sign of the result."""
        return self._result[self._result.width - 1]

    @property
    def z(self) -> BV:  # type: ignore[override]
        """Whether the result is zero."""
        return self._result.eq(0)


class LogicalFlags(ResultFlags):
    """Flags of a logical operation: N and Z of the result, C and V clear."""

    def __init__(self, result: BV) -> None:
        self._result = result
        self.c = self.v = BV.const(0, 1)


class AddFlags(ResultFlags):
    """Flags of AddWithCarry(x, y, carry_in) (Arm ARM, shared/functions/integer/AddWithCarry)."""

    def __init__(self, x: BV, y: BV, carry_in: BV, result: BV) -> None:
        self._x, self._y, self._carry_in, self._result = x, y, carry_in, result

    @property
    def c(self) -> BV:  # type: ignore[override]
        """The carry out, bit `width` of the unsigned sum."""
        if self._subtraction:
            return ~self._x.ult(~self._y)
        width = self._x.width
        wide = self._x.zero_extend(width + 1) + self._y.zero_extend(width + 1)
        return (wide + self._carry_in.zero_extend(width + 1))[width]

    @property
    def v(self) -> BV:  # type: ignore[override]
        """Signed overflow: the operands agree in sign and the result does not."""
        top = self._x.width - 1
        return ~(self._x[top] ^ self._y[top]) & (self._x[top] ^ self._result[top])

    @property
    def _subtraction(self) -> bool:
        return self._carry_in.is_const and self._carry_in.value == 1

    @property
    def higher(self) -> BV:
        """HI; after x - y it is y < x, unsigned."""
        return (~self._y).ult(self._x) if self._subtraction else super().higher

    @property
    def greater_or_equal(self) -> BV:
        """GE; after x - y it is y <= x, two's complement."""
        return (~self._y).sle(self._x) if self._subtraction else super().greater_or_equal

    def _holds_even(self, kind: int) -> BV:
        if kind == 0b110 and self._subtraction:  # GT
            return (~self._y).slt(self._x)
        return super()._holds_even(kind)


class ChosenFlags(Flags):
    """The flags of one of two sources, chosen by a condition (CCMP, CCMN)."""

    def __init__(self, condition: BV, then: Flags, otherwise: Flags) -> None:
        self._condition, self._then, self._otherwise = condition, then, otherwise

    def _choose(self, bit: Callable[[Flags], BV]) -> BV:
        return ite(self._condition, bit(self._then), bit(self._otherwise))

    @property
    def n(self) -> BV:  # type: ignore[override]
        """The chosen N."""
        return self._choose(lambda flags: flags.n)

    @property
    def z(self) -> BV:  # type: ignore[override]
        """The chosen Z."""
        return self._choose(lambda flags: flags.z)

    @property
    def c(self) -> BV:  # type: ignore[override]
        """The chosen C."""
        return self._choose(lambda flags: flags.c)

    @property
    def v(self) -> BV:  # type: ignore[override]
        """The chosen V."""
        return self._choose(lambda flags: flags.v)

    def holds(self, cond: int) -> BV:
        """The chosen source's answer, so that a comparison stays one."""
        return self._choose(lambda flags: flags.holds(cond))


def add_with_carry(x: BV, y: BV, carry_in: BV | int) -> tuple[BV, Flags]:
    """AddWithCarry: x + y + carry_in modulo 2**width, and its flags.

    `carry_in` is an int 0 or 1, or a term of one bit. A subtraction x - y is add_with_carry(x, ~y, 1).
    """
    if isinstance(carry_in, int):
        carry_in = BV.const(carry_in, 1)
    result = x + y + carry_in.zero_extend(x.width)
    return result, AddFlags(x, y, carry_in, result)
