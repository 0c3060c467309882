"""Advanced SIMD structures in memory: the transfers of LD1-LD4, ST1-ST4 and LD1R-LD4R.

Elements are loaded and stored in the largest pieces that cover the same bytes as Arm's element accesses: the registers
of multiple structures as a whole, and element by element only where one lane of each register is meant.
"""

from __future__ import annotations

from isa.encoding import Fields
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.memory_access import MemoryAccess
from isa.simd.copy import element, insert
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


def multiple_memory(f: Fields) -> MemoryAccess:
    """What multiple structures read or write."""
    return MemoryAccess(multiple_bytes(f), reads=bool(f.L), writes=not f.L)


def transfer_multiple(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to or from V[t], V[t+1], ...

    In memory, element e of register r is number e * selem + r.
    """
    registers, selem = _MULTIPLE[f.opcode]
    step = 16 if f.Q else 8
    esize = 8 << f.size
    if f.L:
        values = [state.load(address + step * r, step) for r in range(registers)]
        if selem > 1:
            elements = [lane for value in values for lane in lanes(value, esize)]
            values = [join(elements[r::selem]) for r in range(selem)]
        for r, value in enumerate(values):
            state.set_v((f.Rt + r) % 32, value)
    else:
        values = [state.v((f.Rt + r) % 32, 8 * step) for r in range(registers)]
        if selem > 1:
            structured = zip(*[lanes(value, esize) for value in values], strict=True)
            elements = [lane for structure in structured for lane in structure]
            count = 8 * step // esize
            values = [join(elements[count * r : count * (r + 1)]) for r in range(selem)]
        for r, value in enumerate(values):
            state.store(address + step * r, value)


def _replicates(f: Fields) -> bool:
    return f.opcode >> 1 == 0b11


def _structure_elements(f: Fields) -> int:
    """The elements of a single structure: `selem`."""
    return (f.opcode << 1 & 0b10 | f.R) + 1


def _scale_and_index(f: Fields) -> tuple[int, int]:
    """Log2 of the element's bytes, and its index in the register, for a single structure that is not replicated."""
    scale = f.opcode >> 1
    index = f.Q << 3 | f.S << 2 | f.size
    if scale == 0b10 and f.size & 1:
        scale = 3
    return scale, index >> scale


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
    scale = f.size if _replicates(f) else _scale_and_index(f)[0]
    return _structure_elements(f) << scale


def single_memory(f: Fields) -> MemoryAccess:
    """What a single structure reads or writes."""
    return MemoryAccess(single_bytes(f), reads=bool(f.L), writes=not f.L)


def _transfer_lane(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to or from one lane of V[t], V[t+1], ..."""
    scale, index = _scale_and_index(f)
    for r in range(_structure_elements(f)):
        t = (f.Rt + r) % 32
        place = address + (r << scale)
        if f.L:
            state.set_v(t, insert(state.v(t), index, state.load(place, 1 << scale)))
        else:
            state.store(place, element(state.v(t), scale, index))


def _load_and_replicate(state: MachineState, f: Fields, address: BV) -> None:
    """Mem[address] and what follows it to all lanes of V[t], V[t+1], ..."""
    copies = (16 if f.Q else 8) >> f.size
    for r in range(_structure_elements(f)):
        value = state.load(address + (r << f.size), 1 << f.size)
        state.set_v((f.Rt + r) % 32, concat(*[value] * copies))


def transfer_single(state: MachineState, f: Fields, address: BV) -> None:
    """The structure at Mem[address] to or from V[t], V[t+1], ..."""
    if _replicates(f):
        _load_and_replicate(state, f, address)
    else:
        _transfer_lane(state, f, address)


def write_back(state: MachineState, f: Fields, address: BV, size: int) -> None:
    """Post-index: the base plus X[m], or plus the size of what was transferred where m is 31."""
    state.set_x_or_sp(f.Rn, address + (size if f.Rm == 31 else state.x(f.Rm)))
