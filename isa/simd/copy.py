"""Advanced SIMD copy: DUP, SMOV, UMOV, INS (each of an element; DUP and INS also of a general register)."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, concat

PATTERN = "0 Q op 01110000 imm5 0 imm4 1 Rn Rd"
OPERANDS = Operands(either=("Rn", "Rd"), immediate=("imm5", "imm4"))
ALIASES = {"UMOV": ("mov",), "INS": ("mov",)}


def size_and_index(imm5: int) -> tuple[int, int]:
    """log2 of the element's bytes, LowestSetBit(imm5), and the index in the bits above it; imm5 is not x0000."""
    size = (imm5 & -imm5).bit_length() - 1
    return size, imm5 >> (size + 1)


def mnemonic(f: Fields) -> str | None:
    if f.imm5 & 0b01111 == 0:
        return None
    size, _ = size_and_index(f.imm5)
    if f.op:
        return "INS" if f.Q else None
    if f.imm4 in (0b0000, 0b0001):
        return None if size == 3 and not f.Q else "DUP"
    if f.imm4 == 0b0011:
        return "INS" if f.Q else None
    if f.imm4 == 0b0101:  # SMOV widens: its element is narrower than Wd or Xd
        return "SMOV" if size < (3 if f.Q else 2) else None
    if f.imm4 == 0b0111:  # UMOV to Xd is of 64-bit elements only, a write of Wd serves the others
        return "UMOV" if (size == 3) == bool(f.Q) else None
    return None


def element(vector: BV, size: int, index: int) -> BV:
    """Elem[vector, index] of 8 << size bits."""
    esize = 8 << size
    return vector.extract(esize * index + esize - 1, esize * index)


def insert(vector: BV, index: int, new: BV) -> BV:
    """The vector of 128 bits with `new` for its element `index`."""
    low = new.width * index
    high = low + new.width
    above = (vector.extract(127, high),) if high < 128 else ()
    below = (vector.extract(low - 1, 0),) if low else ()
    return concat(*above, new, *below)


def size_setting(f: Fields) -> int:
    """Log2 of the element's bytes."""
    return size_and_index(f.imm5)[0]


def operation_setting(f: Fields) -> int:
    """What `imm4` says is done; INS (element) has part of its index there."""
    return 0 if f.op else f.imm4


SETTINGS = {"imm5": size_setting, "imm4": operation_setting}


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    size, index = size_and_index(f.imm5)
    esize = 8 << size
    copies = (128 if f.Q else 64) // esize
    if f.op:  # INS (element); the bits of imm4 below the index are ignored
        state.set_v(f.Rd, insert(state.v(f.Rd), index, element(state.v(f.Rn), size, f.imm4 >> size)))
    elif f.imm4 == 0b0000:  # DUP (element)
        state.set_v(f.Rd, concat(*[element(state.v(f.Rn), size, index)] * copies))
    elif f.imm4 == 0b0001:  # DUP (general)
        state.set_v(f.Rd, concat(*[state.x(f.Rn).extract(esize - 1, 0)] * copies))
    elif f.imm4 == 0b0011:  # INS (general)
        state.set_v(f.Rd, insert(state.v(f.Rd), index, state.x(f.Rn).extract(esize - 1, 0)))
    elif f.imm4 == 0b0101:  # SMOV
        state.set_x(f.Rd, element(state.v(f.Rn), size, index).sign_extend(64 if f.Q else 32))
    else:  # UMOV
        state.set_x(f.Rd, element(state.v(f.Rn), size, index).zero_extend(64 if f.Q else 32))
