"""Bitfield: SBFM, BFM, UBFM."""

from __future__ import annotations

from isa.data_processing.bit_masks import decode_bit_masks
from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from lnsym.bv import BV, concat

PATTERN = "sf opc 100110 N immr imms Rn Rd"
OPERANDS = Operands(general=("Rn", "Rd"), immediate=("immr", "imms"))
ALIASES = {
    "SBFM": ("asr", "sbfx", "sbfiz", "sxtb", "sxth", "sxtw"),
    "BFM": ("bfi", "bfxil", "bfc"),
    "UBFM": ("lsl", "lsr", "ubfx", "ubfiz", "uxtb", "uxth"),
}


def mnemonic(f: Fields) -> str | None:
    if f.sf != f.N or (not f.sf and (f.immr | f.imms) & 0b100000):
        return None
    return ("SBFM", "BFM", "UBFM", None)[f.opc]


def signed_field(source: BV, immr: int, imms: int) -> BV:
    """SBFM: bits imms..immr sign-extended; or, where imms < immr, bits imms..0 moved up and sign-extended."""
    width = source.width
    if imms >= immr:
        return source[imms:immr].sign_extend(width)
    lsb = width - immr
    return concat(source[imms:0].sign_extend(width - lsb), BV.const(0, lsb))


feature = always(Feature.BASE)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    width = 64 if f.sf else 32
    source = state.x(f.Rn, width)
    if f.opc == 0b00:
        state.set_x(f.Rd, signed_field(source, f.immr, f.imms))
        return
    wmask, tmask = decode_bit_masks(f.N, f.imms, f.immr, width)
    mask = wmask & tmask
    result = source.rotate_right(f.immr) & mask
    if f.opc == 0b01:
        result = result ^ (state.x(f.Rd, width) & ~mask)  # no bit is set in both
    state.set_x(f.Rd, result)
