"""Advanced SIMD scalar shift by immediate: SSHR, SSRA, SRSHR, SRSRA, USHR, USRA, URSHR, URSRA, SRI, SHL, SLI, SQSHLU,
SQSHL, UQSHL, SQSHRUN, SQRSHRUN, SQSHRN, SQRSHRN, UQSHRN, UQRSHRN.
"""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.operands import Operands
from isa.simd import immediate_shifts
from isa.simd.immediate_shifts import NAMES, element_size, shift_and_narrow_element, shift_element

PATTERN = "01 U 111110 immh immb opcode:5 1 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"), immediate=("immh", "immb"))

VECTOR_ONLY = frozenset({"SHRN", "RSHRN", "SSHLL", "USHLL"})


def mnemonic(f: Fields) -> str | None:
    name = NAMES.get((f.U, f.opcode))
    if name is None or name in VECTOR_ONLY or f.immh == 0:
        return None
    if f.opcode < 0b01100:  # the shifts that do not saturate are of 64 bits only
        return name if f.immh & 0b1000 else None
    if f.opcode >= 0b10000 and f.immh & 0b1000:
        return None
    return name


SETTINGS = {"immh": immediate_shifts.size_setting}


feature = always(Feature.ADV_SIMD)
data_independent_time = immediate_shifts.data_independent_time


def execute(state: MachineState, f: Fields) -> None:
    esize = element_size(f.immh)
    if f.opcode < 0b10000:
        result = shift_element(f, state.v(f.Rn, esize), state.v(f.Rd, esize))
    else:
        result = shift_and_narrow_element(f, state.v(f.Rn, 2 * esize))
    state.set_v(f.Rd, result)
