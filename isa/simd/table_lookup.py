"""Advanced SIMD table lookup: TBL, TBX."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV, ite, lookup, table

PATTERN = "0 Q 001110 00 0 Rm 0 len op 00 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), consecutive={"Rn": 4})


def mnemonic(f: Fields) -> str:
    return "TBX" if f.op else "TBL"


def entry(entries: BV, index: BV, otherwise: BV) -> BV:
    """Byte `index` of `entries`, `otherwise` where the index is past its end.

    The three ways mean the same: which one is taken is a choice of representation only. A known index is a slice of the
    table, a constant table is one `lookup`, and only an unknown byte of an unknown table is a choice among all of them.
    """
    count = entries.width // 8
    if index.is_const:
        at = index.value
        return entries.extract(8 * at + 7, 8 * at) if at < count else otherwise
    if entries.is_const:
        found = lookup(table(tuple(entries.value.to_bytes(count, "little")), 8), index)
        if otherwise.is_const and otherwise.value == 0:
            return found  # as lookup gives past the end
        return ite(index.ult(count), found, otherwise)
    result = otherwise
    for at, byte in enumerate(lanes(entries, 8)):
        result = ite(index.eq(at), byte, result)
    return result


feature = always(Feature.ADV_SIMD)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    datasize = 128 if f.Q else 64
    entries = join([state.v((f.Rn + i) % 32) for i in range(f.len + 1)])
    indices = lanes(state.v(f.Rm, datasize), 8)
    otherwise = lanes(state.v(f.Rd, datasize), 8) if f.op else [BV.const(0, 8)] * len(indices)
    state.set_v(f.Rd, join(map(entry, [entries] * len(indices), indices, otherwise)))
