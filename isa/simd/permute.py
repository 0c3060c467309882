"""Advanced SIMD permute: UZP1, TRN1, ZIP1, UZP2, TRN2, ZIP2."""

from __future__ import annotations

from itertools import chain

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands

PATTERN = "0 Q 001110 size 0 Rm 0 opcode:3 10 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"))


def mnemonic(f: Fields) -> str | None:
    if f.size == 0b11 and not f.Q:
        return None
    return (None, "UZP1", "TRN1", "ZIP1", None, "UZP2", "TRN2", "ZIP2")[f.opcode]


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    datasize = 128 if f.Q else 64
    esize = 8 << f.size
    n, m = lanes(state.v(f.Rn, datasize), esize), lanes(state.v(f.Rm, datasize), esize)
    part = f.opcode >> 2  # 0 for UZP1, TRN1 and ZIP1, 1 for UZP2, TRN2 and ZIP2
    if f.opcode & 0b11 == 0b01:  # UZP: the even or the odd elements of the pair
        result = (n + m)[part::2]
    elif f.opcode & 0b11 == 0b10:  # TRN: the even or the odd elements of each, in turn
        result = list(chain(*zip(n[part::2], m[part::2], strict=True)))
    else:  # ZIP: the elements of the lower or the upper halves, in turn
        half = slice(part * len(n) // 2, (part + 1) * len(n) // 2)
        result = list(chain(*zip(n[half], m[half], strict=True)))
    state.set_v(f.Rd, join(result))
