"""Shifts of an element by an immediate: what the vector and the scalar class of shifts by immediate share.

`immh` says the size of the elements, `immh:immb` the shift: twice the size less the shift for a shift to the right,
the size plus the shift for one to the left. Shifts stay `>>` and `<<`, which the normal forms take as masked rotations:
the two halves of a rotation (USHR and ORR, SHL and SRI, USHR and SLI) become that rotation.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.simd.saturation import sat_q
from lnsym.bv import BV

NAMES = {
    (0, 0b00000): "SSHR", (0, 0b00010): "SSRA", (0, 0b00100): "SRSHR", (0, 0b00110): "SRSRA",
    (1, 0b00000): "USHR", (1, 0b00010): "USRA", (1, 0b00100): "URSHR", (1, 0b00110): "URSRA",
    (1, 0b01000): "SRI", (0, 0b01010): "SHL", (1, 0b01010): "SLI",
    (1, 0b01100): "SQSHLU", (0, 0b01110): "SQSHL", (1, 0b01110): "UQSHL",
    (0, 0b10000): "SHRN", (0, 0b10001): "RSHRN", (1, 0b10000): "SQSHRUN", (1, 0b10001): "SQRSHRUN",
    (0, 0b10010): "SQSHRN", (0, 0b10011): "SQRSHRN", (1, 0b10010): "UQSHRN", (1, 0b10011): "UQRSHRN",
    (0, 0b10100): "SSHLL", (1, 0b10100): "USHLL",
}  # fmt: skip
"""Arm's names by U and opcode. 11100 and 11111 are conversions between floating-point and fixed-point: not modelled."""


TIME_NOT_STATED = frozenset({
    "SQSHLU", "SQSHL", "UQSHL", "SQSHRUN", "SQRSHRUN", "SQSHRN", "SQRSHRN", "UQSHRN", "UQRSHRN",
})  # fmt: skip
"""The instructions that Arm does not list as of data-independent time."""


def data_independent_time(f: Fields) -> bool:
    """Whether Arm lists the instruction as of data-independent time."""
    return NAMES[f.U, f.opcode] not in TIME_NOT_STATED


def size_setting(f: Fields) -> int:
    """Log2 of the bytes of the narrower element; -1 where `immh` is 0."""
    return f.immh.bit_length() - 1


def element_size(immh: int) -> int:
    """Bits in an element, the narrower one where an instruction has two; `immh` is not 0."""
    return 8 << (immh.bit_length() - 1)


def left_shift(immh: int, immb: int) -> int:
    """The shift of an instruction that shifts left, from 0 to the element's size - 1."""
    return (immh << 3 | immb) - element_size(immh)


def right_shift(immh: int, immb: int) -> int:
    """The shift of an instruction that shifts right, from 1 to the element's size."""
    return 2 * element_size(immh) - (immh << 3 | immb)


def shift_right(x: BV, shift: int, unsigned: bool, rounding: bool) -> BV:
    """RShr, and the plain shift of the element as an integer; `shift` is from 1 to the element's size.

    To add 2**(shift - 1) before the shift is to add the last bit shifted out after it, which needs no wider element.
    """
    shifted = x >> shift if unsigned else x.shift_right_arithmetic(shift)
    return shifted + x[shift - 1].zero_extend(x.width) if rounding else shifted


def shift_element(f: Fields, x: BV, d: BV) -> BV:
    """The element `x` shifted, as wide as before; `d` is the old element of the destination (opcode 0xxxx)."""
    esize = x.width
    if f.opcode < 0b01000:  # SSHR, SSRA, SRSHR, SRSRA and unsigned
        shifted = shift_right(x, right_shift(f.immh, f.immb), unsigned=bool(f.U), rounding=bool(f.opcode & 0b100))
        return d + shifted if f.opcode & 0b010 else shifted
    if f.opcode == 0b01000:  # SRI
        shift = right_shift(f.immh, f.immb)
        return (d & ~BV.const((1 << esize - shift) - 1, esize)) | (x >> shift)
    shift = left_shift(f.immh, f.immb)
    if f.opcode == 0b01010:  # SHL, SLI
        shifted = x << shift
        return (d & ((1 << shift) - 1)) | shifted if f.U else shifted
    # SQSHLU, SQSHL, UQSHL: twice as wide, no bit is lost before the saturation
    unsigned_operand = f.U and f.opcode == 0b01110  # SQSHLU takes signed numbers to unsigned ones
    integer = x.zero_extend(2 * esize) if unsigned_operand else x.sign_extend(2 * esize)
    return sat_q(integer << shift, esize, unsigned=bool(f.U))


def shift_and_narrow_element(f: Fields, x: BV) -> BV:
    """The element `x` shifted right into one of half its size (opcode 100xx)."""
    esize = x.width // 2
    shift = right_shift(f.immh, f.immb)
    rounding = bool(f.opcode & 1)
    if not f.opcode & 0b10 and not f.U:  # SHRN, RSHRN
        kept = x.extract(shift + esize - 1, shift)
        return kept + x[shift - 1].zero_extend(esize) if rounding else kept
    unsigned_operand = bool(f.U and f.opcode & 0b10)  # SQSHRUN and SQRSHRUN take signed numbers to unsigned ones
    integer = x.zero_extend(x.width + 1) if unsigned_operand else x
    return sat_q(shift_right(integer, shift, unsigned_operand, rounding), esize, unsigned=bool(f.U))
