"""Atomic memory operations: LDADD, LDCLR, LDEOR, LDSET, LDSMAX, LDSMIN, LDUMAX, LDUMIN, SWP, LDAPR.

All but LDAPR have acquire and release forms (A, L, AL); all have B and H forms.
"""

from __future__ import annotations

from isa.assumptions import Assumption
from isa.encoding import Fields
from isa.features import Feature
from isa.interface import MachineState
from isa.loads_and_stores import atomic_access
from isa.memory_access import MemoryAccess
from isa.operands import Operands
from lnsym.bv import BV, ite

PATTERN = "size 111000 A R 1 Rs o3 opc:3 00 Rn Rt"
OPERANDS = Operands(general=("Rs", "Rn", "Rt"))

_LOAD_AND = ("LDADD", "LDCLR", "LDEOR", "LDSET", "LDSMAX", "LDSMIN", "LDUMAX", "LDUMIN")

ALIASES = {
    f"{name}{release}{size}": (f"{name.replace('LD', 'ST', 1)}{release}{size}".lower(),)
    for name in _LOAD_AND
    for release in ("", "L")
    for size in ("", "B", "H")
}
"""STADD and its like: the value read goes to XZR."""


def mnemonic(f: Fields) -> str | None:
    size = atomic_access.SIZE_SUFFIX[f.size]
    if _is_ldapr(f):
        return "LDAPR" + size if (f.A, f.R, f.Rs) == (1, 0, 31) else None
    if f.o3 and f.opc:
        return None  # FEAT_LS64, FEAT_THE
    return ("SWP" if f.o3 else _LOAD_AND[f.opc]) + ("A" if f.A else "") + ("L" if f.R else "") + size


def _is_ldapr(f: Fields) -> bool:
    return f.o3 == 1 and f.opc == 0b100


def _new_value(f: Fields, data: BV, value: BV) -> BV:
    """What MemAtomic writes."""
    if f.o3:
        return value
    match f.opc:
        case 0b000:
            return data + value
        case 0b001:
            return data & ~value
        case 0b010:
            return data ^ value
        case 0b011:
            return data | value
        case 0b100:
            return ite(value.slt(data), data, value)
        case 0b101:
            return ite(value.slt(data), value, data)
        case 0b110:
            return ite(value.ult(data), data, value)
        case _:
            return ite(value.ult(data), value, data)


def feature(f: Fields) -> Feature:
    return Feature.LRCPC if _is_ldapr(f) else Feature.LSE


def data_independent_time(f: Fields) -> bool:
    return not f.o3 or _is_ldapr(f)  # not SWP


def memory(f: Fields) -> MemoryAccess:
    return MemoryAccess(1 << f.size, reads=True, writes=not _is_ldapr(f), aligned=True)


def assumption(f: Fields) -> Assumption | None:
    return None if _is_ldapr(f) else Assumption.ATOMICS_UNDISTURBED


def execute(state: MachineState, f: Fields) -> None:
    address = atomic_access.aligned_base(state, f, 1 << f.size)
    if _is_ldapr(f):
        atomic_access.load_zero_extended(state, f, address)
        return
    value = atomic_access.register(state, f.Rs, f.size)
    data = state.load(address, 1 << f.size)
    state.store(address, _new_value(f, data, value))
    atomic_access.write_zero_extended(state, f.Rt, data)
