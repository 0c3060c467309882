"""The masks that N:immr:imms encode in logical (immediate) and bitfield instructions."""

from __future__ import annotations

from functools import cache


def element_length(N: int, imms: int) -> int:
    """HighestSetBit(N : NOT(imms)): the logarithm of the element size; below 1 it is reserved."""
    return (N << 6 | ~imms & 0b111111).bit_length() - 1


def is_reserved_immediate(N: int, imms: int) -> bool:
    """Whether N:imms encodes no logical immediate: no element size, or an element of ones only."""
    length = element_length(N, imms)
    if length < 1:
        return True
    levels = (1 << length) - 1
    return imms & levels == levels


@cache
def decode_bit_masks(N: int, imms: int, immr: int, width: int) -> tuple[int, int]:
    """DecodeBitMasks (Arm ARM, aarch64/instrs/integer/bitmasks): wmask and tmask, `width` bits each.

    wmask is a run of imms + 1 ones rotated right by immr, tmask a run of imms - immr + 1 ones, both within an element
    whose size N:imms says, replicated to `width`.
    """
    length = element_length(N, imms)
    esize = 1 << length
    levels = esize - 1
    s, r = imms & levels, immr & levels
    welem = (1 << (s + 1)) - 1
    welem = (welem >> r | welem << (esize - r)) & ((1 << esize) - 1)
    telem = (1 << ((s - r & levels) + 1)) - 1
    replicate = sum(1 << low for low in range(0, width, esize))
    return welem * replicate, telem * replicate
