"""Advanced SIMD structures in memory: the transfers of LD1-LD4, ST1-ST4 and LD1R-LD4R.

Elements are loaded and stored in the largest pieces that cover the same bytes as Arm's element accesses: the registers of a
multiple structure as a whole, lane by lane only where one lane of each register is meant.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import State
from isa.lanes import join, lanes
from lnsym.bv import BV, concat

_MULTIPLE = {
    0b0000: (4, 4),
    0b0010: (4, 1),
    0b0100: (3, 3),
    0b0110: (3, 1),
    0b0111: (1, 1),
    0b1000: (2, 2),
    0b1010: (2, 1),
}
"""For each `opcode` of multiple structures: how many registers, and how many elements a structure has."""


def multiple_name(f: Fields) -> str | None:
    """LD1-LD4 or ST1-ST4; None where unallocated."""
    if f.opcode not in _MULTIPLE:
        return None
    _, selem = _MULTIPLE[f.opcode]
    if f.size == 0b11 and not f.Q and selem != 1:
        return None
    return f"{'LD' if f.L else 'ST'}{selem}"


def multiple_bytes(f: Fields) -> int:
    """The bytes that multiple structures take up in memory."""
    return _MULTIPLE[f.opcode][0] * (16 if f.Q else 8)


def transfer_multiple(state: State, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to or from V[t], V[t+1], ...: element e of register r is number e * selem + r."""
    registers, selem = _MULTIPLE[f.opcode]
    step = 16 if f.Q else 8
    esize = 8 << f.size
    if f.L:
        values = [state.load(address + step * r, step) for r in range(registers)]
        if selem > 1:
            elements = [element for value in values for element in lanes(value, esize)]
            values = [join(elements[r::selem]) for r in range(selem)]
        for r, value in enumerate(values):
            state.set_v((f.Rt + r) % 32, value)
    else:
        values = [state.v((f.Rt + r) % 32, 8 * step) for r in range(registers)]
        if selem > 1:
            structured = zip(*[lanes(value, esize) for value in values], strict=True)
            elements = [element for structure in structured for element in structure]
            count = 8 * step // esize
            values = [join(elements[count * r : count * (r + 1)]) for r in range(selem)]
        for r, value in enumerate(values):
            state.store(address + step * r, value)


def _replicates(f: Fields) -> bool:
    return f.opcode >> 1 == 0b11


def _structure_elements(f: Fields) -> int:
    """The elements of a single structure: `selem`."""
    return ((f.opcode & 1) << 1 | f.R) + 1


def _element_bytes(f: Fields) -> int:
    if _replicates(f):
        return 1 << f.size
    return 8 if f.opcode >> 1 == 0b10 and f.size & 1 else 1 << (f.opcode >> 1)


def _lane(f: Fields) -> int:
    """Which lane of the registers a single structure that is not replicated goes to."""
    if f.opcode >> 1 == 0b10 and f.size & 1:
        return f.Q
    return (f.Q << 3 | f.S << 2 | f.size) >> (f.opcode >> 1)


def single_name(f: Fields) -> str | None:
    """LD1-LD4, ST1-ST4 or LD1R-LD4R; None where unallocated."""
    selem = _structure_elements(f)
    if _replicates(f):
        return f"LD{selem}R" if f.L and not f.S else None
    scale = f.opcode >> 1
    if f.S if scale == 0b10 and f.size == 0b01 else f.size & ((1 << scale) - 1):
        return None
    return f"{'LD' if f.L else 'ST'}{selem}"


def single_bytes(f: Fields) -> int:
    """The bytes that a single structure takes up in memory."""
    return _structure_elements(f) * _element_bytes(f)


def with_element(vector: BV, index: int, element: BV) -> BV:
    """The vector with Elem[vector, index] replaced."""
    low = index * element.width
    high = low + element.width
    pieces = [element]
    if high < vector.width:
        pieces.insert(0, vector.extract(vector.width - 1, high))
    if low:
        pieces.append(vector.extract(low - 1, 0))
    return concat(*pieces)


def transfer_single(state: State, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to or from one lane of V[t], V[t+1], ..., or to all their lanes."""
    ebytes = _element_bytes(f)
    for r in range(_structure_elements(f)):
        t = (f.Rt + r) % 32
        place = address + ebytes * r
        if _replicates(f):
            state.set_v(t, concat(*[state.load(place, ebytes)] * ((16 if f.Q else 8) // ebytes)))
        elif f.L:
            state.set_v(t, with_element(state.v(t), _lane(f), state.load(place, ebytes)))
        else:
            state.store(place, lanes(state.v(t), 8 * ebytes)[_lane(f)])


def write_back(state: State, f: Fields, address: BV, size: int) -> None:
    """Post-index: the base plus X[m], or plus the size of what was transferred where m is 31."""
    state.set_x_or_sp(f.Rn, address + (size if f.Rm == 31 else state.x(f.Rm)))
