"""Advanced SIMD shift by immediate: SSHR, SSRA, SRSHR, SRSRA, USHR, USRA, URSHR, URSRA, SRI, SHL, SLI, SQSHLU, SQSHL,
UQSHL, SHRN, RSHRN, SQSHRUN, SQRSHRUN, SQSHRN, SQRSHRN, UQSHRN, UQRSHRN, SSHLL, USHLL; the narrowing and the long ones
with 2 for upper halves.
"""

from __future__ import annotations

from functools import partial

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from isa.simd import immediate_shifts
from isa.simd.halves import half, set_half
from isa.simd.immediate_shifts import NAMES, element_size, left_shift, shift_and_narrow_element, shift_element
from lnsym.bv import BV

PATTERN = "0 Q U 011110 immh immb opcode:5 1 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"), immediate=("immh", "immb"))
ALIASES = {"SSHLL": ("sxtl",), "SSHLL2": ("sxtl2",), "USHLL": ("uxtl",), "USHLL2": ("uxtl2",)}


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name is None or f.immh == 0:  # immh = 0000 is the class of modified immediates
        return None
    if f.opcode < 0b10000:
        return None if f.immh & 0b1000 and not f.Q else name
    if f.immh & 0b1000:
        return None
    return name + "2" if f.Q else name


SETTINGS = {"immh": immediate_shifts.size_setting}


feature = always(Feature.ADV_SIMD)
data_independent_time = immediate_shifts.data_independent_time


def execute(state: MachineState, f: Fields) -> None:
    esize = element_size(f.immh)
    if f.opcode < 0b10000:
        datasize = 128 if f.Q else 64
        n, d = state.v(f.Rn, datasize), state.v(f.Rd, datasize)
        state.set_v(f.Rd, lanewise(partial(shift_element, f), esize, n, d))
    elif f.opcode == 0b10100:  # SSHLL, USHLL
        extend = BV.zero_extend if f.U else BV.sign_extend
        shift = left_shift(f.immh, f.immb)
        state.set_v(f.Rd, join([extend(x, 2 * esize) << shift for x in lanes(half(state, f.Rn, f.Q), esize)]))
    else:
        narrowed = [shift_and_narrow_element(f, x) for x in lanes(state.v(f.Rn), 2 * esize)]
        set_half(state, f.Rd, f.Q, join(narrowed))
